import type { ServerProcess } from '@acme/local'

/** What pino calls a warning. */
const WARNING = 40

/** The lines of a server's log that would wake an operator: warnings and worse. */
export function warningsOf({ output }: ServerProcess): string[] {
  return linesOf(output()).filter((line) => levelOf(line) >= WARNING)
}

/** Whether the log has a line with this message, of any level. */
export function hasLogged({ output }: ServerProcess, message: string): boolean {
  return linesOf(output()).some((line) => JSON.parse(line).msg === message)
}

function linesOf(output: string): string[] {
  // The last one may not be whole.
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
}

function levelOf(line: string): number {
  return Number(JSON.parse(line).level)
}
