import { handle, serveParent } from '../processes/serve-parent.ts'
import { beginFlood, beginNewcomers, endFlood, endNewcomers } from './commands.ts'
import { startFlood } from './floods.ts'
import { startNewcomers } from './newcomers.ts'

/** Those who flood, or those who come anew meanwhile: each in a process of its own. */
let flood: ReturnType<typeof startFlood> | null = null
let newcomers: ReturnType<typeof startNewcomers> | null = null

serveParent([
  handle(beginFlood, async ({ name, ...target }) => {
    flood = startFlood(name, target)
    await flood.begun
  }),
  handle(endFlood, () => {
    if (!flood) throw new Error('There is no flood')
    return flood.end()
  }),
  handle(beginNewcomers, (given) => {
    newcomers = startNewcomers(given)
  }),
  handle(endNewcomers, () => {
    if (!newcomers) throw new Error('Nobody arrives')
    return newcomers.end()
  }),
])
