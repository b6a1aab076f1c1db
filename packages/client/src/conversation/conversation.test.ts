import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock, settled } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { SharedStorage } from '../testing/shared-storage.ts'
import { openTab, type Tab } from '../testing/tab.ts'

/** What must hold, written down without any of the code under test. */
interface Model {
  /** Ids in order of writing, per tab that is open now. */
  sent: string[][]
  /** The same of the tabs that are closed. */
  left: string[][]
  /** Every id that was ever written. */
  written: Set<string>
  /** Taken away by a restore: allowed to be gone. */
  restoredAway: Set<string>
}

interface World {
  clock: FakeClock
  server: FakeServer
  storage: SharedStorage
  tabs: Tab[]
  admins: number
  /** Sends that the server fails at: five for one message would need its writer (delivery.test.ts). */
  broken: number
}

type Step = { name: string; run: (model: Model, world: World) => void | Promise<void> }
type Command = fc.AsyncCommand<Model, World>

class Do implements Command {
  readonly #step: Step

  constructor(step: Step) {
    this.#step = step
  }

  check = () => true
  toString = () => this.#step.name

  async run(model: Model, world: World): Promise<void> {
    await this.#step.run(model, world)
    await settled()
    for (const [which, tab] of world.tabs.entries()) expectSound(model, world, tab, which)
  }
}

const MOST_BROKEN = 4

const step = (name: string, run: Step['run']): Command => new Do({ name, run })
const tab = fc.nat(1)

const commands = [
  tab.map((n) =>
    step(`tab ${n} writes`, (model, { tabs }) => {
      const id = tabs[n]?.conversation.send('hello')
      if (!id) return
      model.sent[n]?.push(id)
      model.written.add(id)
    }),
  ),
  fc.constant(
    step('the admin answers', (_, world) => {
      world.admins += 1
      world.server.write(`admin-${world.admins}`, 'hi', 'admin')
    }),
  ),
  tab.map((n) => step(`tab ${n} reads`, (_, { tabs }) => tabs[n]?.conversation.markRead())),
  tab.map((n) => step(`tab ${n} scrolls up`, (_, { tabs }) => tabs[n]?.conversation.loadEarlier())),
  fc
    .constantFrom<'drop' | 'duplicate' | 'delay'>('drop', 'duplicate', 'delay')
    .map((fault) => step(`next event: ${fault}`, (_, { server }) => void server.eventFaults.push(fault))),
  fc.constantFrom<'answer-lost' | 'busy' | 'broken'>('answer-lost', 'busy', 'broken').map((fault) =>
    step(`next send: ${fault}`, (_, world) => {
      if (fault === 'broken' && ++world.broken > MOST_BROKEN) return
      world.server.sendFaults.push(fault)
    }),
  ),
  fc.constantFrom(1006, 1012, 4008).map((code) => step(`cut ${code}`, (_, { server }) => server.cut(code))),
  fc.constant(
    step('the network goes away', (_, { server }) => {
      server.network = 'down'
      server.cut()
    }),
  ),
  fc.constant(
    step('sockets are blocked', (_, { server }) => {
      server.network = 'sockets-blocked'
      server.cut()
    }),
  ),
  fc.constant(
    step('the network is back', (_, { server }) => {
      server.network = 'up'
    }),
  ),
  fc.constant(step('sockets go dead without a word', (_, { server }) => server.freeze())),
  tab.map((n) => step(`tab ${n} wakes`, (_, { tabs }) => tabs[n]?.browser.wake())),
  tab.map((n) =>
    step(`tab ${n} is reloaded`, (model, { tabs, server, clock, storage }) => {
      tabs[n]?.close()
      tabs[n] = openTab(server, clock, storage)
      // Its pending messages go on in their old order, whoever sends them.
      model.left.push(model.sent[n] ?? [])
      model.sent[n] = []
    }),
  ),
  fc.nat(20).map((lost) =>
    step(`restored without the last ${lost}`, (model, { server }) => {
      for (const { id } of server.restore(Math.max(0, server.log.length - lost))) model.restoredAway.add(id)
    }),
  ),
  fc.integer({ min: 1, max: 6_000 }).map((ms) => step(`${ms} ms pass`, (_, { clock }) => clock.advance(ms))),
  fc.integer({ min: 1, max: 9 }).map((ms) => step(`${ms} ms pass`, (_, { clock }) => clock.advance(ms))),
]

/** True at every moment, whatever the network does. */
function expectSound(model: Model, { server }: World, { conversation }: Tab, which: number): void {
  const { messages, pending, unreadCount } = conversation.getSnapshot()
  expect(conversation.getSnapshot()).toBe(conversation.getSnapshot())
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => (messages[0]?.seq ?? 1) + at))
  const shown = [...messages, ...pending].map(({ id }) => id)
  expect(new Set(shown).size, 'nothing is shown twice').toBe(shown.length)
  expect(unreadCount).toBeGreaterThanOrEqual(0)
  if (model.restoredAway.size > 0) return
  expect(messages.map(({ id }) => id)).toEqual(
    server.log.slice((messages[0]?.seq ?? 1) - 1, messages.at(-1)?.seq ?? 0).map(({ id }) => id),
  )
  for (const id of model.sent[which] ?? []) expect(shown, 'nothing written is out of sight').toContain(id)
}

/** True as soon as nothing stands in the way any more. */
async function expectHealed(model: Model, world: World): Promise<void> {
  const { clock, server, tabs } = world
  server.network = 'up'
  server.eventFaults = []
  server.sendFaults = []
  server.cut()
  await clock.advance(120_000)
  for (const { conversation } of tabs) {
    conversation.markRead()
    await clock.advance(1_000)
    const { connection, phase, messages, pending, unreadCount } = conversation.getSnapshot()
    expect({ connection, phase, pending }).toEqual({
      connection: { type: 'online' },
      phase: 'ready',
      pending: [],
    })
    expect(messages).toEqual(server.log.slice(server.log.length - messages.length))
    expect(unreadCount).toBe(0)
  }
  const ids = server.log.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of model.written) if (!model.restoredAway.has(id)) expect(ids).toContain(id)
  for (const own of [...model.sent, ...model.left]) {
    const order = own.filter((id) => !model.restoredAway.has(id))
    expect(ids.filter((id) => order.includes(id))).toEqual(order)
  }
}

async function play(steps: Iterable<Command>): Promise<void> {
  const clock = new FakeClock()
  const server = new FakeServer(clock)
  const storage = new SharedStorage(clock)
  const world: World = { clock, server, storage, admins: 0, broken: 0, tabs: [] }
  world.tabs.push(openTab(server, clock, storage), openTab(server, clock, storage))
  const model: Model = { sent: [[], []], left: [], written: new Set(), restoredAway: new Set() }
  await fc.asyncModelRun(() => ({ model, real: world }), steps)
  await expectHealed(model, world)
  for (const open of world.tabs) open.close()
}

describe('Conversation', () => {
  test('P2 P3 P4 P6 P13 whatever the network does, the log is shown gapless and once, and what was written arrives once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), (steps) => play(steps)),
      { numRuns: 300 },
    )
  }, 120_000)
})
