import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { createOutage } from './outage.ts'

const EXHAUSTED = new Error('timeout exceeded when trying to connect')
const BROKEN = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const DEADLOCK = Object.assign(new Error('deadlock detected'), { code: '40P01' })
const BUSY_LINE = 'all connections to the database were busy'
const [AWAY_LINE, BACK_LINE] = ['the database cannot be reached', 'the database can be reached again']

/** An outage's log, with a database whose sign of life comes, or does not, when a test says so. */
function fixture() {
  const lines: string[] = []
  const { log } = Fastify({
    logger: { stream: { write: (line: string) => lines.push(JSON.parse(line).msg) } },
  })
  const probes: PromiseWithResolvers<void>[] = []
  const probe = () => {
    const asked = Promise.withResolvers<void>()
    probes.push(asked)
    return asked.promise
  }
  const outage = createOutage({ log, metrics: createMetrics(), probe })
  return { outage, lines, probes }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('connections that are all taken are said once, when the database answers on another one', async () => {
  const { outage, lines, probes } = fixture()
  for (const _ of [1, 2, 3]) outage.noticed(EXHAUSTED)
  await settled()
  expect(lines).toEqual([])
  expect(probes).toHaveLength(1)
  probes[0]?.resolve()
  await settled()
  outage.noticed(EXHAUSTED)
  probes[1]?.resolve()
  await settled()
  expect(lines).toEqual([BUSY_LINE])
})

test('P12 connections that are all taken because the database is silent are one outage and one line', async () => {
  const { outage, lines, probes } = fixture()
  outage.noticed(EXHAUSTED)
  probes[0]?.reject(new Error('Not done within 2000 ms.'))
  await settled()
  expect(lines).toEqual([AWAY_LINE])
  outage.noticed(EXHAUSTED)
  outage.noticed(DEADLOCK)
  outage.suspected(BROKEN)
  await outage.endsWith(async () => undefined)
  expect(lines).toEqual([AWAY_LINE, BACK_LINE])
})

test('P12 an outage is over when the database answers, also while connections are all taken', async () => {
  const { outage, lines } = fixture()
  outage.noticed(BROKEN)
  await outage.endsWith(async () => outage.noticed(EXHAUSTED))
  expect(lines).toEqual([AWAY_LINE, BACK_LINE])
})

test('P12 an outage that is noticed while the database is asked is not said twice', async () => {
  const { outage, lines, probes } = fixture()
  outage.noticed(EXHAUSTED)
  outage.noticed(BROKEN)
  probes[0]?.resolve()
  await settled()
  expect(lines).toEqual([AWAY_LINE])
})
