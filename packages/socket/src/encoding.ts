import { isTrackedEnvelope } from '@trpc/server'
import { textFrame } from './frame.ts'
import type { Encoding } from './shared.ts'

/** A value as text in the router's output format; undefined for what JSON leaves out. */
export type Stringify = (value: unknown) => string | undefined

/** Behind the head of a subscription's request. */
export const STARTED = '"result":{"type":"started"}}'
export const STOPPED = '"result":{"type":"stopped"}}'
/** Asks for a sign of life, and gives one. */
export const PING = textFrame('PING')
export const PONG = textFrame('PONG')
/** The peer is to open a new connection. */
export const RECONNECT = '{"id":null,"method":"reconnect"}'

/**
 * Bodies of answers: the text behind an envelope's head, `{"id":3,`. The bytes are those of tRPC's own adapter, which
 * runs the transformer over `data` or `error` and writes the whole with JSON.stringify.
 */
export function createEncoding(stringify: Stringify): Encoding {
  return {
    body(value) {
      if (!isTrackedEnvelope(value)) return `"result":{"type":"data"${dataOf(stringify(value))}}}`
      const [id, data] = value
      return `"result":{"type":"data"${dataOf(stringify({ id, data }))},"id":${JSON.stringify(id)}}}`
    },
    error: (shape) => `"error":${stringify(shape)}}`,
    frame: textFrame,
  }
}

function dataOf(text: string | undefined): string {
  return text === undefined ? '' : `,"data":${text}`
}
