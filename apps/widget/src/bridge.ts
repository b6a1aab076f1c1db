/**
 * What the host page's loader and the panel in the frame say to each other: all of it, in both directions.
 * Whoever posts names the target origin; whoever receives checks origin, source and shape, in that order.
 */

export interface Theme {
  /** `#rgb` or `#rrggbb`. */
  accent?: string
  mode?: 'light' | 'dark' | 'auto'
}

export interface Start {
  type: 'start'
  /** The stored session, opaque to both sides. */
  token: string | null
  /** The page vouches for its user: ask it for an identity before starting a session. */
  signed: boolean
  open: boolean
  theme?: Theme
  title?: string
  language?: string
  /** Everything the panel has stored, as one JSON object of texts: frames of third parties keep nothing. */
  outbox: string | null
}

export type ToPanel =
  | Start
  /** The answer to `needIdentity`; null when the page could not get one. */
  | { type: 'identity'; jwt: string | null }
  | { type: 'visibility'; open: boolean }
  /** Another tab has stored this, or removed it. */
  | { type: 'stored'; key: string; value: string | null }

export type ToPage =
  | { type: 'ready' }
  | { type: 'needIdentity' }
  /** Keep this session, or forget it. */
  | { type: 'session'; token: string | null }
  | { type: 'unread'; count: number }
  | { type: 'close' }
  /** A message of the other side has come. */
  | { type: 'message' }
  | { type: 'store'; key: string; value: string | null }

export function isToPanel(value: unknown): value is ToPanel {
  return hasShape(TO_PANEL, value)
}

export function isToPage(value: unknown): value is ToPage {
  return hasShape(TO_PAGE, value)
}

/** The panel may keep this much in the host page's storage, which is not ours to fill. */
export const STORED_LIMIT = 512 * 1024

type Check = (value: unknown) => boolean
type Shapes<Message extends { type: string }> = {
  [Type in Message['type']]: Record<Exclude<keyof Extract<Message, { type: Type }>, 'type'>, Check>
}

const text = (value: unknown): value is string => typeof value === 'string' && value.length <= STORED_LIMIT
const storedKey: Check = (value) => text(value) && /^[\w:.-]{1,120}$/.test(value)
const flag: Check = (value) => typeof value === 'boolean'
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

const theme: Check = (value) =>
  isRecord(value) &&
  optional(text)(value.accent) &&
  (value.mode === undefined || value.mode === 'light' || value.mode === 'dark' || value.mode === 'auto')

const TO_PANEL: Shapes<ToPanel> = {
  start: {
    token: nullable(text),
    signed: flag,
    open: flag,
    theme: optional(theme),
    title: optional(text),
    language: optional(text),
    // The page keeps to the limit; several tabs that store in the same moment may pass it by a little.
    outbox: nullable((value) => typeof value === 'string'),
  },
  identity: { jwt: nullable(text) },
  visibility: { open: flag },
  stored: { key: storedKey, value: nullable(text) },
}

const TO_PAGE: Shapes<ToPage> = {
  ready: {},
  needIdentity: {},
  session: { token: nullable((value) => text(value) && value !== '') },
  unread: { count: (value) => Number.isSafeInteger(value) && Number(value) >= 0 },
  close: {},
  message: {},
  store: { key: storedKey, value: nullable(text) },
}

function hasShape(shapes: Record<string, Record<string, Check>>, value: unknown): boolean {
  if (!isRecord(value) || typeof value.type !== 'string' || !Object.hasOwn(shapes, value.type)) return false
  return Object.entries(shapes[value.type] ?? {}).every(([field, check]) => check(value[field]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
