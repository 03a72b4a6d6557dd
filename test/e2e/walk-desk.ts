import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { END_EXTENSIONS, makePki, type MadeCertificate, type Pki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { pkcs12File } from '../../src/hub-sim/software-pki.ts'
import { makeSoftwarePki } from '../helpers/software-pki.ts'
import { projectPath, type Furnishing } from './office-window.ts'

const PINS = { person: '246810', agency: '135791' } as const

/** PINs of the walk's tokens. A practice file has one password for both. */
export function pinsOf(tokens: 'softhsm' | 'pkcs12'): { readonly person: string; readonly agency: string } {
  return tokens === 'softhsm' ? PINS : { person: PINS.person, agency: PINS.person }
}

/** One office of the walk: what its wizard is told, and the environment of its tokens. */
export interface WalkOffice {
  readonly furnishing: Furnishing
  readonly env: Readonly<Record<string, string>>
}

/** The walk's hub: a process that can be stopped and started on the same folder and port. */
export interface WalkHub {
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
  faults(changes: Readonly<Record<string, unknown>>): Promise<void>
  /** The hub's own record of packets it took: one line each. */
  accepted(): Promise<
    readonly { readonly docId: string; readonly documentId: string; readonly kind: string }[]
  >
}

export interface WalkDesk {
  readonly pki: Pick<Pki, 'root'>
  readonly sender: WalkOffice
  readonly receiver: WalkOffice
  readonly hub: WalkHub
}

/** Certificates without an OCSP address: nobody answers there, and a judge would wait for it. */
const EXTENSIONS = END_EXTENSIONS.filter((line) => !line.startsWith('authorityInfoAccess'))

/**
 * Makes everything two offices need, all of it invented: a root, an issuing CA, a person's and an
 * agency's certificate for each, in SoftHSM2 tokens or (where there is no PKCS#11 module) in a PKCS#12
 * file; and a hub that knows them both.
 */
export async function makeWalkDesk(dir: string, tokens: 'softhsm' | 'pkcs12'): Promise<WalkDesk> {
  mkdirSync(dir, { recursive: true })
  const pki = tokens === 'softhsm' ? opensslPki(join(dir, 'pki')) : softwarePki(join(dir, 'pki'))
  const { issue } = pki
  const hubDir = join(dir, 'hub')
  mkdirSync(hubDir, { recursive: true })
  const offices = [
    {
      systemId: 'H99.88.01',
      secret: 'khoa-cua-suoi-ngoc',
      organId: 'H99.88.01',
      name: 'UBND xã Suối Ngọc',
      parentName: 'UBND tỉnh Thanh Vân',
      address: 'Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân',
    },
    {
      systemId: 'H99.07',
      secret: 'khoa-cua-so-noi-vu',
      organId: 'H99.07',
      name: 'Sở Nội vụ tỉnh Thanh Vân',
      parentName: 'UBND tỉnh Thanh Vân',
      address: 'Số 1 đường Thử, tỉnh Thanh Vân',
    },
    { systemId: 'H99', secret: 'khoa-cua-tinh', organId: 'H99', name: 'UBND tỉnh Thanh Vân' },
    {
      systemId: 'H99.88.02',
      secret: 'khoa-cua-thuong-giang',
      organId: 'H99.88.02',
      name: 'UBND xã Thượng Giang',
    },
  ] as const
  writeFileSync(join(hubDir, 'offices.json'), JSON.stringify(offices, undefined, 2))
  const hub = walkHub(hubDir, await freePort())

  const furnish = (at: 0 | 1, clerkName: string, person: Holder, agency: Holder): WalkOffice => {
    const office = offices[at]
    const made =
      tokens === 'softhsm'
        ? intoSoftHsm(join(dir, `tokens-${office.organId}`), pki, person, agency)
        : intoPkcs12(join(dir, `tokens-${office.organId}.p12`), pki, [person, agency], at === 1)
    return {
      env: made.env,
      furnishing: {
        organId: office.organId,
        name: office.name,
        parentName: office.parentName,
        clerkName,
        hub: { url: `${hub.url}/vxp`, systemId: office.systemId, secret: office.secret },
        module: made.module,
        personName: person.name,
        agencyName: agency.name,
      },
    }
  }
  return {
    pki,
    hub,
    sender: furnish(
      0,
      'Lê Thị Thử',
      {
        name: 'Nguyễn Văn Mẫu',
        certificate: issue(
          'sender-person',
          '/C=VN/L=Thanh Vân/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu',
        ),
      },
      {
        name: 'UBND xã Suối Ngọc',
        certificate: issue('sender-agency', '/C=VN/L=Thanh Vân/O=UBND tỉnh Thanh Vân/CN=UBND xã Suối Ngọc'),
      },
    ),
    receiver: furnish(
      1,
      'Phạm Thị Ví Dụ',
      {
        name: 'Trần Thị Mẫu',
        certificate: issue(
          'receiver-person',
          '/C=VN/L=Thanh Vân/O=Sở Nội vụ tỉnh Thanh Vân/title=Phó Giám đốc/CN=Trần Thị Mẫu',
        ),
      },
      {
        name: 'Sở Nội vụ tỉnh Thanh Vân',
        certificate: issue(
          'receiver-agency',
          '/C=VN/L=Thanh Vân/O=UBND tỉnh Thanh Vân/CN=Sở Nội vụ tỉnh Thanh Vân',
        ),
      },
    ),
  }
}

type Made = Pick<WalkOffice, 'env'> & Pick<Furnishing, 'module'>

/** Whom a certificate is for, by the name that the wizard shows. */
interface Holder {
  readonly name: string
  readonly certificate: MadeCertificate
}

interface WalkPki extends Pick<Pki, 'root' | 'issuing'> {
  readonly issue: (file: string, subject: string) => MadeCertificate
}

function opensslPki(dir: string): WalkPki {
  const pki = makePki(dir)
  return { ...pki, issue: (file, subject) => pki.issue({ file, subject, extensions: EXTENSIONS }) }
}

function softwarePki(dir: string): WalkPki {
  const pki = makeSoftwarePki(dir)
  return { ...pki, issue: (file, subject) => pki.issue({ file, subject }) }
}

function intoSoftHsm(dir: string, pki: WalkPki, person: Holder, agency: Holder): Made {
  const hsm = makeSoftHsm(dir)
  const chainPem = [pki.issuing.certificatePem]
  const add = (label: string, pin: string, { certificate: { certificatePem, keyPem } }: Holder) =>
    hsm.addToken({ label, pin, certificatePem, keyPem, chainPem })
  add('Người ký', PINS.person, person)
  add('Văn thư', PINS.agency, agency)
  return { env: hsm.env, module: { name: 'SoftHSM2' } }
}

/**
 * One file with both certificates: the practice token of a PC without a PKCS#11 module. `closed` enciphers
 * the certificates too, as Windows exports them; the wizard then asks for the password.
 */
function intoPkcs12(path: string, pki: WalkPki, holders: readonly Holder[], closed: boolean): Made {
  const password = PINS.person
  const chain = [pki.issuing]
  const file = pkcs12File({ password, holders, chain, encryptCertificates: closed })
  writeFileSync(path, file, { mode: 0o600 })
  return { env: {}, module: closed ? { path, password } : { path } }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}

function walkHub(dir: string, port: number): WalkHub {
  const url = `http://127.0.0.1:${String(port)}`
  const token = 'walk-control'
  writeFileSync(join(dir, 'control.json'), JSON.stringify({ token, url }))
  let running: ChildProcess | undefined

  async function control(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`the hub answers ${String(response.status)} to ${path}`)
    return response.json()
  }

  return {
    url,
    async start() {
      const child = spawn(
        process.execPath,
        [projectPath('out/hub-sim/index.js'), '--data', dir, '--port', String(port)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      running = child
      await new Promise<void>((resolve, reject) => {
        createInterface(child.stdout).once('line', (line) => {
          if (line.startsWith('hub listening')) resolve()
          else reject(new Error(`the hub says: ${line}`))
        })
        child.once('exit', (code) => {
          reject(new Error(`the hub ended with ${String(code)}`))
        })
      })
    },
    async stop() {
      const child = running
      if (child === undefined) return
      running = undefined
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await gone
    },
    async faults(changes) {
      await control('/_sim/faults', changes)
    },
    async accepted() {
      const entries = (await control('/_sim/ledger')) as {
        event: string
        docId: string
        documentId: string
        kind: string
      }[]
      return entries.filter((entry) => entry.event === 'accepted')
    },
  }
}
