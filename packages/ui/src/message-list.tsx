import type { ReactNode } from 'react'
import { ArrowDownIcon } from './icons.tsx'
import { Spinner } from './spinner.tsx'
import { useKeptPosition } from './use-kept-position.ts'
import './message-list.css'

export interface MessageListProps {
  children: ReactNode
  /** Name for screen readers. */
  label: string
  /** Id of the first message shown: when it changes, earlier ones were put in front. */
  oldestKey: string | null
  /** Id of the last message shown: when it changes, a new one has come. */
  newestKey: string | null
  /** The last message is the reader's own: the list follows it wherever the reader was. */
  newestIsMine?: boolean | undefined
  /** Called near the top; leave it out when there is nothing earlier. May be called again and again. */
  onReachTop?: (() => void) | undefined
  loadingEarlier?: boolean | undefined
  /** The reader came to or left the newest message. */
  onAtEnd?: ((atEnd: boolean) => void) | undefined
  texts?: { newMessages?: string; loadingEarlier?: string } | undefined
}

/**
 * The scroller of a chat. Stays at the newest message if the reader was there, otherwise leaves them where
 * they read and offers a way down.
 */
export function MessageList({ children, label, loadingEarlier = false, texts, ...follow }: MessageListProps) {
  const { scroller, content, onScroll, missed, goToEnd } = useKeptPosition(follow)
  return (
    <div className="ac-list">
      <div
        ref={scroller}
        className="ac-list-scroller"
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-live="polite"
        // Not texts: a message that becomes sent, then seen, would be read out each time.
        aria-relevant="additions"
        aria-label={label}
        aria-busy={loadingEarlier}
      >
        <div ref={content} className="ac-list-content">
          {follow.onReachTop && (
            <div className="ac-list-earlier">
              {loadingEarlier && <Spinner label={texts?.loadingEarlier} />}
            </div>
          )}
          {children}
        </div>
      </div>
      {missed && (
        <button type="button" className="ac-list-pill" onClick={goToEnd}>
          <ArrowDownIcon />
          {texts?.newMessages ?? 'New messages'}
        </button>
      )}
    </div>
  )
}
