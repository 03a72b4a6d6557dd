/** Time stamps (RFC 3161, RFC 5816): the question to an authority, its answer, and the judgement on a token. */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  type DigestAlgorithm,
  encodeDigestAlgorithm,
  isWeakDigest,
  readDigestAlgorithm,
  UnsupportedAlgorithm,
  verifyMessage,
} from './algorithms.ts'
import type { Certificate } from './certificate.ts'
import { CMS_OID, parseCms, type SignedData, type SignerInfo } from './cms.ts'
import {
  boolean,
  childrenOfTag,
  DerError,
  type Element,
  encode,
  encodeUnsigned,
  expectTag,
  octets,
  oid,
  readElement,
  sameBytes,
  smallInteger,
  TAG,
} from './der.ts'
import { findPath } from './path.ts'
import { judgeRevocation, type RevocationEvidence, type RevocationReason } from './revocation.ts'
import { namesCertificate, signerCertificate, single } from './signer-info.ts'
import type { TrustStore } from './trust.ts'

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/** Reasons after which the tokens made before the revocation still stand (RFC 3161 section 4, item 1). */
const HARMLESS: ReadonlySet<RevocationReason> = new Set([
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
])

/** A question to a time stamp authority. */
export interface TimeStampRequest {
  /** DER of the TimeStampReq, to be posted as `application/timestamp-query`. */
  readonly request: Uint8Array
  /**
   * The token out of the authority's answer, when it answers this question. Who the authority is must
   * still be judged (`judgeTimeStamp`).
   *
   * @throws {AppError} time-stamp/refused
   */
  token(response: Uint8Array): Uint8Array
}

/**
 * Asks for a time stamp over a hash, with a nonce and the authority's certificate.
 *
 * @param hash by `digest`
 */
export function timeStampRequest(hash: Uint8Array, digest: 'sha256' | 'sha384' | 'sha512'): TimeStampRequest {
  const nonce = encodeUnsigned(new Uint8Array(randomBytes(16)))
  const request = encode(
    TAG.sequence,
    encode(TAG.integer, Uint8Array.of(1)),
    encode(TAG.sequence, encodeDigestAlgorithm(digest), encode(TAG.octetString, hash)),
    nonce,
    encode(TAG.boolean, Uint8Array.of(0xff)),
  )
  return {
    request,
    token(response) {
      try {
        const [statusInfo, token] = childrenOfTag(readElement(response), TAG.sequence)
        const status = smallInteger(childrenOfTag(statusInfo, TAG.sequence)[0])
        // 0 granted, 1 granted with modifications.
        if (status > 1 || token === undefined) throw new DerError(`status ${String(status)}`)
        const { info } = readToken(token.bytes)
        if (info.digest !== digest || !sameBytes(info.hash, hash)) throw new DerError('another hash')
        if (info.nonce === undefined || !sameBytes(info.nonce, nonce)) throw new DerError('another nonce')
        return token.bytes
      } catch (cause) {
        throw new AppError('time-stamp/refused', 'the time stamp authority did not answer the question', {
          cause,
        })
      }
    },
  }
}

/** What a token states (TSTInfo), not verified. */
interface TimeStampInfo {
  readonly digest: DigestAlgorithm
  readonly hash: Uint8Array
  readonly at: Date
  /** The INTEGER as it stands. */
  readonly nonce: Uint8Array | undefined
}

interface Token {
  readonly cms: SignedData
  readonly signer: SignerInfo
  readonly content: Uint8Array
  readonly info: TimeStampInfo
}

/** @throws {AppError} cms/unreadable; {DerError}, {UnsupportedAlgorithm} */
function readToken(token: Uint8Array): Token {
  const cms = parseCms(token)
  const [signer, another] = cms.signers
  const { content } = cms
  if (cms.contentType !== CMS_OID.timeStampInfo || content === undefined)
    throw new DerError('not a time stamp')
  if (signer === undefined || another !== undefined) throw new DerError('a time stamp has one signer')
  return { cms, signer, content, info: readInfo(content) }
}

function readInfo(content: Uint8Array): TimeStampInfo {
  const [version, policy, imprint, serial, at, ...optional] = childrenOfTag(
    readElement(content),
    TAG.sequence,
  )
  if (smallInteger(version) !== 1) throw new DerError('time stamp of another version')
  expectTag(policy, TAG.oid)
  expectTag(serial, TAG.integer)
  const [algorithm, hash] = childrenOfTag(imprint, TAG.sequence)
  const extensions = optional.find(({ tag }) => tag === 0xa1)
  for (const extension of extensions?.children ?? []) {
    const [, critical, value] = childrenOfTag(extension, TAG.sequence)
    if (value !== undefined && boolean(critical)) throw new DerError('critical extension in a time stamp')
  }
  return {
    digest: readDigestAlgorithm(algorithm),
    hash: octets(hash),
    at: preciseTime(at),
    nonce: optional.find(({ tag }) => tag === TAG.integer)?.bytes,
  }
}

