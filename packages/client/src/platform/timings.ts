/**
 * Every time that the client waits, in milliseconds. Tests take them from here too: their clock is fake, so none needs
 * other values.
 */
export const TIMINGS = {
  // --- connection

  /** An attempt to connect may take so long, the session included; slow networks need some seconds for it. */
  connectMs: 8_000,
  /** Without a sign of life for so long after a probe, a socket that looks open is dropped: it may have slept. */
  probeMs: 3_000,
  /** Failures are forgotten after so long on one socket: a server that accepts and drops is not hammered. */
  stableMs: 10_000,
  /** On a wake, an attempt older than this is replaced: it began before the sleep, or on the former network. */
  staleAttemptMs: 2_000,
  /** A consumer may catch up on a healthy socket for so long before the dot shows it: opening a chat should not blink. */
  syncGraceMs: 1_000,
  /** Silence before tRPC sends a ping. */
  pingAfterMs: 3_000,
  /** For the answer to that ping; with the closing below, a dead peer is noticed within 7 s. */
  pongMs: 3_000,
  /** For the closing handshake. Waiting for a peer that is gone takes a minute in Chromium. */
  closeMs: 500,
  /** For an answer over HTTP: a proxy that swallows requests counts as no answer. */
  httpMs: 10_000,
  /** A session that was renewed and is refused within this time will not get better by renewing it again. */
  sessionRenewalMs: 60_000,

  // --- waiting before the next attempt (retry-delay.ts has the arithmetic)

  /** The longest first wait of a client that had no socket yet. */
  reconnectNewMs: 500,
  /** The longest first wait; it doubles with each failure. */
  reconnectFirstMs: 2_000,
  /** The longest wait while the server is away for a minute or less: so soon is everybody back after it. */
  reconnectBriefMs: 6_000,
  /** The longest wait of all, after five minutes. */
  reconnectMostMs: 30_000,
  /** The shortest wait before a subscription is begun again on an open socket. */
  resubscribeLeastMs: 100,
  /** The longest first wait that is added to it, … */
  resubscribeFirstMs: 1_000,
  /** … and the longest of all. */
  resubscribeMostMs: 15_000,
  /** What `busy` means where the server names no time. */
  busyMs: 1_000,

  // --- conversation

  /** The longest first wait before a chat is read, or a message sent, once more, … */
  retryFirstMs: 1_000,
  /** … and the longest of all: somebody is looking at it. */
  retryMostMs: 15_000,
  /** What was just read is not read again sooner, whoever says that it is wrong. */
  reloadMs: 2_000,
  /** A gap may close by itself for so long: the answer of `send` and the events come by different ways. */
  gapMs: 1_000,
  /** Catching up without a word for so long is not catching up. */
  catchUpSilenceMs: 10_000,
  /** A send without an answer for so long is asked again, under the same id. */
  sendAnswerMs: 8_000,
  /** What another tab could have sent for so long, and up to twice that, is sent here: its tab is closed or frozen. */
  takeOverMs: 2_000,
  /** A discarded message is kept so long, as a mark: a tab that was frozen for a night must not send it. */
  discardedKeptMs: 86_400_000,
  /** At most one read mark per this time, however fast the reader scrolls. */
  markReadMs: 300,
  /** Before a read mark that was not taken is told again. */
  markReadRetryMs: 2_000,
  /** "Typing" fades at the server after 6 s: whoever goes on typing says so again, … */
  typingAgainMs: 3_000,
  /** … and whoever does not type for so long has stopped. */
  typingIdleMs: 5_000,
  /** While thousands of missed messages arrive, it is enough to paint now and then. */
  paintMs: 50,
} as const
