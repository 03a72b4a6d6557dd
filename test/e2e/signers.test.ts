import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { addPerson, draftWith, RECEIVER, type Call, type OtherPerson } from '../helpers/office.ts'
import { makeShimDesk, type ShimDesk } from '../life/shim-desk.ts'
import { A4, letter } from '../pdf/letters.ts'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/** A clerk's window before documents that several persons sign, each with a token of his own. */

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'signers')
const MAIN = 'Nguyễn Văn Mẫu'
const SUBJECT = 'V/v phối hợp tổ chức ngày hội đại đoàn kết'
const WAITING = ['V/v quy chế phối hợp', 'V/v chương trình liên tịch', 'V/v thông báo lịch tiếp công dân']

// Every screen is judged twice on the way, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

let desk: ShimDesk
let office: OfficeWindow
let joint: OtherPerson
let paper: string
const problems: string[] = []

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  desk = await makeShimDesk()
  joint = addPerson(desk, desk.sender, 'Trần Thị Đồng', '313131')
  paper = desk.path('letter.pdf')
  writeFileSync(paper, await letter(A4, { second: joint.name }))
  const prepared = await desk.office(join('window', 'office'))
  for (const [at, subject] of WAITING.entries()) await frozen(prepared.call, subject, at)
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
  await office
    .screenshot(join(outDir, `failed-${task.name.slice(0, 40).replaceAll(/[^a-z]+/gi, '-')}.png`))
    .catch(() => undefined)
})
afterAll(async () => {
  await office.close()
  await desk.clear()
})

/** The first two wait for both, the main signer first and last; the third for the main signer alone. */
async function frozen(call: Call, subject: string, at: number): Promise<void> {
  const other = { competence: '', position: 'CHỦ TỊCH HỘI', fullName: joint.name, part: 'joint' as const }
  const signers = at === 2 ? {} : { coSigners: [other], signerTurn: at }
  const { id, revision, fields } = await draftWith(call, paper, RECEIVER.organId, signers)
  const saved = await call('outgoing.save', { id, revision, fields: { ...fields, subject } })
  await call('outgoing.freeze', { id, revision: saved.revision })
}

async function look(name: string): Promise<void> {
  problems.push(...(await judgeScreen(office, join(outDir, name))))
}

const panel = () => office.page.getByRole('complementary')
const steps = () => panel().getByRole('list', { name: 'Các bước' }).getByRole('listitem')

test('a draft names one signer until another is added, in an order that the keyboard can change', async () => {
  const { page } = office
  await office.draft(
    {
      typeName: 'Công văn',
      codeNotation: 'UBND-VP',
      subject: SUBJECT,
      place: 'Suối Ngọc',
      signerName: MAIN,
      signerPosition: 'PHÓ CHỦ TỊCH',
      competence: 'KT. CHỦ TỊCH',
      recipient: RECEIVER.name,
      toPlaces: 'Như trên\nLưu: VT, VP',
    },
    paper,
  )
  const signers = page.getByRole('region', { name: 'Người ký' })
  expect(await signers.getByRole('group').count()).toBe(0)
  await signers.getByRole('button', { name: 'Thêm người ký nháy' }).press('Enter')
  const first = signers.getByRole('group', { name: '1. Người ký nháy' })
  // The new box has the focus.
  await page.keyboard.type('Phạm Văn Nháy')
  expect(await first.getByLabel('Họ tên người ký').inputValue()).toBe('Phạm Văn Nháy')
  await signers.getByRole('button', { name: 'Thêm người đồng ký' }).press('Enter')
  await signers.getByRole('group', { name: '3. Người đồng ký' }).waitFor()
  await page.getByRole('button', { name: 'Chuyển ký' }).click()
  await signers.getByText('Cần điền họ tên từng người cùng ký, hoặc bỏ người đó.').waitFor()
  await look('draft-missing')

  await signers.getByRole('button', { name: 'Bỏ Phạm Văn Nháy khỏi những người ký' }).press('Enter')
  const second = signers.getByRole('group', { name: '2. Người đồng ký' })
  await second.getByLabel('Họ tên người ký').fill(joint.name)
  await second.getByLabel('Chức vụ người ký').fill('CHỦ TỊCH HỘI')
  await second.getByRole('button', { name: `Cho ${joint.name} ký sớm hơn` }).press('Enter')
  await signers.getByRole('group', { name: '1. Người đồng ký' }).waitFor()
  await signers.getByRole('button', { name: `Cho ${MAIN} ký sớm hơn` }).press('Enter')
  await second.waitFor()
  await page.getByText(/^Đã lưu lúc/).waitFor()
  await look('draft')
  await office.freeze()
})

