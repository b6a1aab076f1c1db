import { Button } from './button.tsx'
import { Hidden } from './hidden.tsx'
import { AlertIcon, CheckIcon, ClockIcon, DoubleCheckIcon } from './icons.tsx'
import { linkify } from './linkify.ts'
import './bubble.css'

export type BubbleState = 'waiting' | 'sending' | 'sent' | 'seen' | 'failed'

export interface BubbleProps {
  side: 'mine' | 'theirs'
  /** Plain text; links in it become links. */
  content: string
  time: Date
  /** Who wrote it, above the first bubble of a run. */
  label?: string | undefined
  /** Follows a bubble of the same writer: stands closer to it. */
  joined?: boolean | undefined
  state?: BubbleState | undefined
  /** Why it failed and what to do. */
  failure?: string | undefined
  onRetry?: (() => void) | undefined
  onDiscard?: (() => void) | undefined
  locale?: string | undefined
  texts?: Partial<BubbleTexts> | undefined
}

export type BubbleTexts = Record<BubbleState | 'retry' | 'discard', string>

/** One message. */
export function Bubble({
  side,
  content,
  time,
  label,
  joined,
  state,
  failure,
  locale,
  texts,
  ...on
}: BubbleProps) {
  const words = { ...ENGLISH, ...texts }
  return (
    <div className="ac-bubble" data-side={side} data-state={state} data-joined={joined ? '' : undefined}>
      {label !== undefined && (
        <div className="ac-bubble-label" dir="auto">
          {label}
        </div>
      )}
      <div className="ac-bubble-body">
        <div className="ac-bubble-content" dir="auto">
          {linkify(content).map((part, index) =>
            part.type === 'text' ? (
              part.text
            ) : (
              <a
                // biome-ignore lint/suspicious/noArrayIndexKey: a message's text never changes
                key={index}
                href={part.href}
                target="_blank"
                rel="noopener noreferrer nofollow ugc"
              >
                {part.text}
              </a>
            ),
          )}
        </div>
        <div className="ac-bubble-meta">
          <time dateTime={time.toISOString()} title={fullTime(time, locale)}>
            {clockTime(time, locale)}
          </time>
          {state !== undefined && (
            <span title={words[state]}>
              <Hidden>{words[state]}</Hidden>
              <StateIcon state={state} />
            </span>
          )}
        </div>
      </div>
      {state === 'failed' && (
        <div className="ac-bubble-failure">
          <span>{failure ?? words.failed}</span>
          <span>
            {on.onRetry && (
              <Button look="text" onClick={on.onRetry}>
                {words.retry}
              </Button>
            )}
            {on.onDiscard && (
              <Button look="text" onClick={on.onDiscard}>
                {words.discard}
              </Button>
            )}
          </span>
        </div>
      )}
    </div>
  )
}

const ENGLISH: BubbleTexts = {
  waiting: 'Waiting',
  sending: 'Sending',
  sent: 'Sent',
  seen: 'Seen',
  failed: 'Not sent',
  retry: 'Try again',
  discard: 'Delete',
}

function StateIcon({ state }: { state: BubbleState }) {
  switch (state) {
    case 'waiting':
    case 'sending':
      return <ClockIcon />
    case 'sent':
      return <CheckIcon />
    case 'seen':
      return <DoubleCheckIcon />
    case 'failed':
      return <AlertIcon />
  }
}

function clockTime(time: Date, locale: string | undefined): string {
  return time.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' })
}

function fullTime(time: Date, locale: string | undefined): string {
  return time.toLocaleString(locale, { dateStyle: 'full', timeStyle: 'short' })
}
