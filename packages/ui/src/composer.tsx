import type { ChangeEvent, KeyboardEvent, RefObject } from 'react'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { SendIcon } from './icons.tsx'
import { isBlank } from './is-blank.ts'
import './composer.css'

export interface ComposerProps {
  /** Gets the text as it was written, never a blank or too long one. */
  onSend: (content: string) => void
  /** True with every key, false when what was written is sent, gone or left: how often others hear is not its business. */
  onTyping?: ((typing: boolean) => void) | undefined
  placeholder: string
  disabled?: boolean | undefined
  maxLength?: number | undefined
  /** What is being written, when somebody else keeps it; changes go to `onDraft`. */
  draft?: string | undefined
  onDraft?: ((draft: string) => void) | undefined
  /** To put the focus into it. */
  inputRef?: RefObject<HTMLTextAreaElement | null> | undefined
  texts?: Partial<ComposerTexts> | undefined
}

export interface ComposerTexts {
  send: string
  left: (characters: number) => string
}

const COUNT_BELOW = 200

/** Where a message is written. Enter sends, Shift+Enter makes a new line, and nothing is ever cut off. */
export function Composer(props: ComposerProps) {
  const { onSend, onTyping, placeholder, disabled = false, maxLength = 4000, draft, onDraft } = props
  const words = { ...ENGLISH, ...props.texts }
  const ownInput = useRef<HTMLTextAreaElement>(null)
  const input = props.inputRef ?? ownInput
  const [ownText, setOwnText] = useState('')
  const countId = useId()
  const text = draft ?? ownText
  const reportTyping = useRef(onTyping)
  reportTyping.current = onTyping
  const stopTyping = () => reportTyping.current?.(false)

  const left = maxLength - lengthOf(text.trim())
  const sendable = !disabled && left >= 0 && !isBlank(text)

  const write = (next: string) => {
    setOwnText(next)
    onDraft?.(next)
  }
  const send = () => {
    if (sendable) {
      stopTyping()
      onSend(text)
      write('')
    }
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that picks a word from an input method sends nothing; Safari reports it as key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229)
      return
    event.preventDefault()
    send()
  }
  const onChange = (event: ChangeEvent<HTMLTextAreaElement>) => {
    const next = event.currentTarget.value
    write(next)
    onTyping?.(!isBlank(next))
  }

  useEffect(() => () => reportTyping.current?.(false), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = input.current
    const composer = area?.parentElement
    if (!area || !composer) return
    // Were it smaller for a moment, the list above it would grow, and lose its place.
    composer.style.minBlockSize = `${composer.offsetHeight}px`
    area.style.blockSize = 'auto'
    area.style.blockSize = `${area.scrollHeight}px`
    composer.style.minBlockSize = ''
  }, [text, input])

  return (
    <div className="ac-composer" data-over={left < 0 ? '' : undefined}>
      <textarea
        ref={input}
        className="ac-composer-text"
        rows={1}
        // Empty, it would read from the left in every language.
        dir={text === '' ? undefined : 'auto'}
        enterKeyHint="send"
        value={text}
        placeholder={placeholder}
        aria-label={placeholder}
        aria-invalid={left < 0}
        aria-describedby={left < COUNT_BELOW ? countId : undefined}
        disabled={disabled}
        onChange={onChange}
        onKeyDown={onKeyDown}
        onBlur={stopTyping}
      />
      <div className="ac-composer-side">
        {left < COUNT_BELOW && (
          // Told with the field, not at every key.
          <output id={countId} className="ac-composer-count" aria-live="off" aria-label={words.left(left)}>
            {left}
          </output>
        )}
        <button
          type="button"
          className="ac-composer-send"
          aria-label={words.send}
          title={words.send}
          aria-disabled={!sendable}
          // Keeps the focus, and on phones the keyboard, where it is.
          onPointerDown={(event) => event.preventDefault()}
          onClick={send}
        >
          <SendIcon />
        </button>
      </div>
    </div>
  )
}

/** In code points, as the server counts: an emoji is not punished for how it is encoded. */
function lengthOf(text: string): number {
  return Array.from(text).length
}

const ENGLISH: ComposerTexts = {
  send: 'Send',
  left: (characters) =>
    characters < 0 ? `${-characters} characters too many` : `${characters} characters left`,
}
