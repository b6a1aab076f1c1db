const RUN_MS = 5 * 60_000

/** Whether two messages of one writer belong together on the screen: minutes apart, and on the same local day. */
export function isOneRun(before: Date, after: Date): boolean {
  return after.getTime() - before.getTime() < RUN_MS && before.toDateString() === after.toDateString()
}
