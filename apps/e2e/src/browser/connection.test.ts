import { freePort, startProxy, type TcpProxy } from '@acme/local'
import type { Browser } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SOON } from '../testing/browser.ts'
import { logInToInbox } from '../testing/inbox.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { visit } from '../testing/widget.ts'
import { signInAs, somebody } from '../testing/wire.ts'

let browser: Browser
let stack: Stack
let proxy: TcpProxy
/** As browsers reach it: through the proxy. */
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

test('P13 a half-open connection is noticed within 10 s in Chromium, and everything is there afterwards', async () => {
  const alice = await visit(browser, url, 'alice')
  await alice.open()
  await expect.poll(() => alice.dot.textContent(), SOON).toBe('Online')
  await alice.write('Before')
  await alice.panel.locator('.ac-bubble[data-state=sent]').waitFor()

  proxy.setMode('blackhole')
  const begun = Date.now()
  await expect.poll(() => alice.dot.textContent(), { timeout: 15_000, interval: 100 }).not.toBe('Online')
  expect(Date.now() - begun).toBeLessThan(10_000)
  await alice.write('Into the dark')

  proxy.setMode('pass')
  proxy.cut()
  await expect.poll(() => alice.dot.textContent(), SOON).toBe('Online')
  await expect.poll(() => alice.panel.locator('.ac-bubble[data-state=sent]').count(), SOON).toBe(2)
  expect(await alice.texts()).toEqual(['Before', 'Into the dark'])
  await alice.page.context().close()
})

test('P13 the browser’s own word that it is offline and back again is believed at once', async () => {
  const bob = await visit(browser, url, 'bob')
  await bob.open()
  await expect.poll(() => bob.dot.textContent(), SOON).toBe('Online')
  await bob.page.context().setOffline(true)
  proxy.cut()
  await expect.poll(() => bob.dot.textContent(), SOON).toBe('Offline')
  await bob.write('Written in a tunnel')
  await bob.panel.locator('.ac-bubble[data-state=waiting]').waitFor()
  await bob.page.context().setOffline(false)
  await expect.poll(() => bob.dot.textContent(), SOON).toBe('Online')
  await bob.panel.locator('.ac-bubble[data-state=sent]').waitFor()
  expect(await bob.texts()).toEqual(['Written in a tunnel'])
  await bob.page.context().close()
})

test('a connection that is cut again and again while both sides write loses and repeats nothing', async () => {
  const visitor = await visit(browser, url, 'visitor')
  await visitor.open()
  const cutting = setInterval(() => proxy.cut(), 400)
  for (let n = 1; n <= 12; n++) {
    await visitor.write(`${n}`)
    await visitor.page.waitForTimeout(150)
  }
  clearInterval(cutting)
  await expect.poll(() => visitor.panel.locator('.ac-bubble[data-state=sent]').count(), SOON).toBe(12)
  expect(await visitor.texts()).toEqual(Array.from({ length: 12 }, (_, n) => `${n + 1}`))
  await visitor.page.context().close()
})

test('P12 a panel that is opened while the server is away says so, and is there when the server is back', async () => {
  const visitor = await visit(browser, url, 'visitor')
  proxy.setMode('refuse')
  proxy.cut()
  const entries = await visitor.page.evaluate('history.length')
  await visitor.launcher.click()
  const note = visitor.page.locator('acme-chat .note')
  await expect.poll(() => note.textContent(), SOON).toContain('cannot be reached')
  proxy.setMode('pass')
  await visitor.panel.getByRole('textbox').waitFor()
  expect(await note.textContent()).toBe('')
  // The way back leads out of the page, not through what was tried.
  expect(await visitor.page.evaluate('history.length')).toBe(entries)
  await visitor.write('There you are')
  await visitor.panel.locator('.ac-bubble[data-state=sent]').waitFor()
  await visitor.page.context().close()
})

test('P13 the dot is true also beside a chat that does not exist', async () => {
  const sam = await logInToInbox(browser, url)
  await sam.page.goto(`${url}/admin/chats/${crypto.randomUUID()}`)
  await sam.page.getByText('This chat is not here').waitFor()
  await expect.poll(() => sam.page.locator('.ac-dot').first().textContent(), SOON).toBe('Online')
  await sam.page.context().close()
})

test('what a user wrote while an agent was away rings once when the agent is back', async () => {
  const ada = await signInAs(stack, somebody('ada'))
  const chat = await ada.trpc.chat.get.query()
  const say = (content: string) => ada.trpc.chat.send.mutate({ chatId: chat.id, id: uuidv7(), content })
  const sam = await logInToInbox(browser, url, {}, (page) =>
    page.addInitScript(() => {
      // Every ring is two tones.
      Reflect.set(window, 'tones', 0)
      window.OscillatorNode = class extends OscillatorNode {
        constructor(context: BaseAudioContext, options?: OscillatorOptions) {
          super(context, options)
          Reflect.set(window, 'tones', Reflect.get(window, 'tones') + 1)
        }
      }
    }),
  )
  const tones = () => sam.page.evaluate(() => Number(Reflect.get(window, 'tones')))
  const dot = sam.page.locator('.ac-dot').first()
  await expect.poll(() => dot.textContent(), SOON).toBe('Online')
  // Browsers allow sound after a gesture.
  await sam.tab('Active').click()
  await say('heard')
  await expect.poll(tones, SOON).toBe(2)

  proxy.setMode('refuse')
  proxy.cut()
  await expect.poll(() => dot.textContent(), SOON).toBe('Offline')
  await say('missed')
  proxy.setMode('pass')
  await expect.poll(tones, SOON).toBe(4)
  await say('heard again')
  await expect.poll(tones, SOON).toBe(6)
  await sam.page.context().close()
})
