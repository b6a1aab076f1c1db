import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visit } from '../testing/widget.ts'
import { logIn } from '../testing/wire.ts'

let browser: Browser
let stack: Stack
beforeAll(async () => {
  browser = await openBrowser()
  stack = await startStack()
})
afterAll(async () => {
  await browser?.close()
  await stack?.[Symbol.asyncDispose]()
})

test('a list that was asked for before an event does not overwrite it, not even for a moment', async () => {
  const alice = await visit(browser, stack.url, 'alice')
  await alice.open()
  await alice.write('First')
  const sam = await logInToInbox(browser, stack.url)
  await expect.poll(() => sam.card('Alice').textContent(), SOON).toContain('First')

  const read = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await sam.page.route('**/trpc/admin.chats.list**', async (route) => {
    const response = await route.fetch()
    read.resolve()
    await released.promise
    await route.fulfill({ response })
  })
  await sam.page.getByRole('textbox', { name: 'Search' }).fill('alice')
  await read.promise
  await alice.write('Second')
  await expect.poll(() => sam.card('Alice').textContent(), SOON).toContain('Second')
  await sam.page.evaluate(() => {
    const list = document.querySelector('.cards ul')
    const look = () => {
      if (list?.textContent?.includes('First')) document.body.dataset.stepped = 'back'
    }
    if (list)
      new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true })
  })
  const stale = sam.page.locator('.cards ul[data-stale]')
  await stale.waitFor(SOON)
  released.resolve()
  await stale.waitFor({ state: 'detached', ...SOON })
  await expect.poll(() => sam.card('Alice').textContent(), SOON).toContain('Second')
  expect(await sam.page.evaluate(() => document.body.dataset.stepped)).toBeUndefined()
  for (const { page } of [alice, sam]) await page.context().close()
})

test('a list that was read after an event is not overwritten by it', async () => {
  const bob = await visit(browser, stack.url, 'bob')
  await bob.open()
  await bob.write('First')
  await bob.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)

  const colleague = await logIn(stack)
  const { chats } = await colleague.trpc.admin.chats.list.query({})
  const chatId = chats[0]?.id ?? ''
  const sam = await logInToInbox(browser, stack.url, {}, (page) =>
    // The event of the archiving is lost; all others come.
    page.routeWebSocket(/\/trpc/, (socket) => {
      const server = socket.connectToServer()
      server.onMessage((frame) => {
        if (!/"archivedAt":"\d/.test(frame.toString())) socket.send(frame)
      })
    }),
  )
  await bob.write('Second')
  await expect.poll(() => sam.card('Bob').textContent(), SOON).toContain('Second')
  await colleague.trpc.admin.chats.archive.mutate({ chatId, upTo: 2 })
  await sam.tab('Archived').click()
  await sam.card('Bob').waitFor(SOON)
  await sam.page.waitForLoadState('networkidle')
  expect(await sam.card('Bob').count()).toBe(1)
  for (const { page } of [bob, sam]) await page.context().close()
})

/** How often the page has called each procedure of the chat. */
function countCalls(page: Page): Record<'get' | 'view', number> {
  const calls = { get: 0, view: 0 }
  page.on('request', (request) => {
    for (const name of ['get', 'view'] as const)
      if (request.url().includes(`/trpc/admin.chats.${name}`)) calls[name] += 1
  })
  return calls
}

test('opening a chat reads it once, by its card or by a link, and marks read what was shown', async () => {
  const alice = await visit(browser, stack.url, 'alice')
  await alice.open()
  await alice.write('Is anybody there?')
  await alice.panel.locator('.ac-bubble[data-state=sent]').last().waitFor(SOON)

  const sam = await logInToInbox(browser, stack.url)
  const calls = countCalls(sam.page)
  await expect.poll(() => sam.card('Alice').getAttribute('data-unread'), SOON).toBe('true')
  await sam.openChat('Alice')
  await alice.panel.locator('.ac-bubble[data-state=seen]').last().waitFor(SOON)
  await expect.poll(() => sam.card('Alice').getAttribute('data-unread'), SOON).toBe('false')
  await expect.poll(() => calls, SOON).toEqual({ get: 1, view: 1 })

  // The lists come last, so that nothing of the chat is known from them.
  await sam.page.route('**/trpc/admin.chats.list**', async (route) => {
    await sam.page.getByRole('heading', { name: 'Alice' }).waitFor(SOON)
    await route.continue()
  })
  await sam.page.reload()
  await sam.page.getByRole('textbox', { name: 'Message' }).waitFor(SOON)
  await sam.card('Alice').waitFor(SOON)
  await expect.poll(() => calls, SOON).toEqual({ get: 2, view: 2 })
  for (const { page } of [alice, sam]) await page.context().close()
})

test('what is opened in a tab that is not in front, or below what is in view, is not marked read', async () => {
  const bob = await visit(browser, stack.url, 'bob')
  await bob.open()
  for (let n = 1; n <= 30; n++) await bob.write(`Line ${n}`)
  const seen = bob.panel.locator('.ac-bubble[data-state=seen]')
  const sent = bob.panel.locator('.ac-bubble[data-state=sent]')
  await expect.poll(() => sent.last().textContent(), SOON).toContain('Line 30')
  const before = await seen.count()
  const all = (await bob.texts()).length

  const sam = await logInToInbox(browser, stack.url, {}, (page) =>
    page.addInitScript(() => {
      let visibility: DocumentVisibilityState = 'visible'
      Object.defineProperty(document, 'visibilityState', { get: () => visibility })
      addEventListener('put-in-front', (event) => {
        visibility = event instanceof CustomEvent && event.detail ? 'visible' : 'hidden'
        document.dispatchEvent(new Event('visibilitychange'))
      })
    }),
  )
  const putInFront = (yes: boolean) =>
    sam.page.evaluate((detail) => dispatchEvent(new CustomEvent('put-in-front', { detail })), yes)
  const calls = countCalls(sam.page)
  await putInFront(false)
  await sam.openChat('Bob')
  await expect.poll(() => calls.view, SOON).toBe(1)
  await expect.poll(async () => (await sam.texts()).at(-1), SOON).toBe('Line 30')
  // Whatever the opening marks, its answer and this one come in order.
  await bob.write('One more')
  await expect.poll(async () => (await sam.texts()).at(-1), SOON).toBe('One more')
  expect(await seen.count()).toBe(before)
  expect(await sam.card('Bob').getAttribute('data-unread')).toBe('true')

  await putInFront(true)
  await expect.poll(() => seen.count(), SOON).toBe(all + 1)
  await expect.poll(() => sam.card('Bob').getAttribute('data-unread'), SOON).toBe('false')

  const scroller = sam.page.getByRole('log')
  await scroller.evaluate((box) => box.scrollTo({ top: 0 }))
  await bob.write('Below')
  await sam.page.getByRole('button', { name: 'New messages' }).waitFor(SOON)
  await expect.poll(() => sam.card('Bob').getAttribute('data-unread'), SOON).toBe('true')
  // What the agent has not seen is not archived with the chat.
  await sam.page.getByRole('button', { name: 'Archive', exact: true }).click()
  await sam.page.getByText('has just written').waitFor(SOON)
  expect(await seen.count()).toBe(all + 1)
  await sam.page.getByRole('button', { name: 'New messages' }).click()
  await expect.poll(() => seen.count(), SOON).toBe(all + 2)
  await expect.poll(() => sam.card('Bob').getAttribute('data-unread'), SOON).toBe('false')
  for (const { page } of [bob, sam]) await page.context().close()
})
