import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { painted } from '../pdf/pictures.ts'
import { OfficeWindow, projectPath } from './office-window.ts'
import { makeWalkDesk, type WalkDesk } from './walk-desk.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'pictures')
const problems: string[] = []
let dir: string
let desk: WalkDesk
let office: OfficeWindow

beforeAll(async () => {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (dist === undefined) throw new Error('test/e2e/setup.ts gives the runtime')
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  dir = mkdtempSync(join(tmpdir(), 'vanthu-pictures-'))
  desk = await makeWalkDesk(dir, 'softhsm')
  await desk.hub.start()
  office = new OfficeWindow({
    dataDir: join(dir, 'office'),
    env: desk.sender.env,
    electronPath: join(dist, 'electron'),
  })
  await office.open()
  await office.page.setViewportSize({ width: 1366, height: 768 })
  await office.furnish(desk.sender.furnishing)
  await office.waitForDirectory('so noi vu')
})

afterAll(async () => {
  await office.close()
  await desk.hub.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Keeps a screen as a picture, and judges it with axe in the light and in the dark. */
async function look(name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await office.page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page: office.page }).setLegacyMode().analyze()
    for (const violation of violations) {
      const where = violation.nodes.map((node) => node.target.join(' ')).join('; ')
      problems.push(`${name} (${colorScheme}): ${violation.id} at ${where}`)
    }
    await office.settle()
    await office.screenshot(join(outDir, `${name}-${colorScheme}.png`))
  }
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

describe('the maker', () => {
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

test('axe finds nothing on any of these screens, light or dark', () => {
  expect(problems).toEqual([])
})
