import { describe, expect, it } from 'vitest'
import { FrameBudgets } from './frame-budgets.ts'
import { LIMITS } from './limits.ts'
import { eventually } from './testing/eventually.ts'
import { type Fixture, type FixtureOptions, fixture } from './testing/fixture.ts'
import type { Peer } from './testing/peer.ts'

const limits = { framesBurst: 50, framesPerSecond: 1 }
const options: FixtureOptions = { format: 'plain JSON', limits, owner: ({ name }) => name }

/** A socket whose context is known, which has cost two frames. */
async function open({ peer }: Fixture, name: string): Promise<Peer> {
  const opened = await peer('?connectionParams=1')
  opened.send({ method: 'connectionParams', data: { name } })
  opened.send({ id: 1, method: 'query', params: { path: 'whoAmI' } })
  expect(await opened.next()).toContain(name)
  return opened
}

function ping(peer: Peer, times: number): void {
  for (let sent = 0; sent < times; sent += 1) peer.send('PING')
}

describe('the frames of all sockets of one owner', () => {
  it('are charged from one budget', async () => {
    await using served = await fixture(options)
    const [first, second, other] = [
      await open(served, 'Ann'),
      await open(served, 'Ann'),
      await open(served, 'Bob'),
    ]
    ping(first, 40)
    await first.take(40)
    ping(second, 40)
    expect(await second.closed).toMatchObject({ code: 4029 })
    ping(other, 40)
    await other.take(40)
  })

  it('are charged from the same budget after a reconnect, which time alone refills', async () => {
    let aheadMs = 0
    await using served = await fixture({ ...options, now: () => performance.now() + aheadMs })
    const flooding = await open(served, 'Ann')
    ping(flooding, 100)
    expect(await flooding.closed).toMatchObject({ code: 4029 })
    await eventually(() => served.handler.counts().sockets === 0)
    const again = await served.peer('?connectionParams=1')
    again.send({ method: 'connectionParams', data: { name: 'Ann' } })
    ping(again, 30)
    expect(await again.closed).toMatchObject({ code: 4029 })
    await eventually(() => served.handler.counts().sockets === 0)
    aheadMs += 20_000
    const later = await open(served, 'Ann')
    ping(later, 15)
    await later.take(15)
    ping(later, 30)
    expect(await later.closed).toMatchObject({ code: 4029 })
  })

  it('are charged also when they came before it was known whose they are', async () => {
    const { promise, resolve } = Promise.withResolvers<{ name: string }>()
    await using served = await fixture({ ...options, createContext: () => promise })
    const [first, second] = [await served.peer(), await served.peer()]
    for (const peer of [first, second]) {
      ping(peer, 30)
      await peer.take(30)
    }
    resolve({ name: 'Ann' })
    const codes = [first, second].map(async ({ closed }) => (await closed).code)
    expect(await Promise.race(codes)).toBe(4029)
    await eventually(() => served.handler.counts().sockets === 1)
  })

  it('are charged also when their socket was closed for them before it was known whose it is', async () => {
    const known = Promise.withResolvers<void>()
    const owners = [known.promise, Promise.resolve(), Promise.resolve()]
    const createContext = async () => {
      await owners.shift()
      return { name: 'Ann' }
    }
    await using served = await fixture({ ...options, createContext })
    const flooding = await served.peer()
    ping(flooding, 100)
    expect(await flooding.closed).toMatchObject({ code: 4029 })
    await eventually(() => served.handler.counts().sockets === 0)
    known.resolve()
    const again = await served.peer()
    ping(again, 30)
    expect(await again.closed).toMatchObject({ code: 4029 })
  })

  it('are charged by socket where there is no owner', async () => {
    await using served = await fixture({ ...options, owner: () => null })
    for (const peer of [await open(served, 'Ann'), await open(served, 'Ann')]) {
      ping(peer, 48)
      await peer.take(48)
    }
  })
})

describe('the budget of an owner', () => {
  it('is forgotten when its last socket is gone and it is full again', () => {
    const budgets = new FrameBudgets({ ...LIMITS, framesBurst: 50, framesPerSecond: 10 })
    expect(budgets.enter('Ann', 0)).toBe(budgets.enter('Ann', 0))
    budgets.enter('Ann', 0).spend(0, 20)
    budgets.enter('Bob', 0)
    expect(budgets.size).toBe(2)
    for (let socket = 0; socket < 3; socket += 1) budgets.leave('Ann', 0)
    budgets.leave('Bob', 0)
    expect(budgets.size).toBe(1)
    expect(budgets.enter('Ann', 1_000).used(1_000)).toBe(10)
    budgets.leave('Ann', 1_000)
    budgets.enter('Cy', 2_000)
    expect(budgets.size).toBe(1)
  })
})
