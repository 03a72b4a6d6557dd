import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright'
import type { DocumentId, FileRole } from '../../src/shared/document/fields.ts'
import type { Method, Output, Reply, Request } from '../../src/shared/ipc/contract.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** What starts one office's app. */
export interface OfficeWindowOptions {
  /** Folder for everything the app keeps. */
  readonly dataDir: string
  /** Of the fallback runtime, the display, and the tokens. */
  readonly env: Readonly<Record<string, string>>
  readonly electronPath: string
  readonly log?: (line: string) => void
}

/** What the wizard is told. */
export interface Furnishing {
  readonly organId: string
  readonly name: string
  readonly parentName: string
  readonly clerkName: string
  readonly hub: { readonly url: string; readonly systemId: string; readonly secret: string }
  readonly module: { readonly name: string } | { readonly path: string; readonly password?: string }
  readonly personName: string
  readonly agencyName: string
}

/** What the clerk types into a draft. */
export interface DraftWords {
  readonly typeName: string
  readonly codeNotation: string
  readonly subject: string
  readonly place: string
  readonly signerName: string
  readonly signerPosition: string
  readonly competence: string
  readonly recipient: string
  readonly toPlaces: string
  readonly priority?: 'Thường' | 'Khẩn' | 'Thượng khẩn' | 'Hỏa tốc'
}

const PATIENCE_MS = 30_000

/** One office's window, driven as its clerk would: by what is written on it. */
export class OfficeWindow {
  readonly options: OfficeWindowOptions
  #app: ElectronApplication | undefined
  #page: Page | undefined

  constructor(options: OfficeWindowOptions) {
    this.options = options
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the window is not open')
    return this.#page
  }

