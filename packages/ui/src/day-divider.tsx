import { daysBetween } from './days-between.ts'
import './day-divider.css'

export interface DayDividerProps {
  date: Date
  /** Say "Today" and "Yesterday" in words; without it every day is named by its date. */
  relative?: boolean | undefined
  now?: Date | undefined
  locale?: string | undefined
}

/** "Monday, January 29" between the messages of two days. */
export function DayDivider({ date, relative = false, now = new Date(), locale }: DayDividerProps) {
  return (
    <div className="ac-day">
      <span>{(relative && relativeDay(date, now, locale)) || dayName(date, now, locale)}</span>
    </div>
  )
}

/** The day's name and date; the year only when it is not this one. */
export function dayName(date: Date, now: Date, locale?: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date)
}

function relativeDay(date: Date, now: Date, locale?: string): string | null {
  const days = daysBetween(date, now)
  if (days !== 0 && days !== 1) return null
  const word = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-days, 'day')
  return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1)
}
