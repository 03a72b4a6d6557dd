import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  isWeakKey,
  type PublicKey,
  readPublicKey,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
  UnsupportedAlgorithm,
} from './algorithms.ts'
import {
  bitStringBytes,
  boolean,
  childrenOfTag,
  DerError,
  type Element,
  expectTag,
  namedBits,
  octets,
  oid,
  onlyChild,
  readElement,
  sameBytes,
  smallInteger,
  TAG,
  text,
  time,
} from './der.ts'

/** A distinguished name: the parts the app shows, and the whole for comparing. */
export interface DistinguishedName {
  readonly commonName: string | undefined
  readonly organization: string | undefined
  readonly organizationalUnit: string | undefined
  readonly title: string | undefined
  readonly serialNumber: string | undefined
  readonly email: string | undefined
  /** `CN=…, O=…`, most specific first, for people to read. */
  readonly text: string
  /** DER of the Name. */
  readonly der: Uint8Array
  /** One string per RDN, equal where RFC 5280 section 7.1 calls them equal (case, spaces, string kinds folded). */
  readonly foldedRdns: readonly string[]
  /** All of them in one string, for comparing whole names. */
  readonly folded: string
}

/** Key usages by their bit numbers (RFC 5280 section 4.2.1.3). */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof KEY_USAGES)[number]

/** An X.509 certificate, read. Nothing in it has been verified. */
export interface Certificate {
  readonly der: Uint8Array
  /** X.509 version, 1 to 3. */
  readonly version: number
  /** Fingerprint: lower-case hex SHA-256 of `der`. */
  readonly sha256: string
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
  /** Lower-case hex of the INTEGER's bytes, as they stand in the certificate. */
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: PublicKey
  /** The signed part (TBSCertificate), how it was signed, and the signature value. */
  readonly signed: Uint8Array
  readonly signatureValue: Uint8Array
  /** Absent when the algorithm is not known here. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined
  /** Absent: the certificate does not limit its key. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined
  /** Extended key usage, dotted; absent when not limited. */
  readonly extendedKeyUsage: readonly string[] | undefined
  /** Whether the extended key usage is marked critical, as RFC 3161 demands of a time stamp authority. */
  readonly extendedKeyUsageIsCritical: boolean
  readonly certificationAuthority: boolean
  readonly pathLength: number | undefined
  readonly emails: readonly string[]
  readonly ocspUrls: readonly string[]
  readonly issuerUrls: readonly string[]
  readonly crlUrls: readonly string[]
  /** Certificate policies, dotted. */
  readonly policies: readonly string[]
  readonly subjectKeyId: Uint8Array | undefined
  readonly authorityKeyId: Uint8Array | undefined
  /** Content of the NameConstraints extension. */
  readonly nameConstraints: Element | undefined
  /** subjectAltName entries, for name constraints. */
  readonly alternativeNames: readonly Element[]
  /** Dotted names of critical extensions that nothing here understands: path validation must refuse. */
  readonly unknownCritical: readonly string[]
}

const NAME_TYPES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'email',
}

/** Longest value of a name shown to people; the DER keeps all of it. */
const LONGEST_NAME = 300

/** For people: no control or direction-changing characters, which could disguise who signed. */
function readable(raw: string): string {
  return raw
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .slice(0, LONGEST_NAME)
}

function foldedValue(raw: string): string {
  return raw.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim()
}

/** Reads a Name (RFC 5280 section 4.1.2.4). */
export function readName(element: Element | undefined): DistinguishedName {
  const parts = childrenOfTag(element, TAG.sequence).map((rdn) =>
    childrenOfTag(rdn, TAG.set).map((attribute) => {
      const [type, value] = childrenOfTag(attribute, TAG.sequence)
      if (value === undefined) throw new DerError('name without a value')
      const dotted = oid(type)
      const raw = text(value)
      return {
        label: NAME_TYPES[dotted] ?? dotted,
        value: readable(raw),
        folded: `${dotted}=${foldedValue(raw)}`,
      }
    }),
  )
  const flat = parts.flat()
  const foldedRdns = parts.map((rdn) => JSON.stringify(rdn.map((part) => part.folded).sort()))
  const last = (label: string): string | undefined => flat.findLast((part) => part.label === label)?.value
  return {
    commonName: last('CN'),
    organization: last('O'),
    organizationalUnit: last('OU'),
    title: last('title'),
    serialNumber: last('serialNumber') ?? last('UID'),
    email: last('email'),
    text: flat
      .toReversed()
      .map(({ label, value }) => `${label}=${value}`)
      .join(', '),
    der: expectTag(element, TAG.sequence).bytes,
    foldedRdns,
    folded: foldedRdns.join(),
  }
}

