import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { beforeEach, describe, expect, test } from 'vitest'
import { applyStatus } from '../../src/engine/outgoing/receipts.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { readArchive, writeArchive, type NewEntry } from '../../src/engine/proof/archive.ts'
import { checkEvidence, type EvidenceReport } from '../../src/engine/proof/check.ts'
import { gatherEvidenceOf } from '../../src/engine/proof/export.ts'
import { writeStatusPacket } from '../../src/engine/envelope/status.ts'
import { canonicalJson, chainHash } from '../../src/engine/store/chain.ts'
import type { Outgoing, Store } from '../../src/engine/store/index.ts'
import type { StatusMessage } from '../../src/shared/document/packet.ts'
import { unreadableDocument } from '../../src/engine/signing/verdicts.ts'
import { EXAMPLE_STATUS_MESSAGE } from '../envelope/packets.ts'
import { delivery, queuedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { MORNING } from '../store/office.ts'

/** Signatures are judged elsewhere; here every file is one that nobody could read. */
const JUDGES = {
  pdf: () => Promise.resolve(unreadableDocument()),
  beside: () => Promise.resolve(unreadableDocument()),
}
const check = (bytes: Uint8Array) => checkEvidence(memorySource(bytes), JUDGES)

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

const exported = async (store: Store, id: Outgoing['id'], now = MORNING + 3_600_000) =>
  bytesOf((await gatherEvidenceOf(store, 'outgoing', id, now)).chunks())

const ATTEMPT = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b'

/** A document that was tried once in vain, then taken by the hub, then registered by its recipient. */
async function sentDocument(): Promise<{ store: Store; document: Outgoing }> {
  const store = sendingOffice()
  // Another document of the office: nothing of it may be in the evidence.
  const other = await queuedDocument(store, { subject: 'V/v văn bản khác' })
  const document = await queuedDocument(store)
  const { id, packetSha256 } = document
  const { key } = delivery(store, id)
  const line = (event: string, at: number, detail: Record<string, string> = {}) =>
    store.history.append({ at, subjectKind: 'office', subjectId: 'line', event, detail })
  line('line-down', MORNING + 60_000, { code: 'hub/unreachable' })
  // Both wait since the same moment, so which would come first is chance.
  const claim = () => store.jobs.claimDue(MORNING, 60_000, { subjects: [other.id] })
  claim()
  store.jobs.markSending(key, MORNING + 60_000, { sha256: packetSha256 ?? '' })
  store.jobs.failSending(key, { code: 'hub/unreachable', detail: 'ECONNREFUSED', mayHaveArrived: false })
  store.jobs.wait(key, { dueAt: MORNING, code: 'hub/unreachable' })
  line('line-up', MORNING + 1_800_000)
  claim()
  store.jobs.markSending(key, MORNING + 1_800_000, { sha256: packetSha256 ?? '', attemptId: ATTEMPT })
  store.outgoing.move(id, 'accept', MORNING + 1_801_000, { packetId: 'P-1', answer: '{"status":"OK"}' })
  store.jobs.succeed(key)
  // What the security servers of an X-Road signed of the attempt.
  const records = await store.files.putBytes(Buffer.from('PK signed by others'))
  store.jobs.add({ key: `evidence/${ATTEMPT}`, kind: 'evidence', subjectId: id, dueAt: MORNING })
  claim()
  store.history.append({
    at: MORNING + 1_900_000,
    subjectKind: 'outgoing',
    subjectId: id,
    event: 'road-evidence',
    detail: { attemptId: ATTEMPT, sha256: records.sha256 },
  })
  store.jobs.succeed(`evidence/${ATTEMPT}`)
  const status: StatusMessage = {
    ...EXAMPLE_STATUS_MESSAGE,
    from: { ...EXAMPLE_STATUS_MESSAGE.from, organId: 'H99.07' },
    responseFor: { ...EXAMPLE_STATUS_MESSAGE.responseFor, documentId: document.documentCode ?? '' },
    statusCode: '03',
  }
  const { sha256 } = await store.files.putBytes(writeStatusPacket(status))
  applyStatus(store, status, MORNING + 2_000_000, { packetId: 'S-1', sha256 })
  return { store, document: store.outgoing.get(id) }
}

let bytes: Buffer
let document: Outgoing
let report: EvidenceReport

// Made once, by the first test: an office lives no longer than the test that opens it.
let made = false
beforeEach(async () => {
  if (made) return
  made = true
  const sent = await sentDocument()
  document = sent.document
  bytes = await exported(sent.store, document.id)
  report = await check(bytes)
})

/** The same entries, each changed as a test wants, written in the right form. */
async function rewritten(change: (name: string, content: Buffer) => Buffer | undefined): Promise<Buffer> {
  const entries: NewEntry[] = []
  for (const { name, content } of await readArchive(memorySource(bytes))) {
    const changed = change(name, Buffer.from(await content.read(0, content.size)))
    if (changed !== undefined) entries.push(entryOf(name, changed))
  }
  return bytesOf(writeArchive(entries))
}

function entryOf(name: string, content: Buffer): NewEntry {
  // eslint-disable-next-line @typescript-eslint/require-await -- one chunk has nothing to wait for
  async function* open() {
    yield content
  }
  return { name, sizeBytes: content.length, crc32: crc32(content), open }
}

const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex')

/** Changes the history, and every hash that says so: what a forger with time would do. */
async function forgedHistory(change: (text: string) => string): Promise<Buffer> {
  let history = ''
  let manifest = ''
  await rewritten((name, content) => {
    if (name === 'history.json') history = content.toString()
    if (name === 'manifest.json') manifest = content.toString()
    return content
  })
  const changed = Buffer.from(change(history))
  const said = Buffer.from(manifest.replace(sha256Of(Buffer.from(history)), sha256Of(changed)))
  return rewritten((name, content) => {
    if (name === 'history.json') return changed
    if (name === 'manifest.json') return said
    return name === 'manifest.sha256' ? Buffer.from(`${sha256Of(said)}\n`) : content
  })
}

describe('a sound evidence file', () => {
  test('holds the document, its packet and the packet of the status, and everything fits', () => {
    expect(report.problems).toEqual([])
    expect(report.absent).toEqual([])
    expect(report.manifest.document).toMatchObject({
      direction: 'outgoing',
      documentCode: document.documentCode,
    })
    expect(report.manifest.files.map(({ name }) => name)).toEqual([
      'files/001-document.pdf',
      'files/002-packet.edxml',
      'files/003-other.zip',
      'files/004-status.edxml',
    ])
  })

  test('tells the way of the document: signed, deadline, attempts, the line, the hub, the recipient', () => {
    expect(report.course).toMatchObject({
      beganAt: MORNING,
      submittedAt: MORNING,
      doneAt: MORNING + 1_801_000,
      deadline: { at: Date.parse('2026-11-24T11:30:00+07:00'), rule: 'next-morning' },
      judgement: 'in-time',
      outages: [{ from: MORNING + 60_000, to: MORNING + 1_800_000, end: 'up', code: 'hub/unreachable' }],
      statuses: [{ code: 'register', organId: 'H99.07' }],
    })
    expect(
      report.course.attempts.map(({ outcome, code, words, hop, id }) => [outcome, code, words, hop, id]),
    ).toEqual([
      ['failed', 'hub/unreachable', 'ECONNREFUSED', 'line', undefined],
      ['taken', undefined, undefined, undefined, ATTEMPT],
    ])
  })

  test('opens in any unpacker, and names nothing of another document', () => {
    const text = bytes.toString('latin1')
    expect(text).not.toContain(Buffer.from('văn bản khác').toString('latin1'))
    for (const { line } of linesOf(bytes)) {
      expect(
        ['line', `evidence/${ATTEMPT}`].includes(line.subjectId) || line.subjectId.includes(document.id),
      ).toBe(true)
    }
  })

  test('a document that was never put into a packet has no evidence', async () => {
    const store = sendingOffice()
    const { id } = store.outgoing.create(document.fields)
    await expect(gatherEvidenceOf(store, 'outgoing', id, MORNING)).rejects.toMatchObject({
      code: 'document/wrong-state',
    })
  })
})

function linesOf(archive: Buffer): { line: { subjectId: string } }[] {
  const text = archive.toString('utf8')
  const start = text.indexOf('{"headPath"')
  const json = text.slice(start, text.indexOf('PK', start))
  return (JSON.parse(json) as { lines: { line: { subjectId: string } }[] }).lines
}

const refused = (archive: Uint8Array) =>
  expect(check(archive)).rejects.toMatchObject({ code: expect.stringMatching(/^evidence\//) as string })

describe('what is not exactly what was exported is refused', () => {
  test('one changed byte, wherever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        await refused(changed)
      }),
      { numRuns: 300 },
    )
  })

  test('one changed byte in every entry, and in everything between them', async () => {
    for (const { name, content } of await readArchive(memorySource(bytes))) {
      const whole = Buffer.from(await content.read(0, content.size))
      const start = bytes.indexOf(whole)
      for (const at of [start - name.length - 30, start - 1, start, start + whole.length - 1]) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 1
        await refused(changed)
      }
    }
  })

  test('a cut file, and one with more at its end or its beginning', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await refused(bytes.subarray(0, length))
      }),
      { numRuns: 100 },
    )
    await refused(Buffer.concat([bytes, Buffer.from([0])]))
    await refused(Buffer.concat([Buffer.from([0]), bytes]))
    await refused(new Uint8Array(0))
  })

  test('an entry less, an entry more, two in each other’s place', async () => {
    const names = (await readArchive(memorySource(bytes))).map(({ name }) => name)
    for (const missing of names) {
      await refused(await rewritten((name, content) => (name === missing ? undefined : content)))
    }
    const entries: NewEntry[] = []
    for (const { name, content } of await readArchive(memorySource(bytes))) {
      entries.push(entryOf(name, Buffer.from(await content.read(0, content.size))))
    }
    await refused(await bytesOf(writeArchive([...entries, entryOf('files/999-other.bin', Buffer.from('x'))])))
    await refused(await bytesOf(writeArchive([...entries].reverse())))
    const [first] = entries
    if (first !== undefined) await refused(await bytesOf(writeArchive([...entries, first])))
  })

  test.each(['../out.pdf', '/etc/passwd.pdf', 'files/../../x.pdf', 'C:\\x.pdf', 'files/a b.pdf', 'x'])(
    'an entry called %s',
    async (name) => {
      await refused(await bytesOf(writeArchive([entryOf(name, Buffer.from('x'))])))
    },
  )

  test('a ZIP of another make: packed, so that it could unpack to anything', async () => {
    const bomb = zipSync({ 'manifest.json': new Uint8Array(50_000_000) }, { level: 9 })
    await refused(bomb)
    await refused(zipSync({ 'manifest.json': Buffer.from('{}') }, { level: 0 }))
  })

  test('a manifest of another version, or with something this one does not know', async () => {
    for (const [from, to] of [
      ['"version":1', '"version":2'],
      ['{"agency"', '{"aaa":1,"agency"'],
      ['{"agency"', '{ "agency"'],
    ] as const) {
      let said = Buffer.alloc(0)
      await refused(
        await rewritten((name, content) => {
          if (name === 'manifest.json') {
            said = Buffer.from(content.toString().replace(from, to))
            return said
          }
          return name === 'manifest.sha256' ? Buffer.from(`${sha256Of(said)}\n`) : content
        }),
      )
    }
  })
})

