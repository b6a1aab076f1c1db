import type { Browser, Page } from 'playwright-core'
import { ADMIN } from './stack.ts'

/** A member of the support team in front of the inbox, in a browser of their own. */
export interface Agent {
  page: Page
  card: (name: string) => ReturnType<Page['getByRole']>
  tab: (name: 'Active' | 'Archived') => ReturnType<Page['getByRole']>
  openChat: (name: string) => Promise<void>
  write: (text: string) => Promise<void>
  texts: () => Promise<string[]>
}

export async function logInToInbox(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Agent> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  await prepare(page)
  await page.goto(`${url}/admin/`)
  await page.getByRole('textbox', { name: 'Email' }).fill(ADMIN.email)
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('tab', { name: 'Active' }).waitFor()
  const card: Agent['card'] = (name) => page.getByRole('link', { name: new RegExp(`^(\\S{1,3} )?${name}`) })
  return {
    page,
    card,
    tab: (name) => page.getByRole('tab', { name }),
    openChat: async (name) => {
      await card(name).click()
      await page.getByRole('textbox', { name: 'Message' }).waitFor()
    },
    write: async (text) => {
      await page.getByRole('textbox', { name: 'Message' }).fill(text)
      await page.getByRole('textbox', { name: 'Message' }).press('Enter')
    },
    texts: () => page.locator('.ac-bubble-content').allTextContents(),
  }
}
