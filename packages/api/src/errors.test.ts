import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { refusals } from './errors.ts'

test('docs/errors.md has every expected error as it is, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...page.matchAll(/^\| `(\w+)` +\| `(\w+)` +\| (.+?) +\|$/gm)]
    .map(([, reason, code, message]) => [reason, code, message])
    .filter(([reason]) => reason !== 'input_invalid')
  expect(documented).toEqual(
    Object.entries(refusals).map(([reason, [code, message]]) => [reason, code, message]),
  )
})
