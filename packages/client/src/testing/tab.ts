import { Connection } from '../connection/connection.ts'
import { tokenSession } from '../connection/session.ts'
import { Conversation } from '../conversation/conversation.ts'
import { personalPendingStore } from '../conversation/pending-store.ts'
import type { Clock } from '../platform/clock.ts'
import { FakeBrowser } from './fake-browser.ts'
import type { FakeServer } from './fake-server.ts'
import type { SharedStorage } from './shared-storage.ts'

export interface Tab {
  browser: FakeBrowser
  connection: Connection
  conversation: Conversation
  close(): void
}

/** A page with the real store and the real connection on a fake network; it may know already which chat is opened. */
export function openTab(
  server: FakeServer,
  clock: Clock,
  shared: SharedStorage,
  expectedChatId: string | null = null,
): Tab {
  const { storage, onChange } = shared.open()
  const pending = personalPendingStore({ storage, onChange, token: null })
  const browser = new FakeBrowser(storage)
  const session = tokenSession({ token: 'token', identity: async () => null }, async () => 'token-2', clock)
  const connection = new Connection({ session, openLink: server.openLink, http: server.http, browser, clock })
  const conversation = new Conversation({
    side: 'user',
    load: server.load,
    connection,
    pending: { ...pending, expectedChatId },
    clock,
  })
  return {
    browser,
    connection,
    conversation,
    close() {
      conversation.close()
      connection.close()
    },
  }
}
