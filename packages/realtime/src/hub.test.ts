import { expect, test } from 'vitest'
import { decode, encode } from './envelope.ts'
import { type Hint, Hub } from './hub.ts'

test('a hint reaches every listener of its topic, with what the publisher carried, and nobody else', () => {
  const hub = new Hub()
  const heard: unknown[] = []
  hub.listen('a', (body, carried) => heard.push(['first', body, carried]))
  hub.listen('a', (body, carried) => heard.push(['second', body, carried]))
  hub.listen('b', () => heard.push('wrong topic'))
  hub.listen('a:longer', () => heard.push('wrong topic'))
  const row = { id: 1 }
  hub.publish('a', { seq: 1 }, row)
  expect(heard).toEqual([
    ['first', { seq: 1 }, row],
    ['second', { seq: 1 }, row],
  ])
})

test('who stopped listening hears nothing, stopping twice is stopping once, and an empty topic is gone', () => {
  const hub = new Hub()
  const heard: string[] = []
  const stop = hub.listen('chat:1', () => heard.push('stopped'))
  stop()
  const stopOther = hub.listen('chat:1', () => heard.push('other'))
  stop()
  hub.publish('chat:1', {})
  expect(heard).toEqual(['other'])
  hub.listen('inbox', () => {})
  expect(hub.topics('chat:')).toEqual(['1'])
  stopOther()
  expect(hub.topics('')).toEqual(['inbox'])
})

test('a listener may stop itself or another while a hint is on its way', () => {
  const hub = new Hub()
  const heard: string[] = []
  const stopFirst = hub.listen('t', () => {
    heard.push('first')
    stopFirst()
    stopSecond()
  })
  const stopSecond = hub.listen('t', () => heard.push('second'))
  hub.listen('t', () => heard.push('third'))
  hub.publish('t', {})
  hub.publish('t', {})
  expect(heard).toEqual(['first', 'third', 'third'])
})

test('what came from another process is delivered here and not sent back', () => {
  const hub = new Hub()
  const relayed: Hint[] = []
  const heard: unknown[] = []
  const stop = hub.relay((hint) => relayed.push(hint))
  hub.listen('t', (body) => heard.push(body))
  hub.deliver('t', { from: 'elsewhere' })
  expect(relayed).toEqual([])
  hub.publish('t', { from: 'here' }, { never: 'leaves the process' })
  expect(relayed).toEqual([{ topic: 't', body: { from: 'here' } }])
  stop()
  hub.publish('t', {})
  expect(relayed).toHaveLength(1)
  expect(heard).toHaveLength(3)
})

test('P1 a listener that throws keeps neither the others nor the relays from hearing, and not the publisher', () => {
  const errors: unknown[] = []
  const hub = new Hub({ onError: (error) => errors.push(error) })
  const heard: string[] = []
  const broken = new Error('broken listener')
  hub.listen('t', () => {
    throw broken
  })
  hub.listen('t', () => heard.push('listener'))
  hub.relay(() => {
    throw broken
  })
  hub.relay(() => heard.push('relay'))
  hub.publish('t', {})
  expect(heard).toEqual(['listener', 'relay'])
  expect(errors).toEqual([broken, broken])
})

const hints = (count: number, text = ''): Hint[] =>
  Array.from({ length: count }, (_, n) => ({ topic: `chat:${n}`, body: { seq: n, text } }))

test('hints are packed in order into as few notifications as Postgres takes', () => {
  const many = hints(2_000, 'häß 👩‍👩‍👧‍👦 "\\')
  const payloads = encode('origin', many)
  expect(payloads.flatMap((payload) => decode(payload))).toEqual(many)
  expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true)
  const total = payloads.reduce((sum, payload) => sum + Buffer.byteLength(payload), 0)
  expect(payloads.length).toBeLessThanOrEqual(Math.ceil(total / 7_000))
  expect(encode('origin', [])).toEqual([])
})

test('a hint too large for a notification is left out, the others go', () => {
  const large = { topic: 'large', body: { text: 'ä'.repeat(4_000) } }
  const [before, after] = [hints(3), hints(2)]
  const payloads = encode('origin', [...before, large, ...after])
  expect(payloads.flatMap((payload) => decode(payload))).toEqual([...before, ...after])
})

test('a notification that is not ours is nothing, not an exception', () => {
  const shapes = ['', 'hello', 'null', '1', '{}', '[]', '[1]', '["o",1]', '["o",["t"]]', '["o",[1,{}]]']
  const bodies = ['["o",["t",[]]]', '["o",["t",null]]', '["o",["t",{}],7]', '["o"', '\u0000']
  for (const payload of [...shapes, ...bodies]) expect(decode(payload), payload).toBe(null)
  expect(decode('["o"]')).toEqual([])
  const polluted = decode('["o",["t",{"__proto__":{"admin":true}}]]')
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  expect(polluted).toHaveLength(1)
})
