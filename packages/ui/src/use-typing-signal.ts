import { useEffect, useRef } from 'react'

const REPEAT_MS = 2_000
const IDLE_MS = 4_000

/** Turns keystrokes into "is writing": repeated while it goes on, ended by a pause, by hand or by leaving. */
export function useTypingSignal(onTyping: ((typing: boolean) => void) | undefined) {
  const report = useRef(onTyping)
  report.current = onTyping
  const state = useRef<{ toldAt: number; idle: ReturnType<typeof setTimeout> } | null>(null)

  const stop = () => {
    if (state.current === null) return
    clearTimeout(state.current.idle)
    state.current = null
    report.current?.(false)
  }
  const keep = () => {
    const now = Date.now()
    const toldAt = state.current?.toldAt ?? Number.NEGATIVE_INFINITY
    const again = now - toldAt >= REPEAT_MS
    clearTimeout(state.current?.idle)
    state.current = { toldAt: again ? now : toldAt, idle: setTimeout(stop, IDLE_MS) }
    if (again) report.current?.(true)
  }

  const stopOnLeave = useRef(stop)
  useEffect(() => stopOnLeave.current, [])
  return { keep, stop }
}
