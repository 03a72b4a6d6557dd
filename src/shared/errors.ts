/** Whose part of the way it is, from the clerk's desk outwards. */
export type Hop =
  /** This computer, its settings and its clock. */
  | 'pc'
  /** The office's network and what it hangs on. */
  | 'line'
  /** The stick or the share that serves as exchange folder. */
  | 'folder'
  /** The office's proxy. */
  | 'proxy'
  /** The server at the address in the settings: the province's security server, or its LGSP. */
  | 'security-server'
  /** The interchange hub behind it. */
  | 'hub'
  | 'recipient'

interface Policy {
  readonly retry: 'auto' | 'user' | 'never'
  readonly line?: 'down'
  readonly hop?: Hop
}

/**
 * Every failure the app can name, and what the outbox does about it.
 *
 * - `auto`: the machine tries again by itself, without limit (the line, the hub's bad day)
 * - `user`: a person must do something first (plug in the token, change the text)
 * - `never`: trying the same again cannot help
 *
 * `line: 'down'` marks what says nothing about the document but all about the road: the queue then waits
 * for the line and not each errand for itself.
 *
 * `hop` says where on the way from the clerk's desk to the recipient it went wrong, so that the right people
 * are called. Every `hub/*` and `road/*` code has one.
 *
 * The outbox reads `retry` from here and from nowhere else. No `sign/*` code is ever `auto`: a repeated
 * wrong PIN locks the token. Codes are stable for ever, because support quotes them. Texts for the
 * clerk are in errors.vi.ts; a code without a text does not compile.
 */
