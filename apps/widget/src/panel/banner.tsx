import type { SupportChatView } from '@acme/react'
import { Button } from '@acme/ui'
import type { Texts } from './texts/texts.ts'

/** What the connection means for the writer, when it means something. */
export function Banner({ chat, texts }: { chat: SupportChatView; texts: Texts }) {
  if (chat.phase === 'failed') {
    // With nothing else to show, the middle of the panel says it, with what to do.
    if (chat.pending.length === 0 && chat.messages.length === 0) return null
    return (
      <div className="panel-banner" role="status">
        {texts.failedTitle}
        <Button look="text" onClick={chat.reload}>
          {texts.tryAgain}
        </Button>
      </div>
    )
  }
  switch (chat.connection.type) {
    case 'offline':
      return (
        <p className="panel-banner" role="status">
          {texts.offline}
        </p>
      )
    case 'ended':
      return (
        <div className="panel-banner" role="status">
          {texts.ended}
          <Button look="text" onClick={chat.reload}>
            {texts.tryAgain}
          </Button>
        </div>
      )
    default:
      return null
  }
}
