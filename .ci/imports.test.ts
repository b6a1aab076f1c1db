import { expect, test } from 'vitest'
import { importsIn } from './imports.ts'

test.each([
  ["import { one } from './one.ts'", false],
  ["import one, { type Two } from './one.ts'", false],
  ["import {\n  one,\n  two,\n} from './one.ts'", false],
  ["import {\n  // don't forget\n  one, /* nor */ two,\n} from './one.ts'", false],
  ["import * as one from './one.ts'", false],
  ["import './one.ts'", false],
  ["export { one } from './one.ts'", false],
  ["export * from './one.ts'", false],
  // `import {} from …` is left of it when the program runs.
  ["import { type One } from './one.ts'", false],
  ["const one = await import('./one.ts')", false],
  ["import type { One } from './one.ts'", true],
  ["import type {\n  One,\n} from './one.ts'", true],
  ["export type { One } from './one.ts'", true],
])('%j is an import (of types: %s)', (source, isType) => {
  expect(importsIn(source)).toEqual([{ from: './one.ts', isType }])
})

test.each([
  "const text = `import one from './one.ts'`",
  "// taken from './one.ts'",
  "export const one = 'two'",
  "export interface One {\n  two: string\n}\n// from './one.ts'",
])('%j is none', (source) => {
  expect(importsIn(source)).toEqual([])
})
