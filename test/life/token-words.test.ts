import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import { failureWords } from '../../src/shared/failure.vi.ts'
import type { CertificateChoice, TokenSettings } from '../../src/shared/ipc/contract.ts'
import type { TestOffice } from '../helpers/office.ts'
import type { IssueOptions } from '../helpers/pki.ts'
import { handMade, PLAIN_OBJECTS, qpdf, workFolder, ghostscriptPdf } from '../pdf/samples.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

/**
 * Everything the shim can get wrong, through the engine's own answer, and what the clerk then reads.
 */

const DAY_MS = 86_400_000
const LEADER = '/C=VN/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu'

let desk: ShimDesk
let office: TestOffice
let id: DocumentId
/** Certificates of the sender's drawer beside the two of its office; every PIN is 333333. */
let drawer: Readonly<
  Record<'renewed' | 'old' | 'early' | 'mail' | 'elliptic' | 'stranger', CertificateChoice>
>

beforeAll(async () => {
  desk = await makeShimDesk()
  const { pki, sender } = desk
  const chainPem = [pki.issuing.certificatePem]
  const issue = (file: string, change: Partial<IssueOptions> = {}) =>
    pki.issue({ file, subject: LEADER, ...change })
  const add = (label: string, made: ReturnType<typeof issue>): CertificateChoice => {
    const { certificatePem, keyPem } = made
    const { serial } = sender.hsm.addToken({ label, pin: '333333', certificatePem, keyPem, chainPem })
    return { tokenSerial: serial, certificateSha256: hashOf(made) }
  }
  // One token, two certificates over one key: the one that ran out, and the one that came after it.
  const old = issue('old', { notBefore: ago(700), notAfter: ago(1) })
  const renewed = issue('renewed', { reuseKeyOf: old })
  const { certificatePem, keyPem } = renewed
  const token = sender.hsm.addToken({
    label: 'Gia hạn',
    pin: '333333',
    certificatePem,
    keyPem,
    chainPem: [...chainPem, old.certificatePem],
  })
  // A certificate whose key is on no token at all.
  const stranger = issue('stranger')
  const agencyKey = { certificatePem: stranger.certificatePem, keyPem: issue('other-key').keyPem }
  const wrongKey = sender.hsm.addToken({ label: 'Khóa khác', pin: '333333', ...agencyKey })
  drawer = {
    renewed: { tokenSerial: token.serial, certificateSha256: hashOf(renewed) },
    old: { tokenSerial: token.serial, certificateSha256: hashOf(old) },
    early: add('Chưa đến', issue('early', { notBefore: ago(-10), notAfter: ago(-400) })),
    mail: add(
      'Thư điện tử',
      issue('mail', {
        extensions: ['basicConstraints = critical, CA:FALSE', 'keyUsage = critical, keyEncipherment'],
      }),
    ),
    elliptic: add('P-256', issue('elliptic', { key: 'p256' })),
    stranger: { tokenSerial: wrongKey.serial, certificateSha256: hashOf(stranger) },
  }
  office = await desk.office('words')
}, 180_000)
beforeEach(async () => {
  desk.shim.clear()
  ;({ id } = await desk.frozen(office))
})
afterEach(() => {
  desk.shim.clear()
})
afterAll(async () => {
  await office.close()
  await desk.clear()
})

const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS)
const hashOf = ({ sha256 }: { readonly sha256: string }) => sha256 as CertificateChoice['certificateSha256']
const counted = () => [desk.shim.calls('Login'), desk.shim.calls('Sign')]

interface Use {
  readonly certificate?: CertificateChoice
  readonly pin?: string | undefined
  readonly lastTry?: true
}

function sign({ pin = desk.sender.personPin, ...use }: Use = {}) {
  return office.call('outgoing.sign', { id, certificate: desk.sender.person, pin, ...use })
}

/** As {@link sign} with a certificate of the drawer. */
function signWith(name: keyof typeof drawer) {
  return sign({ certificate: drawer[name], pin: '333333' })
}

/** The sentences a refused clerk reads, by the engine's own answer. */
async function wordsOf(refused: Promise<unknown>): Promise<readonly string[]> {
  try {
    await refused
  } catch (caught) {
    const { code, detail } = caught as { readonly code: ErrorCode; readonly detail?: string }
    const { title, hint, special } = failureWords({ code, detail })
    return special === undefined ? [title, hint] : [title, hint, special]
  }
  throw new Error('it was not refused')
}

