import { Connection } from '../connection/connection.ts'
import type { LinkEvents } from '../connection/link.ts'
import { tokenSession } from '../connection/session.ts'
import { FakeBrowser } from './fake-browser.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeServer } from './fake-server.ts'

interface WatchedLink {
  token: string | null
  events: LinkEvents
  closed: boolean
  /** Answers a probe. */
  alive: () => void
}

/** A connection whose sockets the test opens and ends by hand; HTTP is answered. */
export class WatchedConnection {
  readonly clock = new FakeClock()
  readonly browser = new FakeBrowser()
  readonly http = new FakeServer(this.clock).http
  readonly links: WatchedLink[] = []
  /** What was shown, each change once. */
  readonly states = ['connecting']
  /** The identities that sessions were started with. */
  readonly starts: (string | null)[] = []
  readonly connection: Connection

  constructor() {
    const start = async (identity: string | null) => {
      this.starts.push(identity)
      return `token-${this.starts.length + 1}`
    }
    const { wire } = new FakeServer(this.clock).openLink(null, {
      onOpen() {},
      onEnd() {},
      onUnauthorized() {},
    })
    this.connection = new Connection({
      session: tokenSession({ token: 'token-1', identity: async () => 'identity' }, start, this.clock),
      openLink: (token, events) => {
        const link: WatchedLink = { token, events, closed: false, alive: () => {} }
        this.links.push(link)
        return {
          wire,
          ping: (onAlive) => {
            link.alive = onAlive
          },
          close: () => {
            link.closed = true
          },
        }
      },
      http: this.http,
      browser: this.browser,
      clock: this.clock,
    })
    this.connection.subscribe(() => {
      const { type } = this.connection.getSnapshot()
      if (this.states.at(-1) !== type) this.states.push(type)
    })
  }

  /** The socket of the latest attempt. */
  get last(): WatchedLink {
    const link = this.links.at(-1)
    if (!link) throw new Error('no socket was opened')
    return link
  }

  /** What is shown now. */
  get shown() {
    return this.connection.getSnapshot()
  }

  /** Waits until the next socket is opened; how many milliseconds that took. */
  async untilNextLink(): Promise<number> {
    const count = this.links.length
    const from = this.clock.now()
    const { retryAt } = { retryAt: null, ...this.shown }
    if (retryAt instanceof Date) await this.clock.advance(retryAt.getTime() - from + 1)
    if (this.links.length !== count + 1) throw new Error(`${this.links.length - count} sockets were opened`)
    return this.clock.now() - from
  }

  addConsumer() {
    const log: string[] = []
    let report = (_yes: boolean) => {}
    const leave = this.connection.addConsumer({
      start(_wire, synced) {
        log.push('start')
        report = synced
        return () => log.push('stop')
      },
    })
    return { log, leave, say: (yes: boolean) => report(yes) }
  }
}
