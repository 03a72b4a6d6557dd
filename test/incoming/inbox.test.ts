import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { acknowledgeJob } from '../../src/engine/incoming/acknowledge.ts'
import { admitJob } from '../../src/engine/incoming/admit.ts'
import { collect, fetchJob } from '../../src/engine/incoming/collect.ts'
import { judgeJob } from '../../src/engine/incoming/judge.ts'
import type { FileJudges } from '../../src/engine/incoming/judge-files.ts'
import { dismiss, register, sendBack } from '../../src/engine/incoming/register.ts'
import type { ListedPacket, Transport } from '../../src/engine/hub/transport.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { StatusMessage } from '../../src/shared/document/packet.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import { preparePacket, verifyPacketSignature } from '../../src/engine/packet-signature.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { unreadableDocument } from '../../src/engine/signing/verify.ts'
import { EXAMPLE_DOCUMENT, EXAMPLE_STATUS, packetWith } from '../envelope/packets.ts'
import { makePki } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { hubThat } from '../outgoing/outbox.ts'
import { MORNING, office } from '../store/office.ts'
import { RECEIVER } from '../helpers/office.ts'

/** Whom example-document.edxml is for. */
function receivingOffice(): Store {
  const to = /<edXML:To>[^]*?<edXML:OrganId>([^<]+)/.exec(EXAMPLE_DOCUMENT)?.[1]
  if (to === undefined) throw new Error('the example names no recipient')
  const store = office()
  store.settings.set('agency', { ...RECEIVER, organId: to })
  store.settings.set('clerkName', 'Phạm Thị Ví Dụ')
  return store
}

const UNREADABLE: FileJudges = {
  pdf: () => Promise.resolve(unreadableDocument()),
  beside: () => Promise.resolve(unreadableDocument()),
}

/** An inbox whose hub serves these packets under these ids. */
function inbox(
  packets: Readonly<Record<string, string>>,
  more: Partial<Transport> = {},
  judges: { readonly offline: FileJudges; readonly online: FileJudges } = {
    offline: UNREADABLE,
    online: UNREADABLE,
  },
) {
  const store = receivingOffice()
  const told: string[] = []
  const statuses: StatusMessage[] = []
  const transport = hubThat({
    list: () =>
      Promise.resolve(
        Object.entries(packets).map(([packetId, bytes]): ListedPacket => ({
          packetId,
          kind: bytes.includes('StatusCode') ? 'status' : 'edoc',
          from: 'H99.88.01',
          to: RECEIVER.organId,
        })),
      ),
    fetch: async function* (packetId) {
      yield await Promise.resolve(Buffer.from(packets[packetId] ?? ''))
    },
    acknowledge: (packetId, outcome) => {
      told.push(`${packetId} ${outcome}`)
      return Promise.resolve()
    },
    directory: () => Promise.resolve([]),
    ...more,
  })
  const ports = { store, transport, now: () => MORNING, reach: () => undefined }
  const collecting = { ...ports, onDirectory: () => undefined }
  const handlers = {
    fetch: fetchJob(collecting),
    acknowledge: acknowledgeJob(ports),
    judge: judgeJob({ ...ports, judgesOnline: () => ({ ...judges.online, complete: () => true }) }),
    admit: admitJob({
      ...ports,
      judges: judges.offline,
      verifyPacket: (open, signature) =>
        verifyPacketSignature(open, signature, {
          trust: trustStore({ imported: [] }),
          now: new Date(),
        }),
      onStatus: (message) => statuses.push(message),
    }),
  }
  const signal = new AbortController().signal

  /** Looks at the hub and runs every errand that is due, but those to the sender. */
  async function work(): Promise<void> {
    await collect(collecting)(signal)
    for (;;) {
      const job = store.jobs.claimDue(MORNING, 60_000, { kinds: ['report', 'deliver'] })
      if (job === undefined) return
      if (job.kind === 'report' || job.kind === 'deliver') throw new Error('it was to be left out')
      const commit = await handlers[job.kind](job, signal)
      store.atomically(() => {
        commit()
        store.jobs.succeed(job.key)
      })
    }
  }
  const rows = (box: 'new' | 'quarantine' | 'registered' | 'returned') => store.incoming.list(box, 50, 0).rows
  return { ...ports, told, statuses, work, rows }
}

