import { people, signIdentity } from '@acme/local'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { type HostPage, hostPage } from '../testing/host-page.ts'
import { IDENTITY_SECRET, type Stack, startStack } from '../testing/stack.ts'
import { visit, visitInTab } from '../testing/widget.ts'

const QUEUE = 'window.AcmeChat ||= (...args) => { (AcmeChat.q ||= []).push(args) };'

let browser: Browser
let shop: HostPage
let stack: Stack
let boot = ''
beforeAll(async () => {
  browser = await openBrowser()
  shop = await hostPage(
    () => stack.url,
    () => boot,
  )
  stack = await startStack({ env: { ALLOWED_ORIGINS: shop.origin } })
})
afterAll(async () => {
  await browser?.close()
  await shop?.[Symbol.asyncDispose]()
  await stack?.[Symbol.asyncDispose]()
})

test('a new visitor who opens the chat in two tabs has one conversation', async () => {
  const one = await visit(browser, stack.url)
  const other = await visitInTab(one.page.context(), stack.url)
  await Promise.all([one.open(), other.open()])
  await one.write('Hello from the first tab')
  await one.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  await expect.poll(other.texts, SOON).toEqual(['Hello from the first tab'])
  await one.page.context().close()
})

test('P9 a session that is answered after the browser went to another user is not kept for that user', async () => {
  const context = await browser.newContext()
  const answered = Promise.withResolvers<void>()
  const alice = await visitShopAs(context, 'alice')
  const asked = Promise.withResolvers<void>()
  await alice.page.route('**/trpc/session.start**', async (route) => {
    const response = await route.fetch()
    asked.resolve()
    await answered.promise
    // After the mend nobody waits for it any more.
    await route.fulfill({ response }).catch(() => {})
  })
  await alice.open()
  await alice.panel.getByRole('textbox').fill('a draft of hers')
  await asked.promise

  const bob = await visitShopAs(context, 'bob')
  await bob.open()
  await bob.write('Hello from Bob')
  await bob.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  answered.resolve()
  await alice.page.waitForLoadState('networkidle')
  await bob.page.reload()
  await bob.open()
  await expect.poll(bob.texts, SOON).toEqual(['Hello from Bob'])
  expect(await bob.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('a draft')
  // The tab of the user before is over.
  await expect.poll(() => alice.page.locator('acme-chat iframe').count(), SOON).toBe(0)
  await context.close()
})

test('P9 logging out in one tab ends the conversation in the other', async () => {
  const context = await browser.newContext()
  const [one, other] = [await visitShopAs(context, 'alice'), await visitShopAs(context, 'alice')]
  await one.open()
  await one.write('A secret')
  await one.panel.locator('.ac-bubble[data-state=sent]').last().waitFor(SOON)
  await other.open()
  await other.panel.getByText('A secret').last().waitFor(SOON)

  await one.page.evaluate("AcmeChat('logout')")
  await expect.poll(() => other.launcher.getAttribute('aria-expanded'), SOON).toBe('false')
  await other.open()
  await other.panel.getByText('How can we help?').waitFor(SOON)
  expect(await other.panel.locator('body').textContent()).not.toContain('secret')
  await context.close()
})

async function visitShopAs(context: BrowserContext, who: 'alice' | 'bob') {
  const identity = await signIdentity({ secret: IDENTITY_SECRET, audience: stack.url, person: people[who] })
  boot = `${QUEUE} AcmeChat('boot', { identity: '${identity}' })`
  const page = await context.newPage()
  await page.goto(shop.origin)
  const panel = page.frameLocator('acme-chat iframe')
  const launcher = page.locator('acme-chat .launcher')
  return {
    page,
    panel,
    launcher,
    open: async () => {
      await launcher.click()
      await panel.getByRole('textbox').waitFor(SOON)
    },
    write: async (text: string) => {
      await panel.getByRole('textbox').fill(text)
      await panel.getByRole('textbox').press('Enter')
    },
    texts: () => panel.locator('.ac-bubble-content').allTextContents(),
  }
}
