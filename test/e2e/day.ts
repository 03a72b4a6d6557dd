/** A day of three people at one PC, in acts, by role and name of what they press. */
import { existsSync, mkdirSync } from 'node:fs'
import { PASSWORD, PEOPLE, type DayDesk, type Who } from './day-desk.ts'
import type { DraftWords, OfficeWindow } from './office-window.ts'

/** Keeps and judges the screen that is shown. */
export type Look = (name: string, office?: OfficeWindow) => Promise<void>

export const DRAFTED: DraftWords = {
  typeName: 'Công văn',
  codeNotation: 'UBND-VP',
  subject: 'V/v báo cáo kết quả thực hiện cải cách hành chính quý IV năm 2026',
  place: 'Suối Ngọc',
  signerName: PEOPLE.leader,
  signerPosition: 'PHÓ CHỦ TỊCH',
  competence: 'KT. CHỦ TỊCH',
  recipient: 'Sở Nội vụ tỉnh Thanh Vân',
  toPlaces: 'Như trên\nLưu: VT, VP',
}
export const CORRECTED = `${DRAFTED.subject} trên địa bàn xã`
const REASON = 'Ghi rõ phạm vi báo cáo: trên địa bàn xã.'
export const URGENT = 'V/v khẩn trương rà soát, ứng phó mưa lũ và sạt lở đất từ ngày 28/11/2026'
export const ANSWER = 'V/v kết quả rà soát, ứng phó mưa lũ và sạt lở đất trên địa bàn xã Suối Ngọc'

/** Who is at work leaves the place, and somebody else takes it. */
export async function enter({ page }: OfficeWindow, who: Who): Promise<void> {
  const menu = page.getByRole('button', { name: /^Người đang làm việc/ })
  const people = page.getByRole('radiogroup', { name: 'Người làm việc' })
  await menu.or(people).first().waitFor()
  if (await menu.isVisible()) {
    await menu.click()
    await page.getByRole('button', { name: 'Khóa, đổi người' }).click()
  }
  await people.getByRole('radio', { name: PEOPLE[who] }).check()
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Vào làm việc' }).click()
  await page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
}

/** Opens a document from the list of a place. */
export async function openIn(office: OfficeWindow, place: string, subject: string): Promise<void> {
  await office.go(place)
  await office.page.getByRole('option', { name: subject }).first().click()
}

/** What was just said to be done. */
export async function told({ page }: OfficeWindow, words: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(words).first().waitFor()
}

/** The clerk, who keeps the settings too, takes on a drafter. */
export async function takeOnDrafter({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'clerk')
  await look('home-empty')
  await office.go('Cài đặt')
  await look('settings')
  await page.getByRole('button', { name: 'Thêm người' }).click()
  const sheet = page.getByRole('dialog', { name: 'Thêm người' })
  await sheet.getByLabel('Họ và tên').fill(PEOPLE.drafter)
  await sheet.getByLabel('Chức vụ').fill('Công chức Văn phòng – Thống kê')
  await sheet.getByLabel('Mật khẩu ban đầu').fill(PASSWORD)
  await sheet.getByLabel('Nhập lại mật khẩu mới').fill(PASSWORD)
  await look('person-sheet')
  await sheet.getByRole('button', { name: 'Lưu' }).click()
  await page.getByRole('list', { name: 'Người của cơ quan' }).getByText(PEOPLE.drafter).waitFor()
  await page.getByRole('list', { name: 'Người của cơ quan' }).scrollIntoViewIfNeeded()
  await look('people')
}

/** The drafter writes a letter here, from its template, and submits it. */
export async function writeAndSubmit({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'drafter')
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  await page.getByRole('button', { name: 'Soạn tại đây' }).waitFor()
  await look('draft-new')
  await office.fillDraft(DRAFTED)
  await page.getByRole('button', { name: 'Soạn tại đây' }).click()
  const text = page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await page.getByRole('textbox', { name: 'Kính gửi (mỗi nơi một dòng)' }).fill('Sở Nội vụ tỉnh Thanh Vân')
  await text.click()
  await text.press('Control+a')
  await page.keyboard.insertText(
    'Thực hiện kế hoạch của tỉnh, Ủy ban nhân dân xã Suối Ngọc báo cáo kết quả cải cách hành chính quý IV năm 2026 như sau:',
  )
  await text.press('Enter')
  await page.keyboard.insertText('1. Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,2 %; không có hồ sơ quá hạn.')
  await page.getByText(/^Đã lưu lúc/).waitFor()
  await look('draft-written')
  await submit(office, look)
}

