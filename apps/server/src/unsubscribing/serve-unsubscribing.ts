import { createHash } from 'node:crypto'
import { addressKey, RateLimit, Refusal } from '@acme/api/server'
import { type Db, isConnectionLost, isPoolExhausted, isTransient } from '@acme/db'
import { type Links, readSubscriber, setOptedOut } from '@acme/worker'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Shown, unsubscribePage } from './page.ts'

/** For one link, and for one address from which links come that are none: mail clients send the clicks of many from a few. */
const LIMIT = { burst: 60, perSecond: 1 }

export interface UnsubscribingOptions {
  db: Db
  links: Links
}

const query = z.object({ token: z.string().max(1_000), undo: z.literal('1').optional() })

/**
 * The links of reply emails that end them. GET shows a page with one button and changes nothing: mail scanners open
 * every link. POST is that button, and the one-click of mail clients (RFC 8058), which brings no cookie and wants no question.
 */
export async function serveUnsubscribing(
  root: FastifyInstance,
  { db, links }: UnsubscribingOptions,
): Promise<void> {
  const limit = new RateLimit(LIMIT)
  await root.register(async (app) => {
    // All is in the address: what a form or a mail client puts into the body is taken and not read.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, null))
    app.get('/unsubscribe', (request, reply) => answer(request, reply, async () => {}))
    app.post('/unsubscribe', (request, reply) =>
      answer(request, reply, (userId, { undo }) => setOptedOut(db, userId, undo === undefined)),
    )
  })

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (userId: string, given: z.output<typeof query>) => Promise<void>,
  ) {
    const accepted = request.headers['accept-language'] ?? ''
    const given = query.safeParse(request.query)
    const userId = given.success ? await links.unsubscribes(given.data.token) : null
    try {
      limit.take(userId ?? addressKey(request.ip))
      if (!given.success || userId === null) return show(reply.code(400), { state: 'invalid' }, accepted)
      await act(userId, given.data)
      const subscriber = await readSubscriber(db, userId)
      if (!subscriber) return show(reply.code(400), { state: 'invalid' }, accepted)
      const state = subscriber.optedOut ? 'optedOut' : 'subscribed'
      return show(reply, { state, token: given.data.token }, subscriber.language ?? accepted)
    } catch (error) {
      if (error instanceof Refusal)
        return show(reply.code(429).header('retry-after', '60'), { state: 'unavailable' }, accepted)
      if (!isConnectionLost(error) && !isTransient(error) && !isPoolExhausted(error)) throw error
      return show(reply.code(503).header('retry-after', '60'), { state: 'unavailable' }, accepted)
    }
  }
}

function show(reply: FastifyReply, shown: Shown, language: string): FastifyReply {
  const page = unsubscribePage(shown, language)
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-security-policy', policyFor(page))
    .send(page)
}

/** The page's own style is allowed by its hash, and nothing else at all. */
function policyFor(page: string): string {
  const style = page.slice(page.indexOf('<style>') + '<style>'.length, page.indexOf('</style>'))
  const hash = createHash('sha256').update(style).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
}
