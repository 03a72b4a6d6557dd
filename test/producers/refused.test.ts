import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { sign } from '../../src/cli/sign.ts'
import { startSignerProcess, type SignerProcess } from '../../src/engine/signing/signer-process.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import { ERROR_TEXT } from '../../src/shared/errors.vi.ts'
import { certificateChoice, type CertificateChoice } from '../../src/shared/ipc/contract.ts'
import { buildProgram } from '../cli/program.ts'
import { draftWith, makeOffice, SENDER, type TestOffice, hasDirectory } from '../helpers/office.ts'
import { type IssueOptions, type MadeCertificate, makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { makeFaultShim } from '../native/fault-shim.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { committed } from './corpus.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-refused-'))
const pki = makePki(join(dir, 'pki'))
const LETTER = committed('ghostscript-17.pdf')
const letterPath = join(dir, 'letter.pdf')
writeFileSync(letterPath, LETTER)
const SIGNER = join(import.meta.dirname, '../../src/signer/index.ts')
const goodbye = z.object({ op: z.literal('goodbye') })

/** Person and agency on one token, each with an own key. */
const hsm = makeSoftHsm(join(dir, 'tokens'))
const chainPem = [pki.issuing.certificatePem]
const token = hsm.addToken({ ...pki.person, label: 'Lãnh đạo', pin: '246810', chainPem })
hsm.addKey(token, { ...pki.agency, keyId: '02' })
const shim = makeFaultShim(join(dir, 'shim'), hsm)

function choiceOf({ sha256 }: MadeCertificate): CertificateChoice {
  return certificateChoice.parse({ tokenSerial: token.serial, certificateSha256: sha256 })
}

afterAll(() => {
  rmSync(dir, { recursive: true })
})

function byQpdf(...options: readonly string[]): Buffer {
  writeFileSync(join(dir, 'from.pdf'), LETTER)
  execFileSync('qpdf', [...options, join(dir, 'from.pdf'), join(dir, 'to.pdf')])
  return readFileSync(join(dir, 'to.pdf'))
}

/** The file with something else in the place of what is found first. */
function bent(pdf: Buffer, found: string | RegExp, put: (found: string) => string): Buffer {
  const text = pdf.toString('latin1')
  const bentText = text.replace(found, put)
  if (bentText === text) throw new Error('the sample has nothing to bend')
  return Buffer.from(bentText, 'latin1')
}

const page = (objects: Readonly<Record<number, string>>): Buffer => handMade({ ...PLAIN_OBJECTS, ...objects })
const half = (pdf: Buffer, part: number): Buffer => pdf.subarray(0, Math.floor(pdf.length * part))

const REFUSED: readonly (readonly [string, ErrorCode, () => Buffer])[] = [
  [
    'encrypted by AES-256, opened without a password',
    'pdf/encrypted',
    () => byQpdf('--encrypt', '', 'chu', '256', '--'),
  ],
  [
    'encrypted by AES-256, with a password',
    'pdf/encrypted',
    () => byQpdf('--encrypt', 'khoa', 'chu', '256', '--'),
  ],
  [
    'encrypted by AES-128',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '128', '--use-aes=y', '--'),
  ],
  [
    'encrypted by RC4 of 128 bits',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '128', '--use-aes=n', '--'),
  ],
  [
    'encrypted by RC4 of 40 bits',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '40', '--'),
  ],
  [
    'encrypted with object streams, only against changes',
    'pdf/encrypted',
    () => byQpdf('--object-streams=generate', '--encrypt', '', 'chu', '256', '--modify=none', '--'),
  ],
  [
    'encrypted and linearised',
    'pdf/encrypted',
    () => byQpdf('--linearize', '--encrypt', '', 'chu', '256', '--'),
  ],
  ['without a page', 'pdf/no-pages', () => page({ 2: '<< /Type /Pages /Kids [] /Count 0 >>' })],
  [
    'whose branches of the page tree are all empty',
    'pdf/no-pages',
    () =>
      handMade({
        ...PLAIN_OBJECTS,
        2: '<< /Type /Pages /Kids [20 0 R] /Count 1 >>',
        20: '<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>',
      }),
  ],
  [
    'whose only page is not in the file',
    'pdf/no-pages',
    () => page({ 2: '<< /Type /Pages /Kids [99 0 R] /Count 1 >>' }),
  ],
  ['that is empty', 'pdf/unreadable', () => Buffer.alloc(0)],
  ['that is a picture', 'pdf/unreadable', () => Buffer.from('89504e470d0a1a0a', 'hex')],
  ['that is a page of HTML', 'pdf/unreadable', () => Buffer.from('<!DOCTYPE html><title>404</title>')],
  [
    'that is a Word document by another name',
    'pdf/unreadable',
    () => Buffer.from('PK\x03\x04 word/document.xml'),
  ],
  ['cut in the middle', 'pdf/unreadable', () => half(LETTER, 0.5)],
  ['cut before its last line', 'pdf/unreadable', () => LETTER.subarray(0, LETTER.lastIndexOf('startxref'))],
  ['that lost its first bytes', 'pdf/unreadable', () => LETTER.subarray(100)],
  [
    'whose bytes have moved',
    'pdf/unreadable',
    () =>
      Buffer.concat([
        half(LETTER, 0.4),
        Buffer.alloc(7, 32),
        LETTER.subarray(Math.floor(LETTER.length * 0.4)),
      ]),
  ],
  [
    'whose cross-reference is said to be elsewhere',
    'pdf/unreadable',
    () => bent(LETTER, /startxref\s+\d+/, () => 'startxref\n17'),
  ],
  [
    'whose line ends were changed on the way',
    'pdf/unreadable',
    () => Buffer.from(LETTER.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  ],
  [
    'whose object of the page is overwritten',
    'pdf/unreadable',
    () => bent(page({}), '3 0 obj', () => '3 x obj'),
  ],
  ['whose catalogue is missing', 'pdf/unreadable', () => bent(page({}), '/Root 1 0 R', () => '/Root 9 0 R')],
  ['whose catalogue has no page tree', 'pdf/unreadable', () => page({ 1: '<< /Type /Catalog >>' })],
  [
    'whose page tree runs in a circle',
    'pdf/unreadable',
    () => page({ 2: '<< /Type /Pages /Kids [2 0 R] /Count 1 >>' }),
  ],
  ['whose increments run in a circle', 'pdf/unreadable', () => handMade(PLAIN_OBJECTS, '/Prev 9')],
  [
    'that shows one page object twice, where a stamp would stand on both',
    'pdf/unreadable',
    () => page({ 2: '<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 /MediaBox [0 0 595 842] >>' }),
  ],
  [
    'whose annotations are no list',
    'pdf/unreadable',
    () => page({ 3: '<< /Type /Page /Parent 2 0 R /Annots (none) >>' }),
  ],
  [
    'whose form is no dictionary',
    'pdf/unreadable',
    () => page({ 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm [] >>' }),
  ],
  [
    'with a damaged part that signing does not touch',
    'pdf/unreadable',
    () =>
      bent(
        handMade({
          ...PLAIN_OBJECTS,
          1: '<< /Type /Catalog /Pages 2 0 R /Outlines 20 0 R >>',
          20: '<< /Type /Outlines /First null >>',
        }),
        '20 0 obj\n<<',
        () => '20 0 obj\n>>',
      ),
  ],
  [
    'that an earlier certification forbids to change',
    'pdf/certified-no-changes',
    () =>
      handMade({
        ...PLAIN_OBJECTS,
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> /Perms << /DocMDP 9 0 R >> >>',
        8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (chungthuc) /Rect [0 0 0 0] /V 9 0 R >>',
        9: '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 /V /1.2 >> >>] >>',
      }),
  ],
]

/** What is wrong with a certificate, as `detail` of the refusal. */
const UNUSABLE: readonly (readonly [string, Omit<IssueOptions, 'file' | 'subject'>])[] = [
  ['expired', { notBefore: days(-20), notAfter: days(-1) }],
  ['not-yet-valid', { notBefore: days(1) }],
  ['not-for-signing', { extensions: ['keyUsage = critical, keyEncipherment'] }],
  ['weak-key', { key: 'rsa1024' }],
]

function days(count: number): Date {
  return new Date(Date.now() + count * 86_400_000)
}

/** The way of the window: the real engine and its signer, whose token is reached through the shim. */
async function openDesk(hubUrl: string): Promise<TestOffice> {
  const office = await makeOffice({
    dir: join(dir, 'office'),
    agency: SENDER,
    tokens: {
      hsm: { ...hsm, modulePath: shim.modulePath, env: { ...hsm.env, ...shim.env } },
      person: choiceOf(pki.person),
      agency: choiceOf(pki.agency),
      personPin: token.pin,
      agencyPin: token.pin,
    },
    hubUrl,
    secret: OFFICES[0].secret,
    root: pki.root.certificatePem,
  })
  await hasDirectory(office)
  return office
}

/** One signer process for every command: each bids it goodbye, and it stays for the next. */
function lastingSigner(): { readonly lend: () => SignerProcess; readonly end: () => void } {
  const process = startSignerProcess(SIGNER, shim.env)
  let hear: (message: unknown) => void = () => undefined
  process.onMessage((message) => {
    hear(message)
  })
  return {
    lend: () => {
      let left: (why: string) => void = () => undefined
      return {
        onMessage: (listener) => {
          hear = listener
        },
        send: (message) => {
          if (goodbye.safeParse(message).success) left('goodbye')
          else process.send(message)
        },
        onExit: (listener) => {
          left = listener
        },
        kill: () => undefined,
      }
    },
    end: () => {
      process.kill()
    },
  }
}

// Before anything opens the token: SoftHSM shows a process what was there when it came.
const unusable = UNUSABLE.map(([detail, options]) => {
  const subject = '/C=VN/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu'
  const certificate = pki.issue({ file: detail, subject, ...options })
  hsm.addKey(token, { ...certificate, keyId: Buffer.from(detail).toString('hex') })
  return [detail, certificate] as const
})

describe('what cannot be signed is refused with the reason and without a login', () => {
  const signer = lastingSigner()
  let hub: HubProcess
  let desk: TestOffice
  beforeAll(async () => {
    vi.stubEnv('THE_PIN', token.pin)
    hub = await startHubProcess()
    desk = await openDesk(`${hub.url}/vxp`)
  })
  afterAll(async () => {
    await desk.close()
    await hub.remove()
    signer.end()
    vi.unstubAllEnvs()
  })
  const [input, output] = [join(dir, 'in.pdf'), join(dir, 'out.pdf')]

  function vanthuSign(pdf: Uint8Array, certificate: MadeCertificate): Promise<number> {
    writeFileSync(input, pdf)
    const words = ['--module', shim.modulePath, '--cert', certificate.sha256, '--pin-env', 'THE_PIN']
    return sign([input, output, ...words], dir, signer.lend())
  }

  /** Expects the refusal, that the token was there to be asked, and that nobody logged in. */
  async function refusedUnsigned(attempt: Promise<unknown>, refusal: object): Promise<void> {
    await expect(attempt).rejects.toMatchObject(refusal)
    expect([shim.calls('GetSlotList') > 0, shim.calls('Login'), shim.calls('Sign')]).toEqual([true, 0, 0])
    expect(existsSync(output)).toBe(false)
  }

  test.each(REFUSED)('a PDF %s: %s', async (_, code, make) => {
    const pdf = make()
    shim.clear()
    const { id } = await desk.call('outgoing.draft', { fields: {} })
    await expect(
      desk.call('outgoing.importPdf', { id, name: 'cong-van.pdf', bytes: pdf }),
    ).rejects.toMatchObject({ code })
    expect((await desk.call('outgoing.one', { id })).files).toEqual([])
    await refusedUnsigned(vanthuSign(pdf, pki.person), { code })
  })

  async function frozen(): Promise<DocumentId> {
    const { id, revision } = await draftWith(desk.call, letterPath)
    await desk.call('outgoing.freeze', { id, revision })
    return id
  }

  test.each(unusable)('a certificate that is %s', async (detail, certificate) => {
    const refusal = { code: 'certificate/unusable', detail }
    const id = await frozen()
    shim.clear()
    const asked = { id, certificate: choiceOf(certificate), pin: token.pin }
    await refusedUnsigned(desk.call('outgoing.sign', asked), refusal)
    await refusedUnsigned(vanthuSign(LETTER, certificate), refusal)
    expect((await desk.call('outgoing.one', { id })).state).toBe('frozen')
  })

  test('the agency’s certificate where a person signs, and a person’s where the agency seals', async () => {
    const refusal = { code: 'certificate/wrong-holder' }
    const id = await frozen()
    shim.clear()
    const { pin } = token
    const by = (certificate: MadeCertificate) => ({ id, certificate: choiceOf(certificate), pin })
    await refusedUnsigned(desk.call('outgoing.sign', by(pki.agency)), refusal)
    await desk.call('outgoing.sign', by(pki.person))
    shim.clear()
    await refusedUnsigned(desk.call('outgoing.seal', by(pki.person)), refusal)
  })

  test('while a sound document is signed by a good certificate with one login', async () => {
    shim.clear()
    expect(await vanthuSign(LETTER, pki.person)).toBe(0)
    expect([shim.calls('Login'), shim.calls('Sign')]).toEqual([1, 1])
  })
})

test('vanthu sign prints the reason', async () => {
  const program = await buildProgram()
  onTestFinished(() => {
    program.remove()
  })
  const [input, output] = [join(dir, 'encrypted.pdf'), join(dir, 'never.pdf')]
  writeFileSync(input, byQpdf('--encrypt', '', 'chu', '256', '--'))
  const words = ['--module', shim.modulePath, '--cert', pki.person.sha256, '--pin-env', 'THE_PIN']
  const outcome = await program.run(['sign', input, output, ...words], { ...shim.env, THE_PIN: token.pin })
  expect(outcome.code).toBe(1)
  expect(outcome.errors).toContain(ERROR_TEXT['pdf/encrypted'].title)
  expect(existsSync(output)).toBe(false)
}, 180_000)
