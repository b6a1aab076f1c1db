import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../testing/axe.ts'
import { openBrowser } from '../testing/browser.ts'
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

function frameOf(page: Page): Frame {
  const frame = page.frames().find((one) => one.url().includes('/widget/'))
  if (!frame) throw new Error('The panel has no frame')
  return frame
}

test('the check sees a fault where there is one', async () => {
  const page = await browser.newPage()
  await page.setContent(
    '<html lang="en"><title>A page</title><img src="data:,"><p style="color:#999">pale</p>',
  )
  expect((await violations(page)).map((fault) => fault.split(':')[0])).toEqual([
    'color-contrast',
    'image-alt',
  ])
  await page.close()
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('the widget, empty and with a conversation, meets WCAG 2.2 AA', async () => {
    const alice = await visit(browser, stack.url, 'alice', { colorScheme, reducedMotion: 'reduce' })
    expect(await violations(alice.page)).toEqual([])
    await alice.open()
    expect(await violations(frameOf(alice.page))).toEqual([])
    await alice.write('See https://shop.example/orders/7')
    await alice.panel.locator('.ac-bubble[data-state=sent]').last().waitFor()
    expect(await violations(frameOf(alice.page))).toEqual([])
    await alice.page.context().close()
  })

  test('the inbox, from log-in to a chat, meets WCAG 2.2 AA', async () => {
    const sam = await logInToInbox(browser, stack.url, { colorScheme, reducedMotion: 'reduce' })
    await sam.card('Alice Archer').waitFor()
    expect(await violations(sam.page)).toEqual([])
    await sam.openChat('Alice Archer')
    await sam.write('An answer')
    await sam.page.locator('.ac-bubble[data-side=mine]').last().waitFor()
    expect(await violations(sam.page)).toEqual([])
    await sam.page.goto(`${stack.url}/admin/team`)
    await sam.page.getByRole('heading', { name: 'Team' }).first().waitFor()
    expect(await violations(sam.page)).toEqual([])
    await sam.page.context().clearCookies()
    await sam.page.reload()
    await sam.page.getByRole('button', { name: 'Log in' }).waitFor()
    expect(await violations(sam.page)).toEqual([])
    await sam.page.context().close()
  })
})

test('the widget works by keyboard alone: opened, written in, closed, with the focus where one expects it', async () => {
  const bob = await visit(browser, stack.url, 'bob')
  await bob.launcher.focus()
  await bob.page.keyboard.press('Enter')
  await bob.panel.getByRole('textbox').waitFor()
  await expect
    .poll(() => bob.panel.getByRole('textbox').evaluate((box) => box === document.activeElement))
    .toBe(true)
  await bob.page.keyboard.type('Two lines')
  await bob.page.keyboard.press('Shift+Enter')
  await bob.page.keyboard.type('in one message')
  await bob.page.keyboard.press('Enter')
  await expect.poll(bob.texts).toEqual(['Two lines\nin one message'])
  await bob.page.keyboard.press('Escape')
  await expect.poll(() => bob.launcher.getAttribute('aria-expanded')).toBe('false')
  await expect
    .poll(() => bob.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className))
    .toContain('launcher')
  await bob.page.context().close()
})
