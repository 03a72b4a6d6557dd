import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { bodyReader } from '../../src/engine/pdf/body-text.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { officeReading } from '../../src/engine/reading.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { handMade, PLAIN_OBJECTS, workFolder, type WorkFolder } from '../pdf/samples.ts'
import { scanned } from '../pdf/scans.ts'
import { office, typed } from '../store/office.ts'

const THREAD = join(import.meta.dirname, '../../src/engine/pdf/body-worker.ts')
const LETTER = readFileSync(join(import.meta.dirname, '../fixtures/cong-van.pdf'))
const LIMITS = { pages: 500, units: 200_000 }
const signal = new AbortController().signal

let folder: WorkFolder
beforeAll(() => {
  folder = workFolder()
})
afterAll(() => {
  folder.remove()
})

function readerFor(options: Parameters<typeof bodyReader>[1] = {}) {
  const reader = bodyReader(THREAD, options)
  onTestFinished(() => reader.rest())
  return { read: (pdf: Uint8Array) => reader.read(memorySource(pdf), LIMITS, signal) }
}

/** A PDF whose only page is drawn by a stream that unpacks to so many megabytes of spaces. */
function bomb(megabytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(1 << 20, ' '), { finishFlush: constants.Z_FULL_FLUSH })
  const data = Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array<Buffer>(megabytes).fill(block)])
  return handMade({ ...PLAIN_OBJECTS, 4: { dict: '/Filter /FlateDecode', data } })
}

describe('the thread that reads PDFs', () => {
  test('gives the text of a letter', async () => {
    const read = await readerFor().read(LETTER)
    expect(read).toMatchObject({ pages: 1, blankPages: 0, cut: false })
    expect(read?.text).toContain('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')
    expect(read?.text).toMatch(/lớp tập huấn\s+văn thư, lưu trữ/)
  })

  test('says of a scan that its pages have no text', async () => {
    const read = await readerFor().read(readFileSync(scanned(folder, 'scan.pdf', { dpi: 72 })))
    expect(read).toEqual({ text: '', pages: 1, blankPages: 1, cut: false })
  })

  test('reads no more pages and words than it may', async () => {
    const reader = bodyReader(THREAD)
    onTestFinished(() => reader.rest())
    const few = await reader.read(memorySource(LETTER), { pages: 500, units: 40 }, signal)
    expect(few?.text).toHaveLength(40)
    expect(few?.cut).toBe(true)
  })

  test('survives what is no PDF, what never ends and what fills the memory', async () => {
    const { read } = readerFor({ growthBytes: 96 << 20 })
    expect(await read(Buffer.from('no PDF at all'))).toBeUndefined()
    expect(await read(Buffer.alloc(0))).toBeUndefined()
    expect(await read(bomb(600))).toBeUndefined()
    // And goes on.
    expect((await read(LETTER))?.pages).toBe(1)

    const hasty = readerFor({ deadlineMs: 1 })
    expect(await hasty.read(LETTER)).toBeUndefined()
  })

  test('a page that refers to itself is read like any other that is broken', async () => {
    const endless = handMade({
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      2: '<< /Type /Pages /Kids [2 0 R] /Count 1000000000 >>',
    })
    const { read } = readerFor({ deadlineMs: 5000 })
    await read(endless)
    expect((await read(LETTER))?.pages).toBe(1)
  })
})

/** An office whose reading runs; `settled` waits until nothing is left to do. */
function readingOffice() {
  const store = office()
  const log: string[] = []
  const changes = vi.fn()
  const begin = () => {
    const reading = officeReading({
      store,
      reader: bodyReader(THREAD),
      timer: (afterMs, callback) => {
        const handle = setTimeout(callback, afterMs)
        return () => {
          clearTimeout(handle)
        }
      },
      log: (level, text) => log.push(`${level} ${text}`),
      onChange: changes,
    })
    reading.start()
    return reading
  }
  const settled = () =>
    vi.waitFor(
      () => {
        expect(store.search.status()).toMatchObject({ notIndexed: 0, notRead: 0 })
      },
      { timeout: 50_000, interval: 50 },
    )
  return { store, log, changes, begin, settled }
}

async function draftWith(store: Store, pdf: Uint8Array, subject: string) {
  const kept = await store.files.putBytes(pdf)
  const { id } = store.outgoing.create(typed({ subject }))
  const file = {
    name: 'van-ban.pdf',
    sha256: kept.sha256,
    contentType: 'application/pdf',
    sizeBytes: pdf.length,
  }
  store.outgoing.setFile(id, file, 'imported')
  return id
}

test('the text of a PDF is found after it was read, and nothing of it is in the log', async () => {
  const { store, log, changes, begin, settled } = readingOffice()
  const letter = await draftWith(store, LETTER, 'V/v họp')
  const scan = await draftWith(
    store,
    readFileSync(scanned(folder, 'scan-two.pdf', { dpi: 72 })),
    'V/v bản quét',
  )
  const broken = await draftWith(store, Buffer.from('%PDF-1.7 broken'), 'V/v tệp hỏng')
  const missing = store.outgoing.create(typed({ subject: 'V/v tệp mất' })).id
  store.outgoing.setFile(
    missing,
    { name: 'mat.pdf', sha256: 'ee'.repeat(32) as never, contentType: 'application/pdf', sizeBytes: 1 },
    'imported',
  )
  const find = (text: string) => store.search.find({ text, filters: {} }, 20, 0).hits
  expect(find('tap huan')).toEqual([])

  const reading = begin()
  await settled()
  await reading.stop()
  expect(find('tap huan').map(({ id }) => id)).toEqual([letter])
  expect(find('ban quet')).toMatchObject([{ id: scan, body: { state: 'read', pages: 1, blankPages: 1 } }])
  expect(find('tep hong')).toMatchObject([{ id: broken, body: { state: 'unreadable' } }])
  expect(find('tep mat')).toMatchObject([{ id: missing, body: { state: 'unreadable' } }])
  expect(store.search.status()).toEqual({ notIndexed: 0, notRead: 0, notSearchable: 3 })
  expect(changes).toHaveBeenCalled()
  expect(log.join('\n')).not.toMatch(/tập huấn|tệp hỏng|bản quét/)
})

test('a PDF in whose reading the engine ended is not tried again', async () => {
  const { store, log, begin, settled } = readingOffice()
  const id = await draftWith(store, LETTER, 'V/v họp')
  const [unread] = store.search.nextUnread(1)
  if (unread === undefined) throw new Error('a PDF waits')
  store.search.beginReading(unread)
  const reading = begin()
  await settled()
  await reading.stop()
  const [hit] = store.search.find({ text: 'hop', filters: {} }, 20, 0).hits
  expect(hit).toMatchObject({ id, body: { state: 'unreadable' } })
  expect(log).toHaveLength(1)
})

test('what is stopped in the middle is read at the next start', async () => {
  const { store, begin, settled } = readingOffice()
  const id = await draftWith(store, LETTER, 'V/v họp')
  const reading = begin()
  await reading.stop()
  const again = begin()
  again.ring()
  await settled()
  await again.stop()
  expect(store.search.find({ text: 'tap huan', filters: {} }, 20, 0).hits.map((hit) => hit.id)).toEqual([id])
})
