import { readdirSync, readFileSync } from 'node:fs'
import { importsFromOutside, type Layers, serverValues, upwardImports } from './import-rules.ts'
import { importsBelow } from './imports.ts'

/**
 * Who may import whom (README, "Work on it"). A package can import only what its package.json lists (Biome's
 * noUndeclaredDependencies), so the lists are the rule, and this holds the lists against the map.
 *
 * `values` may be imported for what they do, `types` for their types alone: those stand in devDependencies, where
 * a value import fails the linter.
 */
const MAP: Record<string, { values: string[]; types?: string[] }> = {
  db: { values: [] },
  realtime: { values: [] },
  socket: { values: [] },
  local: { values: [] },
  api: { values: ['db', 'realtime', 'socket'] },
  worker: { values: ['db'] },
  client: { values: [], types: ['api'] },
  react: { values: ['client'], types: ['api'] },
  ui: { values: [] },
  server: { values: ['api', 'client', 'db', 'realtime', 'socket', 'worker'] },
  widget: { values: ['client', 'react', 'ui'], types: ['api'] },
  admin: { values: ['client', 'react', 'ui'], types: ['api'] },
}
/** Only tests and what `pnpm start` does without settings may reach for these. */
const FOR_TESTS = ['local']
/** Tests and measurements may use everything. */
const FREE = ['e2e', 'bench']
/** What must not be known where: a framework in the core, a server in the browser. */
const FOREIGN: Record<string, RegExp> = {
  db: /^(react|fastify|@trpc)/,
  realtime: /^(react|fastify|@trpc|kysely)/,
  socket: /^(react|fastify|kysely|superjson|ws$|zod)/,
  api: /^(react|fastify|ws$|nodemailer|graphile)/,
  worker: /^(react|fastify|@trpc)/,
  client: /^(react|preact|zod|fastify)/,
  ui: /^(@trpc|zod|fastify|superjson)/,
  widget: /^(zod|fastify|@tanstack|@trpc)/,
}

const BROWSER = ['apps/widget', 'apps/admin', 'packages/ui', 'packages/react', 'packages/client']
const LAYERS: Layers[] = [
  {
    folder: 'packages/client/src',
    lines: [['platform'], ['connection'], ['conversation'], ['client.ts', 'index.ts']],
    others: 'base',
  },
  {
    folder: 'apps/admin/src',
    lines: [['desk'], ['alerts', 'chat', 'inbox', 'frame', 'team', 'session'], ['app.tsx', 'main.tsx']],
    others: 'base',
  },
  // `deps.ts` lists what use cases work with, those of admins too.
  {
    folder: 'packages/api/src',
    lines: [['chat'], ['admin'], ['router.ts', 'server.ts', 'sweep.ts', 'index.ts']],
    others: 'free',
  },
]

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const faults: string[] = []
for (const folder of ['packages', 'apps']) {
  for (const name of readdirSync(new URL(`../${folder}/`, import.meta.url))) {
    if (FREE.includes(name)) continue
    const manifest: Manifest = JSON.parse(
      readFileSync(new URL(`../${folder}/${name}/package.json`, import.meta.url), 'utf8'),
    )
    const allowed = MAP[name]
    if (!allowed) {
      faults.push(`${name} is not on the map in .ci/check-imports.ts`)
      continue
    }
    const values = Object.keys(manifest.dependencies ?? {})
    const types = Object.keys(manifest.devDependencies ?? {})
    for (const dependency of ours(values)) {
      if (!allowed.values.includes(dependency)) faults.push(`${name} must not import ${dependency}`)
    }
    for (const dependency of ours(types)) {
      if (![...(allowed.types ?? []), ...FOR_TESTS].includes(dependency)) {
        faults.push(`${name} must not import types of ${dependency}`)
      }
    }
    for (const dependency of values) {
      if (FOREIGN[name]?.test(dependency)) faults.push(`${name} must not know ${dependency}`)
    }
  }
}

for (const folder of Object.keys(MAP).flatMap((name) => [`packages/${name}`, `apps/${name}`]))
  faults.push(...importsFromOutside(importsBelow(`${folder}/src`)))
for (const folder of BROWSER) faults.push(...serverValues(importsBelow(`${folder}/src`)))
for (const layers of LAYERS) faults.push(...upwardImports(importsBelow(layers.folder), layers))

for (const fault of faults) console.error(`imports: ${fault}`)
process.exitCode = faults.length > 0 ? 1 : 0

function ours(dependencies: string[]): string[] {
  return dependencies.filter((name) => name.startsWith('@acme/')).map((name) => name.slice('@acme/'.length))
}
