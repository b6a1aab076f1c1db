import type { Browser, BrowserContext, Page } from 'playwright-core'

/** A user in front of the demo page, in a browser of their own. */
export interface User {
  page: Page
  /** The button in the corner. */
  launcher: ReturnType<Page['locator']>
  badge: ReturnType<Page['locator']>
  /** The panel's frame. */
  panel: ReturnType<Page['frameLocator']>
  dot: ReturnType<Page['locator']>
  open: () => Promise<void>
  write: (text: string) => Promise<void>
  /** The texts of the bubbles, top to bottom. */
  texts: () => Promise<string[]>
}

export async function visit(
  browser: Browser,
  url: string,
  who: 'alice' | 'bob' | 'visitor' = 'visitor',
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<User> {
  return visitInTab(await browser.newContext(options), url, who)
}

/** The same in one more tab of a browser that is open. */
export async function visitInTab(
  context: BrowserContext,
  url: string,
  who: 'alice' | 'bob' | 'visitor' = 'visitor',
): Promise<User> {
  const page = await context.newPage()
  await page.goto(`${url}/?as=${who}`)
  const panel = page.frameLocator('acme-chat iframe')
  const launcher = page.locator('acme-chat .launcher')
  return {
    page,
    launcher,
    badge: page.locator('acme-chat .badge'),
    panel,
    dot: panel.locator('header [role=status]'),
    open: async () => {
      await launcher.click()
      await panel.getByRole('textbox').waitFor()
    },
    write: async (text) => {
      await panel.getByRole('textbox').fill(text)
      await panel.getByRole('textbox').press('Enter')
    },
    texts: () => panel.locator('.ac-bubble-content').allTextContents(),
  }
}
