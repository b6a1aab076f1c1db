import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const secrets = z.object({ identitySecret: z.string(), sessionSecret: z.string(), adminPassword: z.string() })

export type MadeUpSecrets = z.output<typeof secrets>

/** Secrets for trying it out, made at the first start and kept beside the data, so that sessions survive a restart. */
export function madeUpSecrets(dataDir: string): MadeUpSecrets {
  const file = join(dataDir, 'secrets.json')
  const made: MadeUpSecrets = {
    identitySecret: randomBytes(33).toString('base64url'),
    sessionSecret: randomBytes(33).toString('base64url'),
    adminPassword: readablePassword(),
  }
  try {
    // Only if there are none: of two processes that start at once, both take those of the first.
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    return made
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return read(file)
    throw error
  }
}

function read(file: string): MadeUpSecrets {
  try {
    return secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new Error(
      `${file} cannot be read. Remove it, and new secrets are made; everybody has to log in again.`,
    )
  }
}

/** Twelve letters that can't be mistaken for one another, to be typed from a terminal: 54 bits. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz'
  const pick = () => letters[randomInt(letters.length)] ?? 'a'
  return [4, 4, 4].map((length) => Array.from({ length }, pick).join('')).join('-')
}
