import { people, signIdentity } from '@acme/local'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { type HostPage, hostPage } from '../testing/host-page.ts'
import { IDENTITY_SECRET, type Stack, startStack } from '../testing/stack.ts'
import { logIn } from '../testing/wire.ts'

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

async function visitShop(context = browser.newContext()) {
  const page = await (await context).newPage()
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(shop.origin)
  await page.locator('acme-chat .launcher').waitFor(SOON)
  return { page, faults, requests, panel: page.frameLocator('acme-chat iframe') }
}

test('on somebody else’s site with a strict policy a visitor writes, and comes back to the same conversation', async () => {
  boot = `${QUEUE} AcmeChat('boot', {})`
  const context = await browser.newContext()
  const { page, faults, requests, panel } = await visitShop(Promise.resolve(context))
  expect(requests.filter((path) => path.startsWith('/trpc'))).toEqual([])
  await page.locator('acme-chat .launcher').click()
  await panel.getByRole('textbox').fill('Hello from the shop')
  await panel.getByRole('textbox').press('Enter')
  await panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  expect(faults).toEqual([])
  expect(await context.cookies()).toEqual([])

  await page.reload()
  await page.locator('acme-chat .launcher').click()
  await panel.getByText('Hello from the shop').waitFor(SOON)

  // While the panel has never been opened on this page, the badge comes with one small request.
  await page.goto('about:blank')
  const sam = await logIn(stack)
  const [card] = (await sam.trpc.admin.chats.list.query({})).chats
  await sam.trpc.chat.send.mutate({ chatId: card?.id ?? '', id: crypto.randomUUID(), content: 'Hello back' })
  const again = await visitShop(Promise.resolve(context))
  await expect.poll(() => again.page.locator('acme-chat .badge').textContent(), SOON).toBe('1')
  await context.close()
})

test('P9 another user on the same browser never sees the former one’s conversation', async () => {
  const identityOf = (person: (typeof people)['alice']) =>
    signIdentity({ secret: IDENTITY_SECRET, audience: stack.url, person })
  const context = await browser.newContext()
  boot = `${QUEUE} AcmeChat('boot', { identity: '${await identityOf(people.alice)}' })`
  const alice = await visitShop(Promise.resolve(context))
  await alice.page.locator('acme-chat .launcher').click()
  await alice.panel.getByRole('textbox').fill('Alice’s secret')
  await alice.panel.getByRole('textbox').press('Enter')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  await alice.panel.getByRole('textbox').fill('a draft of hers')
  await alice.page.close()

  boot = `${QUEUE} AcmeChat('boot', { identity: '${await identityOf(people.bob)}' })`
  const bob = await visitShop(Promise.resolve(context))
  await bob.page.locator('acme-chat .launcher').click()
  await bob.panel.getByText('How can we help?').waitFor(SOON)
  expect(await bob.panel.locator('body').textContent()).not.toContain('secret')
  expect(await bob.panel.getByRole('textbox').inputValue()).toBe('')
  await context.close()
})

test('P9 a site that is not allowed can show the launcher’s script, but not the panel', async () => {
  const foreign = await hostPage(
    () => stack.url,
    () => `${QUEUE} AcmeChat('boot', {})`,
  )
  const page = await browser.newPage()
  await page.goto(foreign.origin)
  const warned = page.waitForEvent('console', (message) => message.text().includes('ALLOWED_ORIGINS'))
  await page.locator('acme-chat .launcher').click()
  await page.locator('acme-chat .note').getByText('cannot be reached').waitFor(SOON)
  expect((await warned).text()).toContain(foreign.origin)
  expect(await page.frameLocator('acme-chat iframe').getByRole('textbox').count()).toBe(0)
  await page.close()
  await foreign[Symbol.asyncDispose]()
})

test('logging out on the page ends the session and forgets the conversation', async () => {
  boot = `${QUEUE} AcmeChat('boot', {})`
  const { page, panel } = await visitShop()
  await page.locator('acme-chat .launcher').click()
  await panel.getByRole('textbox').fill('Forget me')
  await panel.getByRole('textbox').press('Enter')
  await panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  await page.evaluate("AcmeChat('logout')")
  await expect
    .poll(() => page.evaluate(() => JSON.stringify({ ...localStorage })), SOON)
    .not.toContain('token')
  await page.reload()
  await page.locator('acme-chat .launcher').click()
  await panel.getByText('How can we help?').waitFor(SOON)
  await page.close()
})

test.each(['light', 'dark'] as const)('an accent of the page can be read as text in %s', async (mode) => {
  boot = `${QUEUE} AcmeChat('boot', { theme: { accent: '#7f7f7f', mode: '${mode}' } })`
  const { page, faults, panel } = await visitShop()
  await page.locator('acme-chat .launcher').click()
  await panel.getByRole('textbox').waitFor(SOON)
  const ratio = await panel.locator('main').evaluate((main) => {
    const luminance = (color: string) => {
      main.style.color = color
      const [red = 0, green = 0, blue = 0] = (getComputedStyle(main).color.match(/\d+/g) ?? []).map(
        (part) => {
          const share = Number(part) / 255
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        },
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const both = [luminance('var(--color-accent-ink)'), luminance('var(--color-hover)')].sort((a, b) => a - b)
    return ((both[1] ?? 0) + 0.05) / ((both[0] ?? 0) + 0.05)
  })
  expect(ratio).toBeGreaterThanOrEqual(4.5)
  expect(faults).toEqual([])
  await page.context().close()
})
