import { spawn } from 'node:child_process'

/**
 * Run as a program, `node run-quietly.ts <sentence> <command> [arguments]`: runs the command in the folder it was started
 * in. Says the one sentence while it works, and everything only when it fails.
 */
const [sentence = '', command = '', ...args] = process.argv.slice(2)
process.stdout.write(`  ${sentence} …\n`)
const child = spawn(command, args, {
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  stdio: ['ignore', 'pipe', 'pipe'],
  shell: process.platform === 'win32',
})
const output: Buffer[] = []
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
child.once('error', (error) => {
  process.stderr.write(`  ${command} could not be started (${error.message}). Run this through pnpm.\n`)
  process.exitCode = 1
})
child.once('close', (code) => {
  if (code === 0) return
  process.stderr.write(Buffer.concat(output))
  process.exitCode = 1
})