  get app(): ElectronApplication {
    if (this.#app === undefined) throw new Error('the app is not running')
    return this.#app
  }

  async open(): Promise<void> {
    mkdirSync(this.options.dataDir, { recursive: true })
    const asRoot = process.getuid?.() === 0
    this.#app = await _electron.launch({
      executablePath: this.options.electronPath,
      // The sandbox of the operating system cannot be had as root; the app's own switches stay as they are.
      args: [...(asRoot ? ['--no-sandbox'] : []), ROOT],
      cwd: ROOT,
      env: {
        ...process.env,
        VANTHU_POLL_MS: '1000',
        VANTHU_SETTLE_MS: '6000',
        ...this.options.env,
        VANTHU_DATA: this.options.dataDir,
      },
    })
    this.#page = await this.#app.firstWindow()
    this.#page.setDefaultTimeout(PATIENCE_MS)
    this.#page.on('pageerror', (error) => this.options.log?.(`page error: ${error.message}`))
    this.#page.on('console', (message) => {
      if (message.type() === 'error') this.options.log?.(`console: ${message.text()}`)
    })
  }

  async close(): Promise<void> {
    await this.#app?.close()
    this.#app = undefined
    this.#page = undefined
  }

  /** What a power cut does: every process of the app ends at once, without a word. */
  async killHard(): Promise<void> {
    const running = this.app.process()
    const gone = new Promise((done) => running.once('exit', done))
    killTree(running.pid)
    await gone
    this.#app = undefined
    this.#page = undefined
  }

  /** Waits until no page is being drawn and nothing is being loaded. */
  async settle(): Promise<void> {
    await this.page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined))
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path })
  }

  /** A request over the window's own bridge, for what a clerk would not look at: hashes, ids, histories. */
  async ask<M extends Method>(method: M, input: Request<M>): Promise<Output<M>> {
    const reply = (await this.page.evaluate(
      ([name, sent]) => {
        const { bridge } = globalThis as unknown as {
          bridge: { call(method: string, input: unknown): Promise<unknown> }
        }
        return bridge.call(name, sent)
      },
      [method, input] as const,
    )) as Reply<Output<M>>
    if (!reply.ok) throw new Error(`${method}: ${reply.error.code} ${reply.error.incident}`)
    return reply.value
  }

  /** Presses a key with Ctrl as the system does it: Playwright's keys come in behind main, which hears these first. */
  async pressInSystem(keyCode: string): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }, key) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      for (const type of ['keyDown', 'keyUp'] as const) {
        contents?.sendInputEvent({ type, keyCode: key, modifiers: ['control'] })
      }
    }, keyCode)
  }

  /** The next save dialog answers with this path. */
  async saveNextTo(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, path)
  }

  /** The next dialog that asks for a file or a folder answers with this one. */
  async chooseNext(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, folder) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] })
    }, path)
  }

  /** Saves the file that a document has in that role, as it stands now. */
  async saveOutgoing(id: DocumentId, role: FileRole, path: string): Promise<void> {
    const file = (await this.ask('outgoing.one', { id })).files.findLast((one) => one.role === role)
    if (file === undefined) throw new Error(`the document has no ${role} file`)
    await this.saveNextTo(path)
    await this.ask('outgoing.export', { id, sha256: file.sha256 })
  }

  // --- the first run -----------------------------------------------------------------------------

  /** Makes the office without the wizard, where that is not what is tried; returns the recovery code. */
  async establish(words: Omit<Request<'office.create'>, 'recoveryCode'>): Promise<string> {
    await this.page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
    const { recoveryCode } = await this.ask('office.newRecoveryCode', {})
    await this.ask('office.create', { ...words, recoveryCode })
    await this.page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
    return recoveryCode
  }

  /** Goes through the wizard and returns the recovery code that it showed. */
  async furnish(
    words: Furnishing,
    look: (step: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<string> {
    const { page } = this
    await page.getByLabel('Mã định danh cơ quan').fill(words.organId)
    await page.getByLabel('Tên cơ quan').fill(words.name)
    await page.getByLabel('Cơ quan chủ quản').fill(words.parentName)
    await page.getByLabel('Họ tên văn thư').fill(words.clerkName)
    await look('agency')
    await page.getByRole('button', { name: 'Tiếp tục' }).click()

    await page.getByLabel('Địa chỉ trục liên thông').fill(words.hub.url)
    await page.getByLabel('Mã hệ thống').fill(words.hub.systemId)
    await page.getByLabel('Khóa bí mật').fill(words.hub.secret)
    await page.getByRole('button', { name: 'Kiểm tra kết nối' }).click()
    await page.getByText('Kết nối tốt.').waitFor()
    await look('hub')
    await page.getByRole('button', { name: 'Tiếp tục' }).click()

    await this.#chooseModule(words.module)
    await page.getByRole('listitem').filter({ hasText: 'Token đang cắm: đọc được' }).waitFor()
    await look('token')
    await page.getByRole('button', { name: 'Tiếp tục' }).click()

    await this.#openModule(words.module)
    await page
      .getByRole('radiogroup', { name: 'Chứng thư của người có thẩm quyền ký' })
      .getByRole('radio', { name: words.personName })
      .check()
    await page
      .getByRole('radiogroup', { name: 'Chứng thư của cơ quan (con dấu)' })
      .getByRole('radio', { name: words.agencyName })
      .check()
    await look('certificate')
    await page.getByRole('button', { name: 'Tiếp tục' }).click()

    const groups = page.getByRole('group', { name: 'Mã khôi phục của cơ quan' }).locator('span')
    await groups.first().waitFor()
    const code = (await groups.allInnerTexts()).join('-')
    await look('recovery-code')
    await page.getByRole('button', { name: 'Tôi đã cất mã' }).click()
    await page.getByLabel('Mã khôi phục').fill(code)
    await look('recovery-confirm')
    await page.getByRole('button', { name: 'Tạo kho văn bản' }).click()
    await page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
    return code
  }

  async #chooseModule(module: Furnishing['module']): Promise<void> {
    const { page } = this
    if ('name' in module) {
      await page
        .getByRole('radiogroup', { name: 'Trình điều khiển token' })
        .getByRole('radio', { name: module.name })
        .first()
        .check()
      return
    }
    await this.chooseNext(module.path)
    await page.getByRole('button', { name: 'Chọn tệp khác…' }).click()
  }

  /** Types the password of a practice file that keeps its certificates to itself. */
  async #openModule(module: Furnishing['module']): Promise<void> {
    const { page } = this
    if ('name' in module || module.password === undefined) return
    await page.getByLabel('Mật khẩu của tệp chứng thư').fill(module.password)
    await page.getByRole('button', { name: 'Mở tệp chứng thư' }).click()
  }

  /** Types the recovery code where it is asked for: where the operating system keeps no key. */
  async unlock(code: string): Promise<void> {
    const field = this.page.getByLabel('Mã khôi phục')
    const work = this.page.getByRole('navigation', { name: 'Mục làm việc' })
    const opened = work.or(this.page.getByRole('heading', { name: 'Ai đang làm việc?' }))
    await field.or(opened).first().waitFor()
    if (await field.isVisible()) {
      await field.fill(code)
      await this.page.getByRole('button', { name: 'Mở kho văn bản' }).click()
    }
    await opened.waitFor()
  }

  /** Cài đặt: takes in the root certificate that the office trusts. */
  async trustRoot(path: string, name: string): Promise<void> {
    await this.go('Cài đặt')
    await this.page.getByLabel('Thêm tệp chứng thư gốc').setInputFiles(path)
    await this.page.getByRole('button', { name: 'Tin cậy và thêm' }).click()
    await this.page
      .getByRole('region', { name: 'Nơi cấp chứng thư tin cậy' })
      .getByText(name)
      .first()
      .waitFor()
  }

  // --- the day's work ----------------------------------------------------------------------------

  async go(place: string): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Mục làm việc' })
      .getByRole('link', { name: place })
      .click()
  }

  /** Waits until the agencies that the hub knows are here. */
  async waitForDirectory(text: string): Promise<void> {
    await this.until(`the directory has ${text}`, async () => {
      return (await this.ask('directory.search', { text })).length > 0
    })
  }

  /** Looks again and again, until it is so. */
  async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline;) {
      if (await isSo()) return
      await this.page.waitForTimeout(200)
    }
    throw new Error(`it did not happen: ${what}`)
  }

  /** Soạn văn bản: fills in the form, imports the PDF, waits until all of it is saved. */
  async draft(words: DraftWords, pdf: string): Promise<void> {
    const { page } = this
    await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
    await this.fillDraft(words)
    await page.getByLabel('Chọn tệp PDF').setInputFiles(pdf)
    await page.getByText(/^Đã lưu lúc/).waitFor()
    await page.getByLabel('Thay tệp PDF').waitFor({ state: 'attached' })
  }

  /** The form beside the page of the draft that is open. */
  async fillDraft(words: DraftWords): Promise<void> {
    const { page } = this
    const form = page.getByRole('region', { name: 'Thông tin văn bản' })
    await form.waitFor()
    await form.getByLabel('Tên loại').selectOption(words.typeName)
    await form.getByLabel('Ký hiệu', { exact: true }).fill(words.codeNotation)
    await form.getByLabel('Trích yếu').fill(words.subject)
    if (words.priority !== undefined)
      await form.getByRole('radio', { name: words.priority, exact: true }).check()
    const recipients = form.getByRole('combobox', { name: 'Cơ quan nhận' })
    await recipients.fill(words.recipient)
    await form.getByRole('option', { name: words.recipient }).first().click()
    await form.getByLabel('Địa danh').fill(words.place)
    await form.getByLabel('Họ tên người ký').fill(words.signerName)
    await form.getByLabel('Chức vụ người ký').fill(words.signerPosition)
    await form.getByLabel('Thẩm quyền ký').fill(words.competence)
    await form.getByLabel('Nơi nhận ghi trên văn bản').fill(words.toPlaces)
  }

  /** Opens the newest draft with that abstract. */
  async openDraft(subject: string): Promise<void> {
    await this.go('Dự thảo')
    await this.page.getByRole('option', { name: subject }).first().click()
    await this.page.getByRole('region', { name: 'Thông tin văn bản' }).waitFor()
  }

  async freeze(): Promise<void> {
    await this.page.getByRole('button', { name: 'Chuyển ký' }).click()
    await this.page.getByRole('complementary', { name: 'Ký văn bản' }).waitFor()
  }

  /** The authorised person's PIN. */
  async sign(pin: string): Promise<void> {
    await this.page.getByLabel('Mã PIN của token người ký').fill(pin)
    await this.page.getByRole('button', { name: 'Ký văn bản' }).click()
    await this.page.getByRole('complementary', { name: 'Cấp số và đóng dấu' }).waitFor()
  }

  /** Number, seal and submit with the agency's PIN; ends in the outbox. */
  async seal(pin: string): Promise<void> {
    await this.page.getByLabel('Mã PIN của token cơ quan').fill(pin)
    await this.page.getByRole('button', { name: 'Ký, đóng dấu và gửi' }).click()
    await this.page.getByRole('heading', { name: 'Hộp gửi', exact: true }).waitFor()
  }

  /** The words of the status bar. */
  async statusBar(): Promise<string> {
    return this.page.getByRole('contentinfo', { name: 'Tình trạng' }).innerText()
  }

  async waitForStatus(words: RegExp, timeout = PATIENCE_MS): Promise<void> {
    const bar = this.page.getByRole('contentinfo', { name: 'Tình trạng' })
    await bar.getByText(words).first().waitFor({ timeout })
  }

  /** Opens a received document by its abstract, in the box of what is not registered yet. */
  async openArrived(subject: string): Promise<void> {
    await this.go('Mới đến')
    const row = this.page.getByRole('option', { name: subject }).first()
    await row.waitFor()
    // The list has just come and opens its first document by itself: a click before that hits a row that moves.
    await this.page.getByRole('option', { selected: true }).first().waitFor()
    await this.settle()
    await row.click()
    await this.page.getByRole('region', { name: subject }).waitFor()
  }

  /** The words beside the document on its signatures. */
  async verdict(): Promise<string> {
    return this.page
      .getByText(/^(Chữ ký hợp lệ|Chữ ký không hợp lệ|Chưa đủ căn cứ)/)
      .first()
      .innerText()
  }

  async register(): Promise<void> {
    await this.page.getByRole('button', { name: /^Tiếp nhận, vào sổ số/ }).click()
  }

  async sendBack(reason: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Trả lại…' }).click()
    await this.page.getByLabel('Lý do trả lại').fill(reason)
    await this.page.getByRole('button', { name: 'Trả lại bên gửi' }).click()
  }
}

/** Ends a process and all below it at once. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return
  if (process.platform === 'win32') {
    // Fails where one of them went with its parent, which is as good.
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' })
    return
  }
  for (const one of [pid, ...descendantsOf(pid)]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  }
}

/** All processes below one, from the system's table. */
function descendantsOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const found: number[] = []
  for (let level = [pid]; level.length > 0;) {
    level = rows.flatMap(([child, parent]) =>
      child !== undefined && parent !== undefined && level.includes(parent) ? [child] : [],
    )
    found.push(...level)
  }
  return found
}

/** A path inside the project. */
export function projectPath(...parts: string[]): string {
  return join(ROOT, ...parts)
}
