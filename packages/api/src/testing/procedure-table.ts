import { readFileSync } from 'node:fs'

/** One procedure of the router, as it is written down. */
export interface Procedure {
  path: string
  kind: string
  /** What its resolver was made with, which says who may call it. */
  guard: string
  input: string
  output: string
  /** The first docstring sentence of its use case. */
  does: string
  /** Reasons of expected errors of its own, as its docstring names them. */
  errors: string[]
  /** Those that the file of its use case makes. */
  made: string[]
}

/** Any procedure may answer these. */
const GENERAL = new Set(['rate_limited', 'busy', 'unavailable'])

const SOURCES = new URL('../', import.meta.url)

/** Reads the router's procedures: types from its declarations (`tsc -b`), everything else from its source. */
export function readProcedures(declarations: string): Procedure[] {
  const router = readFileSync(new URL('router.ts', SOURCES), 'utf8')
  return typesOf(declarations).map(({ path, kind, input, output }) => {
    const { guard, resolver } = definitionOf(router, path)
    return { path, kind, guard, input, output, ...useCaseOf(router, resolver) }
  })
}

function typesOf(declarations: string) {
  const found: Pick<Procedure, 'path' | 'kind' | 'input' | 'output'>[] = []
  const groups: string[] = []
  const lines = declarations
    .slice(declarations.indexOf('TRPCDecorateCreateRouterOptions<{'))
    .split('\n')
    .slice(1)
  while (lines.length > 0) {
    const line = lines.shift() ?? ''
    const group = /^\s+(\w+): \{$/.exec(line)
    const procedure = /^\s+(\w+): import\("@trpc\/server"\)\.TRPC(\w+)Procedure<\{$/.exec(line)
    if (group?.[1]) groups.push(group[1])
    else if (/^\s+\};$/.test(line)) groups.pop()
    else if (procedure?.[1] && procedure[2]) {
      const end = lines.findIndex((each) => /^\s+\}>;$/.test(each))
      const body = lines.splice(0, end + 1).join('\n')
      const [, input = '', output = ''] = /input: ([\s\S]*?);\s+output: ([\s\S]*?);\s+meta: /.exec(body) ?? []
      const path = [...groups, procedure[1]].join('.')
      found.push({ path, kind: procedure[2].toLowerCase(), input: readable(input), output: readable(output) })
    }
  }
  return found
}

/** A type as one would write it. */
function readable(type: string): string {
  return type
    .replace(/import\("[^"]+"\)\./g, '')
    .replace(/\s+/g, ' ')
    .replace(/(\?: [^;]*?) \| undefined/g, '$1')
    .replace(/; \}/g, ' }')
    .replace(/AsyncIterable<(.*), void, any>$/, 'stream of $1')
    .replace(/TrackedData<(.*)>/, 'tracked $1')
    .replace(/^(void|\{\}|Record<string, never>)$/, '')
}

function definitionOf(router: string, path: string): { guard: string; resolver: string } {
  let rest = router.slice(router.indexOf('createRouter({'))
  for (const name of path.split('.')) rest = rest.slice(rest.search(new RegExp(`\\b${name}: `)))
  const resolver = rest.slice(rest.search(/\.(query|mutation|subscription)\(/))
  const [, guard] = /\b(for[A-Z]\w+)\(/.exec(resolver) ?? []
  if (!guard) throw new Error(`The router has no ${path}`)
  return { guard, resolver }
}

/** The first function that the resolver calls with the dependencies or the caller is the use case. */
function useCaseOf(router: string, resolver: string): Pick<Procedure, 'does' | 'errors' | 'made'> {
  const [, local] = /(\w+)\(\s*(?:deps|caller)\b/.exec(resolver) ?? []
  const imported = local && importsOf(router).get(local)
  if (!imported) throw new Error(`No use case in ${resolver.slice(0, 100)}`)
  const { name, file } = imported
  const source = readFileSync(new URL(file, SOURCES), 'utf8')
  const start = source.search(new RegExp(`export (async )?function ${name}\\b`))
  const [docstring = ''] = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(source.slice(0, start)) ?? []
  const text = docstring
    .replace(/^\s*\/?\*+\/?|\*\/\s*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const [does = '', thrown = ''] = text.split('@throws Refusal')
  const sentence = /^.*?\.(?=\s|$)/.exec(does.trim())?.[0] ?? ''
  return {
    does: sentence,
    errors: ownOf(thrown.match(/[a-z]+(?:_[a-z*]+)+/g) ?? []),
    made: ownOf([...source.matchAll(/new Refusal\('(\w+)'/g)].map(([, reason = '']) => reason)),
  }
}

function ownOf(reasons: readonly string[]): string[] {
  return reasons.filter((reason) => !GENERAL.has(reason))
}

/** By their names in this file. */
function importsOf(source: string): Map<string, { name: string; file: string }> {
  const found = new Map<string, { name: string; file: string }>()
  for (const [, names = '', file = ''] of source.matchAll(/import \{([^}]*)\} from '\.\/(.+)'/g)) {
    for (const each of names.split(',')) {
      const [name = '', local = name] = each.trim().split(' as ')
      found.set(local, { name, file })
    }
  }
  return found
}
