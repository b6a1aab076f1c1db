import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visit } from '../testing/widget.ts'

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

test('P4 while a draft of many lines is written the list stays at its end, and what comes is seen and read', async () => {
  const alice = await visit(browser, stack.url, 'alice', { viewport: { width: 390, height: 700 } })
  await alice.open()
  for (let n = 1; n <= 12; n++) await alice.write(`Message ${n}`)
  await expect.poll(() => alice.panel.locator('.ac-bubble[data-state=sent]').count(), SOON).toBe(12)
  const sam = await logInToInbox(browser, stack.url)
  await sam.openChat('Alice')

  const draft = alice.panel.getByRole('textbox')
  for (let line = 1; line <= 8; line++) {
    await draft.pressSequentially('a line of a draft')
    await draft.press('Shift+Enter')
  }
  await sam.write('The answer')
  await expect.poll(alice.texts, SOON).toContain('The answer')
  // The agent is told so, because it is in view.
  await sam.page.locator('.chat-seen').waitFor()
  await draft.fill('')
  const { bottom } = await alice.panel
    .locator('.ac-bubble')
    .last()
    .evaluate((one) => one.getBoundingClientRect())
  const top = await draft.evaluate((area) => area.getBoundingClientRect().top)
  expect(bottom).toBeLessThanOrEqual(top)
  for (const { page } of [alice, sam]) await page.context().close()
})