/** "Trình lãnh đạo" of the draft that is open. */
async function submit(office: OfficeWindow, look?: Look): Promise<void> {
  const { page } = office
  await page.getByRole('button', { name: 'Trình lãnh đạo' }).click()
  const sheet = page.getByRole('dialog', { name: 'Trình lãnh đạo duyệt' })
  await sheet.waitFor()
  await look?.('propose-sheet')
  await sheet.getByRole('button', { name: 'Trình duyệt' }).click()
  await page.getByRole('complementary', { name: 'Thông tin văn bản' }).waitFor()
  await look?.('proposed')
}

/** The leader wants something put right. */
export async function sendBack({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'leader')
  await office.go('Chờ duyệt')
  await page.getByRole('option', { name: DRAFTED.subject }).waitFor()
  await look('to-approve')
  await openIn(office, 'Chờ duyệt', DRAFTED.subject)
  await page.getByRole('button', { name: 'Trả lại…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Trả lại để sửa?' })
  await sheet.getByRole('button', { name: 'Trả lại người soạn' }).click()
  await look('send-back-sheet')
  await sheet.getByLabel('Cần sửa gì').fill(REASON)
  await sheet.getByRole('button', { name: 'Trả lại người soạn' }).click()
  await told(office, 'Đã trả lại kèm ý kiến.')
  await page.getByRole('heading', { name: 'Không có văn bản chờ duyệt' }).waitFor()
  await look('to-approve-empty')
}

/** The drafter reads why, corrects it, and submits it again. */
export async function correct({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'drafter')
  await office.go('Bị trả lại')
  await page.getByRole('option', { name: DRAFTED.subject }).waitFor()
  await look('sent-back')
  await openIn(office, 'Bị trả lại', DRAFTED.subject)
  await page.getByText(REASON).waitFor()
  await look('draft-sent-back')
  await page.getByRole('region', { name: 'Thông tin văn bản' }).getByLabel('Trích yếu').fill(CORRECTED)
  await submit(office)
}

/** The leader approves and signs. */
export async function approveAndSign({ office, desk }: DayDesk, subject: string, look?: Look): Promise<void> {
  const { page } = office
  await enter(office, 'leader')
  await openIn(office, 'Chờ duyệt', subject)
  await page.getByRole('button', { name: 'Duyệt và ký' }).click()
  await page.getByRole('complementary', { name: 'Ký văn bản' }).waitFor()
  await look?.('sign')
  await page.getByLabel('Mã PIN của token người ký').fill(desk.sender.personPin)
  await page.getByRole('button', { name: 'Ký văn bản' }).click()
  await page.getByRole('complementary', { name: 'Chờ văn thư cấp số, đóng dấu' }).waitFor()
  await look?.('signed')
}

/** The clerk numbers, seals and sends. */
export async function sealAndSend({ office, desk }: DayDesk, subject: string, look?: Look): Promise<void> {
  const { page } = office
  await enter(office, 'clerk')
  await office.go('Chờ ký')
  await page.getByRole('option', { name: subject }).waitFor()
  await look?.('to-sign')
  await openIn(office, 'Chờ ký', subject)
  await page.getByLabel('Mã PIN của token cơ quan').fill(desk.sender.agencyPin)
  await look?.('seal')
  await page.getByRole('button', { name: 'Ký, đóng dấu và gửi' }).click()
  await page.getByRole('heading', { name: 'Hộp gửi', exact: true }).waitFor()
}

/** The clerk registers the urgent document that announced itself, and gives it to the drafter. */
export async function registerAndAssign({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  const notice = page.getByRole('alert').getByRole('link', { name: /Mở văn bản/ })
  await notice.waitFor()
  await office.go('Hôm nay')
  await look('home-urgent')
  await notice.click()
  await page.getByRole('region', { name: URGENT }).waitFor()
  await look('new')
  await office.register()
  await told(office, /^Đã vào sổ số/)
  await page.getByRole('button', { name: 'Giao xử lý…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Giao xử lý văn bản' })
  await sheet
    .getByLabel('Giao cho')
    .selectOption({ label: `${PEOPLE.drafter} · Công chức Văn phòng – Thống kê` })
  await sheet.getByLabel('Yêu cầu xử lý').fill('Tổng hợp số liệu của các thôn, báo cáo trước 16 giờ.')
  await look('assign-sheet')
  await sheet.getByRole('button', { name: 'Giao xử lý' }).click()
  await told(office, `Đã giao ${PEOPLE.drafter} xử lý.`)
  await look('assigned')
}

/** The drafter begins an answer to what was given to them, and submits it. */
export async function answer({ office, pdf }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'drafter')
  await openIn(office, 'Đang xử lý', URGENT)
  await page.getByRole('region', { name: URGENT }).waitFor()
  await look('handling')
  await page.getByRole('button', { name: 'Soạn trả lời' }).click()
  const form = page.getByRole('region', { name: 'Thông tin văn bản' })
  await form.getByLabel('Trích yếu').fill(ANSWER)
  await form.getByLabel('Địa danh').fill(DRAFTED.place)
  await form.getByLabel('Họ tên người ký').fill(DRAFTED.signerName)
  await form.getByLabel('Chức vụ người ký').fill(DRAFTED.signerPosition)
  await form.getByLabel('Nơi nhận ghi trên văn bản').fill(DRAFTED.toPlaces)
  await page.getByLabel('Chọn tệp PDF').setInputFiles(pdf)
  await page.getByLabel('Thay tệp PDF').waitFor({ state: 'attached' })
  await look('answer')
  await submit(office)
}

