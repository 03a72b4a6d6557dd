import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentId, sha256Hex } from '../../src/shared/document/fields.ts'
import { inkOn, painted } from '../pdf/pictures.ts'
import { judgeScreen } from './axe.ts'
import type { OfficeWindow } from './office-window.ts'
import { projectPath, type DraftWords } from './office-window.ts'
import { openSender, type SenderWindow } from './sender-window.ts'
import { pinsOf, type WalkDesk } from './walk-desk.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'pictures')
const source = projectPath('test/fixtures/cong-van.pdf')
const problems: string[] = []
let dir: string
let desk: WalkDesk
let sender: SenderWindow
let office: OfficeWindow

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  sender = await openSender('pictures')
  ;({ dir, desk, office } = sender)
  await office.page.setViewportSize({ width: 1366, height: 768 })
  await office.furnish(desk.sender.furnishing)
  await office.waitForDirectory('so noi vu')
})

afterAll(async () => {
  await sender.close()
})

/** Keeps a screen as a picture, and judges it with axe in the light and in the dark. */
async function look(name: string): Promise<void> {
  problems.push(...(await judgeScreen(office, join(outDir, name))))
}

/** Noise that is the same at every run. */
function grain(x: number, y: number): number {
  return ((Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663)) >>> 8) % 13
}

/** A phone's photo of ink on paper: a lamp on the left, the shadow of a hand on the right, noise. */
function photoOf(ink: readonly [number, number, number], cover: (x: number, y: number) => number): Buffer {
  return painted(900, 640, (x, y) => {
    const light = 1 - 0.25 * (x / 900) - 0.3 / (1 + Math.exp(-(x + y - 1100) / 40))
    const much = cover(x, y)
    const [red, green, blue] = ink.map((dark) => light * (246 * (1 - much) + dark * much) + grain(x, y) - 6)
    const eight = (value = 0) => Math.max(0, Math.min(255, Math.round(value)))
    return [eight(red), eight(green), eight(blue), 255]
  })
}

/** A wave of ballpoint over two thirds of the sheet, in black, and a blot in the corner to be cropped away. */
function signaturePhoto(): Buffer {
  return photoOf([42, 44, 58], (x, y) => {
    const at = 320 + 90 * Math.sin((x - 150) / 34) * Math.cos((x - 150) / 210)
    const slope = Math.hypot(1, (90 / 34) * Math.cos((x - 150) / 34))
    const line = x > 150 && x < 750 ? Math.max(0, Math.min(1, 5 - Math.abs(y - at) / slope)) : 0
    return Math.max(line, Math.max(0, Math.min(1, 30 - Math.hypot(x - 860, y - 40))))
  })
}

/** A red double ring with a disc in its middle. */
function sealPhoto(): Buffer {
  return photoOf([196, 38, 46], (x, y) => {
    const radius = Math.hypot(x - 450, y - 320)
    const ring = (at: number, half: number) => Math.max(0, Math.min(1, half - Math.abs(radius - at)))
    return Math.max(ring(240, 6), ring(170, 3), Math.max(0, Math.min(1, 60 - radius)))
  })
}

/** The picture that the chosen certificate of a role has. */
async function keptFor(role: 'person' | 'agency') {
  const { token } = await office.ask('settings.current', {})
  const { picture } = await office.ask('appearance.picture', {
    certificateSha256: sha256Hex.parse(token?.[role]?.certificateSha256),
  })
  return picture
}

async function paste(name: string, bytes: Uint8Array): Promise<void> {
  await office.page.evaluate(
    ([fileName, base64]) => {
      const data = new DataTransfer()
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([content], fileName, { type: 'image/png' }))
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
      )
    },
    [name, Buffer.from(bytes).toString('base64')] as const,
  )
}

/** Presses a key so many times on what is found. */
async function press(on: Locator, key: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await on.press(key)
}

