import { execFileSync } from 'node:child_process'
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Kinds of keys met on tokens. */
export type KeyKind = 'rsa1024' | 'rsa2048' | 'rsa3072' | 'rsa4096' | 'p256' | 'p384' | 'p521'

/** A certificate made by openssl, with its key, both on disk and in memory. */
export interface MadeCertificate {
  readonly certificatePath: string
  readonly keyPath: string
  readonly certificatePem: string
  readonly keyPem: string
  readonly der: Uint8Array
  readonly privateKey: KeyObject
  /** Lower-case hex SHA-256 of the DER. */
  readonly sha256: string
}

/** What to put into a certificate. Dates default to one day ago and two years ahead. */
export interface IssueOptions {
  /** File name without suffix, unique within the PKI. */
  readonly file: string
  /** As `openssl req -subj` takes it: `/C=VN/O=…/CN=…`, UTF-8. */
  readonly subject: string
  /** Who signs; `'self'` for a root. Default: the issuing CA. */
  readonly issuer?: MadeCertificate | 'self'
  readonly key?: KeyKind
  /** Use this key instead of making one (a renewed certificate, a forged one). */
  readonly reuseKeyOf?: MadeCertificate
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** RSASSA-PSS instead of PKCS#1 v1.5 for the issuer's signature. */
  readonly pss?: boolean
  /** Lines of an openssl extension section. Default: those of a person's or agency's certificate. */
  readonly extensions?: readonly string[]
}

/** A throw-away public-key infrastructure in the look of the government CA. */
export interface Pki {
  readonly root: MadeCertificate
  readonly issuing: MadeCertificate
  /** CN=Nguyễn Văn Mẫu, title=Phó Chủ tịch, O=UBND xã Suối Ngọc. RSA 2048. */
  readonly person: MadeCertificate
  /** CN=UBND xã Suối Ngọc, O=UBND tỉnh Thanh Vân. RSA 3072. */
  readonly agency: MadeCertificate
  /** A folder that holds the root alone (for `--trust`). */
  readonly trustDir: string
  issue(options: IssueOptions): MadeCertificate
}

const DAY_MS = 86_400_000

/** Extensions of an end certificate as the G2 state sub-CA writes them (tokens.md section 1). */
export const END_EXTENSIONS: readonly string[] = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment',
  'extendedKeyUsage = clientAuth, emailProtection',
  'certificatePolicies = 2.16.704.1.1.1.1.1',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid',
  'subjectAltName = email:vanthu@suoingoc.example',
  'authorityInfoAccess = OCSP;URI:http://ocsp.example/, caIssuers;URI:http://ca.example/issuing.crt',
  'crlDistributionPoints = URI:http://ca.example/issuing.crl',
]

/** Extensions of a certification authority. */
export function caExtensions(pathLength?: number): readonly string[] {
  return [
    `basicConstraints = critical, CA:TRUE${pathLength === undefined ? '' : `, pathlen:${String(pathLength)}`}`,
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
  ]
}

function makeKey(kind: KeyKind): string {
  const format = { type: 'pkcs8', format: 'pem' } as const
  const spki = { type: 'spki', format: 'pem' } as const
  switch (kind) {
    case 'p256':
      return generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        publicKeyEncoding: spki,
        privateKeyEncoding: format,
      }).privateKey
    case 'p384':
      return generateKeyPairSync('ec', {
        namedCurve: 'P-384',
        publicKeyEncoding: spki,
        privateKeyEncoding: format,
      }).privateKey
    case 'p521':
      return generateKeyPairSync('ec', {
        namedCurve: 'P-521',
        publicKeyEncoding: spki,
        privateKeyEncoding: format,
      }).privateKey
    default:
      return generateKeyPairSync('rsa', {
        modulusLength: Number(kind.slice(3)),
        publicKeyEncoding: spki,
        privateKeyEncoding: format,
      }).privateKey
  }
}

/** `openssl ca` wants YYYYMMDDHHMMSSZ. */
function opensslTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
}

const FIELDS = ['C', 'ST', 'L', 'O', 'OU', 'CN', 'title', 'serialNumber', 'UID', 'emailAddress']

