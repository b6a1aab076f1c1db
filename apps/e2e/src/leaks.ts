import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

/**
 * Set up for every test file: it fails when it leaves something behind that keeps its process alive (a timer, a
 * connection, a listening port, a child process). What ends by itself has a moment for it.
 */
const LEAKING = new Set(['Timeout', 'TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'UDPWrap', 'ProcessWrap'])
/** A busy machine takes its time to close what is closing; what leaks stays for ever. */
const SETTLES_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 20

const before = count()

afterAll(async () => {
  const deadline = Date.now() + SETTLES_WITHIN_MS
  let left = leaked()
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(LOOK_EVERY_MS, undefined, { ref: false })
    left = leaked()
  }
  if (left.length > 0) throw new Error(`This test file leaves behind: ${left.join(', ')}`)
})

function leaked(): string[] {
  return [...count()].flatMap(([type, now]) => {
    const more = now - (before.get(type) ?? 0)
    return more > 0 ? [`${more} × ${type}`] : []
  })
}

function count(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) {
    if (LEAKING.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}
