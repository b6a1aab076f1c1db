import { api } from '@acme/react/query'
import { AlertIcon, Button, EmptyState, Spinner } from '@acme/ui'
import { useDesk } from '../desk/desk.tsx'
import { faultText } from '../fault.ts'
import { AddMember } from './add-member.tsx'
import { Member } from './member.tsx'
import './team.css'

/** Who may log in to the inbox. */
export function TeamPage() {
  const { admin } = useDesk()
  const team = api.admin.team.list.useQuery()
  if (team.isPending) {
    return (
      <div className="page-middle">
        <Spinner />
      </div>
    )
  }
  if (!team.data) {
    return (
      <EmptyState
        icon={<AlertIcon />}
        title="The team could not be loaded"
        action={<Button onClick={() => void team.refetch()}>Try again</Button>}
      >
        {faultText(team.error)}
      </EmptyState>
    )
  }
  const members = team.data.toSorted(
    (one, other) => Number(one.disabledAt !== null) - Number(other.disabledAt !== null),
  )
  return (
    <div className="team">
      <div className="team-content">
        <h1>Team</h1>
        <p className="team-lead">Everybody here can read and answer all chats, and add or disable others.</p>
        <ul className="team-list" aria-label="Members">
          {members.map((member) => (
            <Member key={member.id} member={member} isMe={member.id === admin.id} />
          ))}
        </ul>
        <AddMember />
      </div>
    </div>
  )
}
