import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killAt } from '../../src/engine/fail-point.ts'
import type { Host } from '../../src/engine/host.ts'
import { openEngine, type Engine } from '../../src/engine/index.ts'
import { startSignerProcess } from '../../src/engine/signing/signer-process.ts'
import type { ConnectionCheck } from '../../src/shared/connection-check.ts'
import type { Agency, DocumentId } from '../../src/shared/document/fields.ts'
import type { SignerFields } from '../../src/shared/document/signers.ts'
import type { PracticeStart } from '../../src/shared/practice.ts'
import { COPY_TYPES, type CopyForm } from '../../src/shared/document/types.ts'
import type {
  CertificateChoice,
  HubRoad,
  ServerKind,
  Method,
  Output,
  OutgoingDetail,
  Reply,
  Request,
} from '../../src/shared/ipc/contract.ts'
import { OFFICES } from '../hub/hub-process.ts'
import { makePki, type MadeCertificate, type Pki } from './pki.ts'
import { makeSoftHsm, type SoftHsm } from './softhsm.ts'

const SIGNER = join(import.meta.dirname, '../../src/signer/index.ts')

/** The two invented offices of the tests, as the hub of test/hub knows them. */
export const SENDER = {
  organId: 'H99.88.01',
  oldCode: '000.00.01.H99',
  name: 'UBND xã Suối Ngọc',
  parentName: 'UBND tỉnh Thanh Vân',
  address: 'Thôn Trung, xã Suối Ngọc',
  email: 'vanthu@suoingoc.example',
  telephone: '0200000001',
} as const satisfies Agency
export const RECEIVER = {
  organId: 'H99.07',
  name: 'Sở Nội vụ tỉnh Thanh Vân',
  parentName: 'UBND tỉnh Thanh Vân',
  address: '',
  email: '',
  telephone: '',
} as const satisfies Agency

/** One request of the contract; a refusal is thrown with its code. */
export type Call = <M extends Method>(method: M, input: Request<M>) => Promise<Output<M>>

/** What a refusal looks like to a test. */
class Refused extends Error {
  readonly code: string
  readonly detail: string | undefined
  constructor(method: string, failure: { readonly code: string; readonly detail?: string | undefined }) {
    super(`${method}: ${failure.code} ${failure.detail ?? ''}`)
    this.code = failure.code
    this.detail = failure.detail
  }
}

/** Turns an answering function into typed calls. */
export function callsOf(answer: (method: string, input: unknown) => Promise<Reply<unknown>>): Call {
  return async (method, input) => {
    const reply = await answer(method, input)
    if (!reply.ok) throw new Refused(method, reply.error)
    return reply.value as Output<typeof method>
  }
}

/** A folder with a PKI and the tokens of both offices, made once for a test file. */
export interface Desk {
  readonly dir: string
  readonly pki: Pki
  readonly sender: OfficeTokens
  readonly receiver: OfficeTokens
  path(name: string): string
  remove(): void
}

/** The two tokens in a clerk's drawer. */
export interface OfficeTokens {
  readonly hsm: SoftHsm
  readonly person: CertificateChoice
  readonly agency: CertificateChoice
  readonly personPin: string
  readonly agencyPin: string
}

