/** The code that the demo page shows to copy: that of docs/embedding.md, with this server's address. */
export function embedSnippet(audience: string): string {
  return `<script>
  window.AcmeChat ||= (...args) => { (AcmeChat.q ||= []).push(args) }
  AcmeChat('boot', {
    // Leave "identity" out for people who are not logged in.
    identity: async () => {
      const response = await fetch('/support-identity', { method: 'POST' })
      if (!response.ok) throw new Error('No identity (' + response.status + ')')
      return response.text()
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
    .setExpirationTime('10m')
    .sign(secret)
  response.send(token)
})`
}
