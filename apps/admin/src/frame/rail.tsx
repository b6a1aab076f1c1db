import { Avatar, ChatIcon, Hidden, IconButton, SoundOffIcon, SoundOnIcon } from '@acme/ui'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useDesk } from '../desk/desk.tsx'
import { BellIcon, BellOffIcon, InboxIcon, LogOutIcon, TeamIcon } from '../icons.tsx'
import { useLogOut } from '../session/use-log-out.ts'
import './rail.css'

/** Where to go, and the switches that an agent sets once. */
export function Rail({ unread }: { unread: number }) {
  const { admin, sound, notifications, drafts } = useDesk()
  const [place] = useLocation()
  const [muted, setMuted] = useState(sound.muted)
  const [notifying, setNotifying] = useState(notifications.state)
  const { logOut, busy, failed } = useLogOut(drafts.forget)
  const who = admin.name ?? admin.email
  return (
    <nav className="rail" aria-label="Main">
      <span className="rail-mark" aria-hidden="true">
        <ChatIcon />
      </span>
      <Link href="/" title="Inbox" aria-current={place.startsWith('/team') ? undefined : 'page'}>
        <InboxIcon />
        <Hidden>Inbox{unread > 0 && `, ${unread} unread`}</Hidden>
        {unread > 0 && <i className="rail-mark-unread" />}
      </Link>
      <Link href="/team" title="Team" aria-current={place.startsWith('/team') ? 'page' : undefined}>
        <TeamIcon />
        <Hidden>Team</Hidden>
      </Link>
      <span className="rail-space" />
      <IconButton
        label={muted ? 'Sound is off' : 'Sound is on'}
        icon={muted ? <SoundOffIcon /> : <SoundOnIcon />}
        onClick={() => {
          sound.setMuted(!muted)
          setMuted(!muted)
        }}
      />
      {notifying !== 'unavailable' && (
        <IconButton
          label={NOTIFYING[notifying]}
          icon={notifying === 'on' ? <BellIcon /> : <BellOffIcon />}
          disabled={notifying === 'blocked'}
          onClick={() => void notifications.toggle().then(setNotifying)}
        />
      )}
      <IconButton label="Log out" icon={<LogOutIcon />} disabled={busy} onClick={logOut} />
      {failed && (
        <p className="rail-trouble" role="alert">
          You are still logged in: the server can’t be reached. Try again.
        </p>
      )}
      <span className="rail-me" title={`${who} (${admin.email})`}>
        <Avatar name={who} size="small" />
        <Hidden>Logged in as {who}</Hidden>
      </span>
    </nav>
  )
}

const NOTIFYING = {
  on: 'Desktop notifications are on',
  off: 'Desktop notifications are off',
  blocked: 'Desktop notifications are blocked in the browser’s settings',
}
