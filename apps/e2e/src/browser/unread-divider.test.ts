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

/** Dividers and messages as they stand, top to bottom, without days. */
const SHOWN = '.ac-day[data-unread], .ac-bubble-content'

test('what was unread when one came stands below a line, on both sides, and stays there while one looks', async () => {
  const alice = await visit(browser, stack.url, 'alice')
  await alice.open()
  await alice.write('One')
  const sam = await logInToInbox(browser, stack.url)
  await sam.openChat('Alice')
  const shown = (at: typeof sam.page | typeof alice.panel) => at.locator(SHOWN).allTextContents()
  await expect.poll(() => shown(sam.page), SOON).toEqual(['New messages', 'One'])
  await expect.poll(() => sam.card('Alice').getAttribute('data-unread'), SOON).toBe('false')
  // What comes while one looks begins nothing new.
  await alice.write('Two')
  await expect.poll(() => shown(sam.page), SOON).toEqual(['New messages', 'One', 'Two'])
  expect(await shown(alice.panel)).toEqual(['One', 'Two'])

  await alice.panel.getByRole('button', { name: 'Close' }).click()
  await sam.write('Three')
  await sam.write('Four')
  await expect.poll(() => alice.badge.textContent(), SOON).toBe('2')
  await alice.launcher.click()
  await expect.poll(() => shown(alice.panel), SOON).toEqual(['One', 'Two', 'New messages', 'Three', 'Four'])
  await expect.poll(() => alice.badge.isVisible(), SOON).toBe(false)
  expect(await shown(alice.panel)).toEqual(['One', 'Two', 'New messages', 'Three', 'Four'])

  // All read: whoever comes again finds no line.
  await alice.panel.getByRole('button', { name: 'Close' }).click()
  await alice.launcher.click()
  await expect.poll(() => shown(alice.panel), SOON).toEqual(['One', 'Two', 'Three', 'Four'])
  for (const { page } of [alice, sam]) await page.context().close()
})
