import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { electronPath } from './electron-path.ts'
import { letterArrives, makeDayDesk, PASSWORD, PEOPLE, type DayDesk, type Who } from './day-desk.ts'
import { ANSWER, DRAFTED, told, URGENT } from './day.ts'
import { Keys } from './keys.ts'
import { projectPath } from './office-window.ts'

/** The day's tasks by the keyboard alone: no pointer, and the focus always somewhere and seen. */

const outDir = projectPath('out', 'e2e', 'keyboard')
vi.setConfig({ testTimeout: 300_000 })

let day: DayDesk
let keys: Keys

beforeAll(async () => {
  mkdirSync(outDir, { recursive: true })
  day = await makeDayDesk(electronPath(), ['leader', 'drafter'])
  await day.office.open()
  await day.office.page.setViewportSize({ width: 1366, height: 768 })
  keys = new Keys(day.office)
  await day.office.page.getByLabel('Mã khôi phục').waitFor()
  await keys.type(day.recoveryCode)
  await keys.press('Enter')
})
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  await day.office.screenshot(join(outDir, 'failed.png')).catch(() => undefined)
})
afterAll(async () => {
  await day.close()
})

const page = () => day.office.page
const button = (name: string | RegExp) => page().getByRole('button', { name })
const box = (name: string) => page().getByRole('textbox', { name, exact: true })

/** Ctrl L, a name by the arrows, the password, Enter. */
async function enter(who: Who): Promise<void> {
  const people = page().getByRole('radiogroup', { name: 'Người làm việc' })
  if (!(await people.isVisible())) await keys.press('Control+l')
  await keys.choose(people, people.getByRole('radio', { name: PEOPLE[who] }))
  await keys.to(box('Mật khẩu'))
  await keys.type(PASSWORD)
  await keys.press('Enter')
  await page().getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
}

/** F6 to the links on the left, and over them to a place. */
async function goTo(place: string): Promise<void> {
  const places = page().getByRole('navigation', { name: 'Mục làm việc' })
  await keys.into(places, 'F6')
  await keys.enter(places.getByRole('link', { name: place }))
}

async function openRow(place: string, subject: string): Promise<void> {
  await goTo(place)
  await keys.toRow(
    page().getByRole('listbox', { name: place }),
    page().getByRole('option', { name: subject }),
  )
  await keys.press('Enter')
}

/** "Trình lãnh đạo" of the draft that is open. */
async function submit(): Promise<void> {
  await keys.enter(button('Trình lãnh đạo'), 'Shift+Tab')
  await keys.enter(page().getByRole('dialog').getByRole('button', { name: 'Trình duyệt' }))
  await page().getByRole('complementary', { name: 'Thông tin văn bản' }).waitFor()
}

/** The leader signs and the clerk seals what was submitted. */
async function signAndSend(subject: string): Promise<void> {
  const { sender } = day.desk
  await enter('leader')
  await openRow('Chờ duyệt', subject)
  await keys.enter(button('Duyệt và ký'))
  await keys.to(box('Mã PIN của token người ký'))
  await keys.type(sender.personPin)
  await keys.press('Enter')
  await page().getByRole('complementary', { name: 'Chờ văn thư cấp số, đóng dấu' }).waitFor()
  await enter('clerk')
  await openRow('Chờ ký', subject)
  await keys.to(box('Mã PIN của token cơ quan'))
  await keys.type(sender.agencyPin)
  await keys.press('Enter')
  await page().getByRole('heading', { name: 'Hộp gửi', exact: true }).waitFor()
}