/** Extensions that path validation or judging here looks at, or that need no processing. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  '2.5.29.14', // subjectKeyIdentifier
  '2.5.29.15', // keyUsage
  '2.5.29.17', // subjectAltName
  '2.5.29.19', // basicConstraints
  '2.5.29.30', // nameConstraints
  '2.5.29.31', // cRLDistributionPoints
  '2.5.29.32', // certificatePolicies: read; no policy is demanded, so any is accepted (RFC 5280 6.1.1)
  '2.5.29.33', // policyMappings and
  '2.5.29.54', // inhibitAnyPolicy: without effect while no policy is demanded
  '2.5.29.35', // authorityKeyIdentifier
  '2.5.29.37', // extendedKeyUsage
])

/** GeneralName [6] uniformResourceIdentifier, the only kind of address used here. */
function httpAddress(name: Element | undefined): string[] {
  if (name?.tag !== 0x86) return []
  const address = Buffer.from(name.content).toString('latin1')
  return /^https?:\/\/[\x21-\x7e]{1,500}$/i.test(address) ? [address] : []
}

function crlAddresses(points: Element): string[] {
  return childrenOfTag(points, TAG.sequence).flatMap((point) =>
    childrenOfTag(point, TAG.sequence)
      .filter((field) => field.tag === 0xa0)
      .flatMap((distributionPoint) => distributionPoint.children)
      .filter((fullName) => fullName.tag === 0xa0)
      .flatMap((fullName) => fullName.children.flatMap(httpAddress)),
  )
}

interface Extension {
  readonly name: string
  readonly critical: boolean
  readonly value: Element
}

function readExtension(element: Element): Extension {
  const [name, second, third, more] = childrenOfTag(element, TAG.sequence)
  if (more !== undefined) throw new DerError('extension with extra fields')
  const critical = third !== undefined && boolean(second)
  return { name: oid(name), critical, value: readElement(octets(third ?? second)) }
}

