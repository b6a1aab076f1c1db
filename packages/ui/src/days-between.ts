/** Calendar days from `date` to `now`: 0 today, 1 yesterday. Not hours: a day may have 23 or 25 of them. */
export function daysBetween(date: Date, now: Date): number {
  const noon = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate(), 12)
  return Math.round((noon(now) - noon(date)) / 86_400_000)
}