export function makeDesk(): Desk {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-desk-'))
  const pki = makePki(join(dir, 'pki'))
  const receiverPerson = pki.issue({
    file: 'receiver-person',
    subject: '/C=VN/O=Sở Nội vụ tỉnh Thanh Vân/title=Phó Giám đốc/CN=Trần Thị Mẫu',
  })
  const receiverAgency = pki.issue({
    file: 'receiver-agency',
    subject: '/C=VN/O=UBND tỉnh Thanh Vân/CN=Sở Nội vụ tỉnh Thanh Vân',
  })
  return {
    dir,
    pki,
    sender: makeTokens(join(dir, 'sender-tokens'), pki, pki.person, pki.agency),
    receiver: makeTokens(join(dir, 'receiver-tokens'), pki, receiverPerson, receiverAgency),
    path: (name) => join(dir, name),
    remove: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function makeTokens(dir: string, pki: Pki, person: MadeCertificate, agency: MadeCertificate): OfficeTokens {
  const hsm = makeSoftHsm(dir)
  const chainPem = [pki.issuing.certificatePem]
  const add = (label: string, pin: string, { certificatePem, keyPem, sha256 }: MadeCertificate) => ({
    tokenSerial: hsm.addToken({ label, pin, certificatePem, keyPem, chainPem }).serial,
    certificateSha256: sha256 as CertificateChoice['certificateSha256'],
  })
  return {
    hsm,
    person: add('Lãnh đạo', '246810', person),
    agency: add('Văn thư', '135791', agency),
    personPin: '246810',
    agencyPin: '135791',
  }
}

/** One more person who signs for an office, with a token of his own. */
export interface OtherPerson {
  readonly name: string
  readonly certificate: CertificateChoice
  readonly pin: string
}

/** Gives an office one more person with a token. */
export function addPerson(desk: Desk, tokens: OfficeTokens, name: string, pin: string): OtherPerson {
  const subject = `/C=VN/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=${name}`
  const { certificatePem, keyPem, sha256 } = desk.pki.issue({ file: `person-${pin}`, subject })
  const chainPem = [desk.pki.issuing.certificatePem]
  const { serial } = tokens.hsm.addToken({ label: `Token ${pin}`, pin, certificatePem, keyPem, chainPem })
  const certificateSha256 = sha256 as CertificateChoice['certificateSha256']
  return { name, pin, certificate: { tokenSerial: serial, certificateSha256 } }
}

/**
 * A host without a desktop: no OS key store, no dialogs; the signer is a child process. What is exported goes
 * to the folder `exportsTo`.
 */
export function plainHost(
  env: Readonly<Record<string, string>>,
  log: string[] = [],
  exportsTo?: string,
): Host {
  const refuse = () => Promise.reject(new Error('there is no desktop here'))
  return {
    keyStore: () => Promise.resolve('none'),
    wrapKey: () => Promise.resolve(undefined),
    unwrapKey: () => Promise.resolve(undefined),
    chooseModule: () => Promise.resolve(undefined),
    chooseOpenable: () => Promise.resolve(undefined),
    chooseFolder: () => Promise.resolve(exportsTo),
    resolveProxy: () => Promise.resolve('DIRECT'),
    saveFile: (name, bytes) => {
      if (exportsTo === undefined) return Promise.resolve(undefined)
      const path = join(exportsTo, name)
      writeFileSync(path, bytes)
      return Promise.resolve(path)
    },
    choosePath: (name) => Promise.resolve(exportsTo === undefined ? undefined : join(exportsTo, name)),
    print: refuse,
    startSigner: () => startSignerProcess(SIGNER, env),
    desktop: {
      abilities: () => Promise.resolve({ tray: false }),
      startWithSystem: refuse,
      notify: () => undefined,
      showStanding: () => undefined,
      startDrag: refuse,
    },
    practice: { enter: refuse, leave: refuse, renew: refuse },
    update: { status: refuse, check: refuse, download: refuse, install: refuse },
    log: (level, text) => {
      log.push(`${level} ${text}`)
    },
  }
}

/** An office in this process: the real engine over a real store. */
export interface TestOffice {
  readonly call: Call
  readonly engine: Engine
  readonly recoveryCode: string
  readonly log: string[]
  /** Waits until `look` says something other than undefined, looking again at every change. */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>
  close(): Promise<void>
}

export interface NewOffice {
  readonly dir: string
  readonly agency: Agency
  readonly tokens: OfficeTokens
  readonly hubUrl: string
  /** Default: the SDK's. */
  readonly hubKind?: ServerKind
  readonly hubRoad?: HubRoad
  readonly secret: string
  /** An exchange folder in place of the hub. */
  readonly folder?: string
  /** PEM of the root to trust. */
  readonly root: string
  /** The clock, epoch milliseconds. Default: the real one. */
  readonly now?: () => number
  /** How often it looks at the hub by itself. Default 300 ms. */
  readonly pollIntervalMs?: number
}

/** How a desk's two offices are made over one hub. */
export function officesOf(desk: Desk, hubUrl: string): Readonly<Record<'sender' | 'receiver', NewOffice>> {
  const common = { hubUrl, root: desk.pki.root.certificatePem }
  return {
    sender: {
      ...common,
      dir: desk.path('sender'),
      agency: SENDER,
      tokens: desk.sender,
      secret: OFFICES[0].secret,
    },
    receiver: {
      ...common,
      dir: desk.path('receiver'),
      agency: RECEIVER,
      tokens: desk.receiver,
      secret: OFFICES[1].secret,
    },
  }
}

/** Waits for the hub's directory, without which an office can name no recipient. */
export async function hasDirectory(office: Pick<TestOffice, 'call' | 'until'>): Promise<void> {
  await office.until('the directory is there', async () => {
    const found = await office.call('directory.search', { text: 'so noi vu' })
    return found.length > 0 ? found : undefined
  })
}

/** Opens an engine in this process and makes a new office in it, as the wizard does. */
export async function makeOffice(options: NewOffice): Promise<TestOffice> {
  mkdirSync(options.dir, { recursive: true })
  const log: string[] = []
  const engine = await openTestEngine(options, log)
  const call = callsOf((method, input) => engine.answer(method, input))
  const recoveryCode = await furnish(call, options)
  return { call, engine, recoveryCode, log, until: untilOf(engine), close: () => engine.close() }
}

/** Opens an office that was made before, with its recovery code. */
export async function reopenOffice(options: NewOffice, recoveryCode: string): Promise<TestOffice> {
  const log: string[] = []
  const engine = await openTestEngine(options, log)
  const call = callsOf((method, input) => engine.answer(method, input))
  await call('office.unlock', { recoveryCode })
  return { call, engine, recoveryCode, log, until: untilOf(engine), close: () => engine.close() }
}

function openTestEngine({ dir, tokens, now, pollIntervalMs }: NewOffice, log: string[]): Promise<Engine> {
  return engineAt(dir, plainHost(tokens.hsm.env, log, dir), now, pollIntervalMs)
}

/** The real engine over a folder, with timers of its own and no fail point. */
export function engineAt(
  dir: string,
  host: Host,
  now: () => number = Date.now,
  pollIntervalMs = 300,
  practice?: PracticeStart,
): Promise<Engine> {
  return openEngine({
    ...(practice === undefined ? {} : { practice }),
    profileDir: dir,
    host,
    now,
    random: () => 0.5,
    timer: (afterMs, callback) => {
      const handle = setTimeout(callback, afterMs)
      return () => {
        clearTimeout(handle)
      }
    },
    reach: killAt(undefined),
    pollIntervalMs,
    settleMs: 300,
    passwordCost: { cost: 1024, blockSize: 8, parallel: 1 },
  })
}

/** The wizard's requests, and the trusted root. Returns the recovery code. */
async function furnish(call: Call, options: NewOffice): Promise<string> {
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await call('office.create', {
    agency: options.agency,
    clerkName: 'Lê Thị Thử',
    hub:
      options.folder === undefined
        ? {
            kind: options.hubKind,
            url: options.hubUrl,
            systemId: options.agency.organId,
            secret: options.secret,
            ...(options.hubRoad === undefined ? {} : { road: options.hubRoad }),
          }
        : { kind: 'filedrop', folder: options.folder },
    token: {
      modulePath: options.tokens.hsm.modulePath,
      person: options.tokens.person,
      agency: options.tokens.agency,
    },
    recoveryCode,
  })
  await call('trust.import', { file: Buffer.from(options.root) })
  return recoveryCode
}

const DEADLINE_MS = 25_000

/** Walks the way to a hub to its end. */
export async function checkedConnection(
  { call, until }: Pick<TestOffice, 'call' | 'until'>,
  input: Request<'connection.startCheck'>,
): Promise<ConnectionCheck> {
  await call('connection.startCheck', input)
  return until('the check of the connection has ended', async () => {
    const { check } = await call('connection.check', {})
    return check?.running === false ? check : undefined
  })
}

/** Waits at an engine, see {@link TestOffice}. */
export function untilOf(engine: Engine): TestOffice['until'] {
  return async (what, look) => {
    const deadline = Date.now() + DEADLINE_MS
    for (;;) {
      let rung = false
      let wake = (): void => undefined
      const stop = engine.onChange(() => {
        rung = true
        wake()
      })
      try {
        const found = await look()
        if (found !== undefined) return found
        if (Date.now() > deadline) throw new Error(`it did not happen: ${what}`)
        await new Promise<void>((resolve) => {
          if (rung) {
            resolve()
            return
          }
          const timer = setTimeout(resolve, 500)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      } finally {
        stop()
      }
    }
  }
}

/** A complete draft with its PDF, ready to freeze. */
export async function draftWith(
  call: Call,
  pdf: string,
  to: string = RECEIVER.organId,
  signers: Partial<SignerFields> = {},
): Promise<OutgoingDetail> {
  const { id } = await call('outgoing.draft', { fields: {} })
  const drafted = await call('outgoing.importPdf', { id, name: 'cong-van.pdf', bytes: readFileSync(pdf) })
  return call('outgoing.save', {
    id,
    revision: drafted.revision,
    fields: {
      ...drafted.fields,
      typeName: 'Công văn',
      codeNotation: 'UBND-VP',
      place: 'Suối Ngọc',
      subject: 'V/v đăng ký lớp tập huấn văn thư năm 2026',
      signer: { competence: 'KT. CHỦ TỊCH', position: 'PHÓ CHỦ TỊCH', fullName: 'Nguyễn Văn Mẫu' },
      toPlaces: ['Như trên', 'Lưu: VT, VP'],
      recipients: [to],
      ...signers,
    },
  })
}

/** The draft of an electronic copy of a paper decision, with its scan. */
export async function copyWith(call: Call, scan: string, form: CopyForm = 'Sao y'): Promise<OutgoingDetail> {
  const { id, revision, fields } = await draftWith(call, scan)
  const abbreviation = COPY_TYPES.find(({ name }) => name === form)?.abbreviation ?? ''
  return call('outgoing.save', {
    id,
    revision,
    fields: {
      ...fields,
      typeName: form,
      codeNotation: `${abbreviation}-UBND`,
      subject: 'Về việc thành lập Tổ công nghệ số cộng đồng',
      original: { code: '07/QĐ-UBND', issuedDate: '2026-03-12', organName: 'UBND tỉnh Thanh Vân' },
      signer: { competence: 'TM. ỦY BAN NHÂN DÂN', position: 'CHỦ TỊCH', fullName: 'Phạm Văn Gốc' },
    },
  })
}

/** Takes a draft through both signatures. */
export async function signAndSeal(call: Call, tokens: OfficeTokens, id: DocumentId): Promise<OutgoingDetail> {
  const draft = await call('outgoing.one', { id })
  await call('outgoing.freeze', { id, revision: draft.revision })
  await call('outgoing.sign', { id, certificate: tokens.person, pin: tokens.personPin })
  return call('outgoing.seal', { id, certificate: tokens.agency, pin: tokens.agencyPin })
}
