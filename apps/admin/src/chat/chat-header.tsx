import type { ChatUser, Participant } from '@acme/api'
import { ArchiveIcon, Avatar, BackIcon, Button, ConnectionDot, type DotState, RestoreIcon } from '@acme/ui'
import { Link } from 'wouter'
import { EyeIcon } from '../icons.tsx'
import { nameOf } from '../name-of.ts'
import type { Archive } from './use-archive.ts'
import './chat-header.css'

interface ChatHeaderProps {
  user: ChatUser
  connection: DotState
  here: readonly Participant[]
  archived: boolean
  ready: boolean
  archive: Archive
}

/** Whose chat it is, who else is looking, and putting it away. */
export function ChatHeader({ user, connection, here, archived, ready, archive }: ChatHeaderProps) {
  const name = nameOf(user)
  const others = here.filter(({ side }) => side === 'admin')
  const userIsHere = here.some(({ side }) => side === 'user')
  return (
    <header className="chat-header">
      <Link href="/" className="chat-back" aria-label="Back to the inbox">
        <BackIcon />
      </Link>
      <span className="chat-person" data-here={userIsHere ? '' : undefined}>
        <Avatar name={user.name?.trim() || user.email || ''} />
      </span>
      <div className="chat-who">
        <div className="chat-name">
          <h2 dir="auto">{name}</h2>
          <ConnectionDot state={connection} />
        </div>
        <p>
          {user.email && user.email !== name && <span className="chat-email">{user.email}</span>}
          {user.kind === 'visitor' && <span>Visitor</span>}
          {user.emailOptedOut && <span>Gets no emails</span>}
          {userIsHere && <span>In the chat now</span>}
        </p>
      </div>
      {others.length > 0 && (
        <span className="chat-others" role="status" title={lookers(others)}>
          <EyeIcon />
          <span>{lookers(others)}</span>
        </span>
      )}
      {archived ? (
        <Button onClick={archive.unarchive} busy={archive.busy}>
          <RestoreIcon />
          Restore
        </Button>
      ) : (
        <Button onClick={archive.archive} busy={archive.busy} disabled={!ready}>
          <ArchiveIcon />
          Archive
        </Button>
      )}
    </header>
  )
}

function lookers(others: readonly Participant[]): string {
  const names = others.map(({ name }) => name ?? 'Somebody')
  const list = new Intl.ListFormat('en').format(names)
  return `${list} ${names.length === 1 ? 'is' : 'are'} here too`
}
