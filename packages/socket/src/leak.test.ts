import { expect, it } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { fixture } from './testing/fixture.ts'

const SOCKETS = 2_000
const AT_ONCE = 50

it('after two thousand sockets and their subscriptions nothing is left', async () => {
  let closed = 0
  await using served = await fixture({
    format: 'plain JSON',
    onClose: () => {
      closed += 1
    },
  })
  const subscribe = (id: number, path: string, input?: unknown) => ({
    id,
    method: 'subscription',
    params: { path, input },
  })
  for (let opened = 0; opened < SOCKETS; opened += AT_ONCE) {
    const peers = await Promise.all(Array.from({ length: AT_ONCE }, () => served.peer()))
    await Promise.all(
      peers.map(async (peer, index) => {
        peer.send([
          subscribe(1, 'journal'),
          subscribe(2, 'follow'),
          subscribe(3, 'count', 1),
          subscribe(4, 'failAtOnce'),
        ])
        await peer.take(6)
        // They go in the middle of everything, each in its own way.
        peer.send({ id: 5, method: 'mutation', params: { path: 'wait', input: 5 } })
        if (index % 3 === 0) peer.send({ id: 1, method: 'subscription.stop' })
        if (index % 2 === 0) peer.socket.close()
        else peer.socket.terminate()
      }),
    )
  }
  await eventually(() => closed === SOCKETS)
  await eventually(() => served.handler.counts().callsUnderWay === 0)
  expect(served.handler.counts()).toEqual({
    sockets: 0,
    subscriptions: 0,
    callsUnderWay: 0,
    unsentBytes: 0,
    timed: 0,
  })
  await eventually(() => served.journal.readers === 0)
})
