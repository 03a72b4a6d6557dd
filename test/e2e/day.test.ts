import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { letterArrives, makeDayDesk, PEOPLE, type DayDesk } from './day-desk.ts'
import {
  ANSWER,
  answer,
  approveAndSign,
  backUp,
  correct,
  CORRECTED,
  DRAFTED,
  enter,
  finish,
  openIn,
  printRegisters,
  registerAndAssign,
  restore,
  sealAndSend,
  sendBack,
  takeOnDrafter,
  URGENT,
  writeAndSubmit,
} from './day.ts'
import { projectPath, type OfficeWindow } from './office-window.ts'

/** A whole day of a clerk, a leader and a drafter at one PC, in a real window, with every screen judged on the way. */

/** Kept, so that a person can look at what they saw. */
const outDir = projectPath('out', 'e2e', 'day')
// Every screen is judged three times on the way, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

let day: DayDesk
let stick: string
const problems: string[] = []
const looked = new Set<string>()

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  day = await makeDayDesk(electronPath(), ['leader'])
  await day.office.open()
  await day.office.page.setViewportSize({ width: 1366, height: 768 })
  await day.office.unlock(day.recoveryCode)
})
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  await day.office.screenshot(join(outDir, 'failed.png')).catch(() => undefined)
})
afterAll(async () => {
  await day.close()
})

async function look(name: string, office: OfficeWindow = day.office): Promise<void> {
  const number = String(looked.size + 1).padStart(2, '0')
  looked.add(name)
  problems.push(...(await judgeScreen(office, join(outDir, `${number}-${name}`))))
}

/** Who did what to a sent document, in order. */
async function doings(subject: string): Promise<[string, string | undefined][]> {
  const { history } = await day.office.ask('outgoing.one', { id: await sentId(day.office, subject) })
  return history
    .filter(({ subjectKind, event }) => subjectKind === 'outgoing' && event !== 'status')
    .map(({ event, actor }) => [event, actor])
}

async function sentId(office: OfficeWindow, subject: string): Promise<DocumentId> {
  const { rows } = await office.ask('outgoing.list', { box: 'sent' })
  const found = rows.find((row) => row.subject === subject)
  if (found === undefined) throw new Error(`${subject} was not sent`)
  return found.id
}

/** The correspondent has it, with valid signatures. */
async function arrivedAt(subject: string): Promise<DocumentId> {
  const { correspondent } = day
  return correspondent.until(`${subject} has arrived`, async () => {
    const { rows } = await correspondent.call('incoming.list', { box: 'new' })
    return rows.find((row) => row.subject === subject && row.verdict === 'valid')?.id
  })
}

async function documentsTaken(): Promise<number> {
  const entries = await day.hub.ledger()
  return entries.filter((entry) => entry.event === 'accepted' && 'kind' in entry && entry.kind === 'edoc')
    .length
}

test('three people work at one PC, and each shows who they are', async () => {
  await day.office.page.getByRole('heading', { name: 'Ai đang làm việc?' }).waitFor()
  await look('lock')
  await takeOnDrafter(day, look)
  const people = await day.office.ask('people.list', {})
  expect(people.map(({ name, roles }) => [name, roles])).toEqual([
    [PEOPLE.clerk, ['clerk', 'administrator']],
    [PEOPLE.leader, ['leader']],
    [PEOPLE.drafter, ['drafter']],
  ])
})

test('a letter is written here, returned, corrected, signed, sealed and sent, and read elsewhere', async () => {
  const { office, desk, correspondent } = day
  await writeAndSubmit(day, look)
  await sendBack(day, look)
  await correct(day, look)
  await approveAndSign(day, CORRECTED, look)
  await sealAndSend(day, CORRECTED, look)
  const id = await arrivedAt(CORRECTED)
  await correspondent.call('incoming.register', { id })
  await office.go('Đã gửi')
  await office.page.getByRole('option', { name: CORRECTED }).getByText('Đã tiếp nhận').waitFor()
  await look('sent')

  expect(await doings(CORRECTED)).toEqual([
    ['create', PEOPLE.drafter],
    ['propose', PEOPLE.drafter],
    ['sendBack', PEOPLE.leader],
    ['propose', PEOPLE.drafter],
    ['approve', PEOPLE.leader],
    ['sign', PEOPLE.leader],
    ['number', PEOPLE.clerk],
    ['seal', PEOPLE.clerk],
    ['submit', PEOPLE.clerk],
    ['accept', undefined],
    ['confirm', undefined],
  ])

  const path = desk.path('sealed.pdf')
  await office.saveOutgoing(await sentId(office, CORRECTED), 'sealed', path)
  execFileSync('qpdf', ['--check', path])
  const said = execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
  const count = said.match(/Signature #\d+:/g)?.length ?? 0
  expect(count).toBeGreaterThanOrEqual(2)
  expect(said.match(/Signature is Valid/g)).toHaveLength(count)
  expect(said).toContain('Total document signed')
  const read = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).normalize('NFC')
  expect(read).toMatch(/Số:\s+01\s*\/UBND-VP/)
  expect(read).toContain('đạt 99,2 %')
})

