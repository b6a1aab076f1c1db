/*
 * As the product's client waits (packages/client: connection.ts, resubscribe.ts): full jitter, which doubles with each
 * failure.
 */

/** Before the next connection. */
export function reconnectMs(failures: number): number {
  return jitter(failures, { firstMs: 500, mostMs: 15_000 })
}

/** Before it subscribes again on an open socket. */
export function resubscribeMs(failures: number, retryAfterMs: number): number {
  return Math.max(retryAfterMs, 100 + jitter(failures, { firstMs: 1_000, mostMs: 15_000 }))
}

function jitter(failures: number, { firstMs, mostMs }: { firstMs: number; mostMs: number }): number {
  return Math.random() * Math.min(mostMs, firstMs * 2 ** (failures - 1))
}
