import { z } from 'zod'
import { instant, sha256Hex } from '../../document/fields.ts'
import { tokenModule } from '../../signing.ts'
import { errorCode, nothing, pin, certificateChoice, type Requests } from './values.ts'

const certificateSummary = z.object({
  sha256: sha256Hex,
  name: z.string(),
  organization: z.string().optional(),
  title: z.string().optional(),
  issuer: z.string(),
  kind: z.enum(['person', 'agency', 'unknown']),
  notBefore: instant,
  notAfter: instant,
  /** Whether it can sign now, and if not, why. */
  usable: z.boolean(),
  problem: errorCode.or(z.enum(['expired', 'not-yet-valid', 'no-key', 'not-for-signing'])).optional(),
  /** The key wants its PIN before every signature, as far as the token has told. */
  asksEachTime: z.boolean().optional(),
})

export type CertificateSummary = z.output<typeof certificateSummary>

const tokenSummary = z.object({
  serial: z.string(),
  label: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  software: z.boolean(),
  pin: z.object({
    minLength: z.int(),
    maxLength: z.int(),
    countLow: z.boolean(),
    finalTry: z.boolean(),
    locked: z.boolean(),
    /** Typed on the token's own keypad: no PIN is asked here. */
    pinPad: z.boolean(),
  }),
  certificates: z.array(certificateSummary),
})

export type TokenSummary = z.output<typeof tokenSummary>

const tokenStatus = z.object({
  modulePath: z.string().optional(),
  /** `unset`: no module chosen yet; `failed`: see `error`. */
  state: z.enum(['unset', 'absent', 'present', 'failed']),
  error: errorCode.optional(),
  /** Set while the driver has not answered for three seconds: it is given up at `deadlineAt`. */
  waiting: z.object({ since: instant, deadlineAt: instant }).optional(),
  tokens: z.array(tokenSummary),
  chosen: z.object({ person: certificateChoice.optional(), agency: certificateChoice.optional() }),
})

export type TokenStatus = z.output<typeof tokenStatus>

/** Whether a role could sign now: `ready`, `unset` (nothing chosen), or what would be refused. */
const roleDiagnosis = z.object({
  outcome: z.enum(['ready', 'unset']).or(errorCode),
  detail: z.string().optional(),
  /** The certificate that would sign, its token, and the mechanism that would be tried first. */
  name: z.string().optional(),
  token: z.string().optional(),
  mechanism: z.string().optional(),
})

export type RoleDiagnosis = z.output<typeof roleDiagnosis>

/** Everything support asks for first. No PIN was used for it and no secret is in it. */
const tokenDiagnosis = z.object({
  at: instant,
  /** Operating system and architecture of this program. */
  system: z.string(),
  modulePath: z.string().optional(),
  /** Why the chosen module shows no tokens, and in its own words. */
  error: errorCode.optional(),
  errorDetail: z.string().optional(),
  modules: z.array(tokenModule),
  tokens: z.array(
    tokenSummary.extend({
      flags: z.array(z.string()),
      mechanisms: z.array(z.string()),
      /** How many certificates are not listed: issuers' and unreadable ones. */
      others: z.int(),
    }),
  ),
  roles: z.object({ person: roleDiagnosis, agency: roleDiagnosis }),
})

export type TokenDiagnosis = z.output<typeof tokenDiagnosis>

/** A PKCS#11 module that stands on this machine, judged without loading it. */
const driverSummary = z.object({
  path: z.string(),
  name: z.string(),
  usable: z.boolean(),
  problem: z.enum(['wrong-architecture', 'not-a-module']).optional(),
})

export type DriverSummary = z.output<typeof driverSummary>

/** The token and its driver. */
export const tokenContract = {
  'token.status': { input: nothing, output: tokenStatus },
  /** Looks at everything anew; takes as long as the driver does. */
  'token.diagnosis': { input: nothing, output: tokenDiagnosis },
  /** The same as a text file, where the clerk wants it. */
  'token.exportDiagnosis': { input: nothing, output: z.object({ path: z.string().optional() }) },
  'token.drivers': { input: nothing, output: z.array(driverSummary) },
  /** What a module shows, before it is saved as the office's own. */
  'token.list': {
    /** `password` opens a practice file (.p12); a PKCS#11 module never gets it. */
    input: z.object({ modulePath: z.string().min(1).max(1000), password: pin.optional() }),
    output: z.array(tokenSummary),
  },
  /** Opens the system's file dialog. `undefined` when the clerk thought better of it. */
  'token.browse': { input: nothing, output: z.object({ path: z.string().optional() }) },
} satisfies Requests
