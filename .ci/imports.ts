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

const STATEMENT =
  /^(?:import|export)\s+(type\s)?(?:(?:[\w$*\s{},]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"`]([^'"`]+)['"`]/g

/** All imports of the sources below `folder`. */
export function importsBelow(folder: string): Import[] {
  const root = new URL('../', import.meta.url).pathname
  return globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) =>
    importsIn(readFileSync(`${root}${file}`, 'utf8')).map((one) => ({ file, ...one })),
  )
}

/** The imports and exports from elsewhere in a source. A call of `import()` counts as one that takes a value. */
export function importsIn(source: string): Omit<Import, 'file'>[] {
  return [
    ...[...source.matchAll(STATEMENT)].map(([, type, from = '']) => ({ from, isType: type !== undefined })),
    ...[...source.matchAll(CALL)].map(([, from = '']) => ({ from, isType: false })),
  ]
}
