/** Whom a draft is for: groups of recipients, and those that the directory does not know any more. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SENDER } from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { judgeScreen } from './axe.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'recipients')

let dir: string
let hub: HubProcess
let office: OfficeWindow

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  dir = mkdtempSync(join(tmpdir(), 'vanthu-recipients-'))
  hub = await startHubProcess()
  office = new OfficeWindow({ dataDir: dir, env: {}, electronPath: electronPath() })
  await office.open()
  const [{ systemId, secret }] = OFFICES
  await office.establish({
    agency: SENDER,
    clerkName: 'Lê Thị Thử',
    hub: { kind: 'vxp', url: `${hub.url}/vxp`, systemId, secret },
  })
  await office.waitForDirectory('Sở Nội vụ')
})

afterAll(async () => {
  await office.close()
  await hub.remove()
  rmSync(dir, { recursive: true, force: true })
})

function form() {
  return office.page.getByRole('region', { name: 'Thông tin văn bản' })
}

async function begin() {
  await office.page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  await form().waitFor()
}

const chosen = () => form().getByRole('list', { name: 'Các cơ quan nhận đã chọn' }).getByRole('listitem')

test('recipients are kept as a group and taken into another draft', async () => {
  const { page } = office
  await begin()
  const box = form().getByRole('combobox', { name: 'Cơ quan nhận' })
  for (const name of ['Sở Nội vụ tỉnh Thanh Vân', 'UBND tỉnh Thanh Vân']) {
    await box.fill(name)
    await form().getByRole('option', { name }).first().click()
  }
  await form().getByRole('button', { name: 'Nhóm nơi nhận…' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Chưa có nhóm nào.').waitFor()
  await sheet.getByRole('button', { name: 'Lưu nơi nhận thành nhóm' }).click()
  await sheet.getByRole('button', { name: 'Lưu', exact: true }).click()
  await sheet.getByText('Cần đặt tên cho nhóm.').waitFor()
  await sheet.getByLabel('Tên nhóm').fill('Báo cáo tỉnh')
  expect(await judgeScreen(office, join(outDir, 'group-form'))).toEqual([])
  await sheet.getByLabel('Tên nhóm').press('Enter')
  await sheet.getByRole('button', { name: 'Dùng nhóm Báo cáo tỉnh' }).waitFor()
  expect(await judgeScreen(office, join(outDir, 'groups'))).toEqual([])
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })

  await begin()
  const open = form().getByRole('button', { name: 'Nhóm nơi nhận…' })
  await open.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Dùng nhóm Báo cáo tỉnh' }).press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await chosen().count()).toBe(2)
})

test('who is not in the directory any more is named before the draft is handed on, and taken off', async () => {
  const { page } = office
  await page.getByText(/^Đã lưu lúc/).waitFor()
  const [row] = (await office.ask('outgoing.list', { box: 'drafts' })).rows
  if (row === undefined) throw new Error('there is no draft')
  const { id, revision, fields } = await office.ask('outgoing.one', { id: row.id })
  await office.go('Dự thảo')
  const recipients = [...fields.recipients, 'H99.77.01']
  await office.ask('outgoing.save', {
    id,
    revision,
    fields: { ...fields, subject: 'V/v nơi nhận cũ', recipients },
  })
  await office.openDraft('V/v nơi nhận cũ')
  await form().getByText('Không còn trong danh mục', { exact: true }).waitFor()
  await form()
    .getByText(/1 cơ quan nhận không còn trong danh mục/)
    .waitFor()
  expect(await judgeScreen(office, join(outDir, 'struck-off'))).toEqual([])
  await form()
    .getByRole('button', { name: /^Bỏ H99\.77\.01/ })
    .click()
  await form().getByText('Không còn trong danh mục', { exact: true }).waitFor({ state: 'detached' })
  expect(await chosen().count()).toBe(2)
})
