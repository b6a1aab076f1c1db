import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const secret = 'x'.repeat(32)
const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://support.example.com',
  DATABASE_URL: 'postgres://app:secret@db.example.com/support',
  SMTP_URL: 'smtps://user:secret@mail.example.com',
  MAIL_FROM: 'Support <support@example.com>',
  IDENTITY_SECRETS: `${secret}a,${secret}b`,
  SESSION_SECRET: secret,
}

test('with nothing set it is ready to be tried', () => {
  const result = readSettings({})
  expect(result).toMatchObject({
    ok: true,
    settings: {
      production: false,
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      databaseUrl: null,
      smtpUrl: null,
      replyEmailDelayMs: 300_000,
      role: 'all',
      dataDir: '.data',
    },
  })
})

test('production makes nothing up: all that is missing is said at once, with what to set', () => {
  const result = readSettings({ NODE_ENV: 'production' })
  if (result.ok) throw new Error('refused settings expected')
  for (const name of Object.keys(production).filter((key) => key !== 'NODE_ENV')) {
    expect(result.faults.some((fault) => fault.startsWith(`${name} is missing: `))).toBe(true)
  }
  expect(readSettings(production)).toMatchObject({
    ok: true,
    settings: { production: true, identitySecrets: [`${secret}a`, `${secret}b`] },
  })
})

test('every fault is named by its variable, and no value is repeated', () => {
  const result = readSettings({
    PORT: 'http',
    PUBLIC_URL: 'support.example.com/chat',
    DATABASE_URL: 'mysql://root:hunter2@localhost',
    REPLY_EMAIL_DELAY: '5 minutes',
    IDENTITY_SECRETS: 'short',
    ROLE: 'both',
    ALLOWED_ORIGINS: 'https://shop.example, https://*.shop.example',
    ADMIN_PASSWORD: 'short',
    TRUST_PROXY: 'nginx, 10.0.0.0/8, ::1, loopback',
  })
  if (result.ok) throw new Error('refused settings expected')
  expect(result.faults.map((fault) => fault.split(':')[0])).toEqual([
    'PORT',
    'PUBLIC_URL',
    'DATABASE_URL',
    'IDENTITY_SECRETS',
    'ALLOWED_ORIGINS',
    'REPLY_EMAIL_DELAY',
    'ROLE',
    'ADMIN_PASSWORD',
    'TRUST_PROXY',
    'ADMIN_EMAIL, ADMIN_PASSWORD',
  ])
  expect(result.faults.join()).not.toContain('hunter2')
})

test.each([
  ['300ms', 300],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
])('a delay of %s', (REPLY_EMAIL_DELAY, ms) => {
  expect(readSettings({ REPLY_EMAIL_DELAY })).toMatchObject({ settings: { replyEmailDelayMs: ms } })
})

test('an empty variable is one that is not set', () => {
  expect(readSettings({ DATABASE_URL: '', PORT: '' })).toMatchObject({
    ok: true,
    settings: { databaseUrl: null, port: 3000 },
  })
})
