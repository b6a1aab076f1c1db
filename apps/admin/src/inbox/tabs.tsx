import type { KeyboardEvent } from 'react'
import './tabs.css'

interface TabsProps {
  archived: boolean
  onArchived: (archived: boolean) => void
  unread: number
}

/** Active or Archived. Arrow keys change between them, as in every row of tabs. */
export function Tabs({ archived, onArchived, unread }: TabsProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return
    event.preventDefault()
    const next = event.key === 'Home' ? false : event.key === 'End' ? true : !archived
    onArchived(next)
    document.getElementById(next ? 'tab-archived' : 'tab-active')?.focus()
  }
  const tab = (id: string, name: string, selected: boolean, count = 0) => (
    <button
      type="button"
      role="tab"
      id={id}
      aria-selected={selected}
      aria-controls="inbox-panel"
      tabIndex={selected ? 0 : -1}
      onClick={() => onArchived(name === 'Archived')}
    >
      {name}
      {count > 0 && (
        <span className="tabs-count" aria-hidden="true">
          {count > 99 ? '99+' : count}
        </span>
      )}
    </button>
  )
  return (
    <div className="tabs" role="tablist" aria-label="Which chats" onKeyDown={onKeyDown}>
      {tab('tab-active', 'Active', !archived, unread)}
      {tab('tab-archived', 'Archived', archived)}
    </div>
  )
}
