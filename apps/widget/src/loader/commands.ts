import type { BootOptions, Widget, WidgetEvents } from './page-api.ts'

/** The page's API: `AcmeChat('boot', …)`. */
export interface AcmeChat {
  (command: 'boot' | 'identify', options?: BootOptions): void
  (command: 'open' | 'close' | 'logout'): void
  <Name extends keyof WidgetEvents>(command: 'on', event: Name, listener: WidgetEvents[Name]): void
  /** Calls made before the loader was there. */
  q?: ArrayLike<unknown>[]
  loaded?: true
}

declare global {
  interface Window {
    AcmeChat?: AcmeChat
  }
}

/** Runs what was queued, in order, and then every call as it comes. */
export function consumeCommands(widget: Widget) {
  const queued = window.AcmeChat?.q ?? []
  const chat = (...call: unknown[]) => {
    try {
      run(widget, call)
    } catch (error) {
      // A mistake in one call is shown in the console and breaks neither the page nor the next call.
      reportError(error)
    }
  }
  window.AcmeChat = Object.assign(chat, { loaded: true as const })
  for (const call of queued) chat(...Array.from(call))
}

function run(widget: Widget, [command, ...rest]: unknown[]) {
  switch (command) {
    case 'boot':
    case 'identify':
      return widget.boot(bootOptions(rest[0]))
    case 'open':
      return widget.open()
    case 'close':
      return widget.close()
    case 'logout':
      return widget.logout()
    case 'on':
      if (!isEventName(rest[0]))
        throw new TypeError(`AcmeChat: no event "${rest[0]}"; there are ${EVENTS.join(', ')}`)
      if (!isListener(rest[1])) throw new TypeError('AcmeChat: "on" needs an event and a function')
      return widget.on(rest[0], rest[1])
    default:
      throw new TypeError(
        `AcmeChat: no command "${command}"; there are boot, identify, open, close, logout, on`,
      )
  }
}

const EVENTS = ['unread', 'open', 'close', 'message'] as const satisfies (keyof WidgetEvents)[]

function isEventName(value: unknown): value is keyof WidgetEvents {
  return EVENTS.some((name) => name === value)
}

function isListener(value: unknown): value is () => void {
  return typeof value === 'function'
}

function bootOptions(value: unknown): BootOptions {
  if (value === undefined || value === null) return {}
  if (!isBootOptions(value)) {
    throw new TypeError('AcmeChat: "boot" takes { identity?: token or function, theme?, title?, language? }')
  }
  return value
}

function isBootOptions(value: unknown): value is BootOptions {
  if (typeof value !== 'object' || value === null) return false
  const { identity, theme, title, language }: Record<string, unknown> = { ...value }
  return (
    (identity === undefined || typeof identity === 'string' || typeof identity === 'function') &&
    (theme === undefined || (typeof theme === 'object' && theme !== null)) &&
    (title === undefined || typeof title === 'string') &&
    (language === undefined || typeof language === 'string')
  )
}