test('an urgent document announces itself, is registered, given out, answered without a line, and finished', async () => {
  const { office, hub, correspondent } = day
  await enter(office, 'clerk')
  await letterArrives(day, URGENT, 3)
  await registerAndAssign(day, look)
  await answer(day, look)
  await approveAndSign(day, ANSWER)
  await hub.faults({ down: true })
  await office.waitForStatus(/^Ngoại tuyến/)
  await sealAndSend(day, ANSWER)
  await office.waitForStatus(/văn bản chờ gửi/)
  await look('outbox-offline')
  stick = await backUp(day, look)
  await hub.faults({ down: false })
  await office.waitForStatus(/^Hộp gửi trống/)
  const id = await arrivedAt(ANSWER)
  expect((await correspondent.call('incoming.one', { id })).answers).toEqual(['01/SNV-VTLT'])
  await finish(day, look)
  await correspondent.until('its sender knows that it is finished', async () => {
    const { rows } = await correspondent.call('outgoing.list', { box: 'sent' })
    return rows.find(({ subject }) => subject === URGENT)?.recipients[0]?.state === 'finished'
      ? true
      : undefined
  })
})

test('the registers are printed, with what was corrected', async () => {
  const printed = await printRegisters(day, look)
  const read = (title: string) =>
    execFileSync('pdftotext', ['-layout', printed.get(title) ?? '', '-'], { encoding: 'utf8' }).normalize(
      'NFC',
    )
  const outgoing = read('Sổ đăng ký văn bản đi')
  expect(outgoing).toContain('SỔ ĐĂNG KÝ VĂN BẢN ĐI')
  expect(outgoing).toMatch(/01\/UBND-VP/)
  expect(outgoing).toContain('Đính chính: trước là “VT, VP”')
  expect(read('Sổ đăng ký văn bản đến')).toContain('01/SNV-VTLT')
  const handling = read('Sổ theo dõi giải quyết văn bản đến')
  expect(handling).toContain('Hoàn thành')
  for (const path of printed.values()) execFileSync('qpdf', ['--check', path])
})

test('the office comes back on another PC with the same documents, and sends nothing again', async () => {
  const before = await documentsTaken()
  await day.office.close()
  const fresh = await restore(day, stick, look)
  try {
    // Of yesterday: in the backup the answer still waits, and the hub is asked before anything is sent.
    await fresh.waitForStatus(/^Hộp gửi trống/)
    expect(await sentId(fresh, CORRECTED)).toBeDefined()
    expect(await sentId(fresh, ANSWER)).toBeDefined()
    const handled = await fresh.ask('incoming.handling', {})
    expect(handled.rows.map(({ subject }) => subject)).toEqual([URGENT])
    expect(await documentsTaken()).toBe(before)
  } finally {
    await fresh.close()
    await day.office.open()
    await day.office.page.setViewportSize({ width: 1366, height: 768 })
    await day.office.unlock(day.recoveryCode)
  }
})

test('every other screen is shown too, and axe finds nothing on any, in no light', async () => {
  const { office } = day
  const { page } = office
  await enter(office, 'clerk')
  for (const place of [
    'Dự thảo',
    'Chờ ký',
    'Hộp gửi',
    'Mới đến',
    'Bên gửi yêu cầu',
    'Cách ly',
    'Trả lại, thu hồi',
  ]) {
    await office.go(place)
    await look(`empty ${place}`.replaceAll(/[ ,]+/g, '-'))
  }
  await office.go('Hôm nay')
  await page.getByText('Năm 2026').first().waitFor()
  await look('home')
  await openIn(office, 'Đã vào sổ', URGENT)
  await page.getByRole('region', { name: URGENT }).waitFor()
  await look('registered')
  await page.getByRole('button', { name: 'Chi tiết', exact: true }).click()
  await look('verdict-sheet')
  await page.keyboard.press('Escape')
  await page.keyboard.press('F1')
  await page.getByRole('dialog', { name: 'Phím tắt' }).waitFor()
  await look('shortcuts')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Người đang làm việc/ }).click()
  await look('who-is-at-work')
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'Tìm văn bản' }).fill('cai cach hanh chinh')
  await page.getByRole('option', { name: DRAFTED.subject }).first().waitFor()
  await look('search-box')
  await page.keyboard.press('Enter')
  await page.getByRole('listbox', { name: 'Kết quả tìm kiếm' }).waitFor()
  await look('search')
  await page.setViewportSize({ width: 1000, height: 620 })
  await look('small-window')
  expect(looked.size).toBeGreaterThan(40)
  expect(problems).toEqual([])
})
