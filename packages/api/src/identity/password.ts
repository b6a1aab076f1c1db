import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type Asker, FairQueue } from './fair-queue.ts'

const derive = promisify(argon2)

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32

/**
 * A computation holds one of the four threads that files and names of hosts are looked up in as well: two of them are
 * left for pages, and memory stays bounded.
 */
const CONCURRENCY = 2
const WAITING = 20

export interface Passwords {
  /**
   * `argon2id$memoryKiB$passes$lanes$salt$hash`, base64url. `from` is whoever asks, for a fair share of the queue.
   *
   * @throws Refusal busy
   */
  hash: (password: string, from: Asker) => Promise<string>
  /**
   * Takes as long whether the password is right or not. A hash of another form matches nothing.
   *
   * @throws Refusal busy
   */
  verify: (password: string, stored: string, from: Asker) => Promise<boolean>
}

/** To be made once per process: all its passwords go through one queue. */
export function createPasswords(
  queue = new FairQueue({ concurrency: CONCURRENCY, waiting: WAITING }),
): Passwords {
  return {
    hash: (password, from) => queue.run(from, () => hashPassword(password)),
    verify: (password, stored, from) => queue.run(from, () => verifyPassword(password, stored)),
  }
}

async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await digest(password, salt, MEMORY_KIB, PASSES, LANES)
  return ['argon2id', MEMORY_KIB, PASSES, LANES, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  )
}

async function verifyPassword(password: string, stored: string): Promise<boolean> {
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
