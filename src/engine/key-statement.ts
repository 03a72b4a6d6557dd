/**
 * What an agency states about its encryption key: a CMS signature of its own signing certificate around the
 * encryption certificate, the agency's code and how long the statement holds. `openssl cms -verify` reads it.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../shared/errors.ts'
import type { SigningManner } from '../shared/signing.ts'
import type { DocumentVerdict } from '../shared/verdict.ts'
import { type Certificate, parseCertificate } from './signing/certificate.ts'
import { parseCms, prepareCms } from './signing/cms.ts'
import { schemeOf } from './signing/manner.ts'
import { isForEncryption } from './signing/recipient-info.ts'

/** A statement with a long chain stays below. */
const LARGEST_STATEMENT_BYTES = 65_536
/** Clocks differ; a statement from further ahead would outlive every later one. */
const AHEAD_MS = 86_400_000

const statementContent = z.strictObject({
  format: z.literal('vanthu-encryption-key'),
  version: z.literal(1),
  /** The agency's code. */
  organId: z.string().min(1).max(35),
  /** The agency's name as it gives it. */
  name: z.string().min(1).max(300),
  /** DER in base64. */
  certificate: z.base64(),
  /** Of the key that signs packages for an exchange folder, DER in base64. */
  packageCertificate: z.base64().optional(),
  /** ISO 8601, UTC. Of two statements of one agency the later one counts. */
  issuedAt: z.iso.datetime(),
  validUntil: z.iso.datetime(),
})

/** What is to be stated. */
export interface NewStatement {
  readonly organId: string
  readonly name: string
  /** The encryption certificate, DER. */
  readonly encryptionCertificate: Uint8Array
  /** Of the key that signs packages for an exchange folder, DER. */
  readonly packageCertificate?: Uint8Array | undefined
  readonly issuedAt: Date
  readonly validUntil: Date
}

/** Who signs it, and how. */
export interface StatementSigner {
  /** DER. */
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly manner: SigningManner
}

/** A statement that wants nothing but the token's answer. */
export interface PreparedStatement {
  readonly hash: { readonly digest: Uint8Array; readonly message: Uint8Array }
  /** @throws {AppError} `sign/self-check-failed` */
  readonly statement: (value: Uint8Array) => Uint8Array
}

/** @throws {AppError} `certificate/unusable` */
export function prepareKeyStatement(said: NewStatement, signer: StatementSigner): PreparedStatement {
  const { certificate, chain, manner } = signer
  const content: z.output<typeof statementContent> = {
    format: 'vanthu-encryption-key',
    version: 1,
    organId: said.organId,
    name: said.name,
    certificate: Buffer.from(said.encryptionCertificate).toString('base64'),
    ...(said.packageCertificate === undefined
      ? {}
      : { packageCertificate: Buffer.from(said.packageCertificate).toString('base64') }),
    issuedAt: said.issuedAt.toISOString(),
    validUntil: said.validUntil.toISOString(),
  }
  const bytes = Buffer.from(`${JSON.stringify(content, null, 2)}\n`)
  const cms = prepareCms({
    certificate,
    chain,
    digest: createHash(manner.digestAlgorithm).update(bytes).digest(),
    digestAlgorithm: manner.digestAlgorithm,
    signatureAlgorithm: schemeOf(parseCertificate(certificate), manner),
    signingTime: said.issuedAt,
    content: bytes,
  })
  return { hash: { digest: cms.hash, message: cms.toBeSigned }, statement: (value) => cms.finish(value) }
}

/** A statement whose signature holds. Whether its signer may speak for the agency is judged by whoever asks. */
export interface KeyStatement {
  readonly organId: string
  readonly name: string
  readonly certificate: Certificate
  /** Of the key that signs the agency's packages; missing in statements that know of none. */
  readonly packageCertificate: Certificate | undefined
  readonly issuedAt: Date
  readonly validUntil: Date
  /** The signer: common name, and the organization that it belongs to. */
  readonly signer: { readonly name: string; readonly organization?: string | undefined }
}

/**
 * Reads a statement and has its signature judged like any other: whole, by a certificate that leads to a root
 * the office believes, of an agency and not of a person.
 *
 * @param judge our verifier
 * @throws {AppError} `encryption/statement-unreadable`, `encryption/statement-broken`; `encryption/statement-unproven`
 *   where nobody the office believes answers for the signer; `encryption/statement-outdated` when it has run out, or claims a time to come
 */
export async function readKeyStatement(
  bytes: Uint8Array,
  now: Date,
  judge: (statement: Uint8Array) => Promise<DocumentVerdict>,
): Promise<KeyStatement> {
  const said = contentOf(bytes)
  const certificate = certificateOf(said.certificate)
  const packageCertificate =
    said.packageCertificate === undefined ? undefined : certificateOf(said.packageCertificate)
  const [issuedAt, validUntil] = [new Date(said.issuedAt), new Date(said.validUntil)]
  const { verdict, signatures, reasons } = await judge(bytes)
  const [signature, another] = signatures
  if (verdict !== 'valid' || signature?.signer === undefined || another !== undefined) {
    const [detail = 'unsigned'] = reasons
    const code = verdict === 'undetermined' ? 'encryption/statement-unproven' : 'encryption/statement-broken'
    throw new AppError(code, `the statement of ${said.organId}: ${detail}`)
  }
  if (signature.signer.kind === 'person') {
    throw new AppError('encryption/statement-of-another', 'a person cannot state the key of an agency')
  }
  const isUsable = isForEncryption(certificate, now) && now <= validUntil
  if (!isUsable || issuedAt.getTime() > now.getTime() + AHEAD_MS) {
    throw new AppError(
      'encryption/statement-outdated',
      `issued ${said.issuedAt}, valid until ${said.validUntil}`,
    )
  }
  const { organId, name } = said
  return { organId, name, certificate, packageCertificate, issuedAt, validUntil, signer: signature.signer }
}

/**
 * What a statement claims, unjudged: only good for finding out whom to ask about it, or where it was believed.
 *
 * @throws {AppError} `encryption/statement-unreadable`
 */
export function claimsOf(bytes: Uint8Array): {
  readonly organId: string
  readonly name: string
  readonly packageCertificate: Certificate | undefined
} {
  const { organId, name, packageCertificate } = contentOf(bytes)
  return {
    organId,
    name,
    packageCertificate: packageCertificate === undefined ? undefined : certificateOf(packageCertificate),
  }
}

function contentOf(bytes: Uint8Array): z.output<typeof statementContent> {
  try {
    const { content } = parseCms(bytes, LARGEST_STATEMENT_BYTES)
    return statementContent.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)))
  } catch (cause) {
    throw new AppError('encryption/statement-unreadable', 'not a statement about a key', { cause })
  }
}

function certificateOf(base64: string): Certificate {
  try {
    return parseCertificate(Buffer.from(base64, 'base64'))
  } catch (cause) {
    throw new AppError('encryption/statement-unreadable', 'a statement without a certificate', { cause })
  }
}
