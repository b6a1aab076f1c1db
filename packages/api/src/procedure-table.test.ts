import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { refusals } from './errors.ts'
import { type Procedure, readProcedures } from './testing/procedure-table.ts'

const CALLERS: Record<string, string> = {
  forAnyoneOverHttp: 'anyone, over HTTP',
  forMember: 'the chat’s user, admins',
  forMemberOverSocket: 'the chat’s user, admins, over a socket',
  forUser: 'users and visitors',
  forAdmin: 'admins',
  forAdminOverSocket: 'admins, over a socket',
  forAdminOverHttp: 'admins, over HTTP',
}

let procedures: Procedure[]
beforeAll(async () => {
  // The declarations are what other packages see of the router.
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
  await promisify(execFile)(path('../../../node_modules/.bin/tsc'), ['-b', path('../')])
  procedures = readProcedures(await readFile(new URL('../.cache/types/router.d.ts', import.meta.url), 'utf8'))
})

test('docs/api.md lists every procedure as it is; vitest -u writes it anew', async () => {
  const rows = procedures.map(({ path, kind, guard, does, input, output, errors }) => [
    `\`${path}\``,
    kind,
    CALLERS[guard] ?? guard,
    does,
    code(input),
    code(output),
    errors.map(code).join(', '),
  ])
  await expect(page(rows)).toMatchFileSnapshot('../../../docs/api.md')
})

test('who may call, what it does and its errors are told of each procedure', () => {
  const known = Object.keys(refusals)
  for (const { path, guard, does, errors, made } of procedures) {
    expect(CALLERS[guard], path).toBeDefined()
    expect(does, path).not.toBe('')
    const patterns = errors.map((error) => new RegExp(`^${error.replace('*', '.*')}$`))
    for (const pattern of patterns) {
      expect(
        known.some((reason) => pattern.test(reason)),
        `${path}: ${pattern}`,
      ).toBe(true)
    }
    const untold = made.filter((reason) => !patterns.some((pattern) => pattern.test(reason)))
    expect(untold, path).toEqual([])
  }
})

/** A cell of a table: bars would end it. */
function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``
}

function page(rows: string[][]): string {
  const head = ['procedure', 'kind', 'who may call', 'what it does', 'input', 'output', 'errors of its own']
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((cells) => cells[n]?.length ?? 0)))
  const line = (cells: string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`
  const table = [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line)
  return `# Procedures

Everything the server answers, at \`/trpc\`, over HTTP and over the WebSocket. This page is written from the router by
\`packages/api/src/procedure-table.test.ts\`. Types named here are exported by \`@acme/api\`; reasons of errors are explained in
[errors.md](errors.md). Besides its own errors every procedure may answer \`rate_limited\`, \`busy\`, \`unavailable\`, one with an
input \`input_invalid\`, and one that is not open to anyone \`session_missing\`, \`users_only\` or \`admins_only\`.

${table.join('\n')}
`
}