async function expectSigned(): Promise<void> {
  const document = await office.call('outgoing.one', { id })
  expect(document).toMatchObject({ state: 'signed', verdict: { signatures: [{ verdict: 'valid' }] } })
}

async function expectUntouched(): Promise<void> {
  const document = await office.call('outgoing.one', { id })
  expect([document.state, document.files.map(({ role }) => role)]).toEqual(['frozen', ['imported']])
}

/** What the office is told of one token before anybody types a PIN. */
async function told(serial: string) {
  const { tokens } = await office.call('token.diagnosis', {})
  const token = tokens.find((one) => one.serial === serial)
  if (token === undefined) throw new Error(`the token ${serial} is not plugged in`)
  return token
}

describe('the PIN', () => {
  test('wrong three times locks the token: warned, asked before the last try, then named as locked', async () => {
    desk.shim.set({ 'lock-after': 3 })
    const { tokenSerial } = desk.sender.person
    const flags = async () => {
      const { countLow, finalTry, locked } = (await told(tokenSerial)).pin
      return [countLow, finalTry, locked]
    }
    const wrong = { pin: '000000' }
    expect(await flags()).toEqual([false, false, false])
    expect(await wordsOf(sign(wrong))).toEqual([
      'Mã PIN không đúng',
      'Đã dùng một lần thử. Hãy chắc chắn mã PIN trước khi nhập lại; nhập sai nhiều lần token sẽ bị khóa.',
    ])
    expect(await flags()).toEqual([true, false, false])
    await wordsOf(sign(wrong))
    expect(await flags()).toEqual([true, true, false])
    expect(desk.shim.calls('Login')).toBe(2)
    expect(await wordsOf(sign(wrong))).toEqual([
      'Token báo chỉ còn lần thử mã PIN cuối cùng',
      'Mã PIN chưa được gửi tới token. Nếu chắc chắn mã đúng, hãy nhập lại và xác nhận; nếu không, hãy liên hệ nơi cấp token.',
    ])
    expect(desk.shim.calls('Login')).toBe(2)
    const locked = [
      'Token đã bị khóa mã PIN',
      'Hãy liên hệ nơi cấp token để mở khóa. Văn bản vẫn an toàn trên máy này.',
    ]
    expect(await wordsOf(sign({ ...wrong, lastTry: true }))).toEqual(locked)
    expect(await flags()).toEqual([true, false, true])
    expect(await wordsOf(sign())).toEqual(locked)
    expect(counted()).toEqual([3, 0])
    // Nobody touched the other token.
    expect((await told(desk.sender.agency.tokenSerial)).pin).toMatchObject({ countLow: false, locked: false })
    await expectUntouched()
  })

  test('is warned of by a token that does not announce its last try, too', async () => {
    desk.shim.set({ 'lock-after': 2, 'no-final-try': 1 })
    await wordsOf(sign({ pin: '000000' }))
    const { pin } = await told(desk.sender.person.tokenSerial)
    expect(pin).toMatchObject({ countLow: true, finalTry: false, locked: false })
  })

  test.each(['123', ''.padEnd(64, '1')])(
    'of a length the token does not take is not sent to it',
    async (pin) => {
      const wanted = pin.length < 4
      if (!wanted) desk.shim.set({ 'longest-pin': 16 })
      expect(await wordsOf(sign({ pin }))).toEqual([
        'Độ dài mã PIN không phù hợp',
        'Hãy kiểm tra lại mã PIN. Mã này chưa được gửi tới token nên không mất lần thử.',
        `Token này nhận mã PIN dài ${wanted ? '4–255' : '4–16'} ký tự.`,
      ])
      expect(counted()).toEqual([0, 0])
    },
  )

  test('that the token calls expired is named so', async () => {
    desk.shim.set({ 'fail-at': 'Login:a3' })
    expect(await wordsOf(sign())).toEqual([
      'Mã PIN đã hết hạn',
      'Hãy đổi mã PIN bằng phần mềm của nhà cung cấp token rồi ký lại.',
    ])
  })

  test('of a token with a keypad is typed there, and none leaves this machine', async () => {
    desk.shim.set({ 'pin-pad': desk.sender.personPin })
    expect((await told(desk.sender.person.tokenSerial)).pin.pinPad).toBe(true)
    await office.call('outgoing.sign', { id, certificate: desk.sender.person })
    await expectSigned()
    expect(counted()).toEqual([1, 1])
  })

  test('typed wrong on a keypad costs one try and is named', async () => {
    desk.shim.set({ 'pin-pad': '999999' })
    const [title] = await wordsOf(office.call('outgoing.sign', { id, certificate: desk.sender.person }))
    expect(title).toBe('Mã PIN không đúng')
    expect(counted()).toEqual([1, 0])
  })
})