function issueWithOpenssl(
  dir: string,
  options: IssueOptions,
  issuer: MadeCertificate | 'self',
): MadeCertificate {
  const work = join(dir, `${options.file}.work`)
  mkdirSync(work, { recursive: true })
  const keyPem = options.reuseKeyOf?.keyPem ?? makeKey(options.key ?? 'rsa2048')
  const keyPath = join(dir, `${options.file}.key.pem`)
  const certificatePath = join(dir, `${options.file}.crt.pem`)
  const requestPath = join(work, 'request.pem')
  const configPath = join(work, 'openssl.cnf')
  writeFileSync(keyPath, keyPem, { mode: 0o600 })
  writeFileSync(join(work, 'index.txt'), '')
  writeFileSync(join(work, 'index.txt.attr'), 'unique_subject = no\n')
  writeFileSync(
    configPath,
    [
      '[req]',
      'prompt = no',
      'string_mask = utf8only',
      'distinguished_name = dn',
      '[dn]',
      '[ca]',
      'default_ca = here',
      '[here]',
      `database = ${join(work, 'index.txt')}`,
      `new_certs_dir = ${work}`,
      'rand_serial = yes',
      'policy = any',
      'preserve = yes',
      'email_in_dn = yes',
      '[any]',
      ...FIELDS.map((field) => `${field} = optional`),
      '[extensions]',
      ...(options.extensions ?? END_EXTENSIONS),
    ].join('\n'),
  )
  const quiet = { stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
  execFileSync(
    'openssl',
    // prettier-ignore
    ['req', '-new', '-utf8', '-config', configPath, '-key', keyPath, '-subj', options.subject, '-out', requestPath],
    quiet,
  )
  const now = Date.now()
  execFileSync(
    'openssl',
    [
      'ca',
      '-batch',
      '-notext',
      '-utf8',
      '-config',
      configPath,
      '-in',
      requestPath,
      '-out',
      certificatePath,
      '-md',
      options.digest ?? 'sha256',
      '-startdate',
      opensslTime(options.notBefore ?? new Date(now - DAY_MS)),
      '-enddate',
      opensslTime(options.notAfter ?? new Date(now + 730 * DAY_MS)),
      '-extensions',
      'extensions',
      ...(options.pss === true ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1'] : []),
      ...(issuer === 'self'
        ? ['-selfsign', '-keyfile', keyPath]
        : ['-cert', issuer.certificatePath, '-keyfile', issuer.keyPath]),
    ],
    quiet,
  )
  const certificatePem = readFileSync(certificatePath, 'utf8')
  const der = new Uint8Array(new X509Certificate(certificatePem).raw)
  return {
    certificatePath,
    keyPath,
    certificatePem,
    keyPem,
    der,
    privateKey: createPrivateKey(keyPem),
    sha256: createHash('sha256').update(der).digest('hex'),
  }
}

/**
 * Makes a root, an issuing CA, a person and an agency in `dir`, all invented, with openssl.
 * More certificates (expired, of another key kind, of an unknown root) come from `issue`.
 */
export function makePki(dir: string, label = 'Suối Ngọc'): Pki {
  mkdirSync(dir, { recursive: true })
  const root = issueWithOpenssl(
    dir,
    {
      file: 'root',
      subject: `/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực gốc thử nghiệm ${label}`,
      extensions: caExtensions(),
      notAfter: new Date(Date.now() + 3650 * DAY_MS),
      notBefore: new Date(Date.now() - 3650 * DAY_MS),
    },
    'self',
  )
  const issuing = issueWithOpenssl(
    dir,
    {
      file: 'issuing',
      subject: `/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực cơ quan nhà nước thử nghiệm ${label}`,
      extensions: [
        ...caExtensions(0),
        'authorityKeyIdentifier = keyid',
        'crlDistributionPoints = URI:http://ca.example/root.crl',
      ],
      notAfter: new Date(Date.now() + 1825 * DAY_MS),
      notBefore: new Date(Date.now() - 3650 * DAY_MS),
    },
    root,
  )
  const issue = (options: IssueOptions): MadeCertificate =>
    issueWithOpenssl(dir, options, options.issuer ?? issuing)
  const person = issue({
    file: 'person',
    subject: '/C=VN/L=Thanh Vân/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu',
  })
  const agency = issue({
    file: 'agency',
    subject: '/C=VN/L=Thanh Vân/O=UBND tỉnh Thanh Vân/CN=UBND xã Suối Ngọc',
    key: 'rsa3072',
  })
  const trustDir = join(dir, 'trust')
  mkdirSync(trustDir, { recursive: true })
  writeFileSync(join(trustDir, 'root.pem'), root.certificatePem)
  return { root, issuing, person, agency, trustDir, issue }
}
