import { createServer } from 'node:http'
import { freePort } from '@acme/local'

export interface HostPage extends AsyncDisposable {
  origin: string
}

/**
 * Somebody else's site: another origin, a strict Content-Security-Policy that allows the support server and
 * nothing more, and `boot` as the only script of its own.
 */
export async function hostPage(supportOrigin: () => string, boot: () => string): Promise<HostPage> {
  const server = createServer((request, response) => {
    if (request.url === '/boot.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(boot())
      return
    }
    const support = supportOrigin()
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self' ${support}; frame-src ${support}; connect-src ${support}`,
    })
    response.end(`<!doctype html><html lang="en"><title>Somebody’s shop</title><body><h1>Shop</h1>
      <script src="/boot.js"></script><script async src="${support}/widget.js"></script></body></html>`)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
