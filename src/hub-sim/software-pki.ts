import { createHash, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'

import forge from 'node-forge'

/** A certificate that nobody outside believes, with its key. Both live in memory until somebody writes them. */
export interface SoftwareCertificate {
  readonly certificatePem: string
  readonly keyPem: string
  readonly der: Uint8Array
  /** Lower-case hex SHA-256 of the DER. */
  readonly sha256: string
}

/**
 * A public-key infrastructure made without any command of the machine, for practice and for the demo on
 * Windows and macOS: neither brings an openssl that can be counted on, and openssl cannot put two keys
 * into one file.
 */
export interface SoftwarePki {
  readonly root: SoftwareCertificate
  readonly issuing: SoftwareCertificate
  /**
   * A person's or an agency's certificate, RSA 2048, valid from yesterday for two years.
   *
   * @param subject `/C=VN/O=…/CN=…`. No value may hold a slash.
   */
  issue(subject: string): SoftwareCertificate
}

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

/** Makes a root and an issuing CA, both invented and named after `label`. */
export function makeSoftwarePki(label: string): SoftwarePki {
  const now = Date.now()
  const past = new Date(now - 10 * YEAR_MS)
  const root = issue({
    subject: `/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực gốc thử nghiệm ${label}`,
    issuer: 'self',
    notBefore: past,
    notAfter: new Date(now + 10 * YEAR_MS),
    extensions: authority(),
  })
  const issuing = issue({
    subject: `/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực cơ quan nhà nước thử nghiệm ${label}`,
    issuer: root,
    notBefore: past,
    notAfter: new Date(now + 5 * YEAR_MS),
    extensions: authority(0),
  })
  return {
    root,
    issuing,
    issue: (subject) =>
      issue({
        subject,
        issuer: issuing,
        notBefore: new Date(now - DAY_MS),
        notAfter: new Date(now + 2 * YEAR_MS),
        extensions: holder(),
      }),
  }
}

/** With the name as it was asked for: node-forge encodes a name that it has read a second time. */
interface Issued extends SoftwareCertificate {
  readonly subject: string
}

interface Issue {
  readonly subject: string
  readonly issuer: Issued | 'self'
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Extension[]
}

/** An extension as node-forge takes it: by its name, with the fields that name has. */
type Extension = Readonly<Record<string, string | boolean | number | readonly object[]>>

function authority(pathLength?: number): readonly Extension[] {
  return [
    {
      name: 'basicConstraints',
      critical: true,
      cA: true,
      ...(pathLength === undefined ? {} : { pathLenConstraint: pathLength }),
    },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
  ]
}

/** What a person's or agency's certificate says of its use, as the government CA's do. */
const holder = (): readonly Extension[] => [
  { name: 'basicConstraints', critical: true, cA: false },
  {
    name: 'keyUsage',
    critical: true,
    digitalSignature: true,
    nonRepudiation: true,
    keyEncipherment: true,
    dataEncipherment: true,
  },
  { name: 'extKeyUsage', clientAuth: true, emailProtection: true },
  { name: 'subjectAltName', altNames: [{ type: 1, value: 'vanthu@suoingoc.example' }] },
  { id: '2.5.29.32', value: policies('2.16.704.1.1.1.1.1') },
  // Nobody answers there. Without it NSS calls a certificate broken when it may not ask by OCSP either.
  { id: '2.5.29.31', value: crlAt('http://ca.example/issuing.crl') },
]

function issue(options: Issue): Issued {
  const keyPem = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
  const key = forge.pki.privateKeyFromPem(keyPem)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  certificate.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`
  certificate.validity.notBefore = options.notBefore
  certificate.validity.notAfter = options.notAfter
  const { issuer } = options
  const above = issuer === 'self' ? undefined : forge.pki.certificateFromPem(issuer.certificatePem)
  certificate.setSubject(nameOf(options.subject))
  certificate.setIssuer(nameOf(issuer === 'self' ? options.subject : issuer.subject))
  certificate.setExtensions([
    ...options.extensions,
    { name: 'subjectKeyIdentifier' },
    ...(above === undefined
      ? []
      : [
          {
            name: 'authorityKeyIdentifier',
            keyIdentifier: above.generateSubjectKeyIdentifier().getBytes(),
          },
        ]),
  ])
  certificate.sign(
    issuer === 'self' ? key : forge.pki.privateKeyFromPem(issuer.keyPem),
    forge.md.sha256.create(),
  )

  const der = new Uint8Array(derOf(forge.pki.certificateToAsn1(certificate)))
  const certificatePem = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n')
  return {
    subject: options.subject,
    certificatePem,
    keyPem,
    der,
    sha256: createHash('sha256').update(der).digest('hex'),
  }
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  C: '2.5.4.6',
  L: '2.5.4.7',
  O: '2.5.4.10',
  title: '2.5.4.12',
  CN: '2.5.4.3',
}

/** `/C=VN/O=…` as attributes: the country is a PrintableString (RFC 5280, appendix A.1), the rest UTF-8. */
function nameOf(subject: string): forge.pki.CertificateField[] {
  return subject
    .split('/')
    .slice(1)
    .map((part) => {
      const [short = '', value = ''] = part.split('=')
      const type = ATTRIBUTES[short]
      if (type === undefined) throw new Error(`no attribute ${short} is known here`)
      const valueTagClass = (short === 'C'
        ? forge.asn1.Type.PRINTABLESTRING
        : forge.asn1.Type.UTF8) as unknown as forge.asn1.Class
      return { type, value, valueTagClass }
    })
}

// --- PKCS#12 (RFC 7292) ----------------------------------------------------------------------------

/** What goes into one file. */
export interface Pkcs12Options {
  readonly password: string
  /** Certificates with their keys, each under a name that a key store would show. */
  readonly holders: readonly { readonly name: string; readonly certificate: SoftwareCertificate }[]
  /** Certificates of those above them. */
  readonly chain: readonly SoftwareCertificate[]
  /** Enciphers the certificates too, as Windows and `openssl pkcs12 -export` do. Default: in clear. */
  readonly encryptCertificates?: boolean
}

/** Rounds of the password's key derivation: those of `openssl pkcs12 -export`. This is a practice file. */
const ROUNDS = 2048
const CIPHER = { algorithm: 'aes256', count: ROUNDS, saltSize: 16, prfAlgorithm: 'sha256' } as const

/**
 * A PKCS#12 file with any number of keys, each enciphered by itself (PBES2, AES-256), and a MAC over it all
 * (HMAC-SHA-256).
 */
export function pkcs12File({ password, holders, chain, encryptCertificates }: Pkcs12Options): Buffer {
  // PBES2 takes the UTF-8 of a password, the MAC its UTF-16 (RFC 8018, section 3; RFC 7292, B.1).
  const secret = forge.util.encodeUtf8(password)
  const keys = holders.map(({ name, certificate }) =>
    bag(
      forge.pki.oids['pkcs8ShroudedKeyBag'],
      forge.pki.encryptPrivateKeyInfo(
        forge.asn1.fromDer(
          createPrivateKey(certificate.keyPem).export({ type: 'pkcs8', format: 'der' }).toString('binary'),
        ),
        secret,
        CIPHER,
      ),
      attributes(name, certificate),
    ),
  )
  const certificates = [
    ...holders.map(({ name, certificate }) =>
      bag(forge.pki.oids['certBag'], certBag(certificate), attributes(name, certificate)),
    ),
    ...chain.map((certificate) => bag(forge.pki.oids['certBag'], certBag(certificate))),
  ]
  const safe = derOf(
    sequence([
      encryptCertificates === true
        ? encrypted(derOf(sequence(certificates)), secret)
        : data(derOf(sequence(certificates))),
      data(derOf(sequence(keys))),
    ]),
  )
  return derOf(sequence([integer(3), data(safe), macOf(safe, password)]))
}

type Node = forge.asn1.Asn1
const { Class, Type } = forge.asn1

function attributes(name: string, { sha256 }: SoftwareCertificate): Node {
  return universal(Type.SET, [
    sequence([
      oid(forge.pki.oids['friendlyName']),
      universal(Type.SET, [forge.asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, name)]),
    ]),
    // Which key goes with which certificate: anything that is the same in both bags.
    sequence([
      oid(forge.pki.oids['localKeyId']),
      universal(Type.SET, [octets(Buffer.from(sha256, 'hex').subarray(0, 20))]),
    ]),
  ])
}

function bag(type: string | undefined, value: Node, attributesOfIt?: Node): Node {
  return sequence([oid(type), explicit(value), ...(attributesOfIt === undefined ? [] : [attributesOfIt])])
}

function certBag({ der }: SoftwareCertificate): Node {
  return sequence([oid(forge.pki.oids['x509Certificate']), explicit(octets(der))])
}

/** A ContentInfo of the type `data`. */
function data(content: Uint8Array): Node {
  return sequence([oid(forge.pki.oids['data']), explicit(octets(content))])
}

/** A ContentInfo of the type `encryptedData` (RFC 5652, section 8) with the same cipher as the keys. */
function encrypted(content: Uint8Array, secret: string): Node {
  // node-forge enciphers private keys only; what it enciphers it does not look at.
  const [algorithm, ciphertext] = childrenOf(
    forge.pki.encryptPrivateKeyInfo(forge.asn1.fromDer(binaryOf(content)), secret, CIPHER),
  )
  if (algorithm === undefined || typeof ciphertext?.value !== 'string') throw new Error('nothing enciphered')
  return sequence([
    oid(forge.pki.oids['encryptedData']),
    explicit(
      sequence([
        integer(0),
        sequence([
          oid(forge.pki.oids['data']),
          algorithm,
          forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, false, ciphertext.value),
        ]),
      ]),
    ),
  ])
}

function macOf(safe: Uint8Array, password: string): Node {
  const salt = randomBytes(16)
  const digest = forge.md.sha256.create()
  const key = forge.pkcs12.generateKey(
    password,
    forge.util.createBuffer(binaryOf(salt)),
    3,
    ROUNDS,
    32,
    digest,
  )
  const mac = forge.hmac.create()
  mac.start('sha256', key)
  mac.update(binaryOf(safe))
  return sequence([
    sequence([
      sequence([oid(forge.pki.oids['sha256']), universal(Type.NULL, '')]),
      octets(Buffer.from(mac.digest().getBytes(), 'binary')),
    ]),
    octets(salt),
    integer(ROUNDS),
  ])
}

/** The value of a certificatePolicies extension with one policy (RFC 5280, section 4.2.1.4). */
function policies(dotted: string): string {
  return binaryOf(derOf(sequence([sequence([oid(dotted)])])))
}

/** The value of a cRLDistributionPoints extension with one address (RFC 5280, section 4.2.1.13). */
function crlAt(address: string): string {
  // [6] IA5String, a tag that node-forge has no name for; shorter than 128 characters.
  const name = forge.asn1.fromDer(String.fromCharCode(0x86, address.length) + address)
  return binaryOf(derOf(sequence([sequence([explicit(explicit(name))])])))
}

function universal(type: forge.asn1.Type, value: string | Node[]): Node {
  return forge.asn1.create(Class.UNIVERSAL, type, typeof value !== 'string', value)
}

function sequence(values: Node[]): Node {
  return universal(Type.SEQUENCE, values)
}

function explicit(value: Node): Node {
  return forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, true, [value])
}

function octets(value: Uint8Array): Node {
  return universal(Type.OCTETSTRING, binaryOf(value))
}

function integer(value: number): Node {
  return universal(Type.INTEGER, forge.asn1.integerToDer(value).getBytes())
}

function oid(dotted: string | undefined): Node {
  if (dotted === undefined) throw new Error('node-forge does not know this object identifier')
  return universal(Type.OID, forge.asn1.oidToDer(dotted).getBytes())
}

function childrenOf(node: Node): Node[] {
  if (typeof node.value === 'string') throw new Error('expected a constructed value')
  return node.value
}

function derOf(node: Node): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'binary')
}

function binaryOf(value: Uint8Array): string {
  return Buffer.from(value).toString('binary')
}
