import type { Theme } from '../bridge.ts'
import type { IdentitySource } from './identity.ts'

/** What the page can do, as `commands.ts` passes it on. */

export interface BootOptions {
  /** A signed identity, or a function that fetches a fresh one; none for a visitor. */
  identity?: IdentitySource
  theme?: Theme
  /** The panel's heading. */
  title?: string
  /** BCP 47; otherwise the browser's. */
  language?: string
}

export interface WidgetEvents {
  unread: (count: number) => void
  open: () => void
  close: () => void
  message: () => void
}

export interface Widget {
  /** The first call paints the launcher; later ones change who is chatting, or how it looks. */
  boot(options: BootOptions): void
  open(): void
  close(): void
  /** Forgets everything stored, of users and visitors; from then on it is a new visitor. */
  logout(): void
  on<Name extends keyof WidgetEvents>(event: Name, listener: WidgetEvents[Name]): void
}
