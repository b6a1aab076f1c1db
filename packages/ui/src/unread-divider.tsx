import './day-divider.css'

/** The line above the first message that the reader has not seen. */
export function UnreadDivider({ text = 'New messages' }: { text?: string }) {
  return (
    <div className="ac-day" data-unread="">
      <span>{text}</span>
    </div>
  )
}
