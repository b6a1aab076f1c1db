import { describe, expect, test } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { CallFault } from './fault.ts'
import type { ErrorCode } from './server-error.ts'
import { cookieSession, SessionEnded, tokenSession, withSession } from './session.ts'

const refuse = (code: ErrorCode) => new CallFault(code, code)

describe('tokenSession', () => {
  test('a kept token is used without asking anybody', async () => {
    const { session, started } = sessionWith('kept')
    expect(await session.get()).toBe('kept')
    expect(started).toEqual([])
  })

  test('many who ask at once get the same new session', async () => {
    const { session, started, kept } = sessionWith(null)
    expect(await Promise.all([session.get(), session.get(), session.get()])).toEqual(Array(3).fill('new-1'))
    expect(started).toHaveLength(1)
    expect(kept).toEqual(['new-1'])
  })

  test('a refused token is forgotten and replaced once; refused again, the session has ended', async () => {
    const { session, kept, changes } = sessionWith('kept')
    session.refused('kept')
    session.refused('kept')
    expect(await session.get()).toBe('new-1')
    session.refused('new-1')
    await expect(session.get()).rejects.toBeInstanceOf(SessionEnded)
    expect(kept).toEqual([null, 'new-1', null])
    expect(changes).toEqual(['replaced', 'ended'])
  })

  test('a session that lasted may be replaced again', async () => {
    const { session, clock } = sessionWith('kept')
    session.refused('kept')
    await session.get()
    await clock.advance(60_000)
    session.refused('new-1')
    expect(await session.get()).toBe('new-2')
  })

  test('an identity that has expired in the page is fetched once more', async () => {
    const { session, started } = sessionWith(null, [refuse('UNAUTHORIZED')])
    expect(await session.get()).toBe('new-2')
    expect(started).toEqual(['identity-1', 'identity-2'])
  })

  test('an identity that is refused twice ends it; a server that cannot be reached does not', async () => {
    const twice = sessionWith(null, [refuse('UNAUTHORIZED'), refuse('UNAUTHORIZED')])
    await expect(twice.session.get()).rejects.toBeInstanceOf(SessionEnded)
    expect(twice.changes).toEqual(['ended'])

    const away = sessionWith(null, [new CallFault(null, 'no network')])
    await expect(away.session.get()).rejects.toMatchObject({ kind: 'unanswered' })
    expect(await away.session.get()).toBe('new-2')
  })
})

describe('withSession', () => {
  test('makes the call again with a new session, once', async () => {
    const { session } = sessionWith('kept')
    const tokens: (string | null)[] = []
    const call = async (token: string | null) => {
      tokens.push(token)
      if (token === 'kept') throw refuse('UNAUTHORIZED')
      return 'answer'
    }
    expect(await withSession(session, call)).toBe('answer')
    expect(tokens).toEqual(['kept', 'new-1'])
  })

  test('a cookie cannot be renewed here', async () => {
    const session = cookieSession()
    await expect(withSession(session, () => Promise.reject(refuse('UNAUTHORIZED')))).rejects.toBeInstanceOf(
      SessionEnded,
    )
  })
})

/** A source that gives `identity-n`, and a server that answers `failures` first, then `new-n`. */
function sessionWith(token: string | null, failures: CallFault[] = []) {
  const clock = new FakeClock()
  const started: (string | null)[] = []
  const kept: (string | null)[] = []
  const changes: string[] = []
  let identities = 0
  const source = {
    token,
    identity: async () => `identity-${++identities}`,
    onToken: (next: string | null) => void kept.push(next),
  }
  const start = async (identity: string | null) => {
    started.push(identity)
    const failure = failures.shift()
    if (failure) throw failure
    return `new-${started.length}`
  }
  const session = tokenSession(source, start, clock)
  session.onChange((change) => changes.push(change))
  return { session, started, kept, changes, clock }
}
