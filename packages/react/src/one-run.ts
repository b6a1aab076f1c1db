const RUN_MS = 5 * 60_000

/** Whether two messages of one writer belong together on the screen: minutes apart, and on the same local day. */
export function isOneRun(before: Date, after: Date): boolean {
  // Either way: what waits to be sent stands last, and may be older than what another device has sent since.
  return (
    Math.abs(after.getTime() - before.getTime()) < RUN_MS && before.toDateString() === after.toDateString()
  )
}
