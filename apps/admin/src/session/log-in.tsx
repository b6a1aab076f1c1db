import { api } from '@acme/react/query'
import { AlertIcon, ChatIcon } from '@acme/ui'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { AT_ONCE } from '../fault.ts'
import { Field } from '../form/field.tsx'
import { SubmitButton } from '../form/submit-button.tsx'
import { logInText } from './log-in-text.ts'
import './log-in.css'

/** Where support staff come in. */
export function LogIn({ ended }: { ended: boolean }) {
  const utils = api.useUtils()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const emailField = useRef<HTMLInputElement>(null)
  const passwordField = useRef<HTMLInputElement>(null)
  const logIn = api.admin.session.logIn.useMutation({
    ...AT_ONCE,
    onSuccess: (admin) => utils.admin.session.get.setData(undefined, admin),
    onError: () => passwordField.current?.select(),
  })

  useEffect(() => {
    document.title = 'Log in – Inbox'
    emailField.current?.focus()
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (logIn.isPending) return
    if (email.trim() === '') emailField.current?.focus()
    else if (password === '') passwordField.current?.focus()
    else logIn.mutate({ email, password })
  }
  const trouble = logIn.error ? logInText(logIn.error) : null

  return (
    <main className="log-in">
      <form className="log-in-card" onSubmit={submit} noValidate>
        <span className="log-in-mark">
          <ChatIcon />
        </span>
        <h1>Log in to the inbox</h1>
        {ended && !trouble && (
          <p className="log-in-note" role="status">
            Your session has ended. Log in to go on where you were; your drafts are kept.
          </p>
        )}
        {trouble && (
          <p className="log-in-trouble" id="log-in-trouble" role="alert">
            <AlertIcon />
            <span>{trouble}</span>
          </p>
        )}
        <Field
          label="Email"
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          inputRef={emailField}
          describedBy={trouble ? 'log-in-trouble' : undefined}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          inputRef={passwordField}
          describedBy={trouble ? 'log-in-trouble' : undefined}
        />
        <SubmitButton busy={logIn.isPending}>Log in</SubmitButton>
      </form>
    </main>
  )
}
