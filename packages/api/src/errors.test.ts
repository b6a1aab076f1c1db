import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { refusals } from './errors.ts'

/** Said by the router for input of another shape, with words of its own. */
const NO_REFUSAL = 'input_invalid'

test('docs/errors.md has every expected error as it is, what to do about it, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `[a-z_]+`.+$/gm)].map(([row]) =>
    row.split('|').map((cell) => cell.trim()),
  )
  const documented = rows.map(([, reason, code, message]) => [reason, code, message])
  const refused = Object.entries(refusals).map(([reason, [code, message]]) => [
    `\`${reason}\``,
    `\`${code}\``,
    message,
  ])
  expect(documented.filter(([reason]) => reason !== `\`${NO_REFUSAL}\``)).toEqual(refused)
  for (const [, reason, , , advice] of rows) expect(advice, reason).toMatch(/\w/)
})
