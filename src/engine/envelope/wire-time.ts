import { isoDate } from '../../shared/document/fields.ts'

/** `2026-01-15` as packets write it: `2026/01/15`. */
export function wireDate(day: string): string {
  return day.replaceAll('-', '/')
}

/** `2026-01-15T09:30:00+07:00` as packets write it: `2026/01/15 09:30:00`, Vietnam time without a zone. */
export function wireTime(time: string): string {
  return `${wireDate(time.slice(0, 10))} ${time.slice(11, 19)}`
}

/**
 * The day that a packet writes as `yyyy/MM/dd`, or as vendors do, `dd/MM/yyyy` or `yyyy-MM-dd`, with or
 * without a time behind it.
 *
 * @returns `yyyy-MM-dd`, or `undefined` for anything else and for days that do not exist
 */
export function readDate(text: string): string | undefined {
  const match =
    /^(?<year>\d{4})(?<mark>[/-])(?<month>\d{1,2})\k<mark>(?<day>\d{1,2})(?:[ T]\d{1,2}:.*)?$/.exec(text) ??
    /^(?<day>\d{1,2})(?<mark>[/-])(?<month>\d{1,2})\k<mark>(?<year>\d{4})(?: \d{1,2}:.*)?$/.exec(text)
  if (match?.groups === undefined) return undefined
  const { year = '', month = '', day = '' } = match.groups
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isoDate.safeParse(iso).success ? iso : undefined
}

/**
 * The moment that a packet writes as `yyyy/MM/dd HH:mm:ss` in Vietnam time, in any of the day forms of
 * {@link readDate}, seconds optional, or as ISO 8601 with a zone.
 *
 * @returns `yyyy-MM-ddTHH:mm:ss+07:00`, or `undefined`
 */
export function readTime(text: string): string | undefined {
  const zoned = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.exec(text)
  if (zoned?.[1] !== undefined && zoned[2] !== undefined) {
    const zone = zoned[2] === 'Z' ? 'Z' : `${zoned[2].slice(0, 3)}:${zoned[2].slice(-2)}`
    if (readDate(zoned[1].slice(0, 10)) === undefined) return undefined
    const moment = Date.parse(`${zoned[1]}${zone}`)
    return Number.isNaN(moment) ? undefined : vietnamTimeOf(moment)
  }
  const local =
    /^(?<day>[\d/-]{8,10})(?:[ T]+(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d{1,9})?)?)?$/.exec(
      text,
    )
  if (local?.groups === undefined) return undefined
  const { hour = '0', minute = '00', second = '00' } = local.groups
  const day = readDate(local.groups['day'] ?? '')
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return `${day}T${hour.padStart(2, '0')}:${minute}:${second}+07:00`
}

/** Epoch milliseconds as Vietnam time. Vietnam has had no daylight saving since 1975. */
function vietnamTimeOf(moment: number): string | undefined {
  const shifted = new Date(moment + 7 * 3_600_000)
  const year = shifted.getUTCFullYear()
  return year < 0 || year > 9999 ? undefined : `${shifted.toISOString().slice(0, 19)}+07:00`
}
