import { subjectOf } from './subject.ts'

export type IdentitySource = string | (() => Promise<string> | string)

export interface Vouched {
  jwt: string
  /** Whom it names. */
  sub: string
}

/** Where the page's word on who its user is comes from. */
export interface Identity {
  /** To compare it only: the next `fetch` may use it up. Null when the page could not get one. */
  check(): Promise<Vouched | null>
  /** A fresh one each time: whoever asks again was refused with the last. Null as above. */
  fetch(): Promise<Vouched | null>
  /** Takes over a newer source for the same user; false when it may be somebody else. */
  renew(source: IdentitySource): boolean
}

const FRESH_MS = 30_000
/** A page that does not answer for so long could not say who it is. */
const PATIENCE_MS = 10_000

export function createIdentity(source: IdentitySource): Identity {
  let checked: { vouched: Vouched; at: number } | null = null
  return {
    async check() {
      const vouched = await ask(source)
      if (vouched !== null) checked = { vouched, at: Date.now() }
      return vouched
    },
    async fetch() {
      const spare = checked !== null && Date.now() - checked.at < FRESH_MS ? checked.vouched : null
      checked = null
      return spare ?? ask(source)
    },
    renew(next) {
      if (next === source) return true
      if (typeof next !== 'string' || typeof source !== 'string') return false
      const sub = subjectOf(next)
      if (sub === null || sub !== subjectOf(source)) return false
      source = next
      checked = null
      return true
    },
  }
}

async function ask(source: IdentitySource): Promise<Vouched | null> {
  let late: ReturnType<typeof setTimeout> | undefined
  const nothing = new Promise<null>((resolve) => {
    late = setTimeout(resolve, PATIENCE_MS, null)
  })
  try {
    const jwt: unknown = typeof source === 'string' ? source : await Promise.race([source(), nothing])
    // What names nobody, an error page for example, is no word on who it is: nothing is wiped because of it.
    const sub = typeof jwt === 'string' ? subjectOf(jwt) : null
    return typeof jwt === 'string' && sub !== null ? { jwt, sub } : null
  } catch (error) {
    reportError(error)
    return null
  } finally {
    clearTimeout(late)
  }
}
