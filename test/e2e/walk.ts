import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { OfficeWindow, type DraftWords } from './office-window.ts'
import { makeWalkDesk, pinsOf, type WalkDesk } from './walk-desk.ts'

/** What the walk is given. */
export interface WalkOptions {
  /** Where screenshots, documents and the summary go. Emptied by the caller. */
  readonly outDir: string
  /** Where the offices, tokens and the hub live while it runs. */
  readonly workDir: string
  /** The documents: each goes through its whole life. */
  readonly pdfs: readonly string[]
  readonly tokens: 'softhsm' | 'pkcs12'
  readonly electronPath: string
  readonly env: Readonly<Record<string, string>>
  readonly say: (line: string) => void
  /** Called on every screen worth judging, such as for accessibility. */
  readonly inspect?: (office: OfficeWindow, name: string) => Promise<void>
}

/** One document as out/demo/summary.json names it. */
export interface WalkedDocument {
  readonly id: string
  readonly source: string
  readonly subject: string
  readonly code: string
  readonly signedPath: string
  readonly signedSha256: string
  readonly receivedPath: string
  readonly receivedSha256: string
  readonly hubPacketId: string
  readonly states: readonly {
    readonly where: 'sender' | 'receiver'
    readonly state: string
    readonly at: string
  }[]
}

export interface WalkSummary {
  readonly root: string
  readonly rootPath: string
  readonly documents: readonly WalkedDocument[]
  readonly steps: readonly { readonly step: string; readonly seconds: number }[]
}

