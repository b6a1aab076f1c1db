import { globSync, readFileSync } from 'node:fs'

/** One import of a source file. */
export interface Import {
  /** From the top of the repository: `packages/client/src/client.ts`. */
  file: string
  /** What stands in the quotes. */
  from: string
  /** `import type …`: nothing of it is left when the program runs. */
  isType: boolean
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[\w$*\s{},]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"`]([^'"`]+)['"`]/g

/** All imports of the sources below `folder`. A call of `import()` counts as one that takes a value. */
export function importsBelow(folder: string): Import[] {
  const root = new URL('../', import.meta.url).pathname
  return globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) => {
    const source = readFileSync(`${root}${file}`, 'utf8')
    return [
      ...[...source.matchAll(STATEMENT)].map(([, type, from = '']) => ({
        file,
        from,
        isType: type !== undefined,
      })),
      ...[...source.matchAll(CALL)].map(([, from = '']) => ({ file, from, isType: false })),
    ]
  })
}