describe('the driver', () => {
  const failed = [
    'Trình điều khiển token báo lỗi',
    'Rút token, cắm lại rồi thử ký lại. Văn bản giữ nguyên như trước khi ký.',
  ]

  test('that answers CKR_FUNCTION_FAILED with the token plugged in is quoted, and asked once', async () => {
    desk.shim.set({ 'fail-at': 'Sign:6' })
    expect(await wordsOf(sign())).toEqual([...failed, 'Nguyên văn: CKR_FUNCTION_FAILED'])
    expect(counted()).toEqual([1, 1])
    await expectUntouched()
  })

  test('that crashes costs this one signature', async () => {
    desk.shim.set({ 'crash-at': 'Sign' })
    expect(await wordsOf(sign())).toEqual([
      'Phần ký số dừng đột ngột',
      'Trình điều khiển token gặp lỗi; chỉ lần ký này bị hỏng. Hãy thử ký lại.',
    ])
    await expectUntouched()
    desk.shim.set({})
    await sign()
    await expectSigned()
  })

  test('that signs with another key is found out before anything is kept', async () => {
    desk.shim.set({ 'wrong-signatures': 1 })
    expect(await wordsOf(sign())).toEqual([
      'Chữ ký vừa tạo không kiểm tra được',
      'Văn bản giữ nguyên như trước khi ký. Hãy thử lại; nếu còn lỗi, báo mã sự cố cho bộ phận hỗ trợ.',
    ])
    await expectUntouched()
  })

  test.each([
    ['forgets to say that a login is needed', { 'no-login-required': 1 }],
    ['answers 0 when asked for sizes', { 'zero-sizes': 1 }],
    ['gives certificates no CKA_ID', { 'no-ids': 1 }],
    ['hides the public part of its private keys', { 'private-keys-hide-public-part': 1 }],
    ['has moved its slots', { 'slot-offset': 700 }],
    ['offers the oldest mechanism only', { 'only-mechanism': '1' }],
  ] as const)('that %s signs all the same, with one login', async (_, faults) => {
    desk.shim.set(faults)
    await sign()
    await expectSigned()
    expect(counted()).toEqual([1, 1])
  })

  test('whose token has no mechanism for the key says so before the PIN', async () => {
    desk.shim.set({ 'only-mechanism': '1041' /* CKM_ECDSA */ })
    expect(await wordsOf(sign())).toEqual([
      'Token không hỗ trợ kiểu ký cần dùng',
      'Hãy dùng token khác hoặc liên hệ nơi cấp token.',
    ])
    expect(counted()).toEqual([0, 0])
  })

  test('whose token knows ECDSA only signs with an elliptic key', async () => {
    desk.shim.set({ 'only-mechanism': '1041' })
    await signWith('elliptic')
    await expectSigned()
    expect(counted()).toEqual([1, 1])
  })
})

describe('a key that wants its PIN before every signature', () => {
  test('gets it once more per document, and the office is told from then on', async () => {
    desk.shim.set({ 'always-authenticate': 1 })
    const ids = [id, ...(await desk.frozenIds(office, 2))]
    const { person: certificate, personPin: pin } = desk.sender
    const asks = async () =>
      (await told(certificate.tokenSerial)).certificates.map(({ asksEachTime = false }) => asksEachTime)
    expect(await asks()).toEqual([false])
    const outcomes = await office.call('outgoing.signMany', { ids, certificate, pin })
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    expect(counted()).toEqual([1 + 3, 3])
    expect(await asks()).toEqual([true])
  })

  test('is told before the first signature by a token that shows its keys', async () => {
    desk.shim.set({ 'always-authenticate': 1, 'keys-show': 1 })
    // The list of a token is remembered for a minute; another driver file is another list.
    const fresh = await desk.office('shown')
    try {
      const { tokens } = await fresh.call('token.diagnosis', {})
      const certificates = tokens.flatMap((token) => token.certificates)
      expect(certificates.find(({ sha256 }) => sha256 === drawer.elliptic.certificateSha256)).toMatchObject({
        asksEachTime: true,
      })
      expect(counted()).toEqual([0, 0])
    } finally {
      await fresh.close()
    }
  })
})

