// @ts-check
// What a customer's page does: queue commands until widget.js has come, and boot the chat.
window.AcmeChat ||= (...args) => {
  ;(AcmeChat.q ||= []).push(args)
}

// The link in a reply email names nobody: it leads to whom this browser was last.
try {
  const named = new URLSearchParams(location.search).get('as')
  const last = localStorage.getItem('demo-as')
  if (named !== null) localStorage.setItem('demo-as', named)
  else if (last !== null) location.replace(`/?as=${encodeURIComponent(last)}${location.hash}`)
} catch {
  // Where storage is blocked it leads to a visitor.
}

const as = document.currentScript?.dataset.as ?? 'visitor'
if (as === 'visitor') AcmeChat('boot')
else AcmeChat('boot', { identity: fetchIdentity })

async function fetchIdentity() {
  const response = await fetch('/demo/identity', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person: as }),
  })
  if (!response.ok) throw new Error(`No identity (${response.status})`)
  const { token } = await response.json()
  return token
}

document.addEventListener('DOMContentLoaded', () => {
  document.getElementById('ask')?.addEventListener('click', () => AcmeChat('open'))
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.addEventListener('click', () => copy(button))
  }
})

/** @param {Element} button */
async function copy(button) {
  const code = button.closest('figure')?.querySelector('code')
  if (!code) return
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    button.textContent = 'Copied'
  } catch {
    // Without the right to the clipboard, the next best: it is selected, one key away.
    getSelection()?.selectAllChildren(code)
    button.textContent = 'Selected'
  }
  setTimeout(() => {
    button.textContent = 'Copy'
  }, 2_000)
}
