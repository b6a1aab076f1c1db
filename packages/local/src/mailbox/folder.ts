import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Delivery, type Mail, parseMail } from './mail.ts'

/** Reads what an earlier process kept, oldest first. A file that is no mail of ours is left alone. */
export async function loadFolder(folder: string): Promise<Mail[]> {
  await mkdir(folder, { recursive: true })
  const mails: Mail[] = []
  for (const name of await ourFiles(folder)) {
    const file = await readFile(join(folder, name))
    const end = file.indexOf('\r\n')
    const delivery = readDelivery(file.subarray(0, Math.max(0, end)).toString())
    if (delivery) mails.push(await parseMail(delivery, file.subarray(end + 2)))
  }
  return mails
}

/**
 * The file is the mail as it came, with one header before it that keeps the envelope, so
 * any mail program opens it. Written aside first: a file that is there is whole.
 */
export async function saveToFolder(folder: string, delivery: Delivery, raw: Buffer): Promise<void> {
  const file = join(folder, fileName(delivery))
  const header = Buffer.from(`${HEADER}${JSON.stringify(delivery)}\r\n`)
  await writeFile(`${file}.part`, Buffer.concat([header, raw]), { mode: 0o600 })
  await rename(`${file}.part`, file)
}

export async function removeFromFolder(folder: string, mail: Mail): Promise<void> {
  await rm(join(folder, fileName(mail)), { force: true })
}

export async function clearFolder(folder: string): Promise<void> {
  for (const name of await ourFiles(folder)) await rm(join(folder, name), { force: true })
}

const HEADER = 'X-Mailbox-Envelope: '

function fileName({ id, receivedAt }: { id: string; receivedAt: Date }): string {
  return `${receivedAt.toISOString().replaceAll(':', '-')}_${id}.eml`
}

/** Sorted by name, which begins with the time. */
async function ourFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => /^\d{4}-\d\d-\d\dT[\d.-]+Z_[\da-f-]{36}\.eml$/.test(name)).sort()
}

function readDelivery(line: string): Delivery | undefined {
  if (!line.startsWith(HEADER)) return undefined
  let found: unknown
  try {
    found = JSON.parse(line.slice(HEADER.length))
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null) return undefined
  if (!('id' in found) || !('from' in found) || !('to' in found) || !('receivedAt' in found)) return undefined
  const { id, from, to, receivedAt } = found
  if (typeof id !== 'string' || typeof from !== 'string' || typeof receivedAt !== 'string') return undefined
  if (!Array.isArray(to) || !to.every((address) => typeof address === 'string')) return undefined
  return { id, from, to, receivedAt: new Date(receivedAt) }
}
