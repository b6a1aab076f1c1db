import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** How long something that is to happen at once may take on a machine that is busy with other work. */
export const SOON = { timeout: 60_000 }

/** A real Chromium: the one inside an npm package, so that nothing needs to be installed. */
export async function openBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // The package's own arguments put everything into one process, which ends with the first closed page.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    headless: true,
  })
}
