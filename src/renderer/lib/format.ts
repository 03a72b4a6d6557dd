/** Vietnam keeps one time all year; whatever the PC is set to, the law counts this one. */
const ZONE = 'Asia/Ho_Chi_Minh'

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const DAY_MS = 86_400_000

function fieldsOf(at: number): Record<'year' | 'month' | 'day' | 'hour' | 'minute', string> {
  const found = { year: '', month: '', day: '', hour: '', minute: '' }
  for (const { type, value } of parts.formatToParts(at)) {
    if (type === 'year' || type === 'month' || type === 'day' || type === 'hour' || type === 'minute') {
      found[type] = value
    }
  }
  return found
}

/** The day in Vietnam at that instant, `yyyy-MM-dd`. */
export function isoDayOf(at: number): string {
  const { year, month, day } = fieldsOf(at)
  return `${year}-${month}-${day}`
}

/** `yyyy-MM-dd` as `dd/MM/yyyy`. */
export function formatDay(isoDay: string): string {
  const [year = '', month = '', day = ''] = isoDay.split('-')
  return `${day}/${month}/${year}`
}

/** `09:41`, Vietnam time. */
export function formatTime(at: number): string {
  const { hour, minute } = fieldsOf(at)
  return `${hour}:${minute}`
}

/** `09:41, 15/01/2026`, Vietnam time. */
export function formatInstant(at: number): string {
  return `${formatTime(at)}, ${formatDay(isoDayOf(at))}`
}

/**
 * A time as lists show it: `09:41` today, `hôm qua`, `14/01` in the same year, else `14/01/2025`.
 *
 * @param now the present, in the same milliseconds
 */
export function formatWhen(at: number, now: number): string {
  const day = isoDayOf(at)
  if (day === isoDayOf(now)) return formatTime(at)
  if (day === isoDayOf(now - DAY_MS)) return 'hôm qua'
  const text = formatDay(day)
  return day.slice(0, 4) === isoDayOf(now).slice(0, 4) ? text.slice(0, 5) : text
}

/** Since when, with the day only where it is not today: `08:52` or `08:52 ngày 14/01`. */
export function formatSince(at: number, now: number): string {
  const day = isoDayOf(at)
  return day === isoDayOf(now) ? formatTime(at) : `${formatTime(at)} ngày ${formatDay(day).slice(0, 5)}`
}

/** How long ago or ahead, in the largest whole unit: `45 giây`, `12 phút`, `3 giờ`, `2 ngày`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(Math.abs(milliseconds) / 1000))
  if (seconds < 60) return `${String(seconds)} giây`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${String(minutes)} phút`
  const hours = Math.round(minutes / 60)
  if (hours < 48) return `${String(hours)} giờ`
  return `${String(Math.round(hours / 24))} ngày`
}

/** The day a clerk typed (`5/2/2026`, `05/02/2026`, with / - or .) as `yyyy-MM-dd`, or `undefined`. */
export function parseDay(text: string): string | undefined {
  const match = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(text)
  if (match === null) return undefined
  const [, day = '', month = '', year = ''] = match
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined
}

const decimal = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 })

/** Bytes as people say them: `38 KB`, `1,2 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} byte`
  if (bytes < 1_000_000) return `${String(Math.round(bytes / 1000))} KB`
  return `${decimal.format(bytes / 1_000_000)} MB`
}

/** A count with Vietnam's thousands separator: `12.480`. */
export function formatCount(count: number): string {
  return decimal.format(count)
}

/** Millimetres: `36`, `36,5`. */
export function formatMm(mm: number): string {
  return decimal.format(mm)
}

/** The millimetres a clerk typed (`36`, `36,5`, `36.5`), or `undefined`. */
export function parseMm(text: string): number | undefined {
  const match = /^\s*(\d{1,3})(?:[.,](\d))?\s*(?:mm)?\s*$/.exec(text)
  return match === null ? undefined : Number(`${match[1] ?? ''}.${match[2] ?? '0'}`)
}
