const asked = new URLSearchParams(location.search).get('as')
const person = asked === 'alice' || asked === 'bob' ? asked : 'visitor'

for (const link of document.querySelectorAll('[data-person]')) {
  if (link.dataset.person === person) link.setAttribute('aria-current', 'page')
}

async function identity() {
  const answer = await fetch('/demo/identity', { method: 'POST', body: JSON.stringify({ person }) })
  const { token } = await answer.json()
  return token
}
window.AcmeChat('boot', person === 'visitor' ? {} : { identity })
document.getElementById('ask')?.addEventListener('click', () => window.AcmeChat('open'))

show(
  'embed',
  `<script>
  window.AcmeChat ||= (...args) => { (AcmeChat.q ||= []).push(args) }
  AcmeChat('boot', { identity: () => fetch('/support-token').then((answer) => answer.text()) })
</script>
<script async src="${location.origin}/widget.js"></script>`,
)
show(
  'sign',
  `import { SignJWT } from 'jose'

app.get('/support-token', async (request, response) => {
  const { id, email, name } = request.user
  const token = await new SignJWT({ email, name })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setAudience('${location.origin}')
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(process.env.IDENTITY_SECRET))
  response.send(token)
})`,
)

function show(id, code) {
  const place = document.getElementById(id)
  if (place) place.textContent = code
}
