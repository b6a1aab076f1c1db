/** Ends a session on the server too, so that a copied token is worth nothing. Nobody waits for the answer. */
export function endSession(base: URL, token: string) {
  fetch(new URL('trpc/session.end', base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
    credentials: 'omit',
    // Pages often leave right after logging out.
    keepalive: true,
  }).catch(() => {
    // Offline: the token is forgotten here and expires there.
  })
}
