const OFFSET_MS = 7 * 60 * 60 * 1000

/** The day in Vietnam (UTC+7, no summer time) at an instant, `yyyy-MM-dd`. */
export function vietnamDate(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 10)
}

/** The moment in Vietnam time to the second, `yyyy-MM-ddTHH:mm:ss+07:00`, as packets carry it. */
export function vietnamTimestamp(at: number): string {
  return `${new Date(at + OFFSET_MS).toISOString().slice(0, 19)}+07:00`
}

/** As an official reads it: `dd/MM/yyyy HH:mm:ss`. */
export function vietnamClock(at: number): string {
  const local = new Date(at + OFFSET_MS).toISOString()
  return `${formatDate(local.slice(0, 10))} ${local.slice(11, 19)}`
}

/** `yyyy-MM-dd` as an official writes it, `dd/MM/yyyy`. */
export function formatDate(date: string): string {
  return date.split('-').reverse().join('/')
}
