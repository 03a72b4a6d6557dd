/** A document written in the window: from its template, typed, pasted from Word, saved by itself, looked at, put right. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linesOfBody } from '../../src/shared/document/body.ts'
import { OFFICE } from '../page/samples.ts'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { OfficeWindow } from './office-window.ts'

const OUT = join(import.meta.dirname, '../../out/screens')
/** What Word puts on the clipboard, shortened. */
const FROM_WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>
<!--StartFragment--><p class=MsoNormal style='text-align:justify'><b><span style='font-size:14.0pt'>Điều 1.</span></b><span> Thành lập Tổ công nghệ số.<o:p></o:p></span></p>
<p class=MsoListParagraph><span style='mso-list:Ignore'>1.&nbsp;&nbsp;</span><span style='font-weight:bold'>Tổ trưởng</span> là Chủ tịch xã.</p>
<p class=MsoNormal>a) Phụ trách chung;</p>
<table class=MsoTableGrid border=1><tr><td width=100><p class=MsoNormal>Họ tên</p></td><td><p>Chức vụ</p></td></tr></table>
<script>alert(1)</script><!--EndFragment--></body></html>`

let dataDir: string
let office: OfficeWindow
let recoveryCode: string

beforeAll(async () => {
  mkdirSync(OUT, { recursive: true })
  dataDir = mkdtempSync(join(tmpdir(), 'vanthu-drafting-'))
  office = new OfficeWindow({ dataDir, env: {}, electronPath: electronPath() })
  await office.open()
  recoveryCode = await office.establish({ agency: OFFICE, clerkName: 'Lê Thị Thử' })
})

afterAll(async () => {
  await office.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function theDraft() {
  const { rows } = await office.ask('outgoing.list', { box: 'drafts' })
  const [row] = rows
  if (row === undefined) throw new Error('there is no draft')
  return office.ask('outgoing.one', { id: row.id })
}

/** What is kept of the text by now. */
async function keptLines(): Promise<string[]> {
  const { composition } = await theDraft()
  return composition === undefined ? [] : linesOfBody(composition.body)
}

async function untilKept(text: string): Promise<void> {
  await expect.poll(async () => (await keptLines()).join('\n'), { timeout: 30_000 }).toContain(text)
}

test('a decision is written from its template, and what was typed outlives a crash', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  const form = page.getByRole('region', { name: 'Thông tin văn bản' })
  await form.getByLabel('Tên loại').selectOption('Quyết định (cá biệt)')
  await form.getByLabel('Trích yếu').fill('Về việc thành lập Tổ công nghệ số cộng đồng xã Suối Ngọc')
  await page.getByRole('button', { name: 'Soạn tại đây' }).click()
  const text = page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await text.waitFor()
  expect(await page.getByRole('textbox', { name: 'Cơ quan ban hành' }).inputValue()).toBe(
    'Ủy ban nhân dân xã Suối Ngọc',
  )
  expect(await text.innerText()).toContain('QUYẾT ĐỊNH:')

  await text.press('Control+a')
  await text.press('Delete')
  // A line that begins like a clause becomes one, and the next one counts on.
  await text.pressSequentially('Nội dung mở đầu.')
  await text.press('Enter')
  await text.pressSequentially('1. Khoản thứ nhất')
  await text.press('Enter')
  await text.pressSequentially('Khoản thứ hai')
  // Letters that come decomposed are kept composed.
  await text.press('Enter')
  await page.keyboard.insertText('Tổ trưởng'.normalize('NFD'))
  await untilKept('3. Tổ trưởng')
  expect(await keptLines()).toEqual([
    'Nội dung mở đầu.',
    '1. Khoản thứ nhất',
    '2. Khoản thứ hai',
    '3. Tổ trưởng'.normalize('NFC'),
  ])

  await office.killHard()
  await office.open()
  await office.unlock(recoveryCode)
  await untilKept('2. Khoản thứ hai')
})

test('what is pasted from Word keeps its structure and nothing else', async () => {
  const { page } = office
  await office.go('Dự thảo')
  await page.getByText('Về việc thành lập Tổ công nghệ số').first().click()
  const text = page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await text.click()
  await text.press('Control+a')
  await text.evaluate((element, html) => {
    const data = new DataTransfer()
    data.setData('text/html', html)
    element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  }, FROM_WORD)
  await untilKept('Tổ trưởng là Chủ tịch xã.')
  const { composition } = await theDraft()
  expect(composition?.body.content.map(({ type }) => type)).toEqual(['article', 'clause', 'point', 'table'])
  expect(await keptLines()).toEqual([
    'Điều 1. Thành lập Tổ công nghệ số.',
    '1. Tổ trưởng là Chủ tịch xã.',
    'a) Phụ trách chung;',
    'Họ tên',
    'Chức vụ',
  ])
  expect(JSON.stringify(composition)).toContain('"marks":[{"type":"bold"}]')
})

test('the page is looked at as it will be signed, versions are kept, compared and taken back', async () => {
  const { page } = office
  expect(await judgeScreen(office, join(OUT, 'draft-written'))).toEqual([])
  const tabs = page.getByRole('radiogroup', { name: 'Cách xem' })
  await tabs.getByRole('radio', { name: 'Xem trang' }).check()
  await page.getByRole('region', { name: 'Bản PDF của văn bản' }).locator('canvas').first().waitFor()
  await office.settle()
  await office.screenshot(join(OUT, 'draft-preview.png'))
  await tabs.getByRole('radio', { name: 'Soạn' }).check()

  await page.getByRole('button', { name: 'Phiên bản' }).click()
  const dialog = page.getByRole('dialog', { name: 'Phiên bản' })
  await dialog.getByRole('button', { name: 'Giữ phiên bản này' }).click()
  await dialog.getByRole('button', { name: /^Phiên bản 1/ }).waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  const text = page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await text.click({ position: { x: 60, y: 14 } })
  await text.press('Control+Home')
  await text.pressSequentially('Sửa: ')
  await untilKept('Điều 1. Sửa: Thành lập')
  await page.getByRole('button', { name: 'Phiên bản' }).click()
  await dialog.getByRole('button', { name: /^Phiên bản 1/ }).click()
  const difference = dialog.getByRole('region', { name: 'Khác biệt' })
  await difference.getByText('+ Điều 1. Sửa: Thành lập Tổ công nghệ số.').waitFor()
  expect(await difference.locator('del').allInnerTexts()).toEqual(['− Điều 1. Thành lập Tổ công nghệ số.'])
  expect(await judgeScreen(office, join(OUT, 'draft-versions'))).toEqual([])
  await dialog.getByRole('button', { name: 'Lấy lại phiên bản này' }).click()
  await untilKept('Điều 1. Thành lập')
  expect(await text.innerText()).not.toContain('Sửa:')
})

test('it is saved as a Word file, and what that says comes back from it', async () => {
  const { page } = office
  const path = join(dataDir, 'quyet-dinh.docx')
  const before = await keptLines()
  await office.saveNextTo(path)
  await page.getByRole('button', { name: 'Lưu thành tệp Word' }).click()
  await page.getByText('Đã lưu tệp Word').waitFor()

  await page.getByRole('button', { name: 'Dùng tệp PDF thay thế' }).click()
  const leaving = page.getByRole('alertdialog')
  await leaving.getByRole('button', { name: 'Dùng tệp PDF thay thế' }).click()
  const file = page.getByLabel('Nhập từ Word')
  await file.setInputFiles({
    name: 'hong.docx',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('không phải Word'),
  })
  await page.getByText('Không đọc được tệp Word này').waitFor()
  expect(await judgeScreen(office, join(OUT, 'draft-word-refused'))).toEqual([])

  await file.setInputFiles(path)
  await page.getByText('Đã nhập nội dung từ Word').first().waitFor()
  await page.getByText(/Đã điền từ tệp: tên loại, ký hiệu, trích yếu/).waitFor()
  await page.getByRole('textbox', { name: 'Nội dung văn bản' }).waitFor()
  expect(await keptLines()).toEqual(before)
  expect((await theDraft()).fields.typeName).toBe('Quyết định (cá biệt)')
  expect(await judgeScreen(office, join(OUT, 'draft-word-taken'))).toEqual([])
})

test('a text with a stamp of state secrecy is not kept', async () => {
  const { page } = office
  const text = page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await text.click({ position: { x: 60, y: 14 } })
  await text.press('Control+Home')
  await text.press('Enter')
  await text.press('ArrowUp')
  await text.pressSequentially('TUYỆT MẬT')
  await page.getByText('bí mật nhà nước').first().waitFor()
  expect((await keptLines()).join('\n')).not.toContain('TUYỆT MẬT')
})