describe('the token', () => {
  test('that is pulled while it signs leaves the document as it was', async () => {
    desk.shim.set({ 'fail-at': 'Sign:32' /* CKR_DEVICE_REMOVED */ })
    expect(await wordsOf(sign())).toEqual([
      'USB token bị rút khi đang ký',
      'Văn bản giữ nguyên như trước khi ký. Cắm lại token rồi ký lại.',
    ])
    await expectUntouched()
  })

  test('that is not plugged in is asked for before the PIN is used', async () => {
    desk.shim.unplug()
    expect(await wordsOf(sign())).toEqual([
      'Chưa cắm USB token',
      'Cắm token ký số rồi thử lại. Mã PIN chưa được dùng.',
    ])
    expect(counted()).toEqual([0, 0])
  })

  test('that holds another certificate than the chosen one is not tried', async () => {
    const { person, agency } = desk.sender
    const certificate = { ...person, tokenSerial: agency.tokenSerial }
    expect(await wordsOf(sign({ certificate }))).toEqual([
      'Token đang cắm không có chứng thư đã chọn',
      'Hãy cắm đúng token của người ký hoặc của cơ quan. Mã PIN chưa được dùng.',
    ])
    expect(counted()).toEqual([0, 0])
  })

  test('with two certificates over one key signs with the one that was chosen', async () => {
    await signWith('renewed')
    await expectSigned()
    expect(counted()).toEqual([1, 1])
  })
})

describe('refused before the PIN is used:', () => {
  const refusals: readonly (readonly [string, keyof typeof drawer, string, string])[] = [
    [
      'a certificate that has expired, beside the one that renewed it',
      'old',
      'Chứng thư số đã hết hạn',
      'Hãy chọn chứng thư còn hạn, hoặc liên hệ nơi cấp để gia hạn. Mã PIN chưa được hỏi.',
    ],
    [
      'a certificate that is not valid yet',
      'early',
      'Chứng thư số chưa đến ngày hiệu lực',
      'Hãy kiểm tra ngày giờ của máy tính, hoặc chọn chứng thư khác. Mã PIN chưa được hỏi.',
    ],
    [
      'a key that its issuer did not give for signing',
      'mail',
      'Chứng thư số không dành cho ký văn bản',
      'Nơi cấp không cho dùng chứng thư này để ký. Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
    ],
    [
      'a certificate without its key',
      'stranger',
      'Không tìm thấy khóa ký trên token',
      'Token không có khóa riêng đi cùng chứng thư này. Hãy liên hệ nơi cấp token.',
    ],
  ]
  test.each(refusals)('%s', async (_, name, title, hint) => {
    expect(await wordsOf(signWith(name))).toEqual([title, hint])
    expect(counted()).toEqual([0, 0])
    await expectUntouched()
  })

  const wrongHolder = [
    'Chứng thư số không đúng người ký của bước này',
    'Người có thẩm quyền ký trước bằng chứng thư của mình, cơ quan ký sau bằng chứng thư của cơ quan. Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
  ]

  test('the agency’s certificate where the person signs, and the person’s where the agency seals', async () => {
    const { person, personPin, agency, agencyPin } = desk.sender
    expect(await wordsOf(sign({ certificate: agency, pin: agencyPin }))).toEqual(wrongHolder)
    expect(counted()).toEqual([0, 0])
    await sign()
    const sealing = office.call('outgoing.seal', { id, certificate: person, pin: personPin })
    expect(await wordsOf(sealing)).toEqual(wrongHolder)
    expect(counted()).toEqual([1, 1])
  })

  test('a PDF that is encrypted, broken, without a page, or certified against any change', async () => {
    const folder = workFolder()
    try {
      writeFileSync(folder.path('plain.pdf'), ghostscriptPdf(folder, 'plain.pdf'))
      const files: readonly (readonly [Uint8Array, string, string])[] = [
        [
          qpdf(folder, 'plain.pdf', 'secret.pdf', '--encrypt', '', 'owner', '256', '--'),
          'Tệp PDF có đặt mật khẩu',
          'Hãy bỏ mật khẩu bảo vệ của tệp rồi nhập lại.',
        ],
        [
          readFileSync(folder.path('plain.pdf')).subarray(0, 900),
          'Không đọc được tệp PDF',
          'Tệp có thể bị hỏng. Hãy xuất lại PDF từ bản gốc rồi nhập lại.',
        ],
        [
          handMade({
            1: '<< /Type /Catalog /Pages 2 0 R >>',
            2: '<< /Type /Pages /Kids [] /Count 0 >>',
          }),
          'Tệp PDF không có trang nào',
          'Hãy xuất lại PDF từ bản gốc rồi nhập lại.',
        ],
        [
          handMade({
            ...PLAIN_OBJECTS,
            1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> /Perms << /DocMDP 9 0 R >> >>',
            8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (chungthuc) /Rect [0 0 0 0] /V 9 0 R >>',
            9: '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 /V /1.2 >> >>] >>',
          }),
          'Văn bản đã được chứng thực, không cho ký thêm',
          'Chữ ký có sẵn trong tệp cấm mọi thay đổi. Hãy dùng bản chưa chứng thực.',
        ],
      ]
      const draft = await office.call('outgoing.draft', { fields: {} })
      for (const [bytes, title, hint] of files) {
        const importing = office.call('outgoing.importPdf', { id: draft.id, name: 'van-ban.pdf', bytes })
        expect(await wordsOf(importing)).toEqual([title, hint])
      }
      expect(counted()).toEqual([0, 0])
    } finally {
      folder.remove()
    }
  })
})

