import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { logInToInbox } from '../support/inbox.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { visit } from '../support/widget.ts'
import { logIn } from '../support/wire.ts'

const SOON = { timeout: 8_000 }

let browser: Browser
let stack: Stack
beforeAll(async () => {
  browser = await openBrowser()
  stack = await startStack()
})
afterAll(async () => {
  await browser.close()
  await stack[Symbol.asyncDispose]()
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