/** The drafter says that it is done. */
export async function finish({ office }: DayDesk, look: Look): Promise<void> {
  const { page } = office
  await enter(office, 'drafter')
  await openIn(office, 'Đang xử lý', URGENT)
  await page.getByRole('button', { name: 'Hoàn thành' }).click()
  await told(office, 'Đã báo cho bên gửi: đã hoàn thành.')
  await look('finished')
}

/** The clerk corrects a line and prints every register; returns where each PDF is, by its name in the window. */
export async function printRegisters({ office, desk }: DayDesk, look: Look): Promise<Map<string, string>> {
  const { page } = office
  const printed = new Map<string, string>()
  await enter(office, 'clerk')
  await office.go('Sổ đăng ký')
  await page
    .getByRole('button', { name: /^Đính chính dòng số/ })
    .first()
    .waitFor()
  await look('register-outgoing')
  await page
    .getByRole('button', { name: /^Đính chính dòng số/ })
    .first()
    .click()
  const sheet = page.getByRole('dialog', { name: /^Đính chính dòng số/ })
  await sheet.getByLabel('Cột cần đính chính').selectOption({ label: 'Đơn vị, người nhận bản lưu' })
  await sheet.getByLabel('Nội dung đúng').fill('Văn phòng HĐND và UBND xã')
  await sheet.getByLabel('Lý do').fill('Bản lưu giao Văn phòng giữ.')
  await look('correction-sheet')
  await sheet.getByRole('button', { name: 'Đính chính' }).click()
  await told(office, 'Đã ghi đính chính vào sổ.')
  for (const [at, title] of [
    'Sổ đăng ký văn bản đi',
    'Sổ đăng ký văn bản đến',
    'Sổ theo dõi giải quyết văn bản đến',
  ].entries()) {
    const path = desk.path(`so-${String(at)}.pdf`)
    await page.getByLabel('Sổ', { exact: true }).selectOption({ label: title })
    await page.getByRole('region', { name: title }).waitFor()
    await look(`register-${String(at)}`)
    await office.saveNextTo(path)
    await page.getByRole('button', { name: 'Xuất bản in (PDF)' }).click()
    await office.until(`${title} is printed`, () => existsSync(path))
    await page.getByRole('button', { name: 'Xuất bản in (PDF)' }).waitFor()
    printed.set(title, path)
  }
  return printed
}

/** The clerk backs the office up to a stick. Returns its folder. */
export async function backUp({ office, desk }: DayDesk, look: Look): Promise<string> {
  const { page } = office
  const stick = desk.path('usb')
  mkdirSync(stick)
  await office.go('Cài đặt')
  await page
    .getByRole('navigation', { name: 'Các phần của Cài đặt' })
    .getByRole('button', { name: 'Sao lưu' })
    .click()
  const section = page.getByRole('region', { name: 'Sao lưu', exact: true })
  await office.chooseNext(stick)
  await section.getByRole('button', { name: 'Chọn thư mục…' }).click()
  await section.getByRole('button', { name: 'Sao lưu ngay' }).click()
  await told(office, 'Đã sao lưu xong.')
  await look('backup')
  return stick
}

/** Another PC: the office comes back from the stick, and the clerk enters. */
export async function restore(
  { windowIn, recoveryCode }: DayDesk,
  stick: string,
  look: Look,
): Promise<OfficeWindow> {
  const fresh = windowIn('other-pc')
  await fresh.open()
  const { page } = fresh
  await page.getByRole('button', { name: 'Khôi phục từ bản sao lưu' }).click()
  await look('restore', fresh)
  await fresh.chooseNext(stick)
  await page.getByRole('button', { name: 'Chọn nơi có bản sao lưu…' }).click()
  await page.getByLabel('Mã khôi phục').fill(recoveryCode)
  await look('restore-chosen', fresh)
  await page.getByRole('button', { name: 'Khôi phục về máy này' }).click()
  await enter(fresh, 'clerk')
  await page.getByText(/^Kho này được khôi phục từ bản sao lưu/).waitFor()
  await look('restored', fresh)
  return fresh
}
