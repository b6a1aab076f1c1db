import pg from 'pg'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { numbers } from '../testing/follower.ts'
import { type Agent, logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type User, visit } from '../testing/widget.ts'

const MESSAGES = 180

let browser: Browser
let stack: Stack
let alice: User
let sam: Agent
beforeAll(async () => {
  browser = await openBrowser()
  stack = await startStack()
  alice = await visit(browser, stack.url, 'alice')
  await alice.open()
  await alice.write('Message 1')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  const db = new pg.Client({ connectionString: stack.databaseUrl })
  await db.connect()
  await db.query(
    `with written as (
       insert into support_messages (id, chat_id, seq, content, sender_type, sender_id, created_at)
       select gen_random_uuid(), c.id, n, 'Message ' || n, 'user', c.user_id, now()
       from support_chats c, generate_series(2, ${MESSAGES}) n)
     update support_chats set last_seq = ${MESSAGES}, last_user_seq = ${MESSAGES}`,
  )
  await db.end()
  await alice.page.reload()
  await alice.open()
  sam = await logInToInbox(browser, stack.url)
})
afterAll(async () => {
  await browser?.close()
  await stack?.[Symbol.asyncDispose]()
})

const contents = numbers(MESSAGES).map((n) => `Message ${n}`)

test('the widget opens at the newest message, and scrolling up brings the whole history without a jump', async () => {
  const bubble = (n: number) => alice.panel.getByText(`Message ${n}`, { exact: true })
  await bubble(MESSAGES).waitFor(SOON)
  expect(await alice.texts()).toEqual(contents.slice(-50))
  const scroller = alice.panel.getByRole('log')
  expect(await scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(
    2,
  )

  // Where the reader looks stays where it is while earlier messages come in above.
  const first = MESSAGES - 49
  await scroller.evaluate((box) => box.scrollTo({ top: 100 }))
  const before = (await bubble(first).boundingBox())?.y ?? 0
  await expect.poll(async () => (await alice.texts()).length, SOON).toBeGreaterThan(50)
  const after = (await bubble(first).boundingBox())?.y ?? 0
  expect(Math.abs(after - before)).toBeLessThan(2)

  await expect
    .poll(async () => {
      await scroller.evaluate((box) => box.scrollTo({ top: 0 }))
      return (await alice.texts()).length
    }, SOON)
    .toBe(MESSAGES)
  expect(await alice.texts()).toEqual(contents)
})

test('who reads further up is left there when a new message comes, and is offered the way down', async () => {
  const scroller = alice.panel.getByRole('log')
  await scroller.evaluate((box) => box.scrollTo({ top: 400 }))
  await sam.openChat('Alice Archer')
  await sam.write('An answer, far below')
  const pill = alice.panel.getByRole('button', { name: 'New messages' })
  await pill.waitFor(SOON)
  expect(await scroller.evaluate((box) => box.scrollTop)).toBe(400)
  await pill.click()
  await expect
    .poll(() => scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight), SOON)
    .toBeLessThan(2)
  await pill.waitFor({ state: 'detached' })
})

test('the inbox shows the same history', async () => {
  const scroller = sam.page.getByRole('log')
  await expect
    .poll(async () => {
      await scroller.evaluate((box) => box.scrollTo({ top: 0 }))
      return (await sam.texts()).length
    }, SOON)
    .toBe(MESSAGES + 1)
  expect(await sam.texts()).toEqual([...contents, 'An answer, far below'])
})
