import { execFileSync, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { caExtensions, type MadeCertificate, type Pki } from './pki.ts'

const TIME_STAMP_EXTENSIONS = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = critical, timeStamping',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid',
  'crlDistributionPoints = URI:http://ca.example/issuing.crl',
]
const RESPONDER_EXTENSIONS = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = OCSPSigning',
  'noCheck = ignored',
]

/** A certificate for a time stamp authority. */
export function issueTimeStampAuthority(pki: Pki, file: string, extensions = TIME_STAMP_EXTENSIONS) {
  return pki.issue({ file, subject: `/C=VN/O=Dịch vụ thử nghiệm/CN=Cấp dấu thời gian ${file}`, extensions })
}

/** An issuing authority whose own certificate says where the root's revocation list is. */
export function issueIssuing(pki: Pki): MadeCertificate {
  return pki.issue({
    file: 'listed-issuing',
    issuer: pki.root,
    subject: '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực có danh sách thu hồi',
    extensions: [
      ...caExtensions(0),
      'authorityKeyIdentifier = keyid',
      'crlDistributionPoints = URI:http://ca.example/root.crl',
    ],
  })
}

/** A configuration for one run of `openssl ts` or `openssl ca`. */
function configure(dir: string, name: string, lines: readonly string[]): string {
  const path = join(dir, `${name}.cnf`)
  writeFileSync(path, lines.join('\n'))
  return path
}

/** Answers a time stamp request with `openssl ts -reply`. */
export function timeStamper(dir: string, authority: MadeCertificate, chain: readonly MadeCertificate[]) {
  mkdirSync(dir, { recursive: true })
  const chainPath = join(dir, 'chain.pem')
  writeFileSync(chainPath, chain.map(({ certificatePem }) => certificatePem).join('\n'))
  const config = configure(dir, 'tsa', [
    '[tsa]',
    'default_tsa = here',
    '[here]',
    `serial = ${join(dir, 'serial')}`,
    `signer_cert = ${authority.certificatePath}`,
    `signer_key = ${authority.keyPath}`,
    `certs = ${chainPath}`,
    'signer_digest = sha256',
    'default_policy = 1.2.3.4.1',
    'digests = sha256, sha384, sha512',
    'ess_cert_id_chain = no',
    'ess_cert_id_alg = sha256',
  ])
  return (asked: Uint8Array): Uint8Array => {
    const query = join(dir, 'query.tsq')
    const reply = join(dir, 'reply.tsr')
    writeFileSync(query, asked)
    execFileSync('openssl', ['ts', '-reply', '-config', config, '-queryfile', query, '-out', reply], {
      stdio: 'ignore',
    })
    return new Uint8Array(readFileSync(reply))
  }
}

/** Serves an answer to every POST, as a time stamp authority does over HTTP. */
export async function serve(
  answer: (body: Uint8Array) => Uint8Array,
): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      response.setHeader('Content-Type', 'application/timestamp-reply')
      response.end(answer(Buffer.concat(chunks)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${String(address.port)}/`, server }
}

/** The web server of an authority: what each path answers. Says what it was asked for. */
export async function serveFiles(
  files: Readonly<Record<string, () => Uint8Array>>,
): Promise<{ host: string; asked: string[]; server: Server }> {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? ''
    asked.push(path)
    const file = files[path]?.()
    response.writeHead(file === undefined ? 404 : 200, { Connection: 'close' }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { host: `127.0.0.1:${String(address.port)}`, asked, server }
}

/** Which certificates an authority took back. */
export interface Revoked {
  readonly certificate: MadeCertificate
  /** An option of `openssl ca -revoke`, such as `['-crl_reason', 'superseded']`. */
  readonly how?: readonly string[]
}

/** The book of an authority, with which openssl makes lists and answers. */
export function revocationBook(dir: string, issuer: MadeCertificate) {
  mkdirSync(dir, { recursive: true })
  const index = join(dir, 'index.txt')
  writeFileSync(index, '')
  writeFileSync(`${index}.attr`, 'unique_subject = no\n')
  writeFileSync(join(dir, 'crlnumber'), '01\n')
  const config = configure(dir, 'ca', [
    '[ca]',
    'default_ca = here',
    '[here]',
    `database = ${index}`,
    `crlnumber = ${join(dir, 'crlnumber')}`,
    'default_md = sha256',
    'default_crl_days = 7',
    'crl_extensions = extensions',
    '[extensions]',
    'authorityKeyIdentifier = keyid',
  ])
  const as = ['-config', config, '-cert', issuer.certificatePath, '-keyfile', issuer.keyPath]
  return {
    index,
    /** Writes an issued certificate into the book, without which a responder does not know it. */
    enter(certificate: MadeCertificate): void {
      execFileSync('openssl', ['ca', ...as, '-valid', certificate.certificatePath], { stdio: 'ignore' })
    },
    revoke({ certificate, how = [] }: Revoked): void {
      execFileSync('openssl', ['ca', ...as, '-revoke', certificate.certificatePath, ...how], {
        stdio: 'ignore',
      })
    },
    /** A list, DER. `options` such as `-crl_lastupdate`. */
    list(...options: readonly string[]): Uint8Array {
      const pem = join(dir, 'list.pem')
      const der = join(dir, 'list.der')
      execFileSync('openssl', ['ca', ...as, '-gencrl', '-out', pem, ...options], { stdio: 'ignore' })
      execFileSync('openssl', ['crl', '-in', pem, '-outform', 'DER', '-out', der])
      return new Uint8Array(readFileSync(der))
    },
  }
}

/** A real OCSP responder: a certificate made a responder by the authority, answering from its book. */
export async function ocspResponder(
  pki: Pki,
  issuer: MadeCertificate,
  index: string,
): Promise<{ url: string; process: ChildProcess; certificate: MadeCertificate }> {
  const certificate = pki.issue({
    file: 'responder',
    issuer,
    subject: '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Trả lời trạng thái chứng thư',
    extensions: RESPONDER_EXTENSIONS,
  })
  const responder = spawn(
    'openssl',
    [
      ...['ocsp', '-port', '0', '-index', index, '-CA', issuer.certificatePath, '-ndays', '7'],
      ...['-rsigner', certificate.certificatePath, '-rkey', certificate.keyPath],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const port = await portOf(responder)
  return { url: `http://127.0.0.1:${port}/`, process: responder, certificate }
}

/** The port it names on its first line; a trial connection would put the responder into an endless loop. */
async function portOf({ stdout, stderr }: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const port = /ACCEPT \S*:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(port)
    }
    stdout.on('data', hear)
    stderr.on('data', hear)
    stdout.on('end', () => {
      reject(new Error(`the responder did not start: ${said}`))
    })
  })
}

/** Posts bytes on a connection of their own, as the simple responders of openssl want it. */
export async function post(url: string, body: Uint8Array, type: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': type, 'Content-Length': body.length, Connection: 'close' }
    request(url, { method: 'POST', agent: false, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        resolve(new Uint8Array(Buffer.concat(chunks)))
      })
      answer.on('error', reject)
    })
      .on('error', reject)
      .end(Buffer.from(body))
  })
}