test('a letter is written, submitted, signed, numbered, sealed and sent', async () => {
  await enter('drafter')
  await keys.press('Control+n')
  const form = page().getByRole('region', { name: 'Thông tin văn bản' })
  await keys.write(form.getByLabel('Ký hiệu', { exact: true }), DRAFTED.codeNotation)
  await keys.write(form.getByLabel('Trích yếu'), DRAFTED.subject)
  await keys.to(form.getByRole('combobox', { name: 'Cơ quan nhận' }))
  await keys.type('so noi vu')
  await form.getByRole('option', { name: DRAFTED.recipient }).waitFor()
  await keys.press('Enter')
  await keys.write(form.getByLabel('Địa danh'), DRAFTED.place)
  await keys.write(form.getByLabel('Họ tên người ký'), DRAFTED.signerName)
  await keys.write(form.getByLabel('Chức vụ người ký'), DRAFTED.signerPosition)
  await keys.write(form.getByLabel('Nơi nhận ghi trên văn bản'), DRAFTED.toPlaces)
  await keys.enter(button('Soạn tại đây'))
  await keys.write(box('Kính gửi (mỗi nơi một dòng)'), DRAFTED.recipient)
  await keys.to(box('Nội dung văn bản'))
  await keys.press('Control+End')
  await keys.type('Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,2 %.')
  await submit()
  await signAndSend(DRAFTED.subject)
  await day.correspondent.until('the letter has arrived', async () => {
    const { rows } = await day.correspondent.call('incoming.list', { box: 'new' })
    return rows.find(({ subject }) => subject === DRAFTED.subject)
  })
})

test('an arrival is registered, assigned, answered and finished', async () => {
  await letterArrives(day, URGENT, 3)
  await keys.enter(
    page()
      .getByRole('alert')
      .getByRole('link', { name: /Mở văn bản/ }),
  )
  await page().getByRole('region', { name: URGENT }).waitFor()
  await keys.enter(button(/^Tiếp nhận, vào sổ số/))
  await told(day.office, /^Đã vào sổ số/)
  await keys.enter(button('Giao xử lý…'))
  const sheet = page().getByRole('dialog', { name: 'Giao xử lý văn bản' })
  await keys.select(sheet.getByLabel('Giao cho'), `${PEOPLE.drafter} · Công chức Văn phòng – Thống kê`)
  await keys.enter(sheet.getByRole('button', { name: 'Giao xử lý' }))
  await told(day.office, `Đã giao ${PEOPLE.drafter} xử lý.`)

  await enter('drafter')
  await openRow('Đang xử lý', URGENT)
  await keys.enter(button('Soạn trả lời'))
  const form = page().getByRole('region', { name: 'Thông tin văn bản' })
  await keys.write(form.getByLabel('Trích yếu'), ANSWER)
  await keys.write(form.getByLabel('Địa danh'), DRAFTED.place)
  await keys.write(form.getByLabel('Họ tên người ký'), DRAFTED.signerName)
  await keys.write(form.getByLabel('Chức vụ người ký'), DRAFTED.signerPosition)
  await keys.write(form.getByLabel('Nơi nhận ghi trên văn bản'), DRAFTED.toPlaces)
  await keys.enter(button('Soạn tại đây'))
  await keys.to(box('Nội dung văn bản'))
  await keys.press('Control+End')
  await keys.type('Xã đã rà soát 12 thôn, không có thiệt hại.')
  await submit()
  await signAndSend(ANSWER)

  await enter('drafter')
  await openRow('Đang xử lý', URGENT)
  await keys.enter(button('Hoàn thành'))
  await told(day.office, 'Đã báo cho bên gửi: đã hoàn thành.')
})

test('a register is printed, and a document is found', async () => {
  await enter('clerk')
  await goTo('Sổ đăng ký')
  await keys.select(page().getByLabel('Sổ', { exact: true }), 'Sổ đăng ký văn bản đến')
  const path = day.desk.path('so.pdf')
  await day.office.saveNextTo(path)
  await keys.enter(button('Xuất bản in (PDF)'))
  await told(day.office, 'Đã lưu bản in của sổ.')
  expect(existsSync(path)).toBe(true)

  await keys.press('Control+k')
  await keys.type('mua lu')
  await page().getByRole('listbox', { name: 'Kết quả tìm kiếm' }).getByText('V/v khẩn trương').waitFor()
  await keys.press('ArrowDown')
  await keys.press('Enter')
  await page().getByRole('region', { name: URGENT }).waitFor()
})

test('the focus was always somewhere, seen and in sight', () => {
  expect([...new Set(keys.problems)]).toEqual([])
})
