import { isIP } from 'node:net'
import { z } from 'zod'

/** Every setting of the product: an environment variable, its default and its meaning. */
export interface Settings {
  /** NODE_ENV=production: nothing is made up, whatever is missing is a fault. */
  production: boolean
  /** HOST: the address to listen on. */
  host: string
  /** PORT */
  port: number
  /** PUBLIC_URL: the origin under which browsers reach this server; also the `aud` of identities. */
  publicUrl: string
  /** DATABASE_URL: null starts an embedded Postgres. */
  databaseUrl: string | null
  /** SMTP_URL: null starts a built-in mailbox. */
  smtpUrl: string | null
  /** MAIL_FROM: the sender of reply emails. */
  mailFrom: string
  /** APP_NAME: how the product calls itself towards users. */
  appName: string
  /** CHAT_URL: the page of the host that has the widget, which reply emails lead to; null leaves them without a button. */
  chatUrl: string | null
  /** IDENTITY_SECRETS: shared with the hosts' back ends, newest first; null makes one up. */
  identitySecrets: readonly string[] | null
  /** SESSION_SECRET: keys the hashes of session tokens; null makes one up. */
  sessionSecret: string | null
  /** ALLOWED_ORIGINS: sites that may embed the widget, beside this server's own origin. */
  allowedOrigins: readonly string[]
  /** REPLY_EMAIL_DELAY: how long a reply stays unread before it is mailed. */
  replyEmailDelayMs: number
  /** ROLE: serve (`web`), run jobs (`worker`), or both. */
  role: 'all' | 'web' | 'worker'
  /** ADMIN_EMAIL and ADMIN_PASSWORD: the first one who can log in; null when not given. */
  firstAdmin: { email: string; password: string } | null
  /** TRUST_PROXY: addresses or ranges of reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  /** DATA_DIR: where the embedded Postgres and the mailbox keep what they have. */
  dataDir: string
  /** LOG_LEVEL */
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
}

const MIN_SECRET = 32

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )

const secret = z
  .string()
  .min(MIN_SECRET, `use at least ${MIN_SECRET} random characters, for example from: openssl rand -base64 33`)

const origin = z.string().transform((text, context) => {
  const url = text.includes('*') ? null : URL.parse(text)
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.pathname === '/')
    return url.origin
  context.addIssue({ code: 'custom', message: 'is no origin like https://support.example.com' })
  return z.NEVER
})

/** As Fastify's trustProxy takes it: an address, a range, or one of its three names. */
function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0) return ['loopback', 'linklocal', 'uniquelocal'].includes(text)
  return (
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  )
}

const duration = z.string().transform((text, context) => {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? []
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? '']
  if (amount !== undefined && unitMs) return Number(amount) * unitMs
  context.addIssue({ code: 'custom', message: 'is no duration like 30s, 5m or 1h' })
  return z.NEVER
})

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number('is no port number').int().min(1).max(65_535).default(3000),
  PUBLIC_URL: origin.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is no postgres:// address' }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'is no smtp:// address' }).optional(),
  MAIL_FROM: z
    .string()
    .min(3)
    .regex(/^\P{Cc}+@\P{Cc}+$/u, 'is no sender like Support <support@example.com>')
    .optional(),
  APP_NAME: z.string().trim().min(1).max(60).default('Acme Support'),
  CHAT_URL: z
    .url({ protocol: /^https?$/, error: 'is no https:// address' })
    .refine((url) => !url.includes('#'), 'must have no fragment: the mail puts its own behind it')
    .optional(),
  IDENTITY_SECRETS: list.pipe(z.array(secret)),
  SESSION_SECRET: secret.optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  REPLY_EMAIL_DELAY: z.string().default('5m').pipe(duration),
  ROLE: z.enum(['all', 'web', 'worker'], 'is one of all, web, worker').default('all'),
  ADMIN_EMAIL: z.email('is no email address').toLowerCase().optional(),
  ADMIN_PASSWORD: z.string().min(12, 'use at least 12 characters').optional(),
  TRUST_PROXY: list.pipe(
    z.array(z.string().refine(isAddressRange, 'is no list of addresses or ranges like 10.0.0.0/8')),
  ),
  DATA_DIR: z.string().min(1).default('.data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).optional(),
})

const REQUIRED_IN_PRODUCTION = {
  PUBLIC_URL: 'the https:// origin under which browsers reach this server',
  DATABASE_URL: 'a postgres:// address; the embedded Postgres is for trying and developing only',
  SMTP_URL: 'an smtp:// address; the built-in mailbox is for trying and developing only',
  MAIL_FROM: 'the sender of reply emails, for example Support <support@example.com>',
  IDENTITY_SECRETS: 'a secret that you share with the back end of your site: openssl rand -base64 33',
  SESSION_SECRET: 'a random secret: openssl rand -base64 33',
} as const

export type SettingsResult = { ok: true; settings: Settings } | { ok: false; faults: string[] }

/** Reads all settings at once; all that is wrong with them is reported together, a sentence each. */
export function readSettings(env: NodeJS.ProcessEnv): SettingsResult {
  // An empty variable is one that is not set: that is how compose files pass them.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const production = given.NODE_ENV === 'production'
  const parsed = schema.safeParse(given)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`)
  if ((given.ADMIN_EMAIL === undefined) !== (given.ADMIN_PASSWORD === undefined)) {
    faults.push('ADMIN_EMAIL, ADMIN_PASSWORD: set both or neither.')
  }
  if (production) {
    for (const [name, meaning] of Object.entries(REQUIRED_IN_PRODUCTION)) {
      if (given[name] === undefined) faults.push(`${name} is missing: ${meaning}.`)
    }
  }
  if (!parsed.success || faults.length > 0) return { ok: false, faults }

  const v = parsed.data
  const firstAdmin =
    v.ADMIN_EMAIL && v.ADMIN_PASSWORD ? { email: v.ADMIN_EMAIL, password: v.ADMIN_PASSWORD } : null
  return {
    ok: true,
    settings: {
      production,
      host: v.HOST,
      port: v.PORT,
      publicUrl: v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
      databaseUrl: v.DATABASE_URL ?? null,
      smtpUrl: v.SMTP_URL ?? null,
      mailFrom: v.MAIL_FROM ?? `${v.APP_NAME} <support@localhost>`,
      appName: v.APP_NAME,
      chatUrl: v.CHAT_URL ?? null,
      identitySecrets: v.IDENTITY_SECRETS.length > 0 ? v.IDENTITY_SECRETS : null,
      sessionSecret: v.SESSION_SECRET ?? null,
      allowedOrigins: v.ALLOWED_ORIGINS,
      replyEmailDelayMs: v.REPLY_EMAIL_DELAY,
      role: v.ROLE,
      firstAdmin,
      trustedProxies: v.TRUST_PROXY,
      dataDir: v.DATA_DIR,
      logLevel: v.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    },
  }
}
