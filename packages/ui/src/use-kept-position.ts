import { useEffect, useLayoutEffect, useRef, useState } from 'react'

export interface Follow {
  oldestKey: string | null
  newestKey: string | null
  newestIsMine?: boolean | undefined
  onReachTop?: (() => void) | undefined
  onAtEnd?: ((atEnd: boolean) => void) | undefined
}

const END_PX = 48
const TOP_PX = 160

/**
 * Where the reader is in a list that grows at both ends.
 *
 * At the end: every growth (a message, a resize, the keyboard) is followed. Elsewhere: the messages in view
 * stay where they are on the screen; earlier ones put in front move the scroll position by their height,
 * measured at a message that was there before, so that new ones at the end do not disturb it.
 */
export function useKeptPosition({ oldestKey, newestKey, newestIsMine = false, onReachTop, onAtEnd }: Follow) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const size = useRef('')
  const before = useRef<{ oldestKey: string | null; newestKey: string | null; mark: Mark | null }>({
    oldestKey: null,
    newestKey: null,
    mark: null,
  })
  const [missed, setMissed] = useState(false)

  const settle = (now: boolean) => {
    if (now) setMissed(false)
    if (now === atEnd.current) return
    atEnd.current = now
    onAtEnd?.(now)
  }
  const onScroll = () => {
    const box = scroller.current
    // A list that is not shown has no height and no end to be at.
    if (box === null || box.clientHeight === 0) return
    // A box that has just changed its size scrolls by itself; that is not the reader leaving the end.
    if (atEnd.current && size.current !== sizeOf(box)) return stayAtEnd(box)
    size.current = sizeOf(box)
    settle(box.scrollHeight - box.scrollTop - box.clientHeight < END_PX)
    if (box.scrollTop < TOP_PX) onReachTop?.()
  }
  const stayAtEnd = (box: Element) => {
    box.scrollTop = box.scrollHeight
    size.current = sizeOf(box)
  }
  const goToEnd = () => {
    const calm = !matchMedia('(prefers-reduced-motion: reduce)').matches
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: calm ? 'smooth' : 'instant' })
    scroller.current?.focus({ preventScroll: true })
  }

  useLayoutEffect(() => {
    const box = scroller.current
    if (box === null) return
    const { oldestKey: oldest, newestKey: newest, mark } = before.current
    if (newest !== newestKey && newestKey !== null) {
      if (newestIsMine) settle(true)
      else if (!atEnd.current) setMissed(true)
    }
    if (atEnd.current) stayAtEnd(box)
    else if (oldest !== oldestKey && mark?.element.isConnected)
      box.scrollTop += topOf(mark.element, box) - mark.top
    if (oldest !== oldestKey && box.clientHeight > 0 && box.scrollTop < TOP_PX) onReachTop?.()
    before.current = { oldestKey, newestKey, mark: markIn(box) }
  })

  // A new list begins at its end, wherever the one before it was.
  const begin = useRef(onAtEnd)
  useEffect(() => begin.current?.(true), [])

  const stay = useRef(stayAtEnd)
  useEffect(() => {
    const box = scroller.current
    if (box === null || content.current === null) return
    const resized = new ResizeObserver(() => {
      if (atEnd.current) stay.current(box)
    })
    resized.observe(box)
    resized.observe(content.current)
    return () => resized.disconnect()
  }, [])

  return { scroller, content, onScroll, missed, goToEnd }
}

function sizeOf(box: Element): string {
  return `${box.clientHeight} of ${box.scrollHeight}`
}

interface Mark {
  element: Element
  top: number
}

/** The last bubble: it stays in the document when others come before or after it. */
function markIn(box: Element): Mark | null {
  const element = Array.from(box.querySelectorAll('.ac-bubble')).at(-1)
  return element === undefined ? null : { element, top: topOf(element, box) }
}

function topOf(element: Element, box: Element): number {
  return element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop
}