/** GeneralizedTime with or without a fraction of a second (RFC 3161 section 2.4.2). */
function preciseTime(element: Element | undefined): Date {
  const text = Buffer.from(expectTag(element, TAG.generalizedTime).content).toString('latin1')
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text)
  if (match === null) throw new DerError('not a time in UTC')
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '0'] = match
  const at = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`,
  )
  if (Number.isNaN(at.getTime())) throw new DerError('no such time')
  return at
}

/** The judgement on a token. */
export interface TimeStampJudgement {
  /** The time it states; undefined when it cannot be read. Proves something only without a `problem`. */
  readonly at: Date | undefined
  /** The authority's certificate, when it is known. */
  readonly authority: Certificate | undefined
  /** The way from there to a root, as far as it was found. */
  readonly path: readonly Certificate[]
  /** Certificates that came along. */
  readonly certificates: readonly Certificate[]
  /**
   * `wrong`: damaged, or made over something else. `untrusted`: nobody known vouches for it, its
   * certificate is not one for time stamps, was revoked, or the algorithms are too weak.
   */
  readonly problem: 'wrong' | 'untrusted' | undefined
}

/** Against what a token is judged. */
export interface TimeStampContext {
  readonly trust: TrustStore
  readonly now: Date
  /** Further certificates at hand, not believed. */
  readonly certificates?: readonly Certificate[]
  readonly revocation?: readonly RevocationEvidence[]
}

/**
 * Judges a time stamp token: the hash it is over, the signature, the reference to its certificate, that
 * this certificate is for time stamps and nothing else, and its chain at the time stated, to a root that
 * is trusted for signatures or for time stamps.
 *
 * Hostile input gets a judgement, not an exception.
 *
 * @param digestOf hash of what should have been stamped
 */
export async function judgeTimeStamp(
  token: Uint8Array,
  digestOf: (algorithm: 'sha256' | 'sha384' | 'sha512') => Promise<Uint8Array> | Uint8Array,
  context: TimeStampContext,
): Promise<TimeStampJudgement> {
  let read: Token
  try {
    read = readToken(token)
  } catch (cause) {
    const problem = cause instanceof UnsupportedAlgorithm ? 'untrusted' : 'wrong'
    if (problem === 'wrong' && !(cause instanceof DerError || cause instanceof AppError)) throw cause
    return { at: undefined, authority: undefined, path: [], certificates: [], problem }
  }
  const { cms, signer, info } = read
  const { trust } = context
  const authority = signerCertificate(cms, signer, {
    certificates: [...(context.certificates ?? []), ...trust.certificates],
  })
  const judged = (problem: TimeStampJudgement['problem'], path: readonly Certificate[] = []) => ({
    at: info.at,
    authority,
    path,
    certificates: cms.certificates,
    problem,
  })
  const { digest } = info
  if (digest !== 'sha256' && digest !== 'sha384' && digest !== 'sha512') return judged('untrusted')
  if (!sameBytes(info.hash, await digestOf(digest))) return judged('wrong')
  if (authority === undefined) return judged('untrusted')
  try {
    if (!isSoundlySigned(read, authority)) return judged('wrong')
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) return judged('untrusted')
    if (cause instanceof DerError) return judged('wrong')
    throw cause
  }
  const { certificates: path, findings } = findPath(
    authority,
    [...cms.certificates, ...(context.certificates ?? [])],
    { certificates: trust.certificates, isAnchor: (one) => trust.isTimeStampAnchor(one) },
    info.at,
  )
  const isForTime = isForTimeStamps(authority) && !isWeakDigest(signer.digestAlgorithm ?? 'sha1')
  if (!isForTime || findings.size > 0 || wasRevoked(path, info.at, context)) return judged('untrusted', path)
  return judged(undefined, path)
}

/** Signed attributes and signature value. @throws {DerError} {UnsupportedAlgorithm} */
function isSoundlySigned({ cms, signer, content }: Token, authority: Certificate): boolean {
  const { digestAlgorithm: digest, signatureAlgorithm, signedAttributes, signedBytes } = signer
  if (digest === undefined || signatureAlgorithm === undefined)
    throw new UnsupportedAlgorithm('of the time stamp')
  if (signedAttributes === undefined || signedBytes === undefined) return false
  if (signatureAlgorithm.digest !== undefined && signatureAlgorithm.digest !== digest) return false
  const contentType = single(signedAttributes, CMS_OID.contentType)
  const messageDigest = single(signedAttributes, CMS_OID.messageDigest)
  if (contentType === undefined || oid(contentType) !== cms.contentType || messageDigest === undefined)
    return false
  if (!sameBytes(octets(messageDigest), createHash(digest).update(content).digest())) return false
  const second = single(signedAttributes, CMS_OID.signingCertificateV2)
  const first = single(signedAttributes, CMS_OID.signingCertificate)
  if (first === undefined && second === undefined) return false
  if (second !== undefined && !namesCertificate(second, 'sha256', authority)) return false
  if (first !== undefined && !namesCertificate(first, 'sha1', authority)) return false
  return verifyMessage(authority.publicKey, signatureAlgorithm.scheme, digest, signedBytes, signer.signature)
}

/** Exactly one extended key usage, critical, and it is this (RFC 3161 section 2.3). */
function isForTimeStamps({ extendedKeyUsage, extendedKeyUsageIsCritical }: Certificate): boolean {
  return extendedKeyUsageIsCritical && extendedKeyUsage?.length === 1 && extendedKeyUsage[0] === TIME_STAMPING
}

function wasRevoked(path: readonly Certificate[], at: Date, context: TimeStampContext): boolean {
  const judgement = judgeRevocation(path, context.revocation ?? [], { at, now: context.now })
  if (judgement.status !== 'revoked') return false
  return judgement.at <= at || !HARMLESS.has(judgement.reason)
}
