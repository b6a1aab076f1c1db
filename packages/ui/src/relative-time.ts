import { daysBetween } from './days-between.ts'

/** How long ago, as short as a card needs it: "now", "5m", "3h", "Yesterday", "Jan 29", "Jan 29, 2024". */
export function relativeTime(date: Date, now: Date, locale?: string): string {
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000)
  // Clocks differ a little: what seems to be in the future has just happened.
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes}m`
  const days = daysBetween(date, now)
  if (days === 0) return `${Math.floor(minutes / 60)}h`
  if (days === 1) return 'Yesterday'
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date)
}
