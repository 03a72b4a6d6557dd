/** What is put right about a document after it was sent, as the clerks of both offices see it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXAMPLE_DOCUMENT } from '../envelope/packets.ts'
import { RECEIVER } from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { SUBJECT, updatePacket, type Update } from '../incoming/update-packets.ts'
import { judgeScreen } from './axe.ts'
import { electronPath } from './electron-path.ts'
import { perform, stepsOfChapter } from './guide.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'update')
/** In whose name the hub takes what a test puts into it. */
const FROM = 'H99'

let dir: string

beforeAll(() => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  dir = mkdtempSync(join(tmpdir(), 'vanthu-update-'))
})

afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

describe('at the office that has the document', () => {
  let hub: HubProcess
  let office: OfficeWindow

  beforeAll(async () => {
    hub = await startHubProcess()
    office = new OfficeWindow({ dataDir: join(dir, 'receiver'), env: {}, electronPath: electronPath() })
    await office.open()
    const [, { systemId, secret }] = OFFICES
    await office.establish({
      agency: RECEIVER,
      clerkName: 'Phạm Thị Ví Dụ',
      hub: { kind: 'vxp', url: `${hub.url}/vxp`, systemId, secret },
    })
  })

  afterAll(async () => {
    await office.close()
    await hub.remove()
  })

  const bring = (packet: string) => hub.inject(Buffer.from(packet), RECEIVER.organId)
  const update = (more: Update) => bring(updatePacket({ from: FROM, ...more }))

  test('a document that is not registered yet takes the update in, and says so', async () => {
    const { page } = office
    await bring(EXAMPLE_DOCUMENT.replace('<edXML:OrganId>H99.88.01<', `<edXML:OrganId>${FROM}<`))
    await office.go('Mới đến')
    await page.getByRole('heading', { name: SUBJECT }).waitFor()
    await update({ minute: 1, dueDate: '2026/02/20' })
    await page.getByText('Bên gửi đã cập nhật văn bản này.').waitFor()
    expect(await judgeScreen(office, join(outDir, 'taken'))).toEqual([])
  })

  test('of a registered one the clerk sees old and new, and agrees by the keyboard', async () => {
    const { page } = office
    await page.getByRole('button', { name: /^Tiếp nhận, vào sổ/ }).click()
    await update({ minute: 2, subject: 'V/v tập huấn văn thư năm 2026', dueDate: '2026/02/20' })
    await office.go('Bên gửi yêu cầu')
    await page.getByText('Bên gửi đề nghị cập nhật văn bản này.').waitFor()
    await page.getByRole('deletion').getByText(SUBJECT).first().waitFor()
    expect(await judgeScreen(office, join(outDir, 'asked'))).toEqual([])
    const agree = page.getByRole('button', { name: 'Đồng ý cập nhật' })
    await agree.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'V/v tập huấn văn thư năm 2026' }).waitFor()
    await agree.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'Các lần cập nhật' }).waitFor()
    expect(await judgeScreen(office, join(outDir, 'agreed'))).toEqual([])

    await office.go('Sổ đăng ký')
    await page.getByLabel('Sổ', { exact: true }).selectOption({ label: 'Sổ đăng ký văn bản đến' })
    await page.locator('td s').filter({ hasText: SUBJECT }).first().waitFor()
  })

  test('another one is refused with a reason', async () => {
    const { page } = office
    await update({ minute: 3, subject: 'Nội dung khác hẳn' })
    await office.go('Bên gửi yêu cầu')
    await page.getByRole('button', { name: 'Từ chối…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Từ chối cập nhật?' })
    await dialog.getByRole('button', { name: 'Từ chối cập nhật' }).click()
    await dialog.getByText('Cần ghi lý do').waitFor()
    await dialog.getByLabel('Lý do từ chối').fill('Trích yếu không khớp văn bản đã ký')
    await dialog.getByRole('button', { name: 'Từ chối cập nhật' }).click()
    await page.getByText('Đã từ chối cập nhật.').waitFor()
    await page.getByRole('heading', { name: 'V/v tập huấn văn thư năm 2026' }).waitFor()
  })
})

test('the office that sent it puts the deadline right, and reads that the update was taken in', async () => {
  const office = new OfficeWindow({ dataDir: join(dir, 'sender'), env: {}, electronPath: electronPath() })
  try {
    await office.open()
    const { page } = office
    await page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
    for (const { number, acts } of stepsOfChapter('Gửi văn bản đầu tiên (tập dùng)')) {
      if (number > 8) break
      for (const act of acts) await perform(page, act)
      await page.locator('h1').first().waitFor()
      // A page begun anew begins the form beside it anew.
      if (number === 2) await page.getByRole('textbox', { name: 'Nội dung văn bản' }).waitFor()
      await office.settle()
    }
    const act = page.getByRole('button', { name: 'Cập nhật…' })
    await act.click()
    const sheet = page.getByRole('dialog', { name: /^Cập nhật văn bản/ })
    await sheet.getByText('Trích yếu và độ khẩn đã in trên văn bản đã ký').waitFor()
    await sheet.getByRole('button', { name: 'Gửi cập nhật' }).click()
    await sheet.getByText('Cần ghi lý do').waitFor()
    await sheet.getByLabel('Hạn trả lời').fill('31/12/2099')
    await sheet.getByLabel('Lý do cập nhật').fill('Gia hạn trả lời')
    expect(await judgeScreen(office, join(outDir, 'sheet'))).toEqual([])
    await sheet.getByRole('button', { name: 'Gửi cập nhật' }).click()
    await sheet.waitFor({ state: 'detached' })
    // The focus is where it came from.
    expect(await act.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.getByText('Đã nhận cập nhật').filter({ visible: true }).first().waitFor()
    await page.getByRole('region', { name: 'Các lần cập nhật' }).filter({ visible: true }).waitFor()
    expect(await judgeScreen(office, join(outDir, 'sent'))).toEqual([])
  } finally {
    await office.close()
  }
}, 300_000)
