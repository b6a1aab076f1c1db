import type { SupportMessage } from '@acme/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Timeline } from './timeline.ts'

const message = (seq: number, id = `m${seq}`): SupportMessage => ({
  id,
  chatId: 'chat',
  seq,
  content: id,
  senderType: 'admin',
  senderName: null,
  readAt: null,
  createdAt: new Date(seq),
})
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => message(from + at))
const seqs = (timeline: Timeline) => timeline.messages.map(({ seq }) => seq)

describe('Timeline', () => {
  test('P4 in whatever order and however often messages come, each is shown once, in order, without a hole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (order) => {
        const timeline = new Timeline([], 0)
        const released: number[] = []
        for (const seq of order) {
          const before = timeline.lastSeq
          const applied = timeline.apply(message(seq))
          expect(applied.type === 'known').toBe(seq <= before)
          if (applied.type === 'shown') released.push(...applied.messages.map((one) => one.seq))
          expect(seqs(timeline)).toEqual(range(1, timeline.lastSeq).map((one) => one.seq))
        }
        expect(released).toEqual(seqs(timeline))
        const come = new Set(order)
        expect(timeline.lastSeq).toBe(range(1, 13).findIndex(({ seq }) => !come.has(seq)))
        expect(timeline.hasGap).toBe([...come].some((seq) => seq > timeline.lastSeq))
      }),
    )
  })

  test('a page begins anywhere, and the one before joins it', () => {
    const timeline = new Timeline(range(11, 20), 20)
    expect(timeline.hasEarlier).toBe(true)
    expect(timeline.apply(message(3))).toEqual({ type: 'known' })
    timeline.prepend(range(1, 9))
    expect(timeline.firstSeq).toBe(11)
    timeline.prepend(range(1, 12))
    expect(seqs(timeline)).toEqual(range(1, 20).map(({ seq }) => seq))
    expect(timeline.hasEarlier).toBe(false)
  })

  test('another message in a place we know, or one we know in another place, is of another log', () => {
    const timeline = new Timeline(range(1, 3), 3)
    timeline.apply(message(6))
    expect(timeline.apply(message(2, 'other'))).toEqual({ type: 'contradiction' })
    expect(timeline.apply(message(6, 'other'))).toEqual({ type: 'contradiction' })
    expect(timeline.apply(message(4, 'm2'))).toEqual({ type: 'contradiction' })
    expect(timeline.apply(message(4, 'm6'))).toEqual({ type: 'contradiction' })
  })

  test('the picture stays the same object until something is shown', () => {
    const timeline = new Timeline(range(1, 2), 2)
    const before = timeline.messages
    timeline.apply(message(2))
    timeline.apply(message(4))
    expect(timeline.messages).toBe(before)
    timeline.apply(message(3))
    expect(before).toHaveLength(2)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4])
  })
})
