import type { IncomingMessage, ServerResponse } from 'node:http'
import { people, signIdentity } from '../people.ts'
import { answer, answerFault, answerFile } from '../static-files.ts'
import { demoPage, viewers } from './page.ts'

export interface DemoSiteOptions {
  /** The support server's origin, which identities are signed for. */
  audience: string
  /** The secret that a customer's back end shares with the support server. */
  identitySecret: string
}

/**
 * A page as a customer's could be, at `/` and below `/demo/`, with the widget in it. Its
 * `POST /demo/identity` stands for the customer's own back end: a real one signs for whoever
 * is logged in there, this one for whoever is named.
 */
export function demoSite(options: DemoSiteOptions) {
  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const asked = `${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`
    if (asked === 'GET /' || asked === 'GET /demo' || asked === 'GET /demo/') {
      const as = viewers.find((viewer) => viewer === url.searchParams.get('as')) ?? 'visitor'
      return answer(response, 200, 'html', demoPage({ as, audience: options.audience }))
    }
    const style = /^GET \/demo\/(page|sections)\.css$/.exec(asked)?.[1]
    if (style) return answerFile(response, 'css', new URL(`./${style}.css`, import.meta.url))
    if (asked === 'GET /demo/page.js')
      return answerFile(response, 'js', new URL('./page.js', import.meta.url))
    if (asked === 'POST /demo/identity') return signFor(request, response, options)
    answer(response, 404, 'text', 'There is nothing here.')
  }
  return {
    handle(request: IncomingMessage, response: ServerResponse): void {
      route(request, response).catch(() => answerFault(response))
    },
  }
}

async function signFor(
  request: IncomingMessage,
  response: ServerResponse,
  { audience, identitySecret }: DemoSiteOptions,
): Promise<void> {
  // Other sites cannot send this type without asking first, and are never told yes.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return answer(response, 415, 'json', JSON.stringify({ error: 'Send application/json.' }))
  }
  const person = findPerson(await readBody(request))
  if (person === undefined) {
    const error = `Send {"person": "…"} with one of: ${Object.keys(people).join(', ')}.`
    return answer(response, 400, 'json', JSON.stringify({ error }))
  }
  const token = await signIdentity({ secret: identitySecret, audience, person })
  answer(response, 200, 'json', JSON.stringify({ token }))
}

function findPerson(body: string) {
  let sent: unknown
  try {
    sent = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof sent !== 'object' || sent === null || !('person' in sent)) return undefined
  return Object.values(people).find(({ externalId }) => externalId === sent.person)
}

const LARGEST_BODY_BYTES = 1_024

/** Empty when too large, which is then no valid request. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk)
  }
  return bytes > LARGEST_BODY_BYTES ? '' : Buffer.concat(chunks).toString()
}
