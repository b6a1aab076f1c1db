import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'

/** The headers that every answer of the mailbox and the demo carries. */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
}

export function answer(
  response: ServerResponse,
  status: number,
  type: keyof typeof TYPES,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...ALWAYS, 'content-type': TYPES[type], ...headers }).end(body)
}

export async function answerFile(
  response: ServerResponse,
  type: keyof typeof TYPES,
  file: URL,
  headers: Record<string, string> = {},
): Promise<void> {
  answer(response, 200, type, await readFile(file, 'utf8'), headers)
}

/** For handlers that are called without waiting: a fault becomes a 500 instead of an unhandled rejection. */
export function answerFault(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else answer(response, 500, 'text', 'Something went wrong.')
}
