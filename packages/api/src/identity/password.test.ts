import { expect, test } from 'vitest'
import { type Asker, FairQueue } from './fair-queue.ts'
import { createPasswords } from './password.ts'

const asker = (name: string): Asker => ({ lane: 'open', group: name, member: name })

test('a password matches its hash and no other, and a hash of another form matches nothing', async () => {
  const passwords = createPasswords()
  const stored = await passwords.hash('correct horse battery', asker('a'))
  expect(await passwords.verify('correct horse battery', stored, asker('a'))).toBe(true)
  expect(await passwords.verify('correct horse batterY', stored, asker('a'))).toBe(false)
  for (const other of ['', 'x', '$2b$12$abc', 'argon2id$1$1', stored.replace('argon2id', 'argon2i')]) {
    expect(await passwords.verify('correct horse battery', other, asker('a')), other).toBe(false)
  }
})

test('of a hundred passwords at once two are computed at a time, twenty wait, the rest is refused', async () => {
  class WatchedQueue extends FairQueue {
    most = 0
    override run<Result>(from: Asker, work: () => Promise<Result>): Promise<Result> {
      return super.run(from, () => {
        this.most = Math.max(this.most, this.running)
        return work()
      })
    }
  }
  const queue = new WatchedQueue({ concurrency: 2, waiting: 20 })
  const passwords = createPasswords(queue)
  const stored = await passwords.hash('correct horse battery', asker('a'))
  const answers = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) =>
      n % 2 ? passwords.hash('another', asker(`${n}`)) : passwords.verify('wrong', stored, asker(`${n}`)),
    ),
  )
  expect(queue.most).toBe(2)
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(22)
  expect(queue.running).toBe(0)
})
