// @ts-check
// Everything of a mail is put in as text; its HTML goes into a frame that may not run scripts.

const POLL_MS = 2_000
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

const main = at('main')
const list = at('list')
let chosen = ''
let shown = ''

setTimeout(poll)
at('back').addEventListener('click', () => {
  const before = chosen
  show(undefined)
  for (const button of list.querySelectorAll('button')) if (button.dataset.id === before) button.focus()
})
at('clear').addEventListener('click', async () => {
  await fetch('/mailbox/messages', { method: 'DELETE' })
  await refresh()
})
for (const button of document.querySelectorAll('[data-part]')) {
  button.addEventListener('click', () => showPart(button.getAttribute('data-part') ?? 'text'))
}

async function poll() {
  try {
    if (!document.hidden) await refresh()
    at('trouble').hidden = true
  } catch {
    at('trouble').hidden = false
  }
  setTimeout(poll, POLL_MS)
}

async function refresh() {
  const response = await fetch('/mailbox/messages')
  if (!response.ok) throw new Error(`${response.status}`)
  const text = await response.text()
  // Painted only when something changed, so that focus and selection stay.
  if (text === shown) return
  shown = text
  const mails = JSON.parse(text)
  const hadFocus = document.activeElement instanceof HTMLElement && document.activeElement.dataset.id
  list.replaceChildren(...mails.map(row))
  if (hadFocus)
    for (const button of list.querySelectorAll('button')) if (button.dataset.id === hadFocus) button.focus()
  at('empty').hidden = mails.length > 0
  at('clear').hidden = mails.length === 0
  document.title = mails.length > 0 ? `(${mails.length}) Mailbox` : 'Mailbox'
  if (!mails.some((mail) => mail.id === chosen)) show(undefined)
}

function row(mail) {
  const button = make('button', '')
  button.setAttribute('type', 'button')
  button.dataset.id = mail.id
  if (mail.id === chosen) button.setAttribute('aria-current', 'true')
  const at = new Date(mail.receivedAt)
  const time = make('time', (at.toDateString() === new Date().toDateString() ? clock : day).format(at))
  time.setAttribute('datetime', mail.receivedAt)
  const to = make('span', `To ${mail.to.join(', ')}`, 'quiet')
  button.append(
    to,
    time,
    make('strong', mail.subject || '(no subject)'),
    make('span', mail.preview, 'preview'),
  )
  button.addEventListener('click', () => open(mail.id))
  const item = make('li', '')
  item.append(button)
  return item
}

async function open(id) {
  const response = await fetch(`/mailbox/messages/${id}`)
  if (response.ok) show(await response.json())
}

function show(mail) {
  chosen = mail?.id ?? ''
  for (const button of list.querySelectorAll('button')) {
    if (button.dataset.id === chosen) button.setAttribute('aria-current', 'true')
    else button.removeAttribute('aria-current')
  }
  at('mail').hidden = !mail
  main.classList.toggle('bare', !mail)
  main.classList.toggle('reading', Boolean(mail))
  if (!mail) return
  at('subject').textContent = mail.subject || '(no subject)'
  at('from').textContent = mail.from
  at('to').textContent = mail.to.join(', ')
  at('received').textContent = full.format(new Date(mail.receivedAt))
  at('text').textContent = mail.text
  at('headers').textContent = mail.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
  // Links of the mail open in a tab of their own, where they work.
  at('html').setAttribute('srcdoc', `<base target="_blank">${mail.html}`)
  const has = { html: mail.html !== '', text: mail.text !== '', headers: true }
  for (const button of document.querySelectorAll('[data-part]')) {
    button.toggleAttribute('disabled', !has[button.getAttribute('data-part') ?? ''])
  }
  showPart(has.html ? 'html' : 'text')
}

function showPart(part) {
  for (const button of document.querySelectorAll('[data-part]')) {
    const name = button.getAttribute('data-part') ?? ''
    button.setAttribute('aria-pressed', String(name === part))
    at(name).hidden = name !== part
  }
}

function at(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page lacks #${id}`)
  return element
}

function make(name, text, className = '') {
  const element = document.createElement(name)
  element.textContent = text
  if (className) element.className = className
  return element
}
