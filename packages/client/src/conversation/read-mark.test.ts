import { expect, test } from 'vitest'
import { CallFault } from '../connection/fault.ts'
import { TIMINGS } from '../platform/timings.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { FakeServer } from '../testing/fake-server.ts'
import { ReadMark } from './read-mark.ts'

function markWith(answers: (CallFault | null)[]) {
  const clock = new FakeClock()
  const told: number[] = []
  const calls = {
    ...new FakeServer(clock).http,
    async markRead({ upTo }: { upTo: number }) {
      told.push(upTo)
      const fault = answers.shift()
      if (fault) throw fault
      return { upTo }
    },
  }
  return { clock, told, mark: new ReadMark({ clock, chatId: () => 'chat', calls: () => calls }) }
}

test('P6 the first mark is told at once, the others at most every 300 ms, and the last one is told once', async () => {
  const { clock, told, mark } = markWith([])
  for (let upTo = 1; upTo <= 5; upTo++) mark.move(upTo)
  await clock.advance(TIMINGS.markReadMs - 1)
  expect(told).toEqual([1])
  await clock.advance(10_000)
  expect(told).toEqual([1, 5])
})

test('P6 a mark that was not answered is told again; one that was refused is not', async () => {
  const unanswered = markWith([new CallFault(null, 'no network')])
  unanswered.mark.move(3)
  await unanswered.clock.advance(10_000)
  expect(unanswered.told).toEqual([3, 3])

  const refused = markWith([new CallFault('BAD_REQUEST', 'beyond the end')])
  refused.mark.move(3)
  await refused.clock.advance(10_000)
  expect(refused.told).toEqual([3])
})

test('P6 a mark never moves back, whoever says so', async () => {
  const { clock, told, mark } = markWith([])
  expect([mark.move(5), mark.move(4), mark.heard(3), mark.heard(9), mark.move(8)]).toEqual([
    true,
    false,
    false,
    true,
    false,
  ])
  await clock.advance(10_000)
  expect({ told, upTo: mark.upTo }).toEqual({ told: [5], upTo: 9 })
})
