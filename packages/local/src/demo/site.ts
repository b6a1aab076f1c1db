import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Person, people, signIdentity } from '../people.ts'
import { answer, answerFault, answerFile } from '../static-files.ts'

export interface DemoOptions {
  /** The support server's origin: the `aud` of identities. */
  audience: string
  identitySecret: string
}

export interface DemoSite {
  /** Serves `/` and what is below `/demo/`. */
  handle: (request: IncomingMessage, response: ServerResponse) => void
}

/**
 * A customer's site: a page that embeds the widget as any other would, and the one endpoint that the customer's own
 * back end has to have, which signs who is looking.
 */
export function demoSite({ audience, identitySecret }: DemoOptions): DemoSite {
  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const asked = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`
    if (asked === 'GET /') return answerFile(response, 'html', file('page.html'))
    if (asked === 'GET /demo/page.css') return answerFile(response, 'css', file('page.css'))
    if (asked === 'GET /demo/page.js') return answerFile(response, 'js', file('page.js'))
    if (asked === 'POST /demo/identity') {
      // In real life it is the page's own session that says who is looking.
      const person = personNamed(await text(request))
      if (!person) return answer(response, 400, 'text', 'There is nobody of that name.')
      const token = await signIdentity({ secret: identitySecret, audience, person })
      return answer(response, 200, 'json', JSON.stringify({ token }))
    }
    answer(response, 404, 'text', 'There is nothing here.')
  }
  return {
    handle: (request, response) => {
      route(request, response).catch(() => answerFault(response))
    },
  }
}

function personNamed(body: string): Person | undefined {
  try {
    const { person } = JSON.parse(body)
    return Object.entries(people).find(([name]) => name === person)?.[1]
  } catch {
    return undefined
  }
}

function file(name: string): URL {
  return new URL(`./${name}`, import.meta.url)
}
