import { people } from '@acme/local'
import type { Browser } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { type Agent, logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { type User, visit } from '../testing/widget.ts'
import { logIn, signInAs, somebody } from '../testing/wire.ts'

const ALICE = people.alice.name
/** Long enough for a page to load and for two people to meet. */

let browsers: [Browser, Browser]
let stack: Stack
let alice: User
let sam: Agent
beforeAll(async () => {
  browsers = await Promise.all([openBrowser(), openBrowser()])
})
afterAll(async () => {
  await Promise.all(browsers?.map((browser) => browser?.close()))
})
beforeEach(async () => {
  stack = await startStack({ env: { REPLY_EMAIL_DELAY: '2s' } })
  alice = await visit(browsers[0], stack.url, 'alice')
  sam = await logInToInbox(browsers[1], stack.url)
})
afterEach(async () => {
  await Promise.all([alice?.page.context().close(), sam?.page.context().close()])
  await stack?.[Symbol.asyncDispose]()
})

const mailsTo = (address: string) => stack.mailbox.messages().filter(({ to }) => to.includes(address)).length

/** A reply to somebody else becomes due after all that is due by now: when it is mailed, all of that has been too. */
async function everyMailThatIsDue(): Promise<void> {
  const somebodyElse = somebody('last')
  const last = await signInAs(stack, somebodyElse)
  const agent = await logIn(stack)
  const { id: chatId } = await last.trpc.chat.get.query()
  await agent.trpc.chat.send.mutate({ chatId, id: uuidv7(), content: 'The last reply' })
  await stack.mailbox.next(({ to }) => to.includes(somebodyElse.email ?? ''), 20_000)
}

test('a user opens the widget and sends a message', async () => {
  await alice.open()
  await alice.write('Hello, is anybody there?')
  await expect.poll(alice.texts, SOON).toEqual(['Hello, is anybody there?'])
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
})

test('an admin sees it live, in the list and in the chat', async () => {
  await alice.open()
  await alice.write('First')
  await sam.card(ALICE).waitFor(SOON)
  expect(await sam.card(ALICE).getAttribute('data-unread')).toBe('true')
  expect(await sam.page.title()).toContain('(1)')
  await sam.openChat(ALICE)
  await expect.poll(sam.texts, SOON).toEqual(['First'])
  await alice.write('Second')
  await expect.poll(sam.texts, SOON).toEqual(['First', 'Second'])
  await expect.poll(() => sam.card(ALICE).textContent(), SOON).toContain('Second')
})

test('a reply is seen instantly, and the writer sees that it was seen', async () => {
  await alice.open()
  await alice.write('Question')
  await sam.openChat(ALICE)
  await sam.write('Answer')
  await expect.poll(alice.texts, SOON).toEqual(['Question', 'Answer'])
  await alice.panel.locator('.ac-bubble[data-side=mine][data-state=seen]').waitFor(SOON)
  await sam.page.getByText('Seen', { exact: true }).waitFor(SOON)
  await expect.poll(() => sam.card(ALICE).textContent(), SOON).toContain('You: Answer')
})

test('the badge counts unread replies up to 9+, and clears on open', async () => {
  await alice.open()
  await alice.write('I will be back later')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  await alice.launcher.click()
  await sam.openChat(ALICE)
  await sam.write('One')
  await expect.poll(() => alice.badge.textContent(), SOON).toBe('1')
  expect(await alice.launcher.getAttribute('aria-label')).toContain('1 unread message')
  for (let n = 2; n <= 11; n++) await sam.write(`Number ${n}`)
  await expect.poll(() => alice.badge.textContent(), SOON).toBe('9+')
  // Also for somebody whose page has just been loaded.
  await alice.page.reload()
  await expect.poll(() => alice.badge.textContent(), SOON).toBe('9+')
  await alice.open()
  await expect.poll(() => alice.badge.textContent(), SOON).toBe('')
  await alice.launcher.click()
  expect(await alice.badge.textContent()).toBe('')
})

test('P13 the dot follows the real state, and what was written meanwhile is sent once when the server is back', async () => {
  await alice.open()
  await expect.poll(() => alice.dot.textContent(), SOON).toBe('Online')
  await alice.write('Before')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  const [server] = stack.servers
  if (!server) throw new Error('no server')
  await server.kill()
  await expect.poll(() => alice.dot.textContent(), SOON).not.toBe('Online')
  await alice.write('Meanwhile')
  await alice.panel.locator('.ac-bubble[data-state=waiting]').waitFor(SOON)
  await expect.poll(() => alice.dot.textContent(), SOON).toBe('Offline')

  await stack.startServer({ port: server.port })
  await expect.poll(() => alice.dot.textContent(), SOON).toBe('Online')
  await expect.poll(() => alice.panel.locator('.ac-bubble[data-state=sent]').count(), SOON).toBe(2)
  expect(await alice.texts()).toEqual(['Before', 'Meanwhile'])
  await sam.openChat(ALICE)
  await expect.poll(sam.texts, SOON).toEqual(['Before', 'Meanwhile'])
})

test('P13 what was written offline outlives a reload of the page', async () => {
  await alice.open()
  await alice.write('Before')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  const [server] = stack.servers
  if (!server) throw new Error('no server')
  await server.kill()
  await expect.poll(() => alice.dot.textContent(), SOON).not.toBe('Online')
  await alice.write('Kept')
  await alice.panel.locator('.ac-bubble[data-state=waiting]').waitFor(SOON)
  await stack.startServer({ port: server.port })
  await alice.page.goto(`${stack.url}/?as=alice`)
  await alice.open()
  await expect.poll(alice.texts, SOON).toEqual(['Before', 'Kept'])
  await sam.openChat(ALICE)
  await expect.poll(sam.texts, SOON).toEqual(['Before', 'Kept'])
})

test('an admin archives a chat and restores it', async () => {
  await alice.open()
  await alice.write('Done, thanks')
  await sam.openChat(ALICE)
  await expect.poll(sam.texts, SOON).toEqual(['Done, thanks'])
  await sam.page.getByRole('button', { name: 'Archive' }).click()
  await sam.page.getByRole('button', { name: 'Restore' }).waitFor(SOON)
  await expect.poll(() => sam.card(ALICE).count(), SOON).toBe(0)
  await sam.tab('Archived').click()
  await sam.card(ALICE).waitFor(SOON)
  await sam.page.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => sam.card(ALICE).count(), SOON).toBe(0)
  await sam.tab('Active').click()
  await sam.card(ALICE).waitFor(SOON)
})

