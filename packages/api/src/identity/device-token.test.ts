import { expect, test } from 'vitest'
import { DEVICE_DAYS, deviceOf, issueDeviceToken } from './device-token.ts'

const SECRET = 'a secret for tests that is long enough'
const EMAIL = 'ada@team.example'

test('a device token counts for its email, with its secret, until it expires', () => {
  const now = Date.UTC(2030, 0, 1)
  const token = issueDeviceToken(SECRET, EMAIL, 'device', now)
  const expires = now + DEVICE_DAYS * 24 * 3_600_000
  expect(token).not.toMatch(/ada|team/)
  expect(deviceOf(SECRET, EMAIL, token, now)).toBe('device')
  expect(deviceOf(SECRET, EMAIL, token, expires - 1)).toBe('device')
  expect(deviceOf(SECRET, EMAIL, token, expires)).toBeNull()
  expect(deviceOf(SECRET, 'bob@team.example', token, now)).toBeNull()
  expect(deviceOf('another secret for tests, long enough', EMAIL, token, now)).toBeNull()
})

test('a device token that was changed is nobody’s', () => {
  const token = issueDeviceToken(SECRET, EMAIL)
  const [device = '', expires = '', signature = ''] = token.split('.')
  expect(deviceOf(SECRET, EMAIL, token)).toBe(device)
  const forged = [
    '',
    '..',
    device,
    `${device}.${expires}`,
    `${device}.${expires}.`,
    `x${device}.${expires}.${signature}`,
    `${device}.${Number(expires) + 1}.${signature}`,
    `${device}.${expires}.${signature.slice(0, -2)}`,
  ]
  for (const each of forged) expect(deviceOf(SECRET, EMAIL, each), each).toBeNull()
})
