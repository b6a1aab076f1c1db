import { freePort, startProxy, type TcpProxy } from '@acme/local'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visit, visitInTab } from '../testing/widget.ts'

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

test('P13 what was written offline in a tab that is closed is shown, and sent, by the tab that is open', async () => {
  const one = await visit(browser, url, 'alice')
  const context = one.page.context()
  await one.open()
  await one.write('Hello')
  await one.panel.locator('.ac-bubble[data-state=sent]').waitFor(SOON)
  const other = await visitInTab(context, url, 'alice')
  await other.open()
  await expect.poll(other.texts, SOON).toEqual(['Hello'])

  await context.setOffline(true)
  proxy.setMode('refuse')
  proxy.cut()
  await one.write('Written without a network')
  await other.panel.locator('.ac-bubble[data-state=waiting]').waitFor(SOON)
  expect(await other.texts()).toEqual(['Hello', 'Written without a network'])
  await one.page.close()
  proxy.setMode('pass')
  await context.setOffline(false)

  const sam = await logInToInbox(browser, url)
  await sam.openChat('Alice Archer')
  await expect.poll(sam.texts, { timeout: 30_000 }).toEqual(['Hello', 'Written without a network'])
  const unsent = other.panel.locator('.ac-bubble:is([data-state=waiting], [data-state=sending])')
  await expect.poll(() => unsent.count(), SOON).toBe(0)
  expect(await other.texts()).toEqual(['Hello', 'Written without a network'])
  await context.close()
  await sam.page.context().close()
})
