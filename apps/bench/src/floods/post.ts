import { request } from 'node:http'

export interface Post {
  port: number
  path: string
  body: string
  headers?: Record<string, string>
  /** The loopback address to come from; the system's choice when it is left out. */
  from?: string | null
}

/** Status and text of an answer to a POST. @throws what broke the connection, and after 10 s */
export function post({ port, path, body, headers, from }: Post) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      timeout: 10_000,
      ...(typeof from === 'string' && { localAddress: from }),
    })
    asked.once('timeout', () => asked.destroy(new Error('Not answered within 10 s')))
    asked.once('error', reject)
    asked.once('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.once('error', reject)
    })
    asked.end(body)
  })
}
