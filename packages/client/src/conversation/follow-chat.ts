import type { ChatActivity, ChatChannelMessage, SupportMessage } from '@acme/api'
import type { CallFault } from '../connection/fault.ts'
import { keepSubscribed } from '../connection/resubscribe.ts'
import type { Wire } from '../connection/wire.ts'
import type { Clock } from '../platform/clock.ts'
import { TIMINGS } from '../platform/timings.ts'

export interface FollowChatOptions {
  clock: Clock
  wire: Wire
  chatId: string
  epoch: string
  /** The last `seq` that is shown: everything is asked for from here on. */
  lastSeq: () => number
  onMessage: (message: SupportMessage) => void
  onActivity: (activity: ChatActivity) => void
  /** Our log is not the server's: load again. */
  onReset: () => void
  /** The server does not know this chat, or does not let us see it. */
  onRefused: (fault: CallFault) => void
  synced: (yes: boolean) => void
}

export interface FollowedChat {
  /** Something up to `seq` exists; if it is not shown in a second, it is asked for. */
  reach(seq: number): void
  stop(): void
}

/**
 * Follows a chat on one socket. Events are hints: if one shows that something before it is missing, and that does
 * not come within a second, the rows are asked for by subscribing again from what is shown.
 */
export function followChat(options: FollowChatOptions): FollowedChat {
  const { clock, wire, chatId, epoch, lastSeq } = options
  let head = 0
  let gap: (() => void) | null = null
  let caughtUp = false
  let silence = () => {}

  const messages = keepSubscribed<ChatChannelMessage>({
    clock,
    open(reader) {
      caughtUp = false
      options.synced(false)
      expectMore()
      return wire.onMessage({ chatId, lastEventId: `${epoch}:${lastSeq()}` }, reader)
    },
    onEvent(event) {
      switch (event.type) {
        case 'new_message':
          if (!caughtUp) expectMore()
          options.onMessage(event.message)
          return reach(event.message.seq)
        case 'synced':
          silence()
          if (event.epoch !== epoch) return options.onReset()
          caughtUp = true
          reach(event.lastSeq)
          return options.synced(event.lastSeq <= lastSeq())
        case 'reset':
          return options.onReset()
      }
    },
    onEnd(fault) {
      silence()
      options.synced(false)
      if (fault?.kind === 'refused') options.onRefused(fault)
    },
  })
  const activity = keepSubscribed<ChatActivity>({
    clock,
    open: (reader) => wire.onActivity({ chatId }, reader),
    onEvent: options.onActivity,
  })

  function reach(seq: number) {
    head = Math.max(head, seq)
    if (head <= lastSeq() || gap) return
    gap = clock.after(TIMINGS.gapMs, () => {
      gap = null
      if (head > lastSeq()) messages.restart()
    })
  }

  function expectMore() {
    silence()
    silence = clock.after(TIMINGS.catchUpSilenceMs, () => messages.restart())
  }

  return {
    reach,
    stop() {
      silence()
      gap?.()
      gap = null
      messages.stop()
      activity.stop()
    },
  }
}
