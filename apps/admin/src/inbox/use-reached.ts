import { type RefObject, useEffect, useRef } from 'react'

/** Calls `onReached` when the element with the returned ref comes near the part of the scroller in view. */
export function useReached(scroller: RefObject<HTMLElement | null>, onReached: (() => void) | null) {
  const element = useRef<HTMLDivElement>(null)
  const call = useRef(onReached)
  useEffect(() => {
    call.current = onReached
  })
  const active = onReached !== null
  useEffect(() => {
    const target = element.current
    if (!active || !target) return
    // Made anew after each page: one that did not fill the view must bring the next.
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && call.current?.(),
      { root: scroller.current, rootMargin: '600px 0px' },
    )
    observer.observe(target)
    return () => observer.disconnect()
  }, [active, scroller])
  return element
}
