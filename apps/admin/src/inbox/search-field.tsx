import { CloseIcon, IconButton, SearchIcon, Spinner } from '@acme/ui'
import { type KeyboardEvent, useRef } from 'react'
import './search-field.css'

interface SearchFieldProps {
  words: string
  onWords: (words: string) => void
  busy: boolean
}

export const SEARCH_ID = 'search'

/** Looks in messages, names and emails of the tab. Escape empties it, arrow down leads into the list. */
export function SearchField({ words, onWords, busy }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      // Not also "go back".
      event.stopPropagation()
      if (words === '') input.current?.blur()
      else onWords('')
    } else if (event.key === 'ArrowDown') {
      event.preventDefault()
      document.querySelector<HTMLElement>('[data-card]')?.focus()
    }
  }
  return (
    <search className="search">
      <SearchIcon />
      <input
        ref={input}
        id={SEARCH_ID}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        aria-label="Search"
        aria-keyshortcuts="/"
        placeholder="Search"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={words}
        onChange={(event) => onWords(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {busy && <Spinner label="Searching…" />}
      {words === '' ? (
        <span className="search-key" aria-hidden="true">
          /
        </span>
      ) : (
        <IconButton
          label="Clear search"
          icon={<CloseIcon />}
          onClick={() => {
            onWords('')
            input.current?.focus()
          }}
        />
      )}
    </search>
  )
}