test('P7 a user’s message brings an archived chat back by itself', async () => {
  await alice.open()
  await alice.write('Done, thanks')
  await sam.openChat(ALICE)
  await expect.poll(sam.texts, SOON).toEqual(['Done, thanks'])
  await sam.page.getByRole('button', { name: 'Archive' }).click()
  await expect.poll(() => sam.card(ALICE).count(), SOON).toBe(0)
  await alice.write('One more question')
  await sam.card(ALICE).waitFor(SOON)
  await sam.page.getByRole('button', { name: 'Archive' }).waitFor(SOON)
})

test('P8 an unread reply is emailed after the delay', async () => {
  await alice.open()
  await alice.write('Please write to me')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  await alice.page.goto('about:blank')
  await sam.openChat(ALICE)
  await sam.write('Here is your answer')
  const mail = await stack.mailbox.next(({ to }) => to.includes(people.alice.email), 15_000)
  expect(mail.text).toContain('Here is your answer')
  await everyMailThatIsDue()
  expect(mailsTo(people.alice.email)).toBe(1)
})

test('P8 a reply that was read is not emailed', async () => {
  await alice.open()
  await alice.write('I am here')
  await sam.openChat(ALICE)
  await sam.write('So you will see this')
  await sam.page.getByText('Seen', { exact: true }).waitFor(SOON)
  await everyMailThatIsDue()
  expect(mailsTo(people.alice.email)).toBe(0)
})

test('P4 both see one chronological order without duplicates while both write at once', async () => {
  await alice.open()
  await alice.write('Start')
  await sam.openChat(ALICE)
  await Promise.all([
    (async () => {
      for (let n = 1; n <= 10; n++) await alice.write(`Alice ${n}`)
    })(),
    (async () => {
      for (let n = 1; n <= 10; n++) await sam.write(`Sam ${n}`)
    })(),
  ])
  await expect.poll(async () => (await alice.texts()).length, SOON).toBe(21)
  await alice.panel
    .locator('.ac-bubble[data-state=waiting], .ac-bubble[data-state=sending]')
    .first()
    .waitFor({ state: 'detached' })
  await expect
    .poll(async () => JSON.stringify(await sam.texts()), SOON)
    .toBe(JSON.stringify(await alice.texts()))
  const texts = await alice.texts()
  expect(new Set(texts).size).toBe(21)
  expect(texts.filter((text) => text.startsWith('Alice'))).toEqual(
    Array.from({ length: 10 }, (_, n) => `Alice ${n + 1}`),
  )
  expect(texts.filter((text) => text.startsWith('Sam'))).toEqual(
    Array.from({ length: 10 }, (_, n) => `Sam ${n + 1}`),
  )
})
