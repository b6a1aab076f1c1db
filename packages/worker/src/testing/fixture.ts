import { connect, type Db } from '@acme/db'
import { type Mailbox, startMailbox } from '@acme/local'
import { freshDatabase } from '@acme/local/testing'
import { runMigrations } from 'graphile-worker'
import { sql } from 'kysely'
import { createMailer, type Mailer } from '../mailer.ts'
import { createLinks } from '../reply-email/links.ts'
import type { MailOptions } from '../reply-email/mail.ts'
import type { SendOptions } from '../reply-email/send.ts'

/** How the mails of tests are made. */
export const REPLY: MailOptions = {
  appName: 'Acme',
  domain: 'acme.example',
  chatUrl: 'https://shop.example/help',
  links: createLinks({
    secret: 'a secret for links that is long enough',
    publicUrl: 'https://support.example',
  }),
}

export interface Person {
  email: string | null
  name: string | null
  emailOptedOutAt?: Date
  language?: string
}

export interface Fixture extends AsyncDisposable {
  db: Db
  databaseUrl: string
  mailbox: Mailbox
  mailer: Mailer
  log: string[]
  /** What `sendReplyEmail` works with. */
  options: SendOptions
  /** A chat with so many unread replies, the email about which is due. */
  chat: (replies?: number, user?: Person) => Promise<string>
  reply: (chatId: string) => Promise<void>
  row: (chatId: string) => Promise<{
    replyEmailDueAt: Date | null
    emailClaimedSeq: number
    lastSeq: number
  }>
  /** Everything that is known of a chat’s mails. */
  emails: (chatId: string) => Promise<{ state: string; outcome: string | null; upToSeq: number }[]>
  jobs: () => Promise<{ task: string; lockedAt: Date | null }[]>
}

/** A database with the job queue’s tables, and a real mail server. */
export async function fixture(): Promise<Fixture> {
  const database = await freshDatabase()
  const db = connect({ url: database.url, max: 10 })
  const mailbox = await startMailbox()
  const mailer = createMailer({ smtpUrl: mailbox.smtpUrl, from: 'Acme Support <support@acme.example>' })
  await runMigrations({ pgPool: db.pool })
  const log: string[] = []
  const admin = crypto.randomUUID()
  const nobody = { externalId: null, email: null }
  await db
    .insertInto('users')
    .values({ ...nobody, id: admin, kind: 'admin', name: 'Sam <Support>' })
    .execute()

  const reply = async (chatId: string) => {
    const { lastSeq: seq } = await db
      .updateTable('supportChats')
      .set({
        lastSeq: sql<number>`last_seq + 1`,
        replyEmailDueAt: sql<Date>`coalesce(reply_email_due_at, now())`,
      })
      .where('id', '=', chatId)
      .returning('lastSeq')
      .executeTakeFirstOrThrow()
    const message = { id: crypto.randomUUID(), chatId, seq, senderId: admin, senderType: 'admin' as const }
    await db
      .insertInto('supportMessages')
      .values({ ...message, content: `Reply ${seq} & <b>more</b>` })
      .execute()
  }
  return {
    db,
    databaseUrl: database.url,
    mailbox,
    mailer,
    log,
    options: { ...REPLY, db, mailer, log: (message) => log.push(message) },
    reply,
    async chat(replies = 1, user = { email: `${crypto.randomUUID()}@customer.example`, name: 'Ada' }) {
      const [id, userId] = [crypto.randomUUID(), crypto.randomUUID()]
      await db
        .insertInto('users')
        .values({ id: userId, externalId: userId, kind: 'user', ...user })
        .execute()
      await db.insertInto('supportChats').values({ id, userId }).execute()
      for (let n = 0; n < replies; n++) await reply(id)
      return id
    },
    row: (chatId) =>
      db
        .selectFrom('supportChats')
        .select(['replyEmailDueAt', 'emailClaimedSeq', 'lastSeq'])
        .where('id', '=', chatId)
        .executeTakeFirstOrThrow(),
    emails: (chatId) =>
      db
        .selectFrom('replyEmails')
        .select(['state', 'outcome', 'upToSeq'])
        .where('chatId', '=', chatId)
        .orderBy('upToSeq')
        .execute(),
    async jobs() {
      const { rows } = await sql<{ task: string; lockedAt: Date | null }>`
        select task_identifier as task, locked_at from graphile_worker.jobs`.execute(db)
      return rows
    },
    async [Symbol.asyncDispose]() {
      mailer.close()
      await mailbox.close()
      await db.destroy()
      await database[Symbol.asyncDispose]()
    },
  }
}
