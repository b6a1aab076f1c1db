import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TIMINGS } from '../platform/timings.ts'
import { CLOSE_CODES } from './close-codes.ts'
import { boundedWebSocket } from './socket.ts'

/** A socket whose peer is gone: closing it brings no event by itself. */
class DeadSocket extends EventTarget {
  static readonly OPEN = 1
  readyState = 1
  closes = 0

  close(): void {
    this.closes += 1
    this.readyState = 2
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('boundedWebSocket', () => {
  test('P13 a close that nobody answers is over after half a second', () => {
    const { socket, heard } = open()
    socket.close()
    vi.advanceTimersByTime(TIMINGS.closeMs - 1)
    expect(heard).toEqual([])
    vi.advanceTimersByTime(1)
    expect(heard).toEqual([`close ${CLOSE_CODES.givenUp.code}`])
  })

  test('what the abandoned socket says later is kept from everybody', () => {
    const { socket, heard } = open()
    socket.close()
    vi.advanceTimersByTime(TIMINGS.closeMs)
    socket.dispatchEvent(new MessageEvent('message', { data: 'late' }))
    socket.dispatchEvent(new Event('error'))
    socket.dispatchEvent(new CloseEvent('close', { code: 1006 }))
    socket.close()
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual([`close ${CLOSE_CODES.givenUp.code}`])
  })

  test('an answered close is heard once, with its code', () => {
    const { socket, heard } = open()
    socket.close()
    socket.dispatchEvent(new CloseEvent('close', { code: 4503 }))
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['close 4503'])
  })
})

function open() {
  const Bounded = Reflect.apply(boundedWebSocket, null, [DeadSocket, () => {}])
  const socket: WebSocket = Reflect.construct(Bounded, ['ws://127.0.0.1'])
  const heard: string[] = []
  socket.addEventListener('message', () => heard.push('message'))
  socket.addEventListener('error', () => heard.push('error'))
  socket.addEventListener('close', ({ code }) => heard.push(`close ${code}`))
  return { socket, heard }
}
