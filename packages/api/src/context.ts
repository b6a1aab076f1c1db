import type { Caller } from './identity/caller.ts'

/** What is known of a call before its input: who calls, from where, over what. */
export interface Context {
  caller: Caller
  /** The peer's address, for limits, which count it by `addressKey`; never logged. */
  address: string
  transport: HttpTransport | SocketTransport
}

export interface HttpTransport {
  type: 'http'
  /** Sets the admin's session cookie, or clears it. */
  setSessionCookie: (token: string | null) => void
  /** The device cookie that the call brings; it says who has logged in from this browser before. */
  deviceToken: string | null
  setDeviceCookie: (token: string) => void
}

export interface SocketTransport {
  type: 'socket'
}
