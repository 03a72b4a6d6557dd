import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { RECEIVER } from '../helpers/office.ts'
import { makeShimDesk, type ShimDesk } from '../life/shim-desk.ts'
import { workFolder, type WorkFolder } from '../pdf/samples.ts'
import { scanned } from '../pdf/scans.ts'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/** A clerk's window while an electronic copy of a paper decision is made: form, scan, number, signature, sending. */

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'copy')
const SUBJECT = 'Về việc thành lập Tổ công nghệ số cộng đồng'

// Every screen is judged twice on the way, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

let desk: ShimDesk
let folder: WorkFolder
let office: OfficeWindow
const problems: string[] = []

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  folder = workFolder()
  desk = await makeShimDesk()
  const prepared = await desk.office(join('window', 'office'))
  await prepared.close()
  office = new OfficeWindow({
    dataDir: desk.path('window'),
    env: desk.shim.env,
    electronPath: electronPath(),
  })
  await office.open()
  await office.page.setViewportSize({ width: 1366, height: 768 })
  await office.unlock(prepared.recoveryCode)
  await office.waitForStatus(/^Token người ký và cơ quan đang cắm/)
}, 300_000)
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  await office.screenshot(join(outDir, 'failed.png')).catch(() => undefined)
})
afterAll(async () => {
  await office.close()
  folder.remove()
  await desk.clear()
})

async function look(name: string): Promise<void> {
  problems.push(...(await judgeScreen(office, join(outDir, name))))
}

const panel = () => office.page.getByRole('complementary')

test('the form is switched to a copy by keyboard and asks for the paper document, not for a signer', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  const form = page.getByRole('region', { name: 'Thông tin văn bản' })
  await form.getByRole('radio', { name: 'Văn bản của cơ quan' }).focus()
  await page.keyboard.press('ArrowRight')
  await form.getByRole('region', { name: 'Văn bản giấy được sao' }).waitFor()
  expect(await form.getByRole('region', { name: 'Người ký' }).count()).toBe(0)
  expect(await form.getByLabel('Ký hiệu', { exact: true }).inputValue()).toBe('SY-UBND')
  await page.getByRole('button', { name: 'Chuyển cấp số' }).click()
  await form.getByText('Cần điền số, ký hiệu của văn bản giấy.').waitFor()
  await form.getByText('Cần điền ngày ban hành của văn bản giấy.').waitFor()
  await form.getByText('Cần điền cơ quan ban hành văn bản giấy.').waitFor()
  await look('form-missing')

  await form.getByLabel('Trích yếu').fill(SUBJECT)
  const recipients = form.getByRole('combobox', { name: 'Cơ quan nhận' })
  await recipients.fill(RECEIVER.name)
  await form.getByRole('option', { name: RECEIVER.name }).first().click()
  await form.getByLabel('Địa danh').fill('Suối Ngọc')
  await form.getByLabel('Số, ký hiệu bản giấy').fill('07/QĐ-UBND')
  await form.getByLabel('Ngày ban hành bản giấy').fill('12/03/2026')
  await form.getByLabel('Cơ quan ban hành bản giấy').fill('UBND tỉnh Thanh Vân')
  await form.getByLabel('Người ký văn bản giấy', { exact: true }).fill('Phạm Văn Gốc')
})

test('a coarse grey scan is told at once and refused; a good one is not', async () => {
  const { page } = office
  const notes = page.getByRole('status', { name: 'Kiểm tra bản quét' })
  const bad = scanned(folder, 'xau.pdf', { dpi: 150, colour: false })
  await page.getByLabel('Chọn tệp PDF').setInputFiles(bad)
  await notes.getByText('Bản quét chưa đủ nét').waitFor()
  await notes.getByText('Bản quét không phải ảnh màu').waitFor()
  await look('scan-refused')
  await page.getByRole('button', { name: 'Chuyển cấp số' }).click()
  await page.getByRole('alert').getByText('Bản quét chưa đủ nét').waitFor()

  await page.getByLabel('Thay tệp PDF').setInputFiles(scanned(folder, 'ban-quet.pdf'))
  await notes.getByText('Bản quét chưa đủ nét').waitFor({ state: 'detached' })
  expect(await notes.innerText()).toBe('')
  expect(await page.getByText('Bản quét chưa đủ nét').count()).toBe(0)
  await page.getByText(/^Đã lưu lúc/).waitFor()
  await page.getByRole('radio', { name: 'Bản sao điện tử từ văn bản giấy' }).focus()
  await page.getByText('Đã nhập ban-quet.pdf.').waitFor({ state: 'detached' })
  await look('form')
})

test('it goes to the agency alone, gets the first number of the copies, and is sent as a copy', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Chuyển cấp số' }).click()
  await panel().getByRole('heading', { name: 'Cấp số và ký bản sao' }).waitFor()
  const steps = panel().getByRole('list', { name: 'Các bước' }).getByRole('listitem')
  expect(await steps.count()).toBe(3)
  expect(await steps.nth(0).innerText()).toMatch(/^Cấp số, ngày\s\(đang làm\)/)
  await panel()
    .getByText(/góc trên bên phải trang 1, theo quy định/)
    .waitFor()
  await look('seal')
  await office.go('Chờ ký')
  const waiting = page.getByRole('option', { name: SUBJECT })
  expect(await waiting.innerText()).toMatch(/Bản sao điện tử · Sao y[\s\S]*Chờ cấp số, đóng dấu/)
  await look('list')
  await waiting.click()
  expect(desk.shim.calls('Login')).toBe(0)
  await page.getByLabel('Mã PIN của token cơ quan').fill(desk.sender.agencyPin)
  await page.getByRole('button', { name: 'Ký bản sao và gửi' }).click()
  await page.getByRole('heading', { name: 'Hộp gửi', exact: true }).waitFor()
  await office.waitForStatus(/^Hộp gửi trống/)
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 1])

  await office.go('Đã gửi')
  await page.getByRole('option', { name: SUBJECT }).first().click()
  const sent = page.getByRole('region', { name: '01/SY-UBND' })
  await sent.getByText('Bản sao điện tử · Sao y').waitFor()
  await sent.getByText('07/QĐ-UBND · 12/03/2026 · UBND tỉnh Thanh Vân · Phạm Văn Gốc').waitFor()
  expect(await office.verdict()).toMatch(/^Chữ ký hợp lệ/)
  await look('sent')
})

test('axe finds nothing on any of these screens, light or dark', () => {
  expect(problems).toEqual([])
})
