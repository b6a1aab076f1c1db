import { handle, serveParent } from '../processes/serve-parent.ts'
import { bareDialect } from './bare-dialect.ts'
import {
  type Address,
  comeBack,
  follow,
  join,
  leaveAll,
  lose,
  stopTraffic,
  traffic,
  useServer,
} from './commands.ts'
import { createGroup, joinChats, joinFollowers, joinInbox, leave } from './group.ts'
import { productDialect } from './product-dialect.ts'
import { loseConnections, type Storm } from './storm.ts'
import { closedLoop, openLoop } from './traffic.ts'

/** The load towards one server, in a process of its own. */
const BACK_WITHIN_MS = 180_000
const group = createGroup()
let address: Address | null = null
let storm: Storm | null = null
let sending = new AbortController()

serveParent([
  handle(useServer, (given) => {
    address = given
  }),
  handle(join, async ({ people, agents }) => {
    await joinChats(group, { ...reach(), people })
    await joinInbox(group, reach(), agents)
  }),
  handle(follow, ({ people, after }) => joinFollowers(group, { ...reach(), people, after })),
  handle(traffic, ({ loop, ms }) => {
    sending = new AbortController()
    const base = { group, ms, signal: sending.signal }
    return loop.type === 'closed' ? closedLoop({ ...base, ...loop }) : openLoop({ ...base, ...loop })
  }),
  handle(stopTraffic, () => sending.abort()),
  handle(lose, (given) => {
    storm = loseConnections(group, given)
  }),
  handle(comeBack, () => {
    if (!storm) throw new Error('Nobody has lost a connection')
    return storm.comeBack(BACK_WITHIN_MS)
  }),
  handle(leaveAll, () => leave(group)),
])

function reach() {
  if (!address) throw new Error('No server to speak to')
  return { port: address.port, dialect: address.speaks === 'trpc' ? productDialect(address) : bareDialect }
}
