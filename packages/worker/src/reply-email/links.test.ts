import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createLinks } from './links.ts'

const links = createLinks({ secret: 'a secret', publicUrl: 'https://support.example' })
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? ''

test('an unsubscribe link names its user, and is the same each time', async () => {
  const url = await links.unsubscribe('ada')
  expect(await links.unsubscribes(tokenOf(url))).toBe('ada')
  expect(await links.unsubscribe('ada')).toBe(url)
})

test('P9 P10 what was tampered with, of another secret or for another purpose is no link', async () => {
  const token = tokenOf(await links.unsubscribe('ada'))
  const [head, , signature] = token.split('.')
  const other = createLinks({ secret: 'another secret', publicUrl: 'https://support.example' })
  const key = new TextEncoder().encode('a secret')
  const signed = (audience: string) =>
    new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject('ada').setAudience(audience).sign(key)
  const bob = Buffer.from(JSON.stringify({ sub: 'bob', aud: 'unsubscribe' })).toString('base64url')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  for (const wrong of [
    '',
    'token',
    `${head}.${bob}.${signature}`,
    `${none}.${bob}.`,
    tokenOf(await other.unsubscribe('ada')),
    // With the secret itself, which sessions are hashed with, and not the key that is made from it.
    await signed('unsubscribe'),
  ])
    expect(await links.unsubscribes(wrong), wrong).toBeNull()
})
