import { freePort, people } from '@acme/local'
import { renderGallery } from '@acme/worker/gallery'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { violations } from '../testing/axe.ts'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visitInTab } from '../testing/widget.ts'

const PHONE = { width: 390, height: 844 }
const DESKTOP = { width: 1280, height: 800 }

let browser: Browser
let stack: Stack
beforeAll(async () => {
  browser = await openBrowser()
  const port = String(await freePort())
  // Not localhost: a browser asks for it at ::1 first, where another test may have the same port.
  const url = `http://127.0.0.1:${port}`
  const env = { PORT: port, PUBLIC_URL: url, CHAT_URL: `${url}/?as=alice`, REPLY_EMAIL_DELAY: '500ms' }
  stack = await startStack({ env })
})
afterAll(async () => {
  await browser?.close()
  await stack?.[Symbol.asyncDispose]()
})
beforeEach(() => stack.mailbox.clear())

/** Alice writes, leaves, and is answered; the mail about it. */
async function answered(context: BrowserContext) {
  const alice = await visitInTab(context, stack.url, 'alice')
  await alice.open()
  await alice.write('A question')
  await alice.panel.locator('.ac-bubble[data-state=sent]').last().waitFor(SOON)
  await alice.page.close()
  const sam = await logInToInbox(browser, stack.url)
  await sam.openChat('Alice')
  await sam.write('The answer')
  const mail = await stack.mailbox.next(({ to }) => to.includes(people.alice.email), SOON.timeout)
  return { mail, sam }
}

test.each([
  ['desktop', DESKTOP],
  ['phone', PHONE],
])('P8 the mail’s button opens the conversation on a %s, where it is answered', async (_name, viewport) => {
  const context = await browser.newContext({ viewport })
  const { mail, sam } = await answered(context)
  const page = await context.newPage()
  await page.setContent(String(mail.html))
  const [opened] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open the conversation' }).click({ modifiers: ['Shift'] }),
  ])
  const panel = opened.frameLocator('acme-chat iframe')
  await panel.getByText('The answer', { exact: true }).last().waitFor(SOON)
  await panel.getByRole('textbox').fill('Thank you')
  await panel.getByRole('textbox').press('Enter')
  await sam.page.getByText('Thank you', { exact: true }).last().waitFor(SOON)
  for (const each of [context, sam.page.context()]) await each.close()
})

test('the page behind the unsubscribe link stops the mails, undoes it, and the inbox shows it', async () => {
  const context = await browser.newContext({ viewport: PHONE })
  const { mail, sam } = await answered(context)
  const page = await context.newPage()
  await page.goto(/https?:\S+\/unsubscribe\?\S+/.exec(mail.text)?.[0] ?? '')
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Send no more emails' }).click()
  await page.getByText('You get no more emails about replies.').waitFor(SOON)
  expect(await violations(page)).toEqual([])
  await sam.page.reload()
  await sam.page.getByText('Gets no emails').waitFor(SOON)
  await page.getByRole('button', { name: 'Send them again' }).click()
  await page.getByRole('button', { name: 'Send no more emails' }).waitFor(SOON)
  await sam.page.reload()
  await sam.page.getByText('In the chat').or(sam.page.getByText('The answer').last()).waitFor(SOON)
  expect(await sam.page.getByText('Gets no emails').count()).toBe(0)
  for (const each of [context, sam.page.context()]) await each.close()
})

test.each(['light', 'dark'] as const)(
  'every state of the mail can be read in %s, on 320 px and on 600',
  async (colorScheme) => {
    const context = await browser.newContext({ colorScheme })
    const page = await context.newPage()
    for (const width of [320, 600]) {
      await page.setViewportSize({ width, height: 800 })
      for (const [name, { html }] of renderGallery()) {
        await page.setContent(html)
        expect(await violations(page), `${name}, ${width} px`).toEqual([])
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        expect(wide, name).toBeLessThanOrEqual(width)
      }
    }
    await context.close()
  },
)
