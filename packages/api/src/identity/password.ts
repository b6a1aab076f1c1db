import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32

/** `argon2id$memoryKiB$passes$lanes$salt$hash`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await digest(password, salt, MEMORY_KIB, PASSES, LANES)
  return ['argon2id', MEMORY_KIB, PASSES, LANES, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  )
}

/** Takes as long whether the password is right or not. A hash of another form matches nothing. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, memory, passes, lanes, salt, hash] = stored.split('$')
  if (scheme !== 'argon2id' || !salt || !hash) return false
  const expected = Buffer.from(hash, 'base64url')
  const actual = await digest(
    password,
    Buffer.from(salt, 'base64url'),
    Number(memory),
    Number(passes),
    Number(lanes),
  )
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}

function digest(password: string, salt: Buffer, memory: number, passes: number, parallelism: number) {
  return derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: TAG_BYTES,
  })
}