describe('the maker', { timeout: 300_000 }, () => {
  test('makes a signature out of a photo with a shadow, by keyboard alone', async () => {
    const { page } = office
    await office.go('Cài đặt')
    const section = page.getByRole('region', { name: 'Hình chữ ký và con dấu' })
    await section.getByRole('button', { name: 'Tạo hình chữ ký từ ảnh' }).press('Enter')
    const maker = page.getByRole('dialog', { name: 'Tạo hình chữ ký' })
    await maker.waitFor()
    await look('maker-empty')
    await maker
      .getByLabel('Chọn ảnh')
      .setInputFiles({ name: 'chu-ky.png', mimeType: 'image/png', buffer: signaturePhoto() })
    const said = maker.getByText(/^rộng 40 mm, cao/)
    await said.waitFor()
    const before = await said.innerText()
    // The blot in the corner goes when the edges come in: the picture is flatter then.
    await press(maker.getByRole('slider', { name: 'Mép phải' }), 'Shift+ArrowLeft', 3)
    await maker
      .getByText(/^rộng 40 mm, cao/)
      .filter({ hasNotText: before })
      .waitFor()
    await press(maker.getByRole('slider', { name: 'Xoay nhẹ' }), 'ArrowRight', 2)
    await maker.getByText('1 độ').waitFor()
    await press(maker.getByRole('slider', { name: 'Xoay nhẹ' }), 'ArrowLeft', 2)
    await maker.getByText('0 độ').waitFor()
    await maker.getByText(/^rộng 40 mm, cao/).waitFor()
    await look('maker-signature')
    await maker.getByRole('button', { name: 'Dùng hình chữ ký này' }).press('Enter')
    await section.getByRole('img', { name: 'Chứng thư: Nguyễn Văn Mẫu' }).waitFor()

    const picture = await keptFor('person')
    expect(picture?.widthMm).toBe(40)
    // 600 by 190 pixels of line in the photo.
    expect(picture?.heightMm).toBeGreaterThan(10)
    expect(picture?.heightMm).toBeLessThan(15)
  })

  test('makes a seal out of a pasted picture, and its size can be changed afterwards', async () => {
    const { page } = office
    const section = page.getByRole('region', { name: 'Hình chữ ký và con dấu' })
    await section.getByRole('button', { name: 'Tạo hình con dấu từ ảnh' }).click()
    const maker = page.getByRole('dialog', { name: 'Tạo hình con dấu' })
    await maker.waitFor()
    await paste('dau.png', sealPhoto())
    await maker.getByText('rộng 36 mm, cao 36 mm').waitFor()
    await look('maker-seal')
    await maker.getByRole('button', { name: 'Dùng hình con dấu này' }).click()
    await section.getByRole('img', { name: 'Chứng thư: UBND xã Suối Ngọc' }).waitFor()
    const width = section.getByLabel('Chiều rộng trên giấy (mm)').last()
    await width.fill('42,5')
    await section.getByRole('button', { name: 'Lưu cỡ hình' }).last().click()
    await section.getByText('rộng 42,5 mm, cao 42,5 mm').waitFor()
    await width.fill('36')
    await section.getByRole('button', { name: 'Lưu cỡ hình' }).last().click()
    await section.getByText('rộng 36 mm, cao 36 mm').waitFor()
    await section.scrollIntoViewIfNeeded()
    await look('settings')
  })

  test('says so when a file is no picture', async () => {
    const { page } = office
    const section = page.getByRole('region', { name: 'Hình chữ ký và con dấu' })
    await section.getByRole('button', { name: 'Thay hình con dấu' }).click()
    const maker = page.getByRole('dialog', { name: 'Tạo hình con dấu' })
    await paste('thu.png', Buffer.from('not a picture'))
    await maker.getByText(/^Không đọc được ảnh thu.png/).waitFor()
    await maker.getByRole('button', { name: 'Đóng' }).click()
    expect((await keptFor('agency'))?.widthMm).toBe(36)
  })
})

/** A letter to the department, as its clerk fills it in. */
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
    toPlaces: 'Như trên\nLưu: VT, VP',
  }
}

/** Drags what is found by so many CSS pixels, as a hand does: in several moves. */
async function dragBy(mark: Locator, right: number, down: number): Promise<void> {
  const box = await mark.boundingBox()
  if (box === null) throw new Error('it is not on the screen')
  const { mouse } = office.page
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await mouse.move(x, y)
  await mouse.down()
  await mouse.move(x + right / 2, y + down / 2)
  await mouse.move(x + right, y + down)
  await mouse.up()
}

interface Corner {
  readonly left: number
  readonly top: number
}

/** The upper left corner of a mark in millimetres of its page: as it says, and as it is seen. */
async function cornerOf(mark: Locator, pageWidthMm: number): Promise<{ said: Corner; seen: Corner }> {
  const words = /mép trái ([\d,]+) mm, mép trên ([\d,]+) mm/.exec(
    (await mark.getAttribute('aria-label')) ?? '',
  )
  const number = (text = '') => Number(text.replace(',', '.'))
  const [box, sheet] = await Promise.all([
    mark.boundingBox(),
    mark
      .locator('xpath=..')
      .getByRole('img', { name: /^Trang/ })
      .boundingBox(),
  ])
  if (box === null || sheet === null) throw new Error('it is not on the screen')
  const mm = pageWidthMm / sheet.width
  return {
    said: { left: number(words?.[1]), top: number(words?.[2]) },
    seen: { left: (box.x - sheet.x) * mm, top: (box.y - sheet.y) * mm },
  }
}

