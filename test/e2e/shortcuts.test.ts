/** Every shortcut that F1 lists does what it says, and whoever is led somewhere finds the focus there. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHORTCUTS, type Shortcut } from '../../src/shared/shortcuts.ts'
import { projectPath, type OfficeWindow } from './office-window.ts'
import { openSender, type SenderWindow } from './sender-window.ts'
import { pinsOf, type WalkDesk } from './walk-desk.ts'

const PINS = pinsOf('softhsm')
const PDF = projectPath('test/fixtures/cong-van.pdf')
const WORDS = {
  typeName: 'Công văn',
  codeNotation: 'UBND-VP',
  place: 'Suối Ngọc',
  signerName: 'Nguyễn Văn Mẫu',
  signerPosition: 'PHÓ CHỦ TỊCH',
  competence: 'KT. CHỦ TỊCH',
  recipient: 'Sở Nội vụ tỉnh Thanh Vân',
  toPlaces: 'Như trên; Lưu: VT.',
}

let dir: string
let desk: WalkDesk
let sender: SenderWindow
let office: OfficeWindow

beforeAll(async () => {
  sender = await openSender('shortcuts')
  ;({ dir, desk, office } = sender)
  await office.furnish(desk.sender.furnishing)
  await office.waitForDirectory('so noi vu')
  for (const subject of ['Công văn thứ nhất', 'Công văn thứ hai', 'Công văn thứ ba']) {
    await office.draft({ ...WORDS, subject }, PDF)
    await office.freeze()
  }
})

afterAll(async () => {
  await sender.close()
})

const press = (keys: string) => office.page.keyboard.press(keys)
const hash = () => new URL(office.page.url()).hash
const until = (read: () => unknown) => expect.poll(read, { timeout: 15_000 })
const zoom = () =>
  office.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor())
const pane = () => office.page.evaluate(() => document.activeElement?.closest('[data-pane]')?.ariaLabel)
const pageWidth = async () =>
  (await office.page.locator('[role="document"] canvas').first().boundingBox())?.width

async function signList() {
  await office.go('Chờ ký')
  const list = office.page.getByRole('listbox', { name: 'Chờ ký' })
  await list.getByRole('option').nth(2).waitFor()
  await list.focus()
  await press('Home')
  return list
}

/** The first of the documents to be signed, open. */
async function signScreen() {
  await signList()
  await press('Enter')
  const mark = office.page.getByRole('application', { name: /^Hình chữ ký trên trang/ })
  await mark.waitFor()
  return mark
}

/** A draft that is written here, with one word in it, marked. */
async function editor() {
  const { id, revision } = await office.ask('outgoing.draft', { fields: { typeName: 'Công văn' } })
  await office.ask('drafting.begin', { id, revision })
  await office.page.evaluate((draft) => {
    location.hash = `#/drafts/${draft}`
  }, id)
  const text = office.page.getByRole('textbox', { name: 'Nội dung văn bản' })
  await text.press('Control+a')
  await text.pressSequentially('chữ')
  await text.press('Control+a')
  return text
}

/** How many documents are marked for one PIN. */
const markedCount = () => office.page.getByRole('option', { selected: true }).count()

