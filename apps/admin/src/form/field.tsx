import { type RefObject, useId } from 'react'
import './field.css'

interface FieldProps {
  label: string
  type?: 'text' | 'email' | 'password'
  autoComplete: string
  value: string
  onChange: (value: string) => void
  /** What it takes, below it. */
  hint?: string
  /** What is wrong with it. */
  trouble?: string | undefined
  describedBy?: string | undefined
  inputRef?: RefObject<HTMLInputElement | null>
}

/** A labelled line to write in. */
export function Field(props: FieldProps) {
  const { label, type = 'text', autoComplete, value, onChange, hint, trouble, describedBy, inputRef } = props
  const id = useId()
  const note = trouble ?? hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={inputRef}
        id={id}
        name={label.toLowerCase()}
        type={type}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        aria-invalid={trouble !== undefined || describedBy !== undefined}
        aria-describedby={note ? `${id}-note` : describedBy}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {note && (
        <p id={`${id}-note`} data-trouble={trouble ? '' : undefined}>
          {note}
        </p>
      )}
    </div>
  )
}