/** How far two corners are apart, in millimetres. */
function apart(one: Corner, other: Corner): number {
  return Math.max(Math.abs(one.left - other.left), Math.abs(one.top - other.top))
}

/** Saves the open document's PDF of that role and returns where it is. */
async function exported(role: 'signed' | 'sealed', id: string): Promise<string> {
  const path = join(outDir, `${id}-${role}.pdf`)
  await office.saveOutgoing(documentId.parse(id), role, path)
  return path
}

const idInAddress = () => new URL(office.page.url()).hash.split('/').at(-1) ?? ''

describe('the picture on the page', { timeout: 300_000 }, () => {
  const pins = pinsOf('softhsm')
  let id: string
  let signature: Corner

  test('stands between title and name, is dragged, and is signed where it was dropped', async () => {
    const { page } = office
    await office.draft(wordsFor('V/v vị trí chữ ký'), source)
    await office.freeze()
    id = idInAddress()
    const mark = page.getByRole('application', { name: /^Hình chữ ký trên trang/ })
    await mark.waitFor()
    await page.getByText(/^Tìm theo tên người ký, ở trang 1/).waitFor()
    const found = await cornerOf(mark, 210)
    expect(apart(found.said, found.seen)).toBeLessThan(0.5)
    await look('sign-person')

    await dragBy(mark, -60, -30)
    await press(mark, 'ArrowRight', 2)
    await press(mark, 'Shift+ArrowDown', 1)
    const dropped = await cornerOf(mark, 210)
    expect(apart(dropped.said, dropped.seen)).toBeLessThan(0.5)
    expect(found.said.left - dropped.said.left).toBeGreaterThan(10)
    await page.getByText(/^Đã chỉnh: trang 1, cách mép trái/).waitFor()
    await office.screenshot(join(outDir, 'sign-person-moved.png'))

    await office.sign(pins.person)
    const ink = inkOn(await exported('signed', id), 'blue')
    expect(apart(ink, dropped.said)).toBeLessThan(1)
    expect(Math.abs(ink.right - ink.left - 40)).toBeLessThan(1)
    signature = ink
  })

  test('the seal covers a third of the signature, goes back after a move, and is sealed where it is left', async () => {
    const { page } = office
    const mark = page.getByRole('application', { name: /^Hình con dấu trên trang/ })
    await mark.waitFor()
    await look('sign-agency')
    const found = await cornerOf(mark, 210)
    expect(Math.abs(found.said.left + 36 - (signature.left + 40 / 3))).toBeLessThan(1)
    await page.getByRole('button', { name: 'Phóng to' }).click()
    await page.getByRole('button', { name: 'Phóng to' }).click()
    await office.settle()
    await mark.scrollIntoViewIfNeeded()
    expect(apart((await cornerOf(mark, 210)).seen, found.said)).toBeLessThan(0.5)
    await dragBy(mark, -60, 40)
    await page.getByRole('button', { name: 'Đặt lại vị trí' }).click()
    expect((await cornerOf(mark, 210)).said).toEqual(found.said)
    await mark.scrollIntoViewIfNeeded()
    await dragBy(mark, -50, 30)
    const dropped = await cornerOf(mark, 210)
    expect(apart(dropped.said, dropped.seen)).toBeLessThan(0.5)
    await office.seal(pins.agency)
    const ink = inkOn(await exported('sealed', id), 'red')
    expect(apart(ink, dropped.said)).toBeLessThan(1)
    expect(Math.abs(ink.right - ink.left - 36)).toBeLessThan(1)
  })

  test('on a turned page, drawn larger, it stands where it is seen', async () => {
    const { page } = office
    const turned = join(dir, 'quay-ngang.pdf')
    execFileSync('qpdf', ['--rotate=+90', source, turned])
    await office.draft(wordsFor('V/v trang quay ngang'), turned)
    await office.freeze()
    const mark = page.getByRole('application', { name: /^Hình chữ ký trên trang/ })
    await mark.waitFor()
    await page.getByRole('button', { name: 'Phóng to' }).click()
    await office.settle()
    await mark.scrollIntoViewIfNeeded()
    await dragBy(mark, -80, -60)
    const dropped = await cornerOf(mark, 297)
    expect(apart(dropped.said, dropped.seen)).toBeLessThan(0.5)
    await office.screenshot(join(outDir, 'sign-turned.png'))
    await office.sign(pins.person)
    const ink = inkOn(await exported('signed', idInAddress()), 'blue')
    expect(apart(ink, dropped.said)).toBeLessThan(1)
    expect(ink.right - ink.left).toBeGreaterThan(39)
  })
})

test('axe finds nothing on any of these screens, light or dark', () => {
  expect(problems).toEqual([])
})
