import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url).pathname
const linesOf = (code: string) =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')

/** The `@example` blocks of a package's docstrings. */
function examplesIn(name: string): { file: string; code: string }[] {
  return globSync(`packages/${name}/src/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) => {
    const source = readFileSync(root + file, 'utf8')
    return [...source.matchAll(/@example\n\s*\* ```tsx?\n([\s\S]*?)\n\s*\* ```/g)].map(([, code = '']) => ({
      file,
      code: code.replace(/^\s*\* ?/gm, ''),
    }))
  })
}

test.each([
  ['client', 'examples.test.ts'],
  ['react', 'examples.test.tsx'],
])('the examples in the docstrings of %s are code that the compiler has seen', (name, seen) => {
  const compiled = linesOf(readFileSync(`${root}packages/${name}/src/${seen}`, 'utf8'))
  const examples = examplesIn(name)
  expect(examples.length).toBeGreaterThan(1)
  expect(examples.filter(({ code }) => !compiled.includes(linesOf(code)))).toEqual([])
})
