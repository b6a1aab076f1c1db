export interface Day<T> {
  /** The local calendar day, `2026-01-29`: a stable key. */
  key: string
  /** The time of the day's first item. */
  date: Date
  items: T[]
}

/**
 * Groups items by the reader's calendar day, in the same order. Days never go back: what was written yesterday and is
 * shown after today's, because it was not sent, stands under today. So each day is there once.
 */
export function groupByDay<T>(items: readonly T[], dateOf: (item: T) => Date): Day<T>[] {
  const days: Day<T>[] = []
  for (const item of items) {
    const date = dateOf(item)
    const key = dayKey(date)
    const last = days.at(-1)
    if (last !== undefined && last.key >= key) last.items.push(item)
    else days.push({ key, date, items: [item] })
  }
  return days
}

/** The local calendar day as `2026-01-29`. */
function dayKey(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
