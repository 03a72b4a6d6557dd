import { looksLikeOrganId, organId } from '../../shared/document/fields.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import { fold } from '../../shared/fold.ts'
import type {
  CertificateChoice,
  CertificateSummary,
  DriverSummary,
  Failure,
  TokenSummary,
} from '../../shared/ipc/contract.ts'
import { bareRecoveryCode } from '../../shared/recovery-code.ts'
import { certificateProblem } from '../../shared/token-diagnosis.vi.ts'
import { TEXT } from '../text.vi.ts'
import { formatDay, isoDayOf } from './format.ts'
import type { Role } from './signers.ts'

/** One thing that a step of the wizard looks at, and what was found. */
export interface StepCheck {
  readonly name: string
  /** `waiting`: there is nothing to look at yet. `warning`: it can stay, but somebody should know. */
  readonly state: 'waiting' | 'running' | 'good' | 'warning' | 'failed'
  readonly found: string
}

/** A certificate that ends sooner is worth a word at the first run. */
const SOON_MS = 30 * 86_400_000
const WORDS = TEXT.stepCheck

/** The form of the agency's code, and whether all that is needed is there. */
export function agencyChecks({
  organId: typed,
  name,
  clerkName,
}: Readonly<Record<'organId' | 'name' | 'clerkName', string>>): StepCheck[] {
  const code = typed.trim()
  const missing = [
    ...(name.trim() === '' ? [TEXT.agencyForm.name] : []),
    ...(clerkName.trim() === '' ? [TEXT.agencyForm.clerkName] : []),
  ]
  return [
    {
      name: TEXT.agencyForm.organId,
      ...(code === ''
        ? { state: 'waiting', found: WORDS.notTyped }
        : !organId.safeParse(code).success
          ? { state: 'failed', found: WORDS.codeWrong }
          : looksLikeOrganId(code)
            ? { state: 'good', found: WORDS.codeGood }
            : { state: 'warning', found: WORDS.codeOdd }),
    },
    {
      name: WORDS.needed,
      ...(missing.length === 0
        ? { state: 'good', found: WORDS.neededAll }
        : { state: 'waiting', found: WORDS.neededMissing(missing) }),
    },
  ]
}

/** What is known of a module: nothing chosen, being read, not readable, or the tokens that it shows. */
export type TokensSeen =
  | { readonly status: 'none' }
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: Failure }
  | { readonly status: 'ready'; readonly value: readonly TokenSummary[] }

/** Whether the driver works, and which tokens it shows. */
export function tokenChecks(drivers: readonly DriverSummary[], seen: TokensSeen): StepCheck[] {
  const name = { driver: WORDS.driver, token: WORDS.token }
  const usable = drivers.filter((driver) => driver.usable).length
  switch (seen.status) {
    case 'none':
      return [
        { name: name.driver, state: 'waiting', found: WORDS.driversFound(usable) },
        { name: name.token, state: 'waiting', found: WORDS.notYet },
      ]
    case 'loading':
      return [
        { name: name.driver, state: 'running', found: TEXT.tokenForm.reading },
        { name: name.token, state: 'waiting', found: WORDS.notYet },
      ]
    case 'failed':
      return [
        { name: name.driver, state: 'failed', found: ERROR_TEXT[seen.error.code].title },
        { name: name.token, state: 'waiting', found: WORDS.notYet },
      ]
    case 'ready':
      return [
        { name: name.driver, state: 'good', found: WORDS.driverGood },
        seen.value.length === 0
          ? { name: name.token, state: 'warning', found: TEXT.tokenForm.noToken }
          : {
              name: name.token,
              state: 'good',
              found: WORDS.tokensFound(seen.value.map(({ label }) => label)),
            },
      ]
  }
}

/**
 * Whether each chosen certificate is of the kind its role takes, whose it is, and until when.
 *
 * @param agencyName as the office calls itself
 * @param now epoch milliseconds
 */
export function certificateChecks(
  tokens: readonly TokenSummary[],
  chosen: Readonly<Partial<Record<Role, CertificateChoice | undefined>>>,
  agencyName: string,
  now: number,
): StepCheck[] {
  return (['person', 'agency'] as const).map((role) => {
    const choice = chosen[role]
    const certificate = tokens
      .flatMap(({ certificates }) => certificates)
      .find(({ sha256 }) => sha256 === choice?.certificateSha256)
    return {
      name: role === 'person' ? TEXT.sign.person : TEXT.sign.agency,
      ...(certificate === undefined
        ? { state: 'waiting', found: WORDS.notChosen }
        : findingsOf(certificate, role, agencyName, now)),
    }
  })
}

function findingsOf(
  certificate: CertificateSummary,
  role: Role,
  agencyName: string,
  now: number,
): Pick<StepCheck, 'state' | 'found'> {
  const { name, kind, notAfter, problem } = certificate
  const day = formatDay(isoDayOf(notAfter))
  if (problem !== undefined) return { state: 'failed', found: certificateProblem(problem) }
  const doubts = [
    ...(kind === role ? [] : [WORDS.kindUnknown]),
    ...(role === 'agency' && fold(name) !== fold(agencyName) ? [WORDS.otherName(name, agencyName)] : []),
    ...(notAfter - now < SOON_MS ? [WORDS.endsSoon(day)] : []),
  ]
  return doubts.length === 0
    ? { state: 'good', found: WORDS.certificateGood(WORDS.kind[role], name, day) }
    : { state: 'warning', found: doubts.join(' ') }
}

/** Whether what was typed back is the code that was shown, written as a person may write it. */
export function recoveryChecks(code: string, typed: string): StepCheck[] {
  const [wanted, soFar] = [bareRecoveryCode(code), bareRecoveryCode(typed)]
  return [
    {
      name: TEXT.wizard.confirmField,
      ...(soFar === ''
        ? { state: 'waiting', found: WORDS.notTyped }
        : soFar === wanted
          ? { state: 'good', found: WORDS.codeMatches }
          : wanted.startsWith(soFar)
            ? { state: 'waiting', found: WORDS.codeSoFar(Math.floor(soFar.length / 4), wanted.length / 4) }
            : { state: 'failed', found: WORDS.codeDiffers }),
    },
  ]
}