test('each signs in turn, and the window says who has signed and who is next', async () => {
  const { page } = office
  expect(await steps().nth(0).innerText()).toMatch(new RegExp(`^${MAIN} ký\\s\\(đang làm\\)`))
  expect(await steps().nth(1).innerText()).toMatch(new RegExp(`^${joint.name} đồng ký\\s\\(chưa làm\\)`))
  await panel().getByText(`Đến lượt ${MAIN} ký bằng token của mình.`).waitFor()
  await look('first')
  await page.getByLabel('Mã PIN của token người ký').fill(desk.sender.personPin)
  await page.getByRole('button', { name: 'Ký văn bản' }).click()

  await panel().getByText(`Đến lượt ${joint.name} ký bằng token của mình.`).waitFor()
  expect(await steps().nth(0).innerText()).toMatch(new RegExp(`^${MAIN} đã ký\\s\\(đã xong\\)`))
  // His certificate is at hand, and is offered by itself.
  await panel().locator('strong').getByText(joint.name, { exact: true }).waitFor()
  await look('second')

  await office.go('Chờ ký')
  const row = page.getByRole('option', { name: SUBJECT })
  expect(await row.innerText()).toContain(`Chờ ${joint.name} ký (đã ký 1/2)`)
  await look('list')
  await row.click()
  await office.sign(joint.pin)
  expect(await steps().nth(1).innerText()).toMatch(new RegExp(`^${joint.name} đã đồng ký`))
  await look('seal')
  await office.seal(desk.sender.agencyPin)
})

test('another certificate than that of the next signer is refused before its PIN', async () => {
  const { page } = office
  await office.go('Chờ ký')
  await page.getByRole('option', { name: WAITING[0] ?? '' }).click()
  desk.shim.clear()
  await page.getByLabel('Chứng thư dùng để ký').selectOption({ label: await wordsOf(joint.name) })
  await page.getByLabel('Mã PIN của token người ký').fill(joint.pin)
  await page.getByRole('button', { name: 'Ký văn bản' }).click()
  await panel().getByRole('alert').getByText('Chưa đến lượt người giữ chứng thư này ký').waitFor()
  expect(desk.shim.calls('Login')).toBe(0)
  await look('refused')
})

/** The line of the list of certificates that begins with a name. */
async function wordsOf(name: string): Promise<string> {
  const options = await office.page.getByLabel('Chứng thư dùng để ký').locator('option').allInnerTexts()
  return options.find((words) => words.startsWith(name)) ?? ''
}

test('a batch signs what waits for the owner of the certificate, and says what it leaves', async () => {
  const { page } = office
  await office.go('Chờ ký')
  await page.getByRole('listbox', { name: 'Chờ ký' }).press('Control+a')
  const list = panel().getByRole('list', { name: 'Các văn bản đã đánh dấu' })
  await list.getByText(`đến lượt ${joint.name}, lần này không ký`).waitFor()
  await panel().getByRole('heading', { name: 'Ký 2 văn bản' }).waitFor()
  await look('batch')
  await page.getByLabel('Mã PIN của token người ký').fill(desk.sender.personPin)
  await page.getByRole('button', { name: 'Ký 2 văn bản' }).click()
  await page.getByText('Không văn bản nào đã đánh dấu đang đến lượt chủ chứng thư này ký.').waitFor()
  const { rows } = await office.ask('outgoing.list', { box: 'toSign' })
  const signed = rows.map(({ subject, signers }) => [subject, signers.map((one) => one.signed?.name)])
  expect(Object.fromEntries(signed)).toEqual({
    [WAITING[0] ?? '']: [MAIN, undefined],
    [WAITING[1] ?? '']: [undefined, undefined],
    [WAITING[2] ?? '']: [MAIN],
  })
})

test('what was sent names every signer, in the history and in the report', async () => {
  const { page } = office
  await office.go('Đã gửi')
  await page.getByRole('option', { name: SUBJECT }).first().click()
  await page.getByText(`${MAIN}, ${joint.name}`).waitFor()
  await page.getByText('Đã ký, còn chờ người ký tiếp theo').first().waitFor()
  await page.getByRole('button', { name: 'Chi tiết', exact: true }).click()
  const report = page.getByRole('dialog', { name: 'Chi tiết kiểm tra chữ ký' })
  await report.getByRole('region', { name: `Chữ ký 1: ${MAIN}` }).waitFor()
  await report.getByRole('region', { name: `Chữ ký 2: ${joint.name}` }).waitFor()
  await look('report')
})

test('axe finds nothing on any of these screens, light or dark', () => {
  expect(problems).toEqual([])
})
