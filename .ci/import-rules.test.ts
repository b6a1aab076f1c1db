import { expect, test } from 'vitest'
import { importsFromOutside, serverValues, upwardImports } from './import-rules.ts'

const from = (file: string, imported: string, isType = false) => [{ file, from: imported, isType }]

const layers = {
  folder: 'apps/one/src',
  lines: [['desk'], ['chat', 'inbox'], ['app.tsx']],
  others: 'base' as const,
}

test.each([
  ['desk/a.ts', '../chat/b.ts'],
  ['chat/a.ts', '../app.tsx'],
  ['name-of.ts', './inbox/b.ts'],
])('%s must not import %s', (file, imported) => {
  expect(upwardImports(from(`apps/one/src/${file}`, imported), layers)).toHaveLength(1)
})

test.each([
  ['chat/a.ts', '../desk/b.ts'],
  ['chat/a.ts', '../inbox/b.ts'],
  ['chat/a.ts', '../name-of.ts'],
  ['app.tsx', './inbox/b.ts'],
  ['chat/a.test.ts', '../app.tsx'],
  ['chat/a.ts', 'react'],
])('%s may import %s', (file, imported) => {
  expect(upwardImports(from(`apps/one/src/${file}`, imported), layers)).toEqual([])
})

test('what is not named is free only where the layers say so', () => {
  const free = { ...layers, others: 'free' as const }
  expect(upwardImports(from('apps/one/src/name-of.ts', './inbox/b.ts'), free)).toEqual([])
})

test('browsers take types alone from the server', () => {
  expect(serverValues(from('packages/client/src/a.ts', '@acme/api'))).toHaveLength(1)
  expect(serverValues(from('packages/client/src/a.ts', '@acme/api/server'))).toHaveLength(1)
  expect(serverValues(from('packages/client/src/a.ts', '@acme/api', true))).toEqual([])
  expect(serverValues(from('packages/react/src/a.ts', '@acme/client'))).toEqual([])
})

test('a relative path does not lead out of a package', () => {
  expect(importsFromOutside(from('packages/client/src/a.ts', '../../api/src/errors.ts', true))).toHaveLength(
    1,
  )
  expect(importsFromOutside(from('packages/client/src/a/b.ts', '../c.ts'))).toEqual([])
  expect(importsFromOutside(from('packages/api/src/a.ts', '../package.json'))).toEqual([])
})
