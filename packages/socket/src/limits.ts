/** Every bound of the adapter and its default. Times are in milliseconds. */
export const LIMITS = {
  /** How long a socket that announced connection parameters may take to send them. The look-up is not counted. */
  authenticationMs: 5_000,
  /** Characters of frames that wait for the socket's context, at which no more are read until there is one. */
  waitingLength: 64 * 1024,
  /** Calls in one frame. What a frame may weigh is the `maxPayload` of the WebSocket server. */
  callsPerFrame: 100,
  /** Queries and mutations of one socket that are not answered yet. */
  callsUnderWay: 200,
  /** Subscriptions of one socket, those that are still being set up or cleaned up included. */
  subscriptions: 64,
  /** Characters of a request id: it is repeated in every event of a subscription. */
  requestIdLength: 100,
  /**
   * Frames of any kind at once, PING and bad ones included; an envelope that makes no sense counts as one more. Of one
   * socket, or of all sockets of one owner once that is known.
   */
  framesBurst: 300,
  framesPerSecond: 50,
  /** Output gathered within one turn of the event loop before it is written without waiting for the turn's end. */
  gatherBytes: 64 * 1024,
  /** Unsent output at which no more frames are read from the socket until it has drained. */
  pauseBytes: 128 * 1024,
  /** Unsent output behind which nothing more is kept: the socket is closed instead. */
  unsentBytes: 384 * 1024,
  /** How long a socket may take to drain once its output no longer fits. */
  drainMs: 30_000,
  /** Silence after which the peer is asked for a sign of life. `Infinity` turns keep-alive off. */
  pingMs: 15_000,
  /** How long the peer may take to give it, unless it has much to read first. */
  pongMs: 5_000,
  /**
   * Output since the peer was last heard behind which it can't be expected to see a PING soon: buffers of the systems
   * take megabytes that a slow line has yet to carry. Such a peer has as long as one that has not drained.
   */
  behindBytes: 64 * 1024,
  /** How long a peer may take to answer a close frame before the connection is cut. */
  closeMs: 500,
  /** How long a drain of the whole handler waits for calls under way and for their answers to be sent. */
  flushMs: 2_000,
}

export type Limits = typeof LIMITS
