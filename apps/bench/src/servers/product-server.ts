import { readSettings, startServer } from '@acme/server'
import { serveParent } from '../processes/serve-parent.ts'
import { GUARDED } from './servers.ts'

/** The running product, whole, with one thing changed unless it is to be flooded: its rate limits are for people, and this is a load. */
const read = readSettings(process.env)
if (!read.ok) throw new Error(read.faults.join('\n'))
const { settings } = read
const { databaseUrl, smtpUrl, identitySecrets, sessionSecret } = settings
if (!databaseUrl || !smtpUrl || !identitySecrets || !sessionSecret) throw new Error('Settings are missing')
const unlimited = { burst: 1e9, perSecond: 1e9 }
const lifted = {
  limits: {
    send: unlimited,
    calls: unlimited,
    reading: unlimited,
    startSession: { points: 1e9, windowSeconds: 60 },
  },
  httpLimits: { perSession: 1e9, perAddress: 1e9 },
  socketLimits: {
    unauthenticatedPerAddress: 1e9,
    strangersPerAddress: unlimited,
    adapter: { subscriptions: 8, framesBurst: 1e9, framesPerSecond: 1e9 },
  },
}
await startServer({
  settings: { ...settings, databaseUrl, smtpUrl, identitySecrets, sessionSecret },
  pages: async () => {},
  ...(process.env[GUARDED] === undefined && lifted),
})
serveParent()
