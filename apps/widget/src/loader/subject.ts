/**
 * The user a signed identity names (`sub`), to notice that it is somebody else. Decoded, not verified: that is
 * the server's part. Null for anything that is no JWT, and for a `sub` with half a surrogate pair, which the server refuses
 * and which can't be part of a key in storage.
 */
export function subjectOf(jwt: string): string | null {
  try {
    const payload = (jwt.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return null
    const { sub } = claims
    return typeof sub === 'string' && !/\p{Cs}/u.test(sub) ? sub : null
  } catch {
    return null
  }
}
