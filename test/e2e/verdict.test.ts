import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareFileSignature } from '../../src/engine/file-signature.ts'
import { vxpTransport } from '../../src/engine/hub/vxp.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { makePki } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { packetWith } from '../envelope/packets.ts'
import { packetOf } from '../hub/packets.ts'
import { appended, handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { objectOf } from '../verify/forge.ts'
import { inGovernmentHabit } from '../verify/habit.ts'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { OfficeWindow, projectPath } from './office-window.ts'
import { makeWalkDesk, type WalkDesk } from './walk-desk.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'verdict')
const GOOD = 'V/v mở lớp tập huấn'
const STRIPPED = 'V/v thay văn bản đã ký'
const ALTERED_BESIDE = 'V/v gửi biểu tổng hợp'
let dir: string
let desk: WalkDesk
let office: OfficeWindow

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  dir = mkdtempSync(join(tmpdir(), 'vanthu-verdict-'))
  desk = await makeWalkDesk(dir, 'softhsm')
  await desk.hub.start()
  office = new OfficeWindow({
    dataDir: join(dir, 'office'),
    env: desk.receiver.env,
    electronPath: electronPath(),
  })
  await office.open()
  await office.furnish(desk.receiver.furnishing)

  const pki = makePki(join(dir, 'government'), 'của Nhà nước')
  const trusted = join(dir, 'goc-va-trung-gian.pem')
  writeFileSync(trusted, pki.root.certificatePem + pki.issuing.certificatePem)
  await office.trustRoot(trusted, 'Chứng thực gốc')
  const plain = handMade(PLAIN_OBJECTS, '/Info 6 0 R')
  const signed = inGovernmentHabit(plain, pki, {})
  const stripped = appended(signed, {
    1: objectOf(plain, 1),
    3: objectOf(plain, 3),
    4: { dict: '', data: 'BT /F1 24 Tf 72 700 Td (So 99/QD-UBND) Tj ET' },
  })
  await arrive('11', GOOD, signed)
  await arrive('12', STRIPPED, stripped)
  const { hash, signature } = await prepareFileSignature({
    source: memorySource(Buffer.from('Biểu tổng hợp')),
    certificate: pki.agency.der,
    chain: [pki.issuing.der],
    signedAt: new Date(),
    manner: USUAL_MANNER,
  })
  await arrive('13', ALTERED_BESIDE, signed, {
    'bieu.xlsx': Buffer.from('Biểu tổng hợp đã sửa'),
    'bieu.xlsx.p7s': signature(tokenSign(pki.agency, 'rsa-pkcs1', 'sha256', hash.message)),
  })
})