export const ERRORS = {
  'app/unexpected': { retry: 'user' },
  'app/engine-lost': { retry: 'user' },
  'app/bad-request': { retry: 'never' },

  'office/not-open': { retry: 'user' },
  'office/exists': { retry: 'never' },
  'office/recovery-code-wrong': { retry: 'user' },
  'office/recovery-code-mismatch': { retry: 'user' },

  'practice/store-is-practice': { retry: 'never' },
  'practice/store-is-real': { retry: 'never' },
  'practice/hub-is-practice': { retry: 'user' },
  'practice/stays-here': { retry: 'never' },

  'person/nobody-at-work': { retry: 'user' },
  'person/may-not': { retry: 'user' },
  'person/not-yours': { retry: 'user' },
  'person/not-a-leader': { retry: 'user' },
  'person/unknown': { retry: 'user' },
  'person/password-wrong': { retry: 'user' },
  'person/wait': { retry: 'user' },
  'person/no-password': { retry: 'user' },
  'person/no-token': { retry: 'user' },
  'person/token-taken': { retry: 'user' },
  'person/own-password-first': { retry: 'user' },
  'person/role-needed': { retry: 'user' },

  'store/newer-than-app': { retry: 'never' },
  'store/wrong-key': { retry: 'user' },
  'store/damaged': { retry: 'user' },
  'store/file-damaged': { retry: 'user' },
  'store/file-missing': { retry: 'user' },
  'store/disk-full': { retry: 'user' },
  'store/in-use': { retry: 'user' },

  'backup/folder-missing': { retry: 'user' },
  'backup/unwritable': { retry: 'user' },
  'backup/full': { retry: 'user' },
  'backup/damaged': { retry: 'never' },
  'backup/cancelled': { retry: 'user' },
  'backup/busy': { retry: 'user' },

  'document/not-found': { retry: 'never' },
  'document/changed': { retry: 'user' },
  'document/wrong-state': { retry: 'user' },
  'document/incomplete': { retry: 'user' },
  'document/secret': { retry: 'never' },
  'document/attachment-empty': { retry: 'user' },
  'document/attachment-is-signature': { retry: 'user' },
  'document/attachments-too-large': { retry: 'user' },
  'document/attachments-too-many': { retry: 'user' },
  'document/too-large-for-hub': { retry: 'user' },
  'document/number-taken': { retry: 'user' },
  'document/number-held': { retry: 'user' },
  'document/gap-unexplained': { retry: 'user' },
  'document/date-out-of-year': { retry: 'user' },

  'request/nobody-has-it': { retry: 'user' },
  'document/recalled': { retry: 'never' },

  'scan/version-too-old': { retry: 'user' },
  'scan/too-coarse': { retry: 'user' },
  'scan/not-colour': { retry: 'user' },

  'numbering/in-use': { retry: 'user' },

  'pdf/unreadable': { retry: 'never' },
  'pdf/encrypted': { retry: 'never' },
  'pdf/no-pages': { retry: 'never' },
  'pdf/certified-no-changes': { retry: 'never' },
  'pdf/signature-too-large': { retry: 'never' },
  'pdf/too-large': { retry: 'never' },

  'print/failed': { retry: 'user' },
  'print/unreadable': { retry: 'user' },

  'word/unreadable': { retry: 'never' },
  'word/empty': { retry: 'never' },
  'word/too-large': { retry: 'never' },

  'image/unusable': { retry: 'user' },
  'image/too-large': { retry: 'user' },
  'image/wrong-size': { retry: 'user' },

  'cms/unreadable': { retry: 'never' },
  'certificate/unreadable': { retry: 'never' },
  'certificate/unusable': { retry: 'user' },
  'certificate/wrong-holder': { retry: 'user' },
  'certificate/not-next-signer': { retry: 'user' },
  'certificate/signed-already': { retry: 'user' },
  'certificate/not-a-root': { retry: 'user' },
  'certificate/revoked': { retry: 'never' },
  'certificate/revocation-unknown': { retry: 'auto' },

  'authority/unreachable': { retry: 'auto' },
  'authority/address-refused': { retry: 'never' },

  'level/not-reached': { retry: 'user' },

  'time-stamp/refused': { retry: 'auto' },
  'time-stamp/untrusted': { retry: 'user' },

  'sign/module-missing': { retry: 'user' },
  'sign/module-failed': { retry: 'user' },
  'sign/module-architecture': { retry: 'user' },
  'sign/module-not-pkcs11': { retry: 'user' },
  'sign/module-dependency': { retry: 'user' },
  'sign/token-missing': { retry: 'user' },
  'sign/token-removed': { retry: 'user' },
  'sign/certificate-missing': { retry: 'user' },
  'sign/key-missing': { retry: 'user' },
  'sign/pin-wrong': { retry: 'user' },
  'sign/pin-locked': { retry: 'user' },
  'sign/pin-length': { retry: 'user' },
  'sign/pin-final-try': { retry: 'user' },
  'sign/pin-expired': { retry: 'user' },
  'sign/mechanism-missing': { retry: 'user' },
  'sign/driver-failed': { retry: 'user' },
  'sign/process-lost': { retry: 'user' },
  'sign/timed-out': { retry: 'user' },
  'sign/session-expired': { retry: 'user' },
  'sign/covers-text': { retry: 'user' },
  'sign/self-check-failed': { retry: 'user' },

  'evidence/unreadable': { retry: 'never' },
  'evidence/changed': { retry: 'never' },
  'evidence/too-large': { retry: 'never' },
  'evidence/unwritable': { retry: 'user' },

  'group/name-taken': { retry: 'user' },
  'group/too-many': { retry: 'user' },
  'update/nothing': { retry: 'user' },
  'update/printed': { retry: 'user' },
  'update/gave-back': { retry: 'user' },

  'packet/unreadable': { retry: 'never' },
  'packet/too-large': { retry: 'never' },
  'packet/forbidden-xml': { retry: 'never' },
  'packet/incomplete': { retry: 'never' },
  'packet/attachment-unreadable': { retry: 'never' },
  'packet/not-for-us': { retry: 'never' },
  'packet/not-the-sender': { retry: 'never' },
  'packet/document-unknown': { retry: 'never' },
  'packet/wrong-encoding': { retry: 'never' },
  'packet/junk-before-start': { retry: 'never' },
  'packet/ambiguous': { retry: 'never' },
  'encryption/statement-unreadable': { retry: 'never' },
  'encryption/statement-broken': { retry: 'never' },
  'encryption/statement-unproven': { retry: 'user' },
  'encryption/statement-of-another': { retry: 'never' },
  'encryption/statement-outdated': { retry: 'never' },
  'encryption/own-key-missing': { retry: 'user' },
  'encryption/key-missing': { retry: 'user' },
  'encryption/demanded': { retry: 'user' },
  'packet/encryption-unreadable': { retry: 'never' },
  'packet/encrypted-for-another': { retry: 'never' },
  'packet/encryption-broken': { retry: 'never' },

  'package/unreadable': { retry: 'never' },
  'package/broken': { retry: 'auto' },
  'package/missing': { retry: 'auto' },
  'package/unproven': { retry: 'auto' },
  'package/misaddressed': { retry: 'never' },

  'packet/text-unwritable': { retry: 'user' },

  'hub/not-configured': { retry: 'user', hop: 'pc' },
  'hub/client-certificate-unreadable': { retry: 'user', hop: 'pc' },
  'hub/no-network': { retry: 'auto', line: 'down', hop: 'pc' },
  'hub/clock-skew': { retry: 'auto', line: 'down', hop: 'pc' },
  'hub/cancelled': { retry: 'auto', hop: 'pc' },
  'hub/unreachable': { retry: 'auto', line: 'down', hop: 'line' },
  'hub/name-unknown': { retry: 'auto', line: 'down', hop: 'line' },
  'hub/captive-portal': { retry: 'auto', line: 'down', hop: 'line' },
  'hub/line-intercepted': { retry: 'auto', line: 'down', hop: 'line' },
  'hub/packet-mismatch': { retry: 'auto', hop: 'line' },
  'hub/outcome-unknown': { retry: 'auto', line: 'down', hop: 'line' },
  'hub/proxy-unreachable': { retry: 'auto', line: 'down', hop: 'proxy' },
  'hub/proxy-refused': { retry: 'auto', line: 'down', hop: 'proxy' },
  'hub/proxy-login': { retry: 'auto', line: 'down', hop: 'proxy' },
  'hub/connection-refused': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/secure-line-failed': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/client-certificate-refused': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/certificate-untrusted': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/certificate-expired': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/certificate-changed': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/not-json': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/operation-missing': { retry: 'auto', line: 'down', hop: 'security-server' },
  'hub/too-large': { retry: 'user', hop: 'security-server' },
  'hub/folder-missing': { retry: 'auto', line: 'down', hop: 'folder' },
  'hub/folder-locked': { retry: 'auto', line: 'down', hop: 'folder' },
  'hub/folder-failed': { retry: 'auto', line: 'down', hop: 'folder' },
  'hub/folder-full': { retry: 'auto', hop: 'folder' },
  'hub/outcome-settling': { retry: 'auto', hop: 'hub' },
  'hub/outcome-unaskable': { retry: 'user', hop: 'hub' },
  'hub/server-error': { retry: 'auto', line: 'down', hop: 'hub' },
  'hub/busy': { retry: 'auto', line: 'down', hop: 'hub' },
  'hub/unauthorised': { retry: 'auto', line: 'down', hop: 'hub' },
  'hub/packet-gone': { retry: 'user', hop: 'hub' },
  'hub/refused': { retry: 'user', hop: 'hub' },
  'hub/recipient-unknown': { retry: 'user', hop: 'recipient' },
  'hub/recipient-keyless': { retry: 'user', hop: 'recipient' },

  'road/client-refused': { retry: 'auto', line: 'down', hop: 'security-server' },
  'road/service-refused': { retry: 'auto', line: 'down', hop: 'hub' },
  'road/own-server-failed': { retry: 'auto', line: 'down', hop: 'security-server' },
  'road/far-server-failed': { retry: 'auto', line: 'down', hop: 'hub' },
  'road/evidence-missing': { retry: 'auto', hop: 'security-server' },

  'search/too-many-saved': { retry: 'user' },

  'update/feed-unreachable': { retry: 'user' },
  'update/refused': { retry: 'never' },
  'update/busy': { retry: 'user' },
} as const satisfies {
  readonly [code: `${string}/${string}`]: Policy
  readonly [code: `hub/${string}` | `road/${string}`]: Policy & { readonly hop: Hop }
}

