import { AppError } from '../shared/errors.ts'
import type { ErrorCode } from '../shared/errors.ts'

/**
 * The CKR_* name of what pkcs11js threw, or `undefined` for anything else.
 *
 * pkcs11js wraps most failures, but not those of C_FindObjects: there the message itself is
 * "CKR_NAME:number" (pkcs11js 2.1.7, index.js).
 */
export function returnValueOf(caught: unknown): string | undefined {
  return caught instanceof Error ? /^(CKR_[A-Z0-9_]+)/.exec(caught.message)?.[1] : undefined
}

/** Whether the driver says that the token, or our way to it, is gone. */
export function saysGone(caught: unknown): boolean {
  const name = returnValueOf(caught)
  return name !== undefined && GONE.has(name)
}

const GONE: ReadonlySet<string> = new Set([
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_DEVICE_REMOVED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_SLOT_ID_INVALID',
])

const CODES: Readonly<Record<string, ErrorCode>> = {
  CKR_PIN_INCORRECT: 'sign/pin-wrong',
  // Characters the token cannot accept. Whether it counted as a try, only the token's flags can tell.
  CKR_PIN_INVALID: 'sign/pin-wrong',
  CKR_PIN_LEN_RANGE: 'sign/pin-length',
  CKR_PIN_LOCKED: 'sign/pin-locked',
  CKR_PIN_EXPIRED: 'sign/pin-expired',
  CKR_MECHANISM_INVALID: 'sign/mechanism-missing',
  CKR_MECHANISM_PARAM_INVALID: 'sign/mechanism-missing',
}

/**
 * What a failure of the driver means to the clerk.
 *
 * @param caught    whatever was thrown; an {@link AppError} is passed on as it is
 * @param whenGone  what a vanished token means now: `sign/token-missing` before it was found,
 *   `sign/token-removed` after
 * @param stillThere asks whether the token is plugged in; only asked of the failures by which drivers
 *   also report a pulled token (CKR_DEVICE_ERROR, CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR)
 */
export function asAppError(
  caught: unknown,
  whenGone: 'sign/token-missing' | 'sign/token-removed',
  stillThere: () => boolean,
): AppError {
  if (caught instanceof AppError) return caught
  const name = returnValueOf(caught)
  if (name === undefined) return new AppError('sign/driver-failed', 'the driver failed', { cause: caught })
  const gone = GONE.has(name) || (AMBIGUOUS.has(name) && !stillThere())
  return new AppError(gone ? whenGone : (CODES[name] ?? 'sign/driver-failed'), `the driver says ${name}`, {
    cause: caught,
    detail: name,
  })
}

const AMBIGUOUS: ReadonlySet<string> = new Set([
  'CKR_DEVICE_ERROR',
  'CKR_FUNCTION_FAILED',
  'CKR_GENERAL_ERROR',
])