afterAll(async () => {
  await office.close()
  await desk.hub.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Sends a packet as the commune does. */
async function arrive(
  number: string,
  subject: string,
  attachment: Uint8Array,
  beside: Readonly<Record<string, Uint8Array>> = {},
): Promise<void> {
  const { url, systemId, secret } = desk.sender.furnishing.hub
  const commune = vxpTransport({ endpoint: url, systemId, secret })
  try {
    const files = Object.entries({ [`${number}-UBND-VP.pdf`]: attachment, ...beside })
    const packet = packetWith(
      files.map(([name, content], index) => ({
        contentId: `cid:${String(index)}`,
        name,
        contentType: 'application/octet-stream',
        description: name,
        content,
      })),
    )
      .replaceAll('07/UBND-VP', `${number}/UBND-VP`)
      .replace('<edXML:CodeNumber>07<', `<edXML:CodeNumber>${number}<`)
      .replace(/(<edXML:Subject>)[^<]*/, `$1${subject}`)
    await commune.send(packetOf(Buffer.from(packet)))
  } finally {
    await commune.close()
  }
}

async function axeFindsNothing(name: string): Promise<void> {
  expect(await judgeScreen(office, join(outDir, name))).toEqual([])
}

test('the report names every signer and folds the technical part away until a key opens it', async () => {
  const { page } = office
  await office.openArrived(GOOD)
  expect(await office.verdict()).toMatch(/^Chữ ký hợp lệ/)
  await page.getByRole('button', { name: 'Chi tiết', exact: true }).click()
  const report = page.getByRole('dialog', { name: 'Chi tiết kiểm tra chữ ký' })
  const person = report.getByRole('region', { name: 'Chữ ký 1: Nguyễn Văn Mẫu' })
  await person.getByText('Cá nhân').waitFor()
  await report
    .getByRole('region', { name: 'Chữ ký 4: UBND xã Suối Ngọc' })
    .getByText('Cơ quan, tổ chức')
    .waitFor()
  const algorithm = person.getByText('RSA 2048 bit, SHA-256')
  expect(await algorithm.isVisible()).toBe(false)
  await person.getByText('Thông tin kỹ thuật').focus()
  await page.keyboard.press('Enter')
  await algorithm.waitFor()
  expect(await person.getByText('Được phép: chữ ký tiếp theo').isVisible()).toBe(true)
  expect(await person.getByText('gốc được tin cậy').isVisible()).toBe(true)
  await axeFindsNothing('report')
  await page.keyboard.press('Escape')
  await report.waitFor({ state: 'detached' })
})

test('the document is shown as a signer saw it, and what came after is said', async () => {
  const { page } = office
  await office.openArrived(GOOD)
  const versions = page.getByLabel('Bản đang xem')
  expect(await versions.locator('option').allInnerTexts()).toEqual([
    'Như đã nhận',
    'Như khi Nguyễn Văn Mẫu ký',
    'Như khi UBND xã Suối Ngọc (chữ ký 2) ký',
    'Như khi UBND xã Suối Ngọc (chữ ký 3) ký',
    'Như khi UBND xã Suối Ngọc (chữ ký 4) ký',
  ])
  await versions.selectOption('Như khi Nguyễn Văn Mẫu ký')
  await page.getByRole('status').getByText('Đang xem bản: Như khi Nguyễn Văn Mẫu ký.').waitFor()
  await page.getByText('Sau lần ký này chỉ có thêm chữ ký và dữ liệu kèm theo chữ ký.').waitFor()
  await axeFindsNothing('as-signed')
  await versions.selectOption('Như đã nhận')
  await page.getByText('Sau lần ký này chỉ có thêm').waitFor({ state: 'detached' })
})

test('a document whose signatures were taken out does not pass for unsigned, and what was signed can be seen', async () => {
  const { page } = office
  await office.openArrived(STRIPPED)
  expect(await office.verdict()).toMatch(/^Chữ ký không hợp lệ/)
  await page.getByText('Tệp chứa chữ ký đã bị gỡ khỏi văn bản hoặc bị giấu đi').first().waitFor()
  await page.getByLabel('Bản đang xem').selectOption('Như khi Nguyễn Văn Mẫu ký (chữ ký đã bị gỡ)')
  await page.getByText('Chữ ký này đã bị gỡ khỏi tệp hiện có').waitFor()
  await axeFindsNothing('removed')
})

test('a bad file beside a good document is named in the report with its own reasons', async () => {
  const { page } = office
  await office.openArrived(ALTERED_BESIDE)
  expect(await office.verdict()).toMatch(/^Chữ ký không hợp lệ/)
  await page.getByRole('button', { name: 'Chi tiết', exact: true }).click()
  const report = page.getByRole('dialog', { name: 'Chi tiết kiểm tra chữ ký' })
  const beside = report.getByRole('region', { name: 'Tệp kèm theo: bieu.xlsx.p7s' })
  await beside.getByText('Nội dung văn bản đã bị thay đổi').first().waitFor()
  await beside.getByRole('region', { name: 'Chữ ký 1: UBND xã Suối Ngọc' }).waitFor()
  await axeFindsNothing('beside')
  await page.keyboard.press('Escape')
  await report.waitFor({ state: 'detached' })
})

test('published roots wait with their fingerprints until they were compared', async () => {
  const { page } = office
  await office.go('Cài đặt')
  const trust = page.getByRole('region', { name: 'Nơi cấp chứng thư tin cậy' })
  await trust.getByText(/nơi cấp chờ đối chiếu/).click()
  const name = 'VIETNAM NATIONAL ROOT CA - USBTOKEN'
  await trust.getByText('4180 3135 F13A 6359').waitFor()
  await axeFindsNothing('trust')
  await trust.getByRole('button', { name: `Xác nhận ${name}` }).click()
  await page.getByRole('button', { name: 'Đã đối chiếu, tin cậy' }).click()
  await trust.getByText('đã công bố, cơ quan đã đối chiếu').waitFor()
  await trust.getByRole('button', { name: `Bỏ ${name} khỏi danh sách tin cậy` }).waitFor()
})
