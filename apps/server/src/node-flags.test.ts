import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { NODE_FLAGS } from './node-flags.ts'

const root = new URL('../../../', import.meta.url)

test.each([
  ['package.json', `node ${NODE_FLAGS.join(' ')} apps/server/src/main.ts`],
  ['docs/operating.md', `node ${NODE_FLAGS.join(' ')} apps/server/src/main.ts`],
  [
    'apps/server/Dockerfile',
    `CMD [${['node', ...NODE_FLAGS, 'apps/server/src/main.ts'].map((each) => `"${each}"`).join(', ')}]`,
  ],
])('%s starts the server with its flags of Node', async (file, command) => {
  expect(await readFile(new URL(file, root), 'utf8')).toContain(command)
})
