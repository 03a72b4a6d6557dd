import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ERROR_TEXT } from '../../src/shared/errors.vi.ts'
import { MODULE_PATH } from '../helpers/softhsm.ts'
import { makeFaultShim, type FaultShim } from '../native/fault-shim.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow, projectPath, type DraftWords } from './office-window.ts'
import { makeWalkDesk, pinsOf, type WalkDesk } from './walk-desk.ts'

const PINS = pinsOf('softhsm')
const PDF = projectPath('test/fixtures/cong-van.pdf')
let dir: string
let desk: WalkDesk
let shim: FaultShim
let office: OfficeWindow
let code: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'vanthu-crash-'))
  desk = await makeWalkDesk(dir, 'softhsm')
  await desk.hub.start()
  shim = makeFaultShim(join(dir, 'shim'), { modulePath: MODULE_PATH, env: desk.sender.env })
  office = new OfficeWindow({
    dataDir: join(dir, 'office'),
    env: shim.env,
    electronPath: electronPath(),
  })
  await office.open()
  code = await office.furnish({ ...desk.sender.furnishing, module: { path: shim.modulePath } })
  await office.waitForDirectory('so noi vu')
})

afterAll(async () => {
  await office.close()
  await desk.hub.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Kills the engine's process alone, and opens the office again where its key is not kept by the system. */
async function killEngine(): Promise<void> {
  const pid = await office.app.evaluate(
    ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Văn Thư engine')?.pid,
  )
  if (pid === undefined) throw new Error('no engine is running')
  process.kill(pid, 'SIGKILL')
  await office.page.getByText(ERROR_TEXT['app/engine-lost'].title).first().waitFor()
  await office.unlock(code)
}

function wordsFor(subject: string): DraftWords {
  return {
    typeName: 'Công văn',
    codeNotation: 'UBND-VP',
    subject,
    place: 'Suối Ngọc',
    signerName: 'Nguyễn Văn Mẫu',
    signerPosition: 'PHÓ CHỦ TỊCH',
    competence: 'KT. CHỦ TỊCH',
    recipient: 'Sở Nội vụ tỉnh Thanh Vân',
    toPlaces: 'Như trên',
  }
}

test('the engine dies while the clerk types: the window says so, goes on, and keeps every word', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  const field = page.getByLabel('Trích yếu')
  await field.fill('V/v chưa kịp lưu')
  await killEngine()

  expect(await field.inputValue()).toBe('V/v chưa kịp lưu')
  await page.getByText(/^Đã lưu lúc/).waitFor()
  const { rows } = await office.ask('outgoing.list', { box: 'drafts' })
  expect(rows.map(({ subject }) => subject)).toEqual(['V/v chưa kịp lưu'])
})

test('the driver dies in the middle of a signature: the clerk is told, and signs on the second try', async () => {
  const subject = 'V/v ký lại sau khi trình điều khiển dừng'
  await office.draft(wordsFor(subject), PDF)
  await office.freeze()
  shim.set({ 'crash-at': 'Sign' })
  await office.page.getByLabel('Mã PIN của token người ký').fill(PINS.person)
  await office.page.getByRole('button', { name: 'Ký văn bản' }).click()
  await office.page.getByRole('alert').getByText(ERROR_TEXT['sign/process-lost'].title).waitFor()
  expect(await office.page.getByLabel('Mã PIN của token người ký').inputValue()).toBe('')
  expect(shim.calls('Login')).toBe(1)

  // As chatty as it may be: what a driver prints goes nowhere, and holds nothing up.
  shim.clear()
  shim.set({ print: 100_000 })
  await office.sign(PINS.person)
  expect(shim.calls('Login')).toBe(1)
})

test('the engine dies while a document waits for the line: it is there, and leaves once', async () => {
  await desk.hub.stop()
  await office.waitForStatus(/^Ngoại tuyến/)
  await office.seal(PINS.agency)
  await office.waitForStatus(/^1 văn bản chờ gửi/)
  await killEngine()

  await office.waitForStatus(/^1 văn bản chờ gửi/)
  await desk.hub.start()
  await office.waitForStatus(/^Hộp gửi trống/)
  expect((await desk.hub.accepted()).filter(({ kind }) => kind === 'edoc')).toHaveLength(1)
})
