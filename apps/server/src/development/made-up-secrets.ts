import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const secrets = z.object({ identitySecret: z.string(), sessionSecret: z.string(), adminPassword: z.string() })

export type MadeUpSecrets = z.output<typeof secrets>

/** Secrets for trying it out, made at the first start and kept beside the data, so that sessions survive a restart. */
export function madeUpSecrets(dataDir: string): MadeUpSecrets {
  const file = join(dataDir, 'secrets.json')
  try {
    return secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    const made: MadeUpSecrets = {
      identitySecret: randomBytes(33).toString('base64url'),
      sessionSecret: randomBytes(33).toString('base64url'),
      adminPassword: readablePassword(),
    }
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
    return made
  }
}

/** Twelve letters that can't be mistaken for one another, to be typed from a terminal: 55 bits. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz'
  const pick = () => letters[randomInt(letters.length)] ?? 'a'
  return [4, 4, 4].map((length) => Array.from({ length }, pick).join('')).join('-')
}
