import type { Settings } from './settings.ts'

export interface Origins {
  /** Pages of this server itself: the inbox, the panel in its frame. Only they may use the admin's cookie. */
  isOwn: (origin: string | undefined) => boolean
  /** Own pages and the sites that may embed the widget. */
  isAllowed: (origin: string | undefined) => boolean
  /** For `frame-ancestors` (CSP level 3). */
  embedding: readonly string[]
}

/** Compared whole, never by parts: `https://example.com.evil.test` is nobody we know. */
export function createOrigins({ publicUrl, port, production, allowedOrigins }: Settings): Origins {
  const own = new Set([publicUrl])
  // While trying it out both names of the machine are as good.
  if (!production) for (const host of ['localhost', '127.0.0.1']) own.add(`http://${host}:${port}`)
  const allowed = new Set([...own, ...allowedOrigins])
  return {
    isOwn: (origin) => origin !== undefined && own.has(origin),
    isAllowed: (origin) => origin !== undefined && allowed.has(origin),
    embedding: allowedOrigins,
  }
}