/** The life of a document, told as the two clerks live it. Returns what out/demo/summary.json holds. */
export async function walk(options: WalkOptions): Promise<WalkSummary> {
  const { say, outDir, inspect } = options
  const pins = pinsOf(options.tokens)
  const shots = join(outDir, 'screenshots')
  mkdirSync(shots, { recursive: true })
  const steps: { step: string; seconds: number }[] = []
  let shot = 0

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await work()
    const seconds = (performance.now() - start) / 1000
    steps.push({ step: name, seconds: Math.round(seconds * 100) / 100 })
    say(`  ${seconds.toFixed(1).padStart(5)} s  ${name}`)
    return result
  }

  async function look(office: OfficeWindow, name: string): Promise<void> {
    shot += 1
    await office.settle()
    await office.screenshot(join(shots, `${String(shot).padStart(2, '0')}-${name}.png`))
    await inspect?.(office, name)
  }

  const desk = await step('PKI, token và trục liên thông để thử được tạo', async () => {
    const made = await makeWalkDesk(options.workDir, options.tokens)
    await made.hub.start()
    return made
  })
  const rootPath = join(outDir, 'root.pem')
  copyFileSync(desk.pki.root.certificatePath, rootPath)

  const sender = officeWindow(options, desk, 'sender')
  const receiver = officeWindow(options, desk, 'receiver')
  try {
    const senderCode = await step('Cơ quan A thiết lập lần đầu', async () => {
      await sender.open()
      const code = await sender.furnish(desk.sender.furnishing, (name) => look(sender, `wizard-${name}`))
      await sender.trustRoot(rootPath, 'Chứng thực gốc')
      await sender.waitForDirectory('so noi vu')
      await look(sender, 'settings')
      return code
    })
    await step('Cơ quan B thiết lập lần đầu', async () => {
      await receiver.open()
      await receiver.furnish(desk.receiver.furnishing)
      await receiver.trustRoot(rootPath, 'Chứng thực gốc')
    })

    const documents: WalkedDocument[] = []
    for (const [index, pdf] of options.pdfs.entries()) {
      const words = wordsFor(index + 1)
      say(`Văn bản ${String(index + 1)}: ${basename(pdf)}`)
      await step('trục liên thông ngừng; cơ quan A mất đường truyền', async () => {
        await desk.hub.stop()
        await sender.waitForStatus(/^Ngoại tuyến/)
      })
      await step('A soạn văn bản từ tệp PDF', async () => {
        await sender.draft(words, pdf)
        await look(sender, 'draft')
      })
      if (index === 0) {
        await step('ứng dụng của A bị ngắt đột ngột, mở lại: dự thảo còn nguyên', async () => {
          await sender.killHard()
          await sender.open()
          await look(sender, 'unlock')
          await sender.unlock(senderCode)
          await look(sender, 'inbox-empty')
        })
      }
      await step('người có thẩm quyền ký', async () => {
        await sender.openDraft(words.subject)
        await sender.freeze()
        await look(sender, 'sign-person')
        await sender.sign(pins.person)
      })
      await step('văn thư cấp số, đóng dấu và đưa vào hộp gửi', async () => {
        await look(sender, 'sign-agency')
        await sender.seal(pins.agency)
        await sender.waitForStatus(/văn bản chờ gửi/)
        await look(sender, 'outbox-offline')
      })
      await step('trục liên thông hoạt động lại; văn bản tự gửi', async () => {
        await desk.hub.start()
        // A line that was down for long is tried every two minutes and a fifth at the latest.
        await sender.waitForStatus(/^Hộp gửi trống/, 150_000)
      })
      await step('B nhận, chữ ký hợp lệ, vào sổ', async () => {
        await receiver.openArrived(words.subject)
        await expectValid(sender, receiver, words.subject)
        await look(receiver, 'inbox')
        await receiver.register()
        await receiver.page
          .getByRole('status')
          .getByText(/Đã vào sổ số/)
          .waitFor()
        await receiver.go('Đã vào sổ')
        await receiver.page.getByRole('option', { name: words.subject }).first().waitFor()
        await look(receiver, 'registered')
      })
      await step('A thấy “Đã tiếp nhận”', async () => {
        await sender.go('Đã gửi')
        await sender.page.getByRole('option', { name: words.subject }).getByText('Đã tiếp nhận').waitFor()
        await look(sender, 'sent')
      })
      documents.push(await collect(words, pdf, index + 1, { sender, receiver, desk, outDir }))
    }

    await step('A gửi văn bản nữa, bị ngắt giữa chừng, mở lại: B nhận đúng một lần', async () => {
      const [pdf] = options.pdfs
      if (pdf === undefined) throw new Error('the walk needs a PDF')
      const words = wordsFor(options.pdfs.length + 1)
      await sender.draft(words, pdf)
      await sender.freeze()
      await sender.sign(pins.person)
      await desk.hub.faults({ delayMs: 3_000 })
      await sender.seal(pins.agency)
      await sender.waitForStatus(/^Đang gửi/)
      await look(sender, 'outbox-sending')
      await sender.killHard()
      await desk.hub.faults({ delayMs: 0 })
      await sender.open()
      await sender.unlock(senderCode)
      await sender.waitForStatus(/^Hộp gửi trống/)
      await receiver.openArrived(words.subject)
      await receiver.register()
      await sender.go('Đã gửi')
      await sender.page.getByRole('option', { name: words.subject }).getByText('Đã tiếp nhận').waitFor()
      const registered = await receiver.ask('incoming.list', { box: 'registered' })
      const copies = registered.rows.filter((row) => row.subject === words.subject)
      const [copy] = copies
      if (copies.length !== 1 || copy === undefined)
        throw new Error(`B has it ${String(copies.length)} times`)
      documents.push(await collect(words, pdf, options.pdfs.length + 1, { sender, receiver, desk, outDir }))
      const taken = await documentsTaken(desk)
      if (taken !== options.pdfs.length + 1) {
        throw new Error(
          `the hub took ${String(taken)} packets for ${String(options.pdfs.length + 1)} documents`,
        )
      }
      await look(receiver, 'inbox-after')
    })

    const summary: WalkSummary = {
      root: 'Chứng thực gốc thử nghiệm',
      rootPath,
      documents,
      steps,
    }
    writeFileSync(join(outDir, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`)
    return summary
  } catch (cause) {
    for (const [name, office] of [
      ['sender', sender],
      ['receiver', receiver],
    ] as const) {
      await office.screenshot(join(shots, `failed-${name}.png`)).catch(() => undefined)
    }
    throw cause
  } finally {
    await sender.close()
    await receiver.close()
    await desk.hub.stop()
  }
}

/** Opens both offices furnished and leaves them to whoever sits there. Resolves when both are closed. */
export async function play(options: WalkOptions): Promise<void> {
  const desk = await makeWalkDesk(options.workDir, options.tokens)
  await desk.hub.start()
  const rootPath = join(options.outDir, 'root.pem')
  copyFileSync(desk.pki.root.certificatePath, rootPath)
  const offices = [officeWindow(options, desk, 'sender'), officeWindow(options, desk, 'receiver')] as const
  try {
    for (const [at, office] of offices.entries()) {
      await office.open()
      const code = await office.furnish(at === 0 ? desk.sender.furnishing : desk.receiver.furnishing)
      await office.trustRoot(rootPath, 'Chứng thực gốc')
      await office.go('Mới đến')
      options.say(`  ${at === 0 ? 'Cơ quan A' : 'Cơ quan B'}: mã khôi phục ${code}`)
    }
    const pins = pinsOf(options.tokens)
    options.say(`  Mã PIN: người ký ${pins.person}, cơ quan ${pins.agency}. Đóng cả hai cửa sổ để kết thúc.`)
    await Promise.all(offices.map((office) => office.app.waitForEvent('close', { timeout: 0 })))
  } finally {
    await desk.hub.stop()
  }
}

function officeWindow(options: WalkOptions, desk: WalkDesk, which: 'sender' | 'receiver'): OfficeWindow {
  return new OfficeWindow({
    dataDir: join(options.workDir, which),
    env: { ...options.env, ...desk[which].env },
    electronPath: options.electronPath,
    log: options.say,
  })
}

function wordsFor(number: number): DraftWords {
  return {
    typeName: 'Công văn',
    codeNotation: 'UBND-VP',
    subject: `V/v đăng ký lớp tập huấn nghiệp vụ văn thư, lưu trữ và ký số năm 2026 (lần ${String(number)})`,
    place: 'Suối Ngọc',
    signerName: 'Nguyễn Văn Mẫu',
    signerPosition: 'PHÓ CHỦ TỊCH',
    competence: 'KT. CHỦ TỊCH',
    recipient: 'Sở Nội vụ tỉnh Thanh Vân',
    toPlaces: 'Như trên\nLưu: VT, VP',
    priority: number === 1 ? 'Hỏa tốc' : 'Thường',
  }
}

/** How many documents the hub took, each time it took one. */
async function documentsTaken(desk: WalkDesk): Promise<number> {
  return (await desk.hub.accepted()).filter(({ kind }) => kind === 'edoc').length
}

/**
 * A's signatures, the person's and those of the agency, are valid, and B reads so. A document that somebody
 * else had signed before, with a certificate nobody here knows, is rightly "chưa đủ căn cứ" as a whole; A's
 * own are valid all the same.
 */
async function expectValid(sender: OfficeWindow, receiver: OfficeWindow, subject: string): Promise<void> {
  const said = await receiver.verdict()
  const row = (await receiver.ask('incoming.list', { box: 'new' })).rows.find(
    (one) => one.subject === subject,
  )
  if (row === undefined) throw new Error(`B has no ${subject}`)
  const signatures = (await receiver.ask('incoming.one', { id: row.id })).verdictDetail?.signatures ?? []
  const { token } = await sender.ask('settings.current', {})
  const chosen = [token?.person, token?.agency].map((choice) => choice?.certificateSha256)
  const ours = signatures.filter(({ signer }) =>
    chosen.some((sha256) => sha256 === signer?.certificateSha256),
  )
  const expected = signatures.length > ours.length ? 'Chưa đủ căn cứ' : 'Chữ ký hợp lệ'
  const areValid = ours.length >= 2 && ours.every(({ verdict }) => verdict === 'valid')
  if (!areValid || !said.startsWith(expected)) {
    const verdicts = ours.map(({ verdict }) => verdict).join(' and ')
    throw new Error(`B reads “${said}”, A's signatures are ${verdicts}`)
  }
}

interface Scene {
  readonly sender: OfficeWindow
  readonly receiver: OfficeWindow
  readonly desk: WalkDesk
  readonly outDir: string
}

/** Saves what A signed and what B received, by the windows' own save button, and writes down the story. */
async function collect(
  words: DraftWords,
  source: string,
  number: number,
  scene: Scene,
): Promise<WalkedDocument> {
  const { sender, receiver, outDir } = scene
  const dir = join(outDir, 'documents', String(number))
  mkdirSync(dir, { recursive: true })
  copyFileSync(source, join(dir, 'imported.pdf'))

  const sent = (await sender.ask('outgoing.list', { box: 'sent' })).rows.find(
    (row) => row.subject === words.subject,
  )
  const got = (await receiver.ask('incoming.list', { box: 'registered' })).rows.find(
    (row) => row.subject === words.subject,
  )
  if (sent === undefined || got === undefined) throw new Error(`${words.subject} is not on both sides`)
  const out = await sender.ask('outgoing.one', { id: sent.id })
  const into = await receiver.ask('incoming.one', { id: got.id })
  const [file] = into.files
  if (file === undefined) throw new Error('the received document has no file')

  const signedPath = join(dir, 'signed.pdf')
  const receivedPath = join(dir, 'received.pdf')
  await sender.saveOutgoing(out.id, 'sealed', signedPath)
  await receiver.saveNextTo(receivedPath)
  await receiver.ask('incoming.export', { id: into.id, sha256: file.sha256 })

  const imported = readFileSync(source)
  const signed = readFileSync(signedPath)
  if (!signed.subarray(0, imported.byteLength).equals(imported)) {
    throw new Error('the imported bytes are not a prefix of the signed file')
  }
  const [signedSha256, receivedSha256] = [sha256Of(signedPath), sha256Of(receivedPath)]
  if (signedSha256 !== receivedSha256) throw new Error('B received other bytes than A signed')
  if (statSync(receivedPath).size === 0) throw new Error('the received file is empty')
  const packet = (await scene.desk.hub.accepted()).find(
    (entry) =>
      entry.kind === 'edoc' && entry.documentId.endsWith(`,${out.codeNumber ?? ''}/${out.codeNotation}`),
  )
  return {
    id: out.id satisfies DocumentId,
    source,
    subject: words.subject,
    code: `${out.codeNumber ?? ''}/${out.codeNotation}`,
    signedPath,
    signedSha256,
    receivedPath,
    receivedSha256,
    hubPacketId: packet?.docId ?? '',
    states: [
      ...out.history
        .filter((entry) => entry.subjectKind === 'outgoing')
        .map((entry) => ({
          where: 'sender' as const,
          state: stateWords(entry),
          at: new Date(entry.at).toISOString(),
        })),
      ...into.history
        .filter((entry) => entry.subjectKind === 'incoming')
        .map((entry) => ({
          where: 'receiver' as const,
          state: stateWords(entry),
          at: new Date(entry.at).toISOString(),
        })),
    ],
  }
}

function stateWords(entry: {
  readonly event: string
  readonly detail: Readonly<Record<string, unknown>>
}): string {
  const { event, code } = { event: entry.detail['event'], code: entry.detail['code'] }
  return [entry.event, event, code].filter((part) => typeof part === 'string').join(' ')
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
