import type { BubbleTexts, DotState } from '@acme/ui'

/** Every word the panel says. */
export interface Texts {
  title: string
  close: string
  soundOff: string
  soundOn: string
  dot: Record<DotState, string>
  messages: string
  placeholder: string
  send: string
  left: (count: number) => string
  bubble: BubbleTexts
  typing: (name: string) => string
  newMessages: string
  loading: string
  emptyTitle: string
  emptyText: string
  failedTitle: string
  tryAgain: string
  offline: string
  ended: string
}
