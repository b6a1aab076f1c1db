/** The code that the demo page shows to copy; it is what the demo page itself does. */
export function embedSnippet(audience: string): string {
  return `<script>
  window.AcmeChat ||= (...args) => { (AcmeChat.q ||= []).push(args) }
  AcmeChat('boot', {
    // Leave "identity" out for people who are not logged in.
    identity: async () => {
      const response = await fetch('/support-identity', { method: 'POST' })
      return (await response.json()).token
    },
  })
</script>
<script async src="${audience}/widget.js"></script>`
}

export function signingSnippet(audience: string): string {
  return `import { SignJWT } from 'jose'

const secret = new TextEncoder().encode(process.env.SUPPORT_IDENTITY_SECRET)

// Behind your own log-in: sign for the user of the session, never for one the page names.
app.post('/support-identity', requireLogin, async (request, response) => {
  const { id, email, name } = request.user
  const token = await new SignJWT({ email, name })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setAudience('${audience}')
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(secret)
  response.json({ token })
})`
}