describe('a driver file', () => {
  /** The office with another driver chosen, for one refusal. */
  async function wordsWith(modulePath: string): Promise<readonly string[]> {
    const settings = await office.call('settings.current', {})
    const { agency, clerkName, hub, token } = settings
    if (hub === undefined || token === undefined) throw new Error('the office is furnished')
    const save = (changed: TokenSettings) =>
      office.call('settings.save', { agency, clerkName, hub, token: changed })
    await save({ ...token, modulePath })
    try {
      return await wordsOf(sign())
    } finally {
      await save(token)
    }
  }

  test('for another processor is named so without being loaded', async () => {
    const library = readFileSync(desk.shim.modulePath)
    library.writeUInt16LE(183 /* EM_AARCH64 */, 18)
    const path = desk.path('arm.so')
    writeFileSync(path, library)
    expect(await wordsWith(path)).toEqual([
      'Trình điều khiển token không hợp với chương trình này',
      'Tệp đang chọn là bản 32 bit hoặc dành cho loại máy khác. Hãy cài bản 64 bit của nhà cung cấp token rồi chọn lại trong Cài đặt. Mã PIN chưa được dùng.',
    ])
  })

  test('that is no driver is named so without being loaded', async () => {
    expect(await wordsWith('/usr/lib/x86_64-linux-gnu/libc.so.6')).toEqual([
      'Tệp đang chọn không phải trình điều khiển token',
      'Hãy chọn lại tệp trong Cài đặt, mục Token ký số. Mã PIN chưa được dùng.',
    ])
  })

  test('that is gone is asked for', async () => {
    expect(await wordsWith(desk.path('none.so'))).toEqual([
      'Không tìm thấy trình điều khiển token',
      'Hãy cài phần mềm của nhà cung cấp token, hoặc chọn lại tệp trong Cài đặt.',
    ])
  })

  test('that lacks a library of its vendor says which', async () => {
    const [vendor, driver] = [desk.path('libvendorpkcs.so.2'), desk.path('lacking.so')]
    const source = desk.path('vendor.c')
    const compile = (to: string, text: string, ...others: string[]) => {
      writeFileSync(source, text)
      execFileSync('gcc', ['-shared', '-fPIC', '-o', to, source, ...others])
    }
    compile(vendor, 'int vendor(void) { return 5; }')
    compile(driver, 'int vendor(void); long C_GetFunctionList(void *list) { return vendor(); }', vendor)
    rmSync(vendor)
    expect(await wordsWith(driver)).toEqual([
      'Trình điều khiển token thiếu tệp đi kèm',
      'Hãy cài lại đầy đủ phần mềm của nhà cung cấp token. Mã PIN chưa được dùng.',
      'Tệp còn thiếu: libvendorpkcs.so.2',
    ])
  })
})
