import type { TeamMember } from '@acme/api'
import { api } from '@acme/react/query'
import { Avatar, Button } from '@acme/ui'
import { useState } from 'react'
import { AT_ONCE, faultText } from '../fault.ts'

/** Somebody of the team. Disabling asks once more: it ends their work at once. */
export function Member({ member, isMe }: { member: TeamMember; isMe: boolean }) {
  const utils = api.useUtils()
  const [asking, setAsking] = useState(false)
  const disable = api.admin.team.disable.useMutation({
    ...AT_ONCE,
    onSuccess: () => utils.admin.team.list.invalidate(),
    onSettled: () => setAsking(false),
  })
  const name = member.name ?? member.email
  const disabled = member.disabledAt !== null
  return (
    <li className="member" data-disabled={disabled ? '' : undefined}>
      <Avatar name={name} />
      <div className="member-who">
        <strong>{name}</strong>
        <span className="member-email">{member.email}</span>
        {disable.error && (
          <span className="member-trouble" role="alert">
            {faultText(disable.error)}
          </span>
        )}
      </div>
      {isMe && <span className="member-note">You</span>}
      {disabled && <span className="member-note">Disabled</span>}
      {!isMe && !disabled && !asking && <Button onClick={() => setAsking(true)}>Disable</Button>}
      {asking && (
        <fieldset className="member-asking" aria-label={`Disable ${name}?`}>
          <span>They are logged out at once.</span>
          <Button onClick={() => setAsking(false)}>Keep</Button>
          <Button
            look="primary"
            disabled={disable.isPending}
            onClick={() => disable.mutate({ adminId: member.id })}
          >
            Disable {name}
          </Button>
        </fieldset>
      )}
    </li>
  )
}