/** The example with one change that must have hit something. */
function changed(from: string | RegExp, to: string): string {
  const packet = EXAMPLE_DOCUMENT.replace(from, to)
  if (packet === EXAMPLE_DOCUMENT) throw new Error('nothing was changed')
  return packet
}

describe('the inbox', () => {
  test('a document is kept, shown, and only then the hub and the sender are told', async () => {
    const { work, rows, told, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    await work()
    expect(rows('new')).toHaveLength(1)
    expect(told).toEqual(['P-1 done'])
    expect(store.jobs.pending('report').map(({ payload }) => payload)).toMatchObject([{ statusCode: '01' }])
  })

  test('a sender who is not the one that the hub names is part of the verdict', async () => {
    const other = changed('<edXML:OrganId>H99.88.01<', '<edXML:OrganId>H99.88.02<')
    const { work, rows, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': other })
    await work()
    const reasons = rows('new').map(({ id }) => store.incoming.get(id).verdict?.reasons)
    expect(reasons).toContainEqual(['document-unreadable'])
    expect(reasons).toContainEqual(['document-unreadable', 'sender-code-differs'])
  })

  test('judging again with the authorities forgets no attachment', async () => {
    const good: DocumentVerdict = { verdict: 'valid', reasons: ['revocation-unknown-note'], signatures: [] }
    const asked: string[] = []
    const judges = (pdf: DocumentVerdict): FileJudges => ({
      pdf: () => Promise.resolve(pdf),
      beside: (file) => {
        asked.push(file === undefined ? 'alone' : 'beside its file')
        return Promise.resolve({ verdict: 'invalid', reasons: ['content-altered'], signatures: [] })
      },
    })
    const both = { offline: judges(good), online: judges({ ...good, reasons: [] }) }
    const packet = packetWith(
      ['07-UBND-VP.pdf', 'bieu.xlsx', 'bieu.xlsx.p7s'].map((name, index) => ({
        contentId: `cid:${String(index)}`,
        name,
        contentType: 'application/octet-stream',
        description: name,
        content: Buffer.from(name),
      })),
    )
    const { work, rows, store } = inbox({ 'P-1': packet }, {}, both)
    await work()
    const [row] = rows('new')
    if (row === undefined) throw new Error('it is not there')
    expect(asked).toEqual(['beside its file', 'beside its file'])
    const { verdict } = store.incoming.get(row.id)
    expect(verdict).toMatchObject({ verdict: 'invalid', attachments: [{ name: 'bieu.xlsx.p7s' }] })
    expect(verdict?.reasons).not.toContain('revocation-unknown-note')
  })

  test('judging again is news only where it reads otherwise', async () => {
    const before: DocumentVerdict = { verdict: 'valid', reasons: ['revocation-unknown-note'], signatures: [] }
    const judges = (pdf: DocumentVerdict): FileJudges => ({ ...UNREADABLE, pdf: () => Promise.resolve(pdf) })
    const judgedNews = async (online: DocumentVerdict) => {
      const both = { offline: judges(before), online: judges(online) }
      const { work, rows, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT }, {}, both)
      await work()
      const [row] = rows('new')
      if (row === undefined) throw new Error('it is not there')
      expect(store.incoming.get(row.id).verdict).toEqual(online)
      return store.history.of('incoming', row.id).filter(({ event }) => event === 'judge').length
    }
    expect(await judgedNews({ ...before, attachments: [] })).toBe(0)
    expect(await judgedNews({ ...before, reasons: [] })).toBe(1)
  })

  test('the same document in a second packet is acknowledged and shown once', async () => {
    const { work, rows, told, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': EXAMPLE_DOCUMENT })
    await work()
    expect(rows('new')).toHaveLength(1)
    expect(told.sort()).toEqual(['P-1 done', 'P-2 done'])
    expect(store.jobs.pending('report')).toHaveLength(1)
  })

  test('the same number with other content is never hidden: both are shown, with a warning', async () => {
    const other = changed('>JVBERi0=<', '>JVBERi0yLjA=<')
    const { work, rows, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': other })
    await work()
    const warnings = rows('new').map(({ id }) => store.incoming.get(id).warnings.map(({ code }) => code))
    expect(warnings.filter((codes) => codes.includes('document-differs'))).toHaveLength(1)
    expect(warnings).toHaveLength(2)
  })

  test('a packet whose own signature is bad, unknown or not to be checked comes in with a warning', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vanthu-inbox-'))
    const { agency } = makePki(dir)
    rmSync(dir, { recursive: true })
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(EXAMPLE_DOCUMENT))
    }
    const prepared = await preparePacket(bytes, agency.der, [])
    const pieces: Uint8Array[] = []
    const value = tokenSign(agency, 'rsa-pkcs1', 'sha256', prepared.hash.message)
    for await (const piece of prepared.signed(value)) pieces.push(piece)
    const signed = Buffer.concat(pieces).toString()
    const packets = {
      'signature-undetermined': signed,
      'signature-broken': signed.replace('tập huấn', 'tập trung'),
      'signature-unverifiable': signed.replace(/<Signature xmlns="[^"]+">/, '<Signature>'),
    }
    for (const [code, packet] of Object.entries(packets)) {
      const { work, rows, store } = inbox({ 'P-1': packet })
      await work()
      const [row] = rows('new')
      const warnings = row === undefined ? [] : store.incoming.get(row.id).warnings
      expect(warnings.map((warning) => warning.code).filter((one) => one.startsWith('signature'))).toEqual([
        code,
      ])
    }
  })

  test('a packet that the hub goes on listing is acknowledged again and not fetched again', async () => {
    const { work, rows, told } = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    await work()
    await work()
    expect(rows('new')).toHaveLength(1)
    expect(told).toEqual(['P-1 done', 'P-1 done'])
  })

  test('a corrupt packet lands in quarantine with its bytes, and the next one is admitted', async () => {
    const { work, rows, told, store } = inbox({
      'P-1': EXAMPLE_DOCUMENT.slice(0, 900),
      'P-2': 'không phải gói tin',
      'P-3': EXAMPLE_DOCUMENT,
    })
    await work()
    expect(rows('quarantine').map(({ quarantine }) => quarantine?.code.split('/')[0])).toEqual([
      'packet',
      'packet',
    ])
    expect(rows('new')).toHaveLength(1)
    expect(told.sort()).toEqual(['P-1 fail', 'P-2 fail', 'P-3 done'])
    for (const { id } of rows('quarantine')) {
      const kept = await store.files.open(store.incoming.get(id).packetSha256)
      expect(kept.size).toBeGreaterThan(0)
      await kept.close()
    }
  })

  test('what is for another office, what recalls, and what bears a mark of secrecy goes to quarantine', async () => {
    const { work, rows, store } = inbox({
      'P-1': changed(/(<edXML:To>[^]*?<edXML:OrganId>)[^<]+/, '$1H99.55'),
      'P-2': changed(/(<edXML:BussinessDocType>)0/, '$11'),
      'P-3': changed(/(<edXML:Subject>)[^<]*/, '$1TỐI MẬT'),
    })
    await work()
    expect(
      rows('quarantine')
        .map(({ quarantine }) => quarantine?.code)
        .sort(),
    ).toEqual(['document/secret', 'packet/business-unsupported', 'packet/not-for-us'])
    expect(rows('new')).toEqual([])
    expect(store.jobs.pending('report')).toEqual([])
  })

  test('a packet that is larger than any may be is refused, and stops nothing', async () => {
    const { work, rows, told, store } = inbox(
      { 'P-1': EXAMPLE_DOCUMENT, 'P-2': EXAMPLE_DOCUMENT },
      {
        fetch: async function* (packetId) {
          const one = packetId === 'P-1' ? Buffer.alloc(16 << 20) : Buffer.from(EXAMPLE_DOCUMENT)
          for (let sent = 0; sent < (packetId === 'P-1' ? 20 : 1); sent += 1) yield await Promise.resolve(one)
        },
      },
    )
    await work()
    expect(told.sort()).toEqual(['P-1 fail', 'P-2 done'])
    expect(rows('new')).toHaveLength(1)
    expect(store.history.of('packet', 'P-1').map(({ detail }) => detail['code'])).toEqual([
      'packet/too-large',
    ])
    expect(readdirSync(join(store.dir, 'files'), { recursive: true }).join()).not.toContain('.part')
  })

  test('a hub that has forgotten a packet waits for no answer about it', async () => {
    const { work, store } = inbox(
      { 'P-1': EXAMPLE_DOCUMENT },
      { acknowledge: () => Promise.reject(new AppError('hub/packet-gone', 'no such packet')) },
    )
    await work()
    expect(store.packets.byId('P-1')?.state).toBe('acknowledged')
  })

  test('a status goes to the document it is about, and is acknowledged', async () => {
    const { work, statuses, told, rows } = inbox({ 'S-1': EXAMPLE_STATUS })
    await work()
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual(['03'])
    expect(told).toEqual(['S-1 done'])
    expect(rows('new')).toEqual([])
  })

  test('an empty hub takes nothing away', async () => {
    const packets: Record<string, string> = { 'P-1': EXAMPLE_DOCUMENT }
    const { work, rows } = inbox(packets)
    await work()
    delete packets['P-1']
    await work()
    expect(rows('new')).toHaveLength(1)
  })
})

