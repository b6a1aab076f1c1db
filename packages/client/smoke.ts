import { createSupportClient } from './src/index.ts'
import { startProxy } from '/work/main/packages/local/src/proxy.ts'
const proxy = await startProxy({ targetPort: 3911 })
const t0 = Date.now()
const say = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(2), ...a)
let kept: string | null = null
const make = (url: string, token: string | null) => createSupportClient({ url, session: { token, identity: async () => null, onToken: (t) => { kept = t; say('token', t?.slice(0, 5)) } } })
const c = make(`http://127.0.0.1:${proxy.port}`, null)
const watch = (name: string, c: ReturnType<typeof make>) => { let last = ''; c.conversation.subscribe(() => { const s = c.conversation.getSnapshot(); const line = JSON.stringify([s.phase, s.failure, s.connection.type, s.messages.length, s.pending.map(p => p.state), s.unreadCount, s.seenUpTo, s.here.length, s.typing.length]); if (line !== last) { last = line; say(name, line) } }) }
watch('A', c)
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
await sleep(800)
c.conversation.send('hello'); c.conversation.send('again')
await sleep(500)
say('--- cut'); proxy.cut(); await sleep(1500)
say('--- second tab'); const d = make('http://127.0.0.1:3911', kept); watch('B', d); await sleep(600); d.conversation.setTyping(true)
say('--- blackhole'); proxy.setMode('blackhole'); c.conversation.send('in the hole'); d.conversation.send('from B'); await sleep(9000)
say('--- pass'); proxy.setMode('pass'); await sleep(16000)
say(c.conversation.getSnapshot().messages.map((m) => m.content))
say('--- end A'); await d.end(); await sleep(1500)
say('A:', JSON.stringify(c.conversation.getSnapshot()).slice(0, 200))
c.close(); await proxy.close()
