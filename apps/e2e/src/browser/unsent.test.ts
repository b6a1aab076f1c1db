import { freePort, startProxy, type TcpProxy } from '@acme/local'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visit } from '../testing/widget.ts'

let browser: Browser
let stack: Stack
let proxy: TcpProxy
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  const port = await freePort()
  proxy = await startProxy({ targetPort: port })
  url = `http://127.0.0.1:${proxy.port}`
  stack = await startStack({ env: { PORT: String(port), PUBLIC_URL: url } })
})
afterAll(async () => {
  await browser?.close()
  await stack?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
})

test('P13 a reply written offline arrives although its writer has turned to another chat meanwhile', async () => {
  const [alice, bob] = [await visit(browser, url, 'alice'), await visit(browser, url, 'bob')]
  for (const user of [alice, bob]) {
    await user.open()
    await user.write('Hello')
    await user.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  }
  const sam = await logInToInbox(browser, url)
  await sam.openChat('Alice Archer')
  await expect.poll(sam.texts, SOON).toEqual(['Hello'])
  await sam.page.context().setOffline(true)
  proxy.setMode('refuse')
  proxy.cut()
  await sam.write('Written without a network')
  await sam.page.locator('.ac-bubble[data-state=waiting]').waitFor(SOON)
  await sam.card('Bob Baker').click()
  await sam.page.getByRole('heading', { name: 'Bob Baker' }).waitFor(SOON)

  proxy.setMode('pass')
  await sam.page.context().setOffline(false)
  await expect.poll(alice.texts, SOON).toEqual(['Hello', 'Written without a network'])
  for (const { page } of [alice, bob, sam]) await page.context().close()
})

test('P13 what a new visitor writes before there is a session outlives a reload', async () => {
  const visitor = await visit(browser, url, 'visitor')
  await visitor.page.route('**/trpc/**', (route) => route.abort())
  await visitor.open()
  await visitor.write('My first question')
  await visitor.panel.locator('.ac-bubble[data-state=waiting]').waitFor(SOON)
  // Also when the chat has been given up for now, it stays in sight.
  await visitor.panel.getByText('The chat could not be opened').waitFor(SOON)
  expect(await visitor.texts()).toEqual(['My first question'])

  await visitor.page.unroute('**/trpc/**')
  await visitor.page.reload()
  await visitor.open()
  await visitor.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  expect(await visitor.texts()).toEqual(['My first question'])
  await visitor.page.context().close()
})

test('on a phone the widget can be closed while its panel does not come, and the focus goes back to the button', async () => {
  const visitor = await visit(browser, url, 'visitor', { viewport: { width: 390, height: 844 } })
  await visitor.page.route('**/widget/**', () => {})
  await visitor.launcher.click()
  await expect.poll(() => visitor.launcher.getAttribute('aria-expanded')).toBe('true')
  await visitor.launcher.click(SOON)
  await expect.poll(() => visitor.launcher.getAttribute('aria-expanded')).toBe('false')

  await visitor.page.unrouteAll()
  await visitor.page.reload()
  await visitor.open()
  await visitor.panel.getByRole('button', { name: 'Close chat' }).click()
  await expect
    .poll(() => visitor.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className))
    .toContain('launcher')
  await visitor.page.context().close()
})

test('archiving leaves the open chat where it is, with the focus on the button', async () => {
  const bob = await visit(browser, url, 'bob')
  await bob.open()
  await bob.write('Done')
  await bob.panel.locator('.ac-bubble[data-state=sent]').last().waitFor(SOON)
  const sam = await logInToInbox(browser, url)
  await sam.openChat('Bob Baker')
  const box = await sam.page.getByRole('textbox', { name: 'Message' }).elementHandle()
  await sam.page.getByRole('button', { name: 'Archive', exact: true }).click()
  await sam.page.getByRole('button', { name: 'Restore' }).waitFor(SOON)
  expect(await box?.evaluate((element) => element.isConnected)).toBe(true)
  expect(await sam.page.evaluate(() => document.activeElement?.textContent)).toBe('Restore')
  for (const { page } of [bob, sam]) await page.context().close()
})

test('a chat opened by link is there when the server can answer again', async () => {
  const sam = await logInToInbox(browser, url)
  await sam.tab('Archived').click()
  const link = await sam.card('Bob Baker').getAttribute('href')
  await sam.page.route('**/trpc/admin.chats.get**', (route) => route.fulfill({ status: 500, body: '{}' }))
  await sam.page.goto(`${url}${link}`)
  await sam.page.getByText('The chat could not be loaded').first().waitFor(SOON)
  await sam.page.unroute('**/trpc/admin.chats.get**')
  await sam.page.getByRole('textbox', { name: 'Message' }).waitFor(SOON)
  await sam.page.context().close()
})
