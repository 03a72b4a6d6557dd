/**
 * Documents on paper. The system's dialog is the only thing that is not there: in its place Chromium prints to a PDF
 * what it would hand to a printer, and poppler looks at that.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { documentPacket, EXAMPLE_MESSAGE, fileSource } from '../envelope/packets.ts'
import { SENDER } from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { inkOn, type Found } from '../pdf/pictures.ts'
import { handMade, PLAIN_OBJECTS, workFolder } from '../pdf/samples.ts'
import { judgeScreen } from './axe.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

const PROVINCE = { ...EXAMPLE_MESSAGE.from, organId: 'H99', organName: 'UBND tỉnh Thanh Vân' }
const PDF = projectPath('test/fixtures/cong-van.pdf')
const OUT = projectPath('out/e2e/print')
const A4_MM = { width: 210, height: 297 }

const folder = workFolder()
let dir: string
let hub: HubProcess
let office: OfficeWindow

beforeAll(async () => {
  mkdirSync(OUT, { recursive: true })
  dir = mkdtempSync(join(tmpdir(), 'vanthu-print-'))
  hub = await startHubProcess()
  office = new OfficeWindow({ dataDir: dir, env: {}, electronPath: electronPath() })
  await office.open()
  await office.establish({
    agency: SENDER,
    clerkName: 'Lê Thị Thử',
    hub: { kind: 'vxp', url: hub.url, systemId: OFFICES[0].systemId, secret: OFFICES[0].secret },
  })
})

afterAll(async () => {
  await office.close()
  await hub.remove()
  rmSync(dir, { recursive: true, force: true })
  folder.remove()
})

beforeEach(async () => {
  await office.page.evaluate(() => {
    document.title = ''
    window.print = () => {
      document.title = 'asked'
    }
  })
})

const print = () => office.page.getByRole('button', { name: 'In văn bản' })
const isAsked = async () => (await office.page.title()) === 'asked'

/** Lets a document with this PDF arrive, and opens it. */
async function arrive(number: string, subject: string, pdf: Uint8Array): Promise<void> {
  const bytes = await documentPacket(
    {
      from: PROVINCE,
      to: [{ ...PROVINCE, organId: SENDER.organId, organName: SENDER.name }],
      documentId: `H99,2026/11/23,${number}/UBND-VP`,
      code: { number, notation: 'UBND-VP' },
      subject,
    },
    fileSource(`${number}.pdf`, pdf),
  )
  await hub.inject(bytes, SENDER.organId)
  await office.openArrived(subject)
}

/** What the printer gets, once the window has asked the system for its dialog. */
async function printed(name: string): Promise<string> {
  await office.until('the system is asked to print', isAsked)
  const base64 = await office.app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows().find((one) => one.isVisible())?.webContents
    return (await contents?.printToPDF({ preferCSSPageSize: true }))?.toString('base64')
  })
  const path = folder.path(name)
  writeFileSync(path, Buffer.from(base64 ?? '', 'base64'))
  return path
}

/** Where the letters of a page are, in mm from its upper left corner. */
const letters = (path: string, page = 1) => inkOn(path, 'black', 'poppler', page)

function expectNear(found: Found, expected: Found): void {
  for (const edge of ['left', 'top', 'right', 'bottom'] as const) {
    expect(Math.abs(found[edge] - expected[edge]), edge).toBeLessThan(1)
  }
}

test('a received document is printed as it is seen, with the stamp of its arrival in red', async () => {
  await arrive('07', 'Văn bản một trang', readFileSync(PDF))
  await print().click()
  const bare = await printed('bare.pdf')
  expectNear(letters(bare), letters(PDF))
  expect(inkOn(bare, 'red')).toMatchObject({ left: Infinity })

  await office.register()
  await office.page.getByRole('button', { name: 'Ẩn dấu “Đến”' }).waitFor()
  await office.page.evaluate(() => {
    document.title = ''
  })
  await print().click()
  const stamped = await printed('stamped.pdf')
  const stamp = inkOn(stamped, 'red')
  expect(stamp.right - stamp.left).toBeCloseTo(50, -1)
})

test('pages of another form fill the sheet: what lies on its side is turned, and nothing else is printed', async () => {
  const mixed = folder.path('mixed.pdf')
  execFileSync('qpdf', [PDF, '--pages', '.', '1', '.', '1', '--', '--rotate=+90:2', mixed])
  await arrive('08', 'Văn bản có trang ngang', readFileSync(mixed))
  await print().waitFor()
  await office.page.keyboard.press('Control+p')
  const paper = await printed('turned.pdf')
  const upright = letters(PDF)
  expectNear(letters(paper, 1), upright)
  // Turned once in the file and once on the sheet, it stands on its head.
  expectNear(letters(paper, 2), {
    left: A4_MM.width - upright.right,
    top: A4_MM.height - upright.bottom,
    right: A4_MM.width - upright.left,
    bottom: A4_MM.height - upright.top,
  })
  expect(execFileSync('pdfinfo', [paper], { encoding: 'utf8' })).toMatch(/Pages: +2\n[\s\S]*\(A4\)/)
})

test('a document that cannot be drawn whole is not printed at all, and the clerk is told', async () => {
  const broken = handMade({
    ...PLAIN_OBJECTS,
    2: '<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 /MediaBox [0 0 595 842] >>',
  })
  await arrive('09', 'Văn bản hỏng một trang', broken)
  await print().click()
  const sheet = office.page.getByRole('dialog', { name: 'Chuẩn bị bản in' })
  await sheet.getByText('Chưa in được văn bản này').waitFor()
  expect(await judgeScreen(office, join(OUT, 'print-unreadable'), '[role=dialog]')).toEqual([])
  await sheet.getByRole('button', { name: 'Đóng' }).last().click()
  await sheet.waitFor({ state: 'detached' })
  expect(await isAsked()).toBe(false)
})

test('a long document can be left while it is being made ready', async () => {
  const long = folder.path('long.pdf')
  const pages = Array.from({ length: 60 }, () => ['.', '1']).flat()
  execFileSync('qpdf', [PDF, '--pages', ...pages, '--', long])
  await arrive('10', 'Văn bản dài', readFileSync(long))
  await print().click()
  const sheet = office.page.getByRole('dialog', { name: 'Chuẩn bị bản in' })
  await sheet.getByRole('progressbar', { name: /^Đang dựng trang [2-9]/ }).waitFor()
  await sheet.getByRole('button', { name: 'Thôi' }).click()
  await sheet.waitFor({ state: 'detached' })
  // The focus is where it was, and a second try begins anew.
  await expect.poll(() => print().evaluate((one) => one === document.activeElement)).toBe(true)
  await print().click()
  await sheet.getByRole('progressbar', { name: /^Đang dựng trang 1\// }).waitFor()
  await office.page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  expect(await isAsked()).toBe(false)
})
