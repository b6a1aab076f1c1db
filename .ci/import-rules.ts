import { posix } from 'node:path'
import type { Import } from './imports.ts'

/** Folders and files below a folder, the base first. */
export interface Layers {
  folder: string
  /** What stands in one line imports nothing from a later one. */
  lines: readonly (readonly string[])[]
  /** What is not named: `base` stands below the first line, `free` may import all and be imported by all. */
  others: 'base' | 'free'
}

/** Imports that run from a layer up to another. A test may start the whole to test a part. */
export function upwardImports(imports: readonly Import[], { folder, lines, others }: Layers): string[] {
  const layerOf = (path: string) => {
    const [name = ''] = posix.relative(folder, path).split('/')
    return lines.findIndex((names) => names.includes(name))
  }
  return imports.flatMap(({ file, from }) => {
    if (!from.startsWith('.') || isTest(file)) return []
    const target = posix.join(posix.dirname(file), from)
    const own = layerOf(file)
    const isHeld = own >= 0 || others === 'base'
    return isHeld && layerOf(target) > own ? [`${file} must not import ${target}, which stands above it`] : []
  })
}

/** What runs on the server; browsers take types alone from it, in tests too. */
const SERVER = /^@acme\/(api|db|realtime|worker|socket|server)(\/|$)/

export function serverValues(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, from, isType }) =>
    SERVER.test(from) && !isType ? [`${file} must take nothing but types from ${from}`] : [],
  )
}

/** Relative paths that lead out of a package's sources, past what its package.json says. */
export function importsFromOutside(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, from }) => {
    const [kind = '', name = ''] = file.split('/')
    const isOutside =
      from.startsWith('.') && !posix.join(posix.dirname(file), from).startsWith(`${kind}/${name}/`)
    return isOutside ? [`${file} must name the package that it imports ${from} from`] : []
  })
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.includes('/testing/')
}