function parse(der: Uint8Array): Certificate {
  const whole = readElement(der)
  const [tbs, outerAlgorithm, signature, extra] = childrenOfTag(whole, TAG.sequence)
  if (extra !== undefined) throw new DerError('certificate with extra fields')
  const fields = [...childrenOfTag(tbs, TAG.sequence)]
  const version = fields[0]?.tag === 0xa0 ? smallInteger(onlyChild(fields.shift(), 0xa0)) : 0
  const [serial, innerAlgorithm, issuer, validity, subject, spki, ...optional] = fields
  if (
    tbs === undefined ||
    spki === undefined ||
    innerAlgorithm === undefined ||
    outerAlgorithm === undefined
  ) {
    throw new DerError('certificate with missing fields')
  }
  if (!sameBytes(innerAlgorithm.bytes, outerAlgorithm.bytes))
    throw new DerError('two different signature algorithms')
  const [notBefore, notAfter] = childrenOfTag(validity, TAG.sequence)

  const extensionField = optional.find((field) => field.tag === 0xa3)
  const extensions =
    extensionField === undefined
      ? []
      : childrenOfTag(onlyChild(extensionField, 0xa3), TAG.sequence).map(readExtension)
  if (extensions.length > 0 && version !== 2) throw new DerError('extensions need version 3')
  if (new Set(extensions.map((extension) => extension.name)).size !== extensions.length) {
    throw new DerError('extension given twice')
  }
  const find = (name: string): Element | undefined =>
    extensions.find((extension) => extension.name === name)?.value

  const usage = find('2.5.29.15')
  const usageBits = usage && namedBits(usage)
  const extendedUsage = find('2.5.29.37')
  const basic = find('2.5.29.19')
  const basicFields = basic === undefined ? [] : childrenOfTag(basic, TAG.sequence)
  const isAuthority = basicFields[0]?.tag === TAG.boolean && boolean(basicFields[0])
  const pathLengthField = basicFields.find((field) => field.tag === TAG.integer)
  const alternative = find('2.5.29.17')
  const alternativeNames = alternative === undefined ? [] : childrenOfTag(alternative, TAG.sequence)
  const access = find('1.3.6.1.5.5.7.1.1')
  const accessAddresses = (method: string): string[] =>
    access === undefined
      ? []
      : childrenOfTag(access, TAG.sequence).flatMap((description) => {
          const [name, location] = childrenOfTag(description, TAG.sequence)
          return oid(name) === method ? httpAddress(location) : []
        })
  const policyField = find('2.5.29.32')
  const crlField = find('2.5.29.31')
  const subjectKeyField = find('2.5.29.14')
  const authorityKeyField = find('2.5.29.35')

  return {
    der: whole.bytes,
    version: version + 1,
    sha256: fingerprint(whole.bytes),
    subject: readName(subject),
    issuer: readName(issuer),
    serialNumber: Buffer.from(expectTag(serial, TAG.integer).content).toString('hex'),
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    publicKey: readPublicKey(spki),
    signed: tbs.bytes,
    signatureValue: bitStringBytes(signature),
    signatureAlgorithm: knownSignatureAlgorithm(outerAlgorithm),
    keyUsage: usageBits && new Set(KEY_USAGES.filter((_, bit) => usageBits.has(bit))),
    extendedKeyUsage: extendedUsage && childrenOfTag(extendedUsage, TAG.sequence).map(oid),
    extendedKeyUsageIsCritical: extensions.some(({ name, critical }) => critical && name === '2.5.29.37'),
    certificationAuthority: isAuthority,
    pathLength: pathLengthField && smallInteger(pathLengthField),
    emails: alternativeNames
      .filter((name) => name.tag === 0x81)
      .map((name) => readable(Buffer.from(name.content).toString('latin1'))),
    ocspUrls: accessAddresses('1.3.6.1.5.5.7.48.1'),
    issuerUrls: accessAddresses('1.3.6.1.5.5.7.48.2'),
    crlUrls: crlField === undefined ? [] : crlAddresses(crlField),
    policies:
      policyField === undefined
        ? []
        : childrenOfTag(policyField, TAG.sequence).map((policy) =>
            oid(childrenOfTag(policy, TAG.sequence)[0]),
          ),
    subjectKeyId: subjectKeyField && octets(subjectKeyField),
    authorityKeyId:
      authorityKeyField &&
      childrenOfTag(authorityKeyField, TAG.sequence).find((field) => field.tag === 0x80)?.content,
    nameConstraints: find('2.5.29.30'),
    alternativeNames,
    unknownCritical: extensions
      .filter((extension) => extension.critical && !UNDERSTOOD.has(extension.name))
      .map((extension) => extension.name),
  }
}

function knownSignatureAlgorithm(element: Element): SignatureAlgorithm | undefined {
  try {
    return readSignatureAlgorithm(element)
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) return undefined
    throw cause
  }
}

/** No certificate in the field comes near; a larger one is somebody's trick. */
const LARGEST_CERTIFICATE = 64 << 10

/**
 * Reads one X.509 certificate in DER (RFC 5280 section 4).
 *
 * @throws {AppError} certificate/unreadable
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > LARGEST_CERTIFICATE) {
    throw new AppError('certificate/unreadable', `certificate of ${String(der.length)} bytes`)
  }
  try {
    return parse(der)
  } catch (cause) {
    throw new AppError('certificate/unreadable', 'not an X.509 certificate', { cause })
  }
}

/**
 * {@link parseCertificate} for one certificate among several: nothing where it cannot be read. It takes
 * nothing away from the others, and whoever needs it is told by the chain that breaks.
 */
export function readableCertificate(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)]
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'certificate/unreadable') return []
    throw cause
  }
}

/**
 * The DER of each certificate in a file that holds one DER or any number of PEM blocks, the two forms in
 * which authorities hand them out. Nothing is read yet.
 */