/** `area/what-happened`, lower case. */
export type ErrorCode = keyof typeof ERRORS

/** Whether this failure means that the hub cannot be used at all for now. */
export function isLineDown(code: ErrorCode): boolean {
  return 'line' in ERRORS[code]
}

/** Where on the way this failure is; undefined for what has nothing to do with the way to the hub. */
export function hopOf(code: ErrorCode): Hop | undefined {
  const policy: Policy = ERRORS[code]
  return policy.hop
}

/** All codes, for zod's `enum` and for tests that walk the table. */
export const ERROR_CODES = Object.keys(ERRORS).filter(isErrorCode) as [ErrorCode, ...ErrorCode[]]

/** Whether a string from outside (another process, a stored row) is one of our codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** What an {@link AppError} may carry beside its code. */
export interface AppErrorOptions {
  /** What made this happen; kept for the log, never shown. */
  readonly cause?: unknown
  /**
   * Words the clerk may need to see verbatim, such as the hub's ErrorDesc or the name of a missing
   * field. Never a PIN, a key or document text.
   */
  readonly detail?: string
  /** The other side's Retry-After, in milliseconds. */
  readonly retryAfterMs?: number
}

/**
 * A failure that can happen, named by its code. The message is English, for the log; the clerk reads
 * ERROR_TEXT of the code. Our own bugs are plain `Error`s and surface as `app/unexpected`.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The code of whatever was caught: an {@link AppError}'s own, else `app/unexpected`. */
export function codeOf(caught: unknown): ErrorCode {
  return caught instanceof AppError ? caught.code : 'app/unexpected'
}
