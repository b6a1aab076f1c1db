import { type CallFault, faultOf } from '@acme/client'
import { api } from '@acme/react/query'
import { type FormEvent, useRef, useState } from 'react'
import { AT_ONCE, faultText } from '../fault.ts'
import { Field } from '../form/field.tsx'
import { SubmitButton } from '../form/submit-button.tsx'

const EMPTY = { name: '', email: '', password: '' }

/** Lets somebody in. The password is handed over by whoever adds them. */
export function AddMember() {
  const utils = api.useUtils()
  const [fields, setFields] = useState(EMPTY)
  const first = useRef<HTMLInputElement>(null)
  const add = api.admin.team.add.useMutation({
    ...AT_ONCE,
    async onSuccess() {
      setFields(EMPTY)
      first.current?.focus()
      await utils.admin.team.list.invalidate()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!add.isPending) add.mutate(fields)
  }
  const change = (name: keyof typeof EMPTY) => (value: string) => setFields({ ...fields, [name]: value })
  const fault = add.error ? faultOf(add.error) : null
  const troubleAt = (name: keyof typeof EMPTY) =>
    fault?.field === name ? troubleText(name, fault.reason) : undefined
  return (
    <form className="add-member" onSubmit={submit} noValidate>
      <h2>Add somebody</h2>
      <Field
        label="Name"
        autoComplete="off"
        value={fields.name}
        onChange={change('name')}
        hint="Users see it above the replies."
        trouble={troubleAt('name')}
        inputRef={first}
      />
      <Field
        label="Email"
        type="email"
        autoComplete="off"
        value={fields.email}
        onChange={change('email')}
        trouble={troubleAt('email')}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="new-password"
        value={fields.password}
        onChange={change('password')}
        hint="At least 12 characters."
        trouble={troubleAt('password')}
      />
      {fault && fault.field === null && (
        <p className="member-trouble" role="alert">
          {faultText(add.error)}
        </p>
      )}
      {add.isSuccess && (
        <p className="add-member-done" role="status">
          {add.data.name ?? add.data.email} can log in now.
        </p>
      )}
      <SubmitButton busy={add.isPending}>Add to the team</SubmitButton>
    </form>
  )
}

function troubleText(field: keyof typeof EMPTY, reason: CallFault['reason']): string {
  if (reason === 'admin_exists') return 'Somebody with this email is in the team already.'
  switch (field) {
    case 'name':
      return 'Write a name of at most 100 characters.'
    case 'email':
      return 'This is no email address.'
    case 'password':
      return 'Use at least 12 characters.'
  }
}