describe('what the clerk decides', () => {
  async function admitted() {
    const desk = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    await desk.work()
    return { ...desk, id: desk.rows('new')[0]!.id }
  }
  const codes = (store: Store) =>
    store.jobs
      .pending('report')
      .map(({ key }) => key.slice(-2))
      .sort()

  test('accepting gives the next arrival number and tells the sender, once', async () => {
    const desk = await admitted()
    register(desk, desk.id)
    expect(desk.rows('registered')).toMatchObject([{ arrivalNumber: 1, arrivalDate: '2026-11-23' }])
    expect(codes(desk.store)).toEqual(['01', '03'])
    expect(() => {
      register(desk, desk.id)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    expect(codes(desk.store)).toEqual(['01', '03'])
  })

  test('an arrival number that is taken is refused, and nothing is told', async () => {
    const desk = await admitted()
    desk.store.registers.take({ series: 'arrivals', year: 2026, documentId: 'khác', wanted: 5 })
    expect(() => {
      register(desk, desk.id, 5)
    }).toThrow(expect.objectContaining({ code: 'document/number-taken' }))
    expect(desk.store.incoming.get(desk.id)).toMatchObject({ state: 'admitted', arrivalNumber: undefined })
    expect(codes(desk.store)).toEqual(['01'])
  })

  test('returning tells the sender the reason, and ends it', async () => {
    const desk = await admitted()
    sendBack(desk, desk.id, 'Sai thẩm quyền')
    expect(desk.rows('returned')).toMatchObject([{ returnReason: 'Sai thẩm quyền' }])
    expect(desk.store.jobs.forSubject('report', desk.id).map(({ payload }) => payload)).toContainEqual(
      expect.objectContaining({ statusCode: '02', description: 'Sai thẩm quyền' }),
    )
    expect(() => {
      register(desk, desk.id)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })

  test('a document returned before may come again', async () => {
    const packets: Record<string, string> = { 'P-1': EXAMPLE_DOCUMENT }
    const desk = inbox(packets)
    await desk.work()
    sendBack(desk, desk.rows('new')[0]!.id, 'Thiếu phụ lục')
    packets['P-2'] = EXAMPLE_DOCUMENT
    await desk.work()
    expect(desk.rows('new')).toHaveLength(1)
  })

  test('a packet that does not say who sent it can be put aside, but not returned', async () => {
    const desk = inbox({ 'P-1': 'không phải gói tin' })
    await desk.work()
    const { id } = desk.rows('quarantine')[0]!
    expect(() => {
      sendBack(desk, id, 'hỏng')
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    dismiss(desk, id, 'gói hỏng')
    expect(desk.rows('returned')).toMatchObject([{ returnReason: 'gói hỏng' }])
    expect(desk.store.jobs.pending('report')).toEqual([])
  })
})
