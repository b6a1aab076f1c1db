import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Run as a program: builds the pages that the server shows, unless they are built already from the same sources.
 * Says one line while it works, and everything only when it fails.
 */
process.stdout.write('  Building the widget and the inbox …\n')
const turbo = spawn('turbo', ['run', 'build', '--output-logs=errors-only'], {
  cwd: fileURLToPath(new URL('../../../', import.meta.url)),
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  stdio: ['ignore', 'pipe', 'pipe'],
  shell: process.platform === 'win32',
})
const output: Buffer[] = []
for (const stream of [turbo.stdout, turbo.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
turbo.once('error', (error) => {
  process.stderr.write(`  turbo could not be started (${error.message}). Run this through pnpm.\n`)
  process.exitCode = 1
})
turbo.once('close', (code) => {
  if (code === 0) return
  process.stderr.write(Buffer.concat(output))
  process.exitCode = 1
})
