/** The program on the desktop: notices, the tray, a closed window, a second start, the window's place and zoom. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { documentPacket, EXAMPLE_MESSAGE, fileSource } from '../envelope/packets.ts'
import { SENDER } from '../helpers/office.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

const PROVINCE = { ...EXAMPLE_MESSAGE.from, organId: 'H99', organName: 'UBND tỉnh Thanh Vân' }
const PDF = projectPath('test/fixtures/cong-van.pdf')

/** What main has shown so far, kept beside it by {@link watchDesktop}. */
interface Seen {
  readonly notices: { title: string; body: string; emit(event: string): boolean }[]
  toolTip: string
  dragged?: string
}
type Watched = typeof globalThis & { seen: Seen }

let dir: string
let hub: HubProcess
let office: OfficeWindow
let recoveryCode: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'vanthu-desktop-'))
  hub = await startHubProcess()
  office = new OfficeWindow({ dataDir: dir, env: { VANTHU_TRAY: '1' }, electronPath: electronPath() })
  await office.open()
  await watchDesktop()
  recoveryCode = await office.establish({
    agency: SENDER,
    clerkName: 'Lê Thị Thử',
    hub: { kind: 'vxp', url: hub.url, systemId: OFFICES[0].systemId, secret: OFFICES[0].secret },
  })
})

afterAll(async () => {
  await office.close()
  await hub.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** Lets the test see what main shows: a notice is kept instead of shown, for want of a desktop that shows it. */
async function watchDesktop(): Promise<void> {
  await office.app.evaluate(({ Notification, Tray }) => {
    const seen: Seen = { notices: [], toolTip: '' }
    ;(globalThis as Watched).seen = seen
    Notification.prototype.show = function (this: Seen['notices'][number]) {
      seen.notices.push(this)
    }
    const setToolTip = Reflect.get(Tray.prototype, 'setToolTip')
    Tray.prototype.setToolTip = function (text) {
      seen.toolTip = text
      setToolTip.call(this, text)
    }
  })
}

const notices = () =>
  office.app.evaluate(() => (globalThis as Watched).seen.notices.map(({ title, body }) => ({ title, body })))
const toolTip = () => office.app.evaluate(() => (globalThis as Watched).seen.toolTip)
const isVisible = () =>
  office.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false)
/** The window's own button for closing. */
const closeWindow = () =>
  office.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close()
  })

async function arrive(number: string): Promise<void> {
  const bytes = await documentPacket({
    from: PROVINCE,
    to: [{ ...PROVINCE, organId: SENDER.organId, organName: SENDER.name }],
    documentId: `H99,2026/11/23,${number}/UBND-VP`,
    code: { number, notation: 'UBND-VP' },
  })
  await hub.inject(bytes, SENDER.organId)
}

/** Starts the program once more, as Explorer does; answers the exit code. */
function startAgain(...files: string[]): Promise<number | null> {
  const { electronPath, env } = office.options
  const words = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), projectPath(), ...files]
  const second = spawn(electronPath, words, {
    env: { ...process.env, ...env, VANTHU_DATA: dir },
    stdio: 'ignore',
  })
  return new Promise((resolve) => second.once('exit', resolve))
}

test('a closed window leaves the program in the tray, says so once, and the queue goes on', async () => {
  await closeWindow()
  await expect.poll(isVisible).toBe(false)
  expect(await notices()).toMatchObject([{ title: 'Văn Thư vẫn đang chạy' }])

  await arrive('07')
  await expect.poll(notices, { timeout: 40_000 }).toHaveLength(2)
  expect((await notices())[1]).toEqual({ title: 'Văn bản mới đến', body: '07/UBND-VP, UBND tỉnh Thanh Vân' })
  expect(await toolTip()).toBe('Văn Thư: 1 văn bản mới, 0 chờ gửi')
})

test('a click on the notice opens the window at the document', async () => {
  const { rows } = await office.ask('incoming.list', { box: 'new' })
  await office.app.evaluate(() => (globalThis as Watched).seen.notices[1]?.emit('click'))
  await expect.poll(isVisible).toBe(true)
  await expect.poll(() => new URL(office.page.url()).hash).toBe(`#/new/${rows[0]?.id ?? ''}`)
})

test('a second start brings the window of the first one forward and ends', async () => {
  await closeWindow()
  await expect.poll(isVisible).toBe(false)
  expect(await startAgain()).toBe(0)
  await expect.poll(isVisible).toBe(true)
  // Said once, and not again.
  expect(await notices()).toHaveLength(2)
})

