/**
 * The server as a program that also measures its own event loop: `POST /turns` begins, `GET /turns` answers how long
 * the longest turn since then was, in milliseconds of its thread's own CPU time: what other programs on the machine take
 * does not count. Limits of calls are lifted, so that inputs come to be read.
 */
import { readSettings, type ServerOptions, startServer } from '@acme/server'

const UNLIMITED = 1_000_000

const read = readSettings(process.env)
if (!read.ok) throw new Error(read.faults.join('\n'))
const { settings } = read
const { databaseUrl, smtpUrl, identitySecrets, sessionSecret } = settings
if (!databaseUrl || !smtpUrl || !identitySecrets || !sessionSecret) throw new Error('Settings are missing')

const often = { burst: UNLIMITED, perSecond: UNLIMITED }
const shared = { points: UNLIMITED, windowSeconds: 60 }
const server = await startServer({
  settings: { ...settings, databaseUrl, smtpUrl, identitySecrets, sessionSecret },
  pages: measureTurns(),
  limits: {
    calls: often,
    send: often,
    typing: often,
    startSession: shared,
    logIn: shared,
    logInFrom: shared,
  },
  httpLimits: { perSession: UNLIMITED, perAddress: UNLIMITED },
})
process.once('SIGTERM', () => void server.stop().then(() => process.exit()))

/** The loop never waits while it is measured, so that a turn is as long as what is done in it. */
function measureTurns(): NonNullable<ServerOptions['pages']> {
  let longest = 0
  let begun = 0
  let isMeasuring = false
  const turn = () => {
    const now = threadCpuMs()
    longest = Math.max(longest, now - begun)
    begun = now
    if (isMeasuring) setImmediate(turn)
  }
  return async (app) => {
    app.post('/turns', async () => {
      longest = 0
      isMeasuring = true
      begun = threadCpuMs()
      setImmediate(turn)
      return {}
    })
    app.get('/turns', async () => {
      isMeasuring = false
      return { longestMs: longest }
    })
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
