import type { IncomingMessage } from 'node:http'
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import { parseConnectionParamsFromUnknown, type TRPCRequestInfo } from '@trpc/server/http'
import { announcesParameters } from './adapter.ts'
import type { Connection } from './connection.ts'
import { isRecord, NO_REQUEST } from './envelope.ts'
import { readText, refuseText } from './incoming.ts'
import { failUnread } from './refuse.ts'

type ConnectionParams = TRPCRequestInfo['connectionParams']

/** The context of a socket, made once. What comes meanwhile waits, unread: nobody has said yet who pays for reading it. */
export type ContextState<Context> =
  | { type: 'expected'; until: number; identification: Identification<Context> }
  | Pending
  | { type: 'ready'; ctx: Context }
  | { type: 'failed' }

interface Pending {
  type: 'pending'
  frames: string[]
  /** Characters of these frames. */
  length: number
}

/** Makes a socket's context, with the parameters of its first frame if it announced them. */
export class Identification<Context> {
  readonly #connection: Connection<Context>
  readonly #request: IncomingMessage

  constructor(connection: Connection<Context>, request: IncomingMessage) {
    this.#connection = connection
    this.#request = request
  }

  begin(now: number): ContextState<Context> {
    if (!announcesParameters(this.#request)) return this.#pending(() => null)
    const until = now + this.#connection.adapter.limits.authenticationMs
    return { type: 'expected', until, identification: this }
  }

  /** The first frame has come: the deadline ends here, however long the look-up takes. */
  present(frame: string | null): void {
    this.#connection.context = this.#pending(() => readParameters(frame))
  }

  #pending(parameters: () => ConnectionParams): ContextState<Context> {
    const pending: Pending = { type: 'pending', frames: [], length: 0 }
    void this.#make(parameters, pending)
    return pending
  }

  async #make(parameters: () => ConnectionParams, { frames }: Pending): Promise<void> {
    const connection = this.#connection
    // The connection must be whole before anybody is told of it.
    await null
    try {
      const ctx = await connection.adapter.createContext({
        req: this.#request,
        res: connection.socket,
        info: {
          connectionParams: parameters(),
          calls: [],
          isBatchCall: false,
          accept: null,
          type: 'unknown',
          get signal() {
            return connection.signal
          },
          url: null,
        },
      })
      connection.identified(ctx)
      for (const frame of frames) if (connection.isOpen) readText(connection, frame)
      connection.readOn()
    } catch (cause) {
      this.#fail(getTRPCErrorFromUnknown(cause), frames)
    }
  }

  #fail(error: TRPCError, frames: readonly string[]): void {
    const connection = this.#connection
    connection.context = { type: 'failed' }
    failUnread(connection, NO_REQUEST, error)
    for (const frame of frames) refuseText(connection, frame, error)
    connection.close(connection.adapter.codes.contextFailed(error), 'contextFailed')
  }
}

/** The parameters in `{"method":"connectionParams","data":{…}}`; null stands for a binary frame. */
function readParameters(frame: string | null): ConnectionParams {
  let message: unknown
  try {
    message = frame === null ? null : JSON.parse(frame)
    if (!isRecord(message)) throw new Error('Message was not an object')
  } catch (cause) {
    throw new TRPCError({ code: 'PARSE_ERROR', message: 'Malformed TRPCConnectionParamsMessage', cause })
  }
  return parseConnectionParamsFromUnknown(message.data)
}