test('Ctrl with plus and 0 changes the zoom, which is kept like the window’s size', async () => {
  const zoom = () =>
    office.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor())
  await office.pressInSystem('=')
  await office.pressInSystem('=')
  await expect.poll(zoom).toBeCloseTo(1.25)
  await office.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1100, height: 700 })
  })
  const kept = (): unknown => JSON.parse(readFileSync(join(dir, 'desktop', 'window.json'), 'utf8'))
  await expect.poll(kept).toMatchObject({ zoom: 1.25, x: 40, y: 30, width: 1100, height: 700 })

  await office.app.evaluate(({ app }) => {
    app.quit()
  })
  await office.close()
  await office.open()
  await watchDesktop()
  await office.unlock(recoveryCode)
  await expect.poll(zoom).toBeCloseTo(1.25)
  const bounds = await office.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  )
  expect(bounds).toEqual({ x: 40, y: 30, width: 1100, height: 700 })
  await office.pressInSystem('0')
  await expect.poll(zoom).toBe(1)
})

test('what was told before the restart is not told again', async () => {
  await closeWindow()
  await arrive('08')
  await expect.poll(notices, { timeout: 40_000 }).toHaveLength(1)
  expect(await notices()).toEqual([{ title: 'Văn bản mới đến', body: '08/UBND-VP, UBND tỉnh Thanh Vân' }])
})

test('while the window is in front, which shows it, no notice is shown', async () => {
  await office.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.show()
    window?.focus()
  })
  const isInFront = () =>
    office.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused())
  await expect.poll(isInFront).toBe(true)
  const before = (await notices()).length
  await arrive('09')
  // The tray is told of it together with the notice.
  await expect.poll(toolTip, { timeout: 40_000 }).toBe('Văn Thư: 3 văn bản mới, 0 chờ gửi')
  await closeWindow()
  await arrive('10')
  await expect.poll(notices, { timeout: 40_000 }).toHaveLength(before + 1)
  expect((await notices()).at(-1)?.body).toBe('10/UBND-VP, UBND tỉnh Thanh Vân')
})

test('at 200 % on a small screen what is to be done with a document can be reached', async () => {
  const { page } = office
  await office.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.show()
  })
  // 1366×768, twice enlarged.
  await page.setViewportSize({ width: 683, height: 384 })
  await office.openArrived(EXAMPLE_MESSAGE.subject)
  // Over the title: the wheel scrolls what a clerk can scroll, and no more.
  const title = await page.getByRole('heading', { name: EXAMPLE_MESSAGE.subject }).boundingBox()
  await page.mouse.move((title?.x ?? 0) + 40, (title?.y ?? 0) + 10)
  const isInSight = (part: Locator) =>
    part.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
  const act = page.getByRole('button', { name: /^Tiếp nhận, vào sổ số/ })
  expect(await isInSight(act)).toBe(false)
  await page.mouse.wheel(0, 180)
  await expect.poll(() => isInSight(act)).toBe(true)
  await page.mouse.wheel(0, 2_000)
  await expect.poll(() => isInSight(page.getByRole('document').first())).toBe(true)
  await page.setViewportSize({ width: 1366, height: 768 })
})

test('a file of a document is dragged out as a readable copy under its name', async () => {
  await office.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents === undefined) throw new Error('there is a window')
    contents.startDrag = ({ file }) => {
      ;(globalThis as Watched).seen.dragged = file
    }
  })
  await office.openArrived(EXAMPLE_MESSAGE.subject)
  await office.page.getByTitle('07-UBND-VP.pdf. Kéo ra thư mục để lưu.').dispatchEvent('dragstart')
  const dragged = () => office.app.evaluate(() => (globalThis as Watched).seen.dragged)
  await expect.poll(dragged).toMatch(/07-UBND-VP\.pdf$/)
  expect(readFileSync((await dragged()) ?? '', 'utf8')).toBe('%PDF-')
})

test('a packet that is opened in the desktop is shown in the window that runs, and only shown', async () => {
  const path = join(dir, 'goi tin.edxml')
  writeFileSync(
    path,
    await documentPacket(
      { code: { number: '99', notation: 'UBND-VP' } },
      fileSource('07.pdf', readFileSync(PDF)),
    ),
  )
  const before = await office.ask('counts', {})
  expect(await startAgain(path)).toBe(0)
  const report = office.page.getByRole('region', { name: 'Gói tin văn bản' })
  await report.getByText('Số, ký hiệu: 99/UBND-VP').waitFor()
  await office.page.getByRole('region', { name: '07.pdf' }).waitFor()
  expect(await office.ask('counts', {})).toEqual(before)

  const other = join(dir, 'goi tin khac.edxml')
  writeFileSync(other, await documentPacket({ code: { number: '98', notation: 'UBND-VP' } }))
  await office.chooseNext(other)
  await report.getByRole('button', { name: 'Mở tệp từ máy…' }).click()
  await report.getByText('Số, ký hiệu: 98/UBND-VP').waitFor()
})

test('an office that wants it so has closing end the program', async () => {
  await office.ask('desktop.save', { policy: { notices: 'code', staysInTray: false } })
  const ended = new Promise((resolve) => office.app.process().once('exit', resolve))
  await closeWindow()
  expect(await ended).toBe(0)
})
