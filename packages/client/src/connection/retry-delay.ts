import { TIMINGS } from '../platform/timings.ts'

/** Where chance comes from: a clock of this package, or `Math`. */
interface Chance {
  /** From 0 up to but not including 1. */
  random(): number
}

/** What is known when a client waits for its next connection. */
export interface Absence {
  /** How often in a row it has failed by now: the loss of an open socket and each attempt after it; at least 1. */
  failures: number
  /** Milliseconds since the first of these failures. */
  awayMs: number
  /** The server has said that it restarts (close code 1012): all its clients are cut off in the same moment. */
  isRestart: boolean
  /** No socket has been open yet: this client was not cut off together with others, and sockets may be blocked where it is. */
  isNew: boolean
}

/** Of the time that the server has been away. */
const AWAY_SHARE = 0.1
/** Waits that may be of any length, which spreads those who were cut off together; later ones keep them apart. */
const ANY_LENGTH = 3

/**
 * Milliseconds until the next attempt to connect: at most 2, 4, and then 6 s, and after an absence of more than a minute
 * a tenth of it, up to 30 s. So is everybody back within 6 s once a server returns that was away for up to a minute.
 *
 * The first three waits are anything from nothing to their bound (full jitter). All later ones are at least half of it:
 * those who are spread out by then stay so, and a server that returns finds an even stream. With full jitter it would
 * be asked half as often again, and the first of the six seconds would bring a third of all instead of a fifth.
 *
 * A restart that is announced counts as a failure more: the first wait is up to 4 s. The first wait of a client that is new
 * is half a second at most, so that one behind a proxy without sockets soon goes over HTTP.
 */
export function reconnectDelay({ failures, awayMs, isRestart, isNew }: Absence, chance: Chance): number {
  const wait = failures + (isRestart ? 1 : 0)
  const longest = Math.min(TIMINGS.reconnectMostMs, Math.max(TIMINGS.reconnectBriefMs, awayMs * AWAY_SHARE))
  const first = isNew && failures === 1
  const bound = first ? TIMINGS.reconnectNewMs : Math.min(longest, TIMINGS.reconnectFirstMs * 2 ** (wait - 1))
  const least = wait > ANY_LENGTH ? bound / 2 : 0
  return least + chance.random() * (bound - least)
}

/**
 * Milliseconds until a subscription is begun again on a socket that is open: the time that the server asked for, and then
 * up to 1 s, which doubles with each failure up to 15 s. Added, because many are refused in the same moment.
 */
export function resubscribeDelay(failures: number, retryAfterMs: number, chance: Chance): number {
  const least = Math.max(retryAfterMs, TIMINGS.resubscribeLeastMs)
  return (
    least +
    chance.random() * Math.min(TIMINGS.resubscribeMostMs, TIMINGS.resubscribeFirstMs * 2 ** (failures - 1))
  )
}
