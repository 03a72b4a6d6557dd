/**
 * Whether a certificate was taken back: OCSP (RFC 6960) and revocation lists (RFC 5280 section 5). Bytes
 * in, judgement out; who fetches and keeps them is somebody else's matter.
 */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { isWeakDigest, readSignatureAlgorithm, UnsupportedAlgorithm, verifyMessage } from './algorithms.ts'
import { type Certificate, parseCertificate, readName } from './certificate.ts'
import {
  bitStringBytes,
  boolean,
  childrenOfTag,
  DerError,
  type Element,
  encode,
  encodeOid,
  expectTag,
  NULL_ELEMENT,
  octets,
  oid,
  onlyChild,
  rawElements,
  type RawElement,
  readElement,
  sameBytes,
  TAG,
  time,
} from './der.ts'
import { isSignedBy } from './trust.ts'

/** Where the answer was taken from. */
export type RevocationSource = 'file' | 'cache' | 'online'

/** CRLReason (RFC 5280 section 5.3.1), by number; 7 is not used. */
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'unspecified',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const
export type RevocationReason = (typeof REASONS)[number]

/** Answers and lists at hand, DER, nothing in them believed yet. */
export interface RevocationEvidence {
  readonly source: RevocationSource
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

/** What is known of a certificate, or of all certificates of a path but its anchor. */
export type RevocationJudgement =
  | { readonly status: 'good'; readonly source: RevocationSource; readonly asOf: Date }
  | {
      readonly status: 'revoked'
      readonly source: RevocationSource
      readonly at: Date
      readonly reason: RevocationReason
    }
  | { readonly status: 'unknown' }

/** The moments that a judgement is about. */
export interface RevocationMoment {
  /** When the signature certainly existed; `now` when nobody knows. */
  readonly at: Date
  readonly now: Date
}

/** What one believable answer or list says of one certificate. */
interface Statement {
  readonly thisUpdate: Date
  readonly freshUntil: Date
  readonly revoked: { readonly at: Date; readonly reason: RevocationReason } | undefined
}

const OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1'
const OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2'
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const REASON_CODE = '2.5.29.21'
const INVALIDITY_DATE = '2.5.29.24'
const ISSUING_DISTRIBUTION_POINT = '2.5.29.28'
const SHA1 = '1.3.14.3.2.26'
const HASH_BY_OID: ReadonlyMap<string, string> = new Map([
  [SHA1, 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** An answer that names no end is taken for a day: its maker says only that it can always tell anew. */
const UNLIMITED_MS = 86_400_000
/** How far the clock of this machine may be behind that of the authority. */
const CLOCK_SKEW_MS = 600_000
/** The state's lists have a few megabytes. */
const LARGEST_CRL = 64 << 20
const LARGEST_OCSP = 1 << 20

function hashOf(algorithm: string, bytes: Uint8Array): Uint8Array {
  return createHash(algorithm).update(bytes).digest()
}

/** The key itself, without the algorithm around it: what OCSP hashes. */
function keyBits(certificate: Certificate): Uint8Array {
  return bitStringBytes(childrenOfTag(readElement(certificate.publicKey.spki), TAG.sequence)[1])
}

/**
 * Builds an OCSP request for one certificate, with a nonce that the responder may ignore. The hash that
 * names the issuer is SHA-1, which every responder knows; it protects nothing.
 *
 * @returns DER, and the nonce for `readOcsp`
 */
export function ocspRequest(
  certificate: Certificate,
  issuer: Certificate,
): { readonly request: Uint8Array; readonly nonce: Uint8Array } {
  const nonce = new Uint8Array(randomBytes(16))
  const name = encode(
    TAG.sequence,
    encode(TAG.sequence, encodeOid(SHA1), NULL_ELEMENT),
    encode(TAG.octetString, hashOf('sha1', certificate.issuer.der)),
    encode(TAG.octetString, hashOf('sha1', keyBits(issuer))),
    encode(TAG.integer, Buffer.from(certificate.serialNumber, 'hex')),
  )
  const extension = encode(
    TAG.sequence,
    encodeOid(OCSP_NONCE),
    encode(TAG.octetString, encode(TAG.octetString, nonce)),
  )
  const request = encode(
    TAG.sequence,
    encode(
      TAG.sequence,
      encode(TAG.sequence, encode(TAG.sequence, name)),
      encode(0xa2, encode(TAG.sequence, extension)),
    ),
  )
  return { request, nonce }
}

/** Runs a reader over hostile bytes: what cannot be read says nothing. */
function ifReadable<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof DerError || cause instanceof UnsupportedAlgorithm || cause instanceof AppError) {
      return undefined
    }
    throw cause
  }
}

/** Whether a key signed these bytes, with an algorithm that still proves something. */
function isSignatureOf(
  signer: Certificate,
  algorithmField: Element | undefined,
  message: Uint8Array,
  value: Uint8Array,
): boolean {
  const algorithm = readSignatureAlgorithm(algorithmField)
  if (algorithm.digest === undefined || isWeakDigest(algorithm.digest)) return false
  return verifyMessage(signer.publicKey, algorithm.scheme, algorithm.digest, message, value)
}

/**
 * What an OCSP response says of a certificate.
 *
 * @param nonce of the request; a response with another one is an answer to somebody else
 * @returns undefined when it says nothing about it, or is not signed by one who may say it
 */
function readOcsp(
  response: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
  nonce?: Uint8Array,
): Statement | undefined {
  if (response.length > LARGEST_OCSP) return undefined
  return ifReadable(() => {
    const [status, wrapped] = childrenOfTag(readElement(response), TAG.sequence)
    if (expectTag(status, TAG.enumerated).content[0] !== 0) return undefined
    const [kind, basicField] = childrenOfTag(onlyChild(wrapped, 0xa0), TAG.sequence)
    if (oid(kind) !== OCSP_BASIC) return undefined
    const [data, algorithm, value, certificateField] = childrenOfTag(
      readElement(octets(basicField)),
      TAG.sequence,
    )
    const fields = [...childrenOfTag(data, TAG.sequence)]
    if (fields[0]?.tag === 0xa0) fields.shift()
    const [responderId, producedAtField, list, extensions] = fields
    const producedAt = time(producedAtField)
    if (nonce !== undefined && !answersNonce(extensions, nonce)) return undefined
    const sent =
      certificateField === undefined
        ? []
        : childrenOfTag(onlyChild(certificateField, 0xa0), TAG.sequence).map(({ bytes }) =>
            parseCertificate(bytes),
          )
    const responder = [issuer, ...sent].find(
      (one) => isResponder(one, responderId) && mayAnswer(one, issuer, producedAt),
    )
    if (responder === undefined || data === undefined) return undefined
    if (!isSignatureOf(responder, algorithm, data.bytes, bitStringBytes(value))) return undefined
    for (const single of childrenOfTag(list, TAG.sequence)) {
      const [id, state, thisUpdateField, ...optional] = childrenOfTag(single, TAG.sequence)
      if (!isCertificateId(id, certificate, issuer)) continue
      // 0x82 is "unknown": the responder does not know the certificate, which is not good.
      if (state === undefined || state.tag === 0x82) return undefined
      const thisUpdate = time(thisUpdateField)
      const next = optional.find(({ tag }) => tag === 0xa0)
      return {
        thisUpdate,
        freshUntil:
          next === undefined ? new Date(thisUpdate.getTime() + UNLIMITED_MS) : time(onlyChild(next, 0xa0)),
        revoked: state.tag === 0x80 ? undefined : revokedInfo(state),
      }
    }
    return undefined
  })
}

/** RevokedInfo: the time, and perhaps the reason. */
function revokedInfo(state: Element): Statement['revoked'] {
  const [at, reason] = childrenOfTag(state, 0xa1)
  return { at: time(at), reason: reason === undefined ? 'unspecified' : reasonOf(onlyChild(reason, 0xa0)) }
}

function reasonOf(element: Element): RevocationReason {
  return REASONS[expectTag(element, TAG.enumerated).content[0] ?? 0] ?? 'unspecified'
}

/** A response without a nonce passes: most responders answer from a cache (RFC 8954 section 2). */
function answersNonce(extensions: Element | undefined, nonce: Uint8Array): boolean {
  if (extensions?.tag !== 0xa1) return true
  for (const extension of childrenOfTag(onlyChild(extensions, 0xa1), TAG.sequence)) {
    const parts = childrenOfTag(extension, TAG.sequence)
    if (oid(parts[0]) === OCSP_NONCE) return sameBytes(octets(readElement(octets(parts.at(-1)))), nonce)
  }
  return true
}

function isResponder(certificate: Certificate, id: Element | undefined): boolean {
  const inner = id?.children[0]
  if (id?.tag === 0xa1) return readName(inner).folded === certificate.subject.folded
  return id?.tag === 0xa2 && sameBytes(octets(inner), hashOf('sha1', keyBits(certificate)))
}

/** The issuer itself, or one whom it made a responder directly (RFC 6960 section 4.2.2.2). */
function mayAnswer(certificate: Certificate, issuer: Certificate, at: Date): boolean {
  if (certificate.sha256 === issuer.sha256) return true
  return (
    certificate.issuer.folded === issuer.subject.folded &&
    certificate.extendedKeyUsage?.includes(OCSP_SIGNING) === true &&
    certificate.keyUsage?.has('digitalSignature') !== false &&
    certificate.unknownCritical.length === 0 &&
    at >= certificate.notBefore &&
    at <= certificate.notAfter &&
    isSignedBy(certificate, issuer) === 'yes'
  )
}

function isCertificateId(id: Element | undefined, certificate: Certificate, issuer: Certificate): boolean {
  const [algorithm, name, key, serial] = childrenOfTag(id, TAG.sequence)
  const hash = HASH_BY_OID.get(oid(childrenOfTag(algorithm, TAG.sequence)[0]))
  return (
    hash !== undefined &&
    Buffer.from(expectTag(serial, TAG.integer).content).toString('hex') === certificate.serialNumber &&
    sameBytes(octets(name), hashOf(hash, certificate.issuer.der)) &&
    sameBytes(octets(key), hashOf(hash, keyBits(issuer)))
  )
}

/**
 * What a revocation list says of a certificate. Only complete lists signed by the certificate's own
 * issuer are read: delta and indirect ones say nothing here, nor does one with a critical extension that
 * is not understood.
 */
function readCrl(crl: Uint8Array, certificate: Certificate, issuer: Certificate): Statement | undefined {
  if (crl.length > LARGEST_CRL || issuer.keyUsage?.has('cRLSign') === false) return undefined
  return ifReadable(() => {
    const [whole, more] = rawElements(crl)
    if (whole === undefined || more !== undefined) return undefined
    const [list, algorithm, value] = rawElements(expectRaw(whole, TAG.sequence))
    const fields = [...rawElements(expectRaw(list, TAG.sequence))]
    if (fields[0]?.tag === TAG.integer) fields.shift()
    const inner = fields.shift()
    const name = readName(readRaw(fields.shift()))
    const thisUpdate = time(readRaw(fields.shift()))
    const hasNext = fields[0]?.tag === TAG.utcTime || fields[0]?.tag === TAG.generalizedTime
    const nextUpdate = hasNext ? time(readRaw(fields.shift())) : undefined
    const entries = fields[0]?.tag === TAG.sequence ? fields.shift() : undefined
    const extensions = fields.shift()
    if (name.folded !== issuer.subject.folded || inner === undefined || algorithm === undefined)
      return undefined
    if (!sameBytes(inner.bytes, algorithm.bytes) || list === undefined) return undefined
    if (!isSignatureOf(issuer, readRaw(algorithm), list.bytes, bitStringBytes(readRaw(value))))
      return undefined
    if (extensions !== undefined && !coversCertificate(extensions, certificate)) return undefined
    const revoked = entries === undefined ? undefined : entryOf(entries, certificate)
    if (revoked === 'unusable') return undefined
    return { thisUpdate, freshUntil: nextUpdate ?? new Date(thisUpdate.getTime() + UNLIMITED_MS), revoked }
  })
}

function expectRaw(element: RawElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new DerError('another element was expected')
  return element.content
}

function readRaw(element: RawElement | undefined): Element {
  if (element === undefined) throw new DerError('an element is missing')
  return readElement(element.bytes)
}

/** Whether the list's extensions are understood and leave this certificate in its scope. */
function coversCertificate(field: RawElement, certificate: Certificate): boolean {
  for (const extension of childrenOfTag(onlyChild(readRaw(field), 0xa0), TAG.sequence)) {
    const [name, second, third] = childrenOfTag(extension, TAG.sequence)
    if (oid(name) === ISSUING_DISTRIBUTION_POINT) {
      const point = readElement(octets(third ?? second))
      if (!isInScope(childrenOfTag(point, TAG.sequence), certificate)) return false
    } else if (third !== undefined && boolean(second)) return false
  }
  return true
}

/** IssuingDistributionPoint (RFC 5280 section 5.2.5): all reasons, direct, and for this kind of certificate. */
function isInScope(fields: readonly Element[], certificate: Certificate): boolean {
  return fields.every(({ tag, content, children }) => {
    const isSet = content[0] === 0xff
    if (tag === 0x81) return !isSet || !certificate.certificationAuthority
    if (tag === 0x82) return !isSet || certificate.certificationAuthority
    if (tag !== 0xa0) return false
    return children.some(
      (names) =>
        names.tag === 0xa0 &&
        names.children.some((one) =>
          certificate.crlUrls.includes(Buffer.from(one.content).toString('latin1')),
        ),
    )
  })
}

/** The entry of a certificate. `unusable`: an entry, this or another, has a critical extension not understood. */
function entryOf(entries: RawElement, certificate: Certificate): Statement['revoked'] | 'unusable' {
  let found: Statement['revoked']
  for (const entry of rawElements(entries.content)) {
    const [serial, at, extensions] = rawElements(expectRaw(entry, TAG.sequence))
    const isIts = Buffer.from(expectRaw(serial, TAG.integer)).toString('hex') === certificate.serialNumber
    let reason: RevocationReason = 'unspecified'
    let since = isIts ? time(readRaw(at)) : new Date(0)
    for (const extension of extensions === undefined ? [] : rawElements(extensions.content)) {
      const [name, second, third] = rawElements(expectRaw(extension, TAG.sequence))
      // Of the hundreds of thousands of others only what is marked critical matters.
      if (!isIts && third === undefined) continue
      const dotted = oid(readRaw(name))
      const value = (third ?? second)?.content
      if (dotted === REASON_CODE && value !== undefined) reason = reasonOf(readElement(value))
      else if (dotted === INVALIDITY_DATE && value !== undefined) {
        // The key may have been in other hands before anybody noticed.
        const suspected = time(readElement(value))
        if (suspected < since) since = suspected
      } else if (third !== undefined && second?.content[0] === 0xff) return 'unusable'
    }
    if (isIts) found = reason === 'removeFromCRL' ? undefined : { at: since, reason }
  }
  return found
}

/**
 * Judges one certificate by the evidence. A revocation counts however old its proof is, because it is
 * final (a hold is not, so there the latest word decides). That it is good counts only from an answer or
 * list that was still current at the time in question, and that was made before the certificate expired:
 * afterwards authorities may drop it.
 */
function judgeOne(
  certificate: Certificate,
  issuer: Certificate,
  evidence: readonly RevocationEvidence[],
  { at, now }: RevocationMoment,
): RevocationJudgement {
  const statements = evidence
    .flatMap(({ source, ocsps, crls }) =>
      [
        ...ocsps.map((response) => readOcsp(response, certificate, issuer)),
        ...crls.map((crl) => readCrl(crl, certificate, issuer)),
      ].flatMap((statement) => (statement === undefined ? [] : [{ ...statement, source }])),
    )
    .filter(({ thisUpdate }) => thisUpdate.getTime() <= now.getTime() + CLOCK_SKEW_MS)
    .sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
  const final = statements.find(
    ({ revoked }) => revoked !== undefined && revoked.reason !== 'certificateHold',
  )
  const [latest] = statements
  const taken = final ?? (latest?.revoked === undefined ? undefined : latest)
  if (taken?.revoked !== undefined) return { status: 'revoked', source: taken.source, ...taken.revoked }
  const goods = statements.filter(
    ({ thisUpdate, freshUntil }) => freshUntil >= at && thisUpdate <= certificate.notAfter,
  )
  // What is kept here is named only where neither the file nor an authority says it.
  const good = goods.find(({ source }) => source !== 'cache') ?? goods[0]
  return good === undefined
    ? { status: 'unknown' }
    : { status: 'good', source: good.source, asOf: good.thisUpdate }
}

/**
 * Judges a path, the certificate first and the anchor last; the anchor is believed by its fingerprint.
 * One revoked certificate makes the path revoked, one unknown makes it unknown.
 */
export function judgeRevocation(
  path: readonly Certificate[],
  evidence: readonly RevocationEvidence[],
  moment: RevocationMoment,
): RevocationJudgement {
  if (evidence.every(({ ocsps, crls }) => ocsps.length + crls.length === 0)) return { status: 'unknown' }
  const judgements = path.flatMap((certificate, index) => {
    const issuer = path[index + 1]
    return issuer === undefined ? [] : [judgeOne(certificate, issuer, evidence, moment)]
  })
  const find = (status: RevocationJudgement['status']) => judgements.find((one) => one.status === status)
  return find('revoked') ?? find('unknown') ?? judgements[0] ?? { status: 'unknown' }
}

/**
 * Whether an OCSP response is one to keep: believable, current, about this certificate, and the answer
 * to this request. A response that says "revoked" is one.
 */
export function isOcspAnswer(
  response: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
  nonce: Uint8Array,
  now: Date,
): boolean {
  const statement = readOcsp(response, certificate, issuer, nonce)
  return statement !== undefined && statement.freshUntil >= now
}

/** Whether a revocation list is one to keep: believable, current, and about this certificate. */
export function isCurrentCrl(
  crl: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
  now: Date,
): boolean {
  const statement = readCrl(crl, certificate, issuer)
  return statement !== undefined && statement.freshUntil >= now
}

/** Until when a list says that it is current; undefined when it says nothing about this certificate. */
export function crlFreshUntil(
  crl: Uint8Array,
  certificate: Certificate,
  issuer: Certificate,
): Date | undefined {
  return readCrl(crl, certificate, issuer)?.freshUntil
}