export function certificateBlocks(bytes: Uint8Array): Uint8Array[] {
  const content = Buffer.from(bytes).toString('latin1')
  const blocks = [...content.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)]
  return blocks.length === 0 ? [bytes] : blocks.map(([, base64 = '']) => Buffer.from(base64, 'base64'))
}

/**
 * All certificates of a file.
 *
 * @throws {AppError} certificate/unreadable when there is none, or one is damaged
 */
export function parseCertificateFile(bytes: Uint8Array): Certificate[] {
  return certificateBlocks(bytes).map(parseCertificate)
}

/** Fingerprint by which certificates are known: lower-case hex SHA-256 of the DER. */
export function fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex')
}

/** Whether issuer and subject are the same name (a root, or a renewed CA key). */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.subject.folded === certificate.issuer.folded
}

/** Why a certificate cannot be used for a signature at a given moment. */
export type Unusable = 'expired' | 'not-yet-valid' | 'not-for-signing' | 'weak-key' | 'unsupported-key'

/** Whether the key usage admits signing documents. No document-signing EKU is demanded: the government CA's have none. */
export function isForSigning(certificate: Certificate): boolean {
  const { keyUsage } = certificate
  return keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')
}

/**
 * Whether a certificate may make a signature at `at`, judged before a PIN is asked for. Chain and
 * revocation are judged elsewhere.
 *
 * @returns the reason it may not, or undefined when it may
 */
export function whyUnusable(certificate: Certificate, at: Date): Unusable | undefined {
  if (at < certificate.notBefore) return 'not-yet-valid'
  if (at > certificate.notAfter) return 'expired'
  if (!isForSigning(certificate) || certificate.certificationAuthority) return 'not-for-signing'
  if (certificate.publicKey.kind === 'other' || certificate.publicKey.bits === 0) return 'unsupported-key'
  if (isWeakKey(certificate.publicKey)) return 'weak-key'
  return undefined
}

/** First words of agencies' names, with marks where a short word could begin a person's name (Đoàn, Văn, Ban). */
const AGENCY_BEGINNINGS =
  /^(ubnd|hđnd|ủy ban|uỷ ban|hội đồng|sở |bộ |cục |chi cục|tổng cục|phòng |văn phòng|ban (chỉ|quản|dân|tổ|tuyên|nội|tiếp|thanh|chấp|thường|cơ|bảo)|trung tâm|trường |học viện|viện |bệnh viện|trạm |công ty|công an|tòa án|toà án|kho bạc|đảng ủy|đảng uỷ|huyện ủy|tỉnh ủy|thành ủy|huyện uỷ|tỉnh uỷ|thành uỷ|tỉnh đoàn|đoàn thanh niên|liên đoàn|hội (nông|liên|cựu|chữ|người)|mặt trận|thanh tra|hải quan|thuế |chi nhánh|doanh nghiệp|tập đoàn|ngân hàng|quỹ |đài |báo |bảo hiểm|nhà máy|hợp tác xã)/u
const AGENCY_BEGINNINGS_UNMARKED =
  /^(uy ban nhan dan|hoi dong nhan dan|van phong|trung tam|cong ty|benh vien|chi cuc|tong cuc|so (noi vu|tai chinh|y te|tu phap|xay dung|cong thuong|giao duc))/

/**
 * Whether a certificate speaks for a person or for an agency (seal). A guess from the name, since
 * Vietnamese certificates do not say: a title means a person, a name that begins like an agency's
 * means an agency, two to six capitalised words mean a person.
 */
export function holderKind(subject: DistinguishedName): 'person' | 'agency' | 'unknown' {
  const { commonName } = subject
  if (commonName === undefined) return 'unknown'
  const lower = `${commonName.toLowerCase()} `
  if (AGENCY_BEGINNINGS.test(lower) || AGENCY_BEGINNINGS_UNMARKED.test(lower)) return 'agency'
  if (subject.title !== undefined) return 'person'
  if (commonName === subject.organization) return 'agency'
  const words = commonName.trim().split(/\s+/u)
  const capitalised = words.filter((word) => /^\p{Lu}/u.test(word))
  return words.length >= 2 && words.length <= 6 && capitalised.length === words.length ? 'person' : 'unknown'
}