describe('what fits by its hashes and still is not true is told', () => {
  test('a line that says something else', async () => {
    const forged = await check(await forgedHistory((text) => text.replace(/"at":(\d+)/, '"at":1')))
    expect(forged.problems).toContainEqual({ code: 'line-changed', about: expect.any(String) as string })
  })

  test('a line whose hash was computed again is not in the history', async () => {
    const forged = await check(
      await forgedHistory((text) => {
        const excerpt = JSON.parse(text) as {
          lines: { line: Parameters<typeof chainHash>[0] & { hash: string } }[]
        }
        const last = excerpt.lines.at(-1)
        if (last !== undefined) {
          last.line = { ...last.line, at: 1 }
          last.line.hash = chainHash(last.line)
        }
        return canonicalJson(excerpt)
      }),
    )
    expect(forged.problems.map(({ code }) => code)).toEqual(['line-not-in-history'])
  })

  test('a line of another document', async () => {
    const other = sendingOffice()
    const strange = await queuedDocument(other)
    const mixed = await check(await forgedHistory((text) => text.replaceAll(document.id, strange.id)))
    expect(mixed.problems.map(({ code }) => code)).toContain('line-foreign')
  })

  test('a packet that holds another file than the one beside it', async () => {
    let said = Buffer.alloc(0)
    const archive = await rewritten((name, content) => {
      if (name === 'files/001-document.pdf') return Buffer.from('%PDF-1.7 another')
      if (name === 'manifest.json') {
        const manifest = JSON.parse(content.toString()) as { files: { sha256: string; sizeBytes: number }[] }
        const [file] = manifest.files
        if (file !== undefined) {
          file.sha256 = sha256Of(Buffer.from('%PDF-1.7 another'))
          file.sizeBytes = 16
        }
        said = Buffer.from(canonicalJson(manifest))
        return said
      }
      return name === 'manifest.sha256' ? Buffer.from(`${sha256Of(said)}\n`) : content
    })
    expect((await check(archive)).problems.map(({ code }) => code)).toEqual([
      'file-not-in-packet',
      'file-missing',
    ])
  })
})

test('a document that was ready while the line was down says so, and is not called late', async () => {
  const office = sendingOffice()
  const { id } = await queuedDocument(office)
  const at = MORNING + 600_000
  office.history.append({ at, subjectKind: 'office', subjectId: 'line', event: 'line-down', detail: {} })
  const afterDeadline = Date.parse('2026-11-24T14:00:00+07:00')
  expect((await check(await exported(office, id, afterDeadline))).course.judgement).toBe('line-down')
  office.history.append({
    at: Date.parse('2026-11-24T09:00:00+07:00'),
    subjectKind: 'office',
    subjectId: 'line',
    event: 'line-up',
  })
  expect((await check(await exported(office, id, afterDeadline))).course.judgement).toBe('late')
  expect((await check(await exported(office, id))).course.judgement).toBe('open')
})
