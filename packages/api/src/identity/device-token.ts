import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** How long a browser is remembered after its last log-in. */
export const DEVICE_DAYS = 180

/**
 * The value of a device cookie (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): somebody has logged in
 * with this email from this browser before. It opens nothing; log-ins that present it are counted and queued apart from
 * those of strangers. Signed, bound to the email and without naming it: `device.expires.signature`.
 */
export function issueDeviceToken(
  secret: string,
  email: string,
  device = randomBytes(16).toString('base64url'),
  now = Date.now(),
): string {
  const expires = String(now + DEVICE_DAYS * 24 * 3_600_000)
  return [device, expires, sign(secret, email, device, expires).toString('base64url')].join('.')
}

/** Which browser of this email's owner a token was issued to; null when it is forged, expired, or another's. */
export function deviceOf(secret: string, email: string, token: string, now = Date.now()): string | null {
  const [device = '', expires = '', signature = ''] = token.split('.')
  const expected = sign(secret, email, device, expires)
  const presented = Buffer.from(signature, 'base64url')
  const genuine = presented.length === expected.length && timingSafeEqual(presented, expected)
  return genuine && Number(expires) > now ? device : null
}

function sign(secret: string, ...parts: string[]): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['device', ...parts]))
    .digest()
}