/** What each shortcut does, seen from outside. A shortcut without a proof does not compile. */
const PROOFS: Readonly<Record<Shortcut, () => Promise<void>>> = {
  async compose() {
    await press('Control+n')
    await office.page.getByRole('region', { name: 'Thông tin văn bản' }).waitFor()
    await until(hash).toMatch(/^#\/drafts\/.+/)
  },
  async goTo() {
    const places = ['home', 'drafts', 'to-sign', 'outbox', 'sent', 'new', 'asked', 'registered', 'quarantine']
    expect(SHORTCUTS.goTo).toHaveLength(places.length)
    for (const [index, place] of places.entries()) {
      await press(`Control+${String(index + 1)}`)
      await until(hash).toBe(`#/${place}`)
    }
  },
  async find() {
    await press('Control+k')
    await until(() => office.page.evaluate(() => document.activeElement?.role)).toBe('combobox')
    await press('Escape')
  },
  async settings() {
    await press('Control+,')
    await until(hash).toBe('#/settings')
  },
  async openFile() {
    const path = join(dir, 'không phải gói tin.edxml')
    writeFileSync(path, 'chỉ là chữ')
    await office.chooseNext(path)
    await press('Control+o')
    await until(hash).toBe('#/opened')
    await office.page.getByText('Tệp vẫn ở nguyên chỗ cũ').waitFor()
  },
  async lock() {
    await office.ask('session.setPassword', { next: 'mật khẩu của Lê' })
    const { person } = await office.ask('session.current', {})
    if (person === undefined) throw new Error('somebody is at work')
    // The window hears of the password a moment later.
    await until(async () => {
      await press('Control+l')
      return (await office.ask('session.current', {})).person
    }).toBeUndefined()
    await office.ask('session.enter', { id: person.id, password: 'mật khẩu của Lê' })
    await office.page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
  },
  async help() {
    await press('F1')
    const list = office.page.getByRole('dialog', { name: 'Phím tắt' })
    await list.waitFor()
    expect(await list.locator('dt').count()).toBe(Object.keys(SHORTCUTS).length)
    await press('Escape')
    await list.waitFor({ state: 'detached' })
  },
  async guide() {
    await office.go('Hộp gửi')
    await press('Shift+F1')
    const guide = office.page.getByRole('dialog', { name: 'Hướng dẫn sử dụng' })
    await guide.getByRole('heading', { name: '6. Hộp gửi và lúc mất mạng' }).waitFor()
    await press('Escape')
    await guide.waitFor({ state: 'detached' })
  },
  async nextPane() {
    await signScreen()
    const seen = new Set<unknown>()
    for (let turn = 0; turn < 4; turn += 1) {
      await press('F6')
      seen.add(await pane())
    }
    expect(seen.size).toBeGreaterThan(1)
  },
  async previousPane() {
    await signScreen()
    await press('F6')
    const here = await pane()
    await press('F6')
    expect(await pane()).not.toBe(here)
    await press('Shift+F6')
    expect(await pane()).toBe(here)
  },
  async moveInList() {
    const list = await signList()
    const active = () => list.getAttribute('aria-activedescendant')
    const first = await active()
    await press('ArrowDown')
    const second = await active()
    expect(second).not.toBe(first)
    await press('End')
    const last = await active()
    expect([first, second]).not.toContain(last)
    await press('ArrowUp')
    expect(await active()).toBe(second)
    await press('PageDown')
    expect(await active()).toBe(last)
    await press('PageUp')
    expect(await active()).not.toBe(last)
    await press('Home')
    expect(await active()).toBe(first)
  },
  async open() {
    await signList()
    await press('Enter')
    await until(hash).toMatch(/^#\/to-sign\/.+/)
  },
  async back() {
    await signScreen()
    await press('Escape')
    await until(hash).toBe('#/to-sign')
  },
  async mark() {
    await signList()
    await press(' ')
    await until(markedCount).toBe(1)
    await press(' ')
    await until(markedCount).toBe(0)
  },
  async markThrough() {
    await signList()
    await press('Shift+ArrowDown')
    await until(markedCount).toBe(2)
  },
  async markAll() {
    await signList()
    await press('Control+a')
    await until(markedCount).toBe(3)
  },
  async pastePdf() {
    await press('Control+n')
    await office.page.getByText('Chưa có tệp PDF').waitFor()
    // The clipboard of a test holds no file: what Ctrl + V hands the page is made here.
    const base64 = readFileSync(PDF).toString('base64')
    await office.page.evaluate((text) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], 'dan.pdf'))
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
      )
    }, base64)
    await office.page.getByLabel('Thay tệp PDF').waitFor({ state: 'attached' })
  },
  async moveSignature() {
    const mark = await signScreen()
    const before = await mark.boundingBox()
    await mark.press('ArrowLeft')
    await until(async () => (await mark.boundingBox())?.x).toBeLessThan(before?.x ?? 0)
  },
  async moveSignatureFar() {
    const mark = await signScreen()
    const x = async () => (await mark.boundingBox())?.x ?? 0
    const before = await x()
    await mark.press('ArrowLeft')
    await until(x).toBeLessThan(before)
    const short = before - (await x())
    await mark.press('Shift+ArrowLeft')
    await until(async () => before - short - (await x())).toBeGreaterThan(short * 2)
  },
  async enlargePdf() {
    await office.page.getByRole('document').first().focus()
    const before = await pageWidth()
    await press('+')
    await until(pageWidth).toBeGreaterThan(before ?? 0)
  },
  async shrinkPdf() {
    const before = await pageWidth()
    await press('-')
    await until(pageWidth).toBeLessThan(before ?? 0)
  },
  async fitPdf() {
    const fitting = await pageWidth()
    await press('-')
    await until(pageWidth).toBeLessThan(fitting ?? 0)
    await press('0')
    await until(pageWidth).toBe(fitting)
  },
  async print() {
    await office.page.evaluate(() => {
      window.print = () => {
        document.title = 'printed'
      }
    })
    await press('Control+p')
    await until(() => office.page.title()).toBe('printed')
  },
  async bold() {
    const text = await editor()
    await text.press('Control+b')
    await text.locator('strong').getByText('chữ').waitFor()
  },
  async italic() {
    const text = await editor()
    await text.press('Control+i')
    await text.locator('em').getByText('chữ').waitFor()
  },
  async underline() {
    const text = await editor()
    await text.press('Control+u')
    await text.locator('u').getByText('chữ').waitFor()
  },
  async nextCell() {
    const text = await editor()
    await office.page.getByRole('button', { name: 'Chèn bảng' }).click()
    const cells = text.getByRole('cell').or(text.getByRole('columnheader'))
    const count = await cells.count()
    await cells.first().click()
    for (let turn = 1; turn < count; turn += 1) await text.press('Tab')
    await text.pressSequentially('ô cuối')
    await cells.last().getByText('ô cuối').waitFor()
    await text.press('Tab')
    await until(() => cells.count()).toBeGreaterThan(count)
  },
  async undo() {
    const text = await editor()
    expect(await text.textContent()).toBe('chữ')
    await text.press('Control+z')
    await until(() => text.textContent()).not.toBe('chữ')
  },
  async redo() {
    const text = office.page.getByRole('textbox', { name: 'Nội dung văn bản' })
    await text.press('Control+y')
    await until(() => text.textContent()).toBe('chữ')
  },
  async enlarge() {
    await office.pressInSystem('=')
    await until(zoom).toBeCloseTo(1.1)
  },
  async shrink() {
    await office.pressInSystem('-')
    await until(zoom).toBe(1)
  },
  async usualSize() {
    await office.pressInSystem('=')
    await until(zoom).toBeCloseTo(1.1)
    await office.pressInSystem('0')
    await until(zoom).toBe(1)
  },
}

// In the order of the list: those for the PDF look at the page that is open then.
test.each(Object.keys(PROOFS))('%s', async (name) => {
  await PROOFS[name as Shortcut]()
})

test('a notice about the outbox leads to the document’s row, where the keys go on', async () => {
  const { page } = office
  await office.ask('queue.savePolicy', { parallel: 2, paused: true })
  await office.draft({ ...WORDS, subject: 'Công văn chờ gửi' }, PDF)
  await office.freeze()
  await office.sign(PINS.person)
  await office.seal(PINS.agency)
  const [waiting] = (await office.ask('outgoing.list', { box: 'outbox' })).rows
  await office.go('Hôm nay')
  await page.evaluate((id) => {
    location.hash = `#/outbox/${id}`
  }, waiting?.id ?? '')
  await until(() => page.evaluate(() => document.activeElement?.getAttribute('aria-current'))).toBe('true')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Công văn chờ gửi')
})
