import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, answerFault, answerFile } from '../static-files.ts'
import type { Mail } from './mail.ts'

/**
 * Serves the page that shows the mail. The server sends mail as JSON alone and the page puts
 * it in as text, and the HTML part into a sandboxed frame, so nothing in a mail can run.
 */
export function mailboxPage(mailbox: { messages(): Mail[]; clear(): Promise<void> }) {
  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const asked = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`
    if (asked === 'GET /mailbox') return void response.writeHead(308, { location: '/mailbox/' }).end()
    if (asked === 'GET /mailbox/') {
      return answerFile(response, 'html', file('page.html'), { 'content-security-policy': POLICY })
    }
    const style = /^GET \/mailbox\/((?:page|mail)\.css)$/.exec(asked)?.[1]
    if (style) return answerFile(response, 'css', file(style))
    if (asked === 'GET /mailbox/page.js') return answerFile(response, 'js', file('page.js'))
    if (asked === 'GET /mailbox/messages') {
      return answer(response, 200, 'json', JSON.stringify(mailbox.messages().map(listed).reverse()))
    }
    if (asked === 'DELETE /mailbox/messages') {
      if (!isOwnPage(request)) return answer(response, 403, 'text', 'Only the mailbox page may do this.')
      await mailbox.clear()
      return void response.writeHead(204).end()
    }
    const id = /^GET \/mailbox\/messages\/([\da-f-]{36})$/.exec(asked)?.[1]
    const mail = mailbox.messages().find((candidate) => candidate.id === id)
    if (mail) return answer(response, 200, 'json', JSON.stringify(whole(mail)))
    answer(response, 404, 'text', 'There is nothing here.')
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    route(request, response).catch(() => answerFault(response))
  }
}

/** The frame inherits it: mail may style itself and bring images along, but load nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function file(name: string): URL {
  return new URL(`./${name}`, import.meta.url)
}

function isOwnPage({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host
}

function listed({ id, from, to, subject, text, receivedAt }: Mail) {
  return { id, from, to, subject, preview: text.replace(/\s+/g, ' ').trim().slice(0, 140), receivedAt }
}

function whole(mail: Mail) {
  return { ...mail, headers: [...mail.headers] }
}
