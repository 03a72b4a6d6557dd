import { createHmac } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'

/** What names the caller in every signed request. */
export interface VxpIdentity {
  readonly systemId: string
  /** Shared key of the HMAC, as text. Never logged. */
  readonly secret: string
  /** Header names are `<prefix><name>`; the SDK's prefix is `XroadVnpt-`. */
  readonly headerPrefix: string
  readonly userAgent: string
  readonly version: string
}

/**
 * The headers of one request: the arguments of the operation travel as headers, and the HMAC-SHA256 is taken
 * over the JSON text of those headers in the order they were added (hub-api section 3). Made anew for every
 * call: nothing of one request can stay behind in the next, as it does in the SDK.
 *
 * @param now epoch milliseconds, for the time stamp
 * @param contentType the logical one that is signed
 * @param wireContentType the one of the body when it differs, as for multipart
 * @throws AppError `hub/not-configured` for a name or value that no HTTP/1.1 header can carry
 */
export function signedHeaders(
  identity: VxpIdentity,
  now: number,
  contentType: string,
  headerArguments: readonly (readonly [name: string, value: string])[],
  wireContentType = contentType,
): Record<string, string> {
  const logical: readonly (readonly [string, string])[] = [
    ['systemid', identity.systemId],
    ['timestamp', vxpTimestamp(now)],
    ['Content-Type', contentType],
    ...headerArguments,
  ]
  for (const [name, value] of logical) {
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw new AppError('hub/not-configured', `the argument ${name} has characters no header can carry`, {
        detail: value,
      })
    }
  }
  const signed = logical.map(([name, value]) => [identity.headerPrefix + name, value] as const)
  const text = JSON.stringify(Object.fromEntries(signed))
  return {
    'Content-Type': wireContentType,
    ...Object.fromEntries(signed),
    [`${identity.headerPrefix}sign-header-key`]: logical.map(([name]) => name).join(';'),
    [`${identity.headerPrefix}sign-header`]: text,
    [`${identity.headerPrefix}hash-header`]: createHmac('sha256', identity.secret)
      .update(text, 'utf8')
      .digest('hex'),
    'User-Agent': identity.userAgent,
    [`${identity.headerPrefix}version`]: identity.version,
  }
}

/** Vietnam keeps UTC+7 all year, and hubs write and read that without saying so. */
const VIETNAM_OFFSET_MS = 7 * 3_600_000

/** `ddMMyyyy'T'HHmmss+SSSS` of Java: the last part is milliseconds in four digits, not a zone. */
export function vxpTimestamp(now: number): string {
  const local = new Date(now + VIETNAM_OFFSET_MS)
  const two = (value: number) => String(value).padStart(2, '0')
  return (
    `${two(local.getUTCDate())}${two(local.getUTCMonth() + 1)}${String(local.getUTCFullYear())}` +
    `T${two(local.getUTCHours())}${two(local.getUTCMinutes())}${two(local.getUTCSeconds())}` +
    `+${String(local.getUTCMilliseconds()).padStart(4, '0')}`
  )
}

/** `sdk` leaves out the leading zero of bytes below 0x10, as the published SDK does; `padded` is plain hex. */
export type HashFileForm = 'sdk' | 'padded'

/** The `hash-file` argument for a SHA-256 given in plain lower-case hex. */
export function hashFile(sha256: string, form: HashFileForm): string {
  if (form === 'padded') return sha256
  return sha256.replace(/../g, (byte) => Number.parseInt(byte, 16).toString(16))
}
