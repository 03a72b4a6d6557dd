import { AppError, codeOf } from '../shared/errors.ts'
import type {
  CertificateChoice,
  RoleDiagnosis,
  TokenDiagnosis,
  TokenSettings,
} from '../shared/ipc/contract.ts'
import type { Token } from '../shared/signing.ts'
import { holderKind } from './signing/certificate.ts'
import type { SignerClient } from './signing/signer-client.ts'
import { findCertificate, tokenSummaryOf } from './signing/token-view.ts'

/**
 * What support asks for first: drivers, tokens, certificates, and whether each role could sign, judged as
 * signing itself would. Uses no PIN, and asks the driver nothing but its lists.
 *
 * @param chosen what the office chose in its settings
 */
export async function diagnoseToken(
  signer: SignerClient,
  chosen: TokenSettings | undefined,
  now: number,
): Promise<TokenDiagnosis> {
  // A person asks: a driver that was given up is tried once more.
  signer.reset()
  const at = new Date(now)
  const modules = await signer.modules(chosen === undefined ? [] : [chosen.modulePath])
  let tokens: Token[] = []
  let failure: AppError | undefined
  if (chosen !== undefined) {
    try {
      tokens = await signer.tokens(chosen.modulePath)
    } catch (cause) {
      failure = cause instanceof AppError ? cause : new AppError(codeOf(cause), 'no list', { cause })
    }
  }
  const roleOf = (role: 'person' | 'agency'): RoleDiagnosis =>
    failure === undefined ? diagnoseRole(tokens, role, chosen?.[role], at) : asOutcome(failure)
  return {
    at: now,
    system: `${process.platform} ${process.arch}`,
    ...(chosen === undefined ? {} : { modulePath: chosen.modulePath }),
    ...(failure === undefined ? {} : { error: failure.code }),
    ...(failure?.detail === undefined ? {} : { errorDetail: failure.detail }),
    modules,
    tokens: tokens.map((token) => {
      const summary = tokenSummaryOf(token, at)
      const { flags, mechanisms } = token
      return {
        ...summary,
        flags,
        mechanisms,
        others: token.certificates.length - summary.certificates.length,
      }
    }),
    roles: { person: roleOf('person'), agency: roleOf('agency') },
  }
}

function diagnoseRole(
  tokens: readonly Token[],
  role: 'person' | 'agency',
  choice: CertificateChoice | undefined,
  at: Date,
): RoleDiagnosis {
  if (choice === undefined) return { outcome: 'unset' }
  try {
    const { certificate } = findCertificate(tokens, choice, at)
    const token = tokens.find(({ serial }) => serial === choice.tokenSerial)
    const mechanism = token?.certificates.find(({ sha256 }) => sha256 === certificate.sha256)?.mechanism
    const kind = holderKind(certificate.subject)
    return {
      outcome: kind === 'unknown' || kind === role ? 'ready' : 'certificate/wrong-holder',
      name: certificate.subject.commonName ?? certificate.subject.text,
      ...(token === undefined ? {} : { token: token.label }),
      ...(mechanism === undefined ? {} : { mechanism }),
    }
  } catch (cause) {
    return asOutcome(cause)
  }
}

function asOutcome(cause: unknown): RoleDiagnosis {
  const detail = cause instanceof AppError ? cause.detail : undefined
  return { outcome: codeOf(cause), ...(detail === undefined ? {} : { detail }) }
}
