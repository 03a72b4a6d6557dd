import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileJudges } from '../../src/engine/incoming/judge-files.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { dismiss, register, sendBack } from '../../src/engine/incoming/register.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import { preparePacket } from '../../src/engine/packet-signature.ts'
import { changed, EXAMPLE_DOCUMENT, EXAMPLE_STATUS, packetWith } from '../envelope/packets.ts'
import { makePki } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { MORNING } from '../store/office.ts'
import { inbox, UNREADABLE } from './inbox.ts'

describe('the inbox', () => {
  test('a document is kept, shown, and only then the hub and the sender are told', async () => {
    const { work, rows, told, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    await work()
    expect(rows('new')).toHaveLength(1)
    expect(told).toEqual(['P-1 done'])
    expect(store.jobs.pending('report').map(({ payload }) => payload)).toMatchObject([{ statusCode: '01' }])
  })

  test('the hub hears nothing while anything of it may still be in a cache', async () => {
    const { work, told, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    let ready = (): void => undefined
    const disk = new Promise<void>((resolve) => (ready = resolve))
    const waits: string[] = []
    const done = work((job) => {
      waits.push(job.kind)
      return disk
    })
    await expect.poll(() => waits).toEqual(['acknowledge'])
    expect(told).toEqual([])
    expect(store.packets.byId('P-1')?.outcome).toBe('done')
    ready()
    await done
    expect(told).toEqual(['P-1 done'])
  })

  test('what the disk lost before the hub was told is fetched again', async () => {
    const { work, rows, told, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT })
    await work(undefined, ['admit'])
    const { sha256 } = store.packets.byId('P-1') ?? {}
    for (const name of readdirSync(join(store.dir, 'files', 'kept'))) {
      rmSync(join(store.dir, 'files', 'kept', name))
    }
    await work()
    expect(rows('new')).toEqual([])
    expect(told).toEqual([])
    expect(store.packets.byId('P-1')?.state).toBe('listed')
    store.jobs.makeDue(MORNING)
    await work()
    expect(rows('new')).toHaveLength(1)
    expect(store.packets.byId('P-1')).toMatchObject({ state: 'acknowledged', sha256 })
    expect(told).toEqual(['P-1 done'])
    expect((await store.check()).problems).toEqual([])
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

  test('what is for another office, what updates nothing that is here, and what bears a mark of secrecy goes to quarantine', async () => {
    const { work, rows, store } = inbox({
      'P-1': changed(/(?<=<edXML:To>[^]*?<edXML:OrganId>)[^<]+/, 'H99.55'),
      'P-2': changed(/(?<=<edXML:BussinessDocType>)0/, '2'),
      'P-3': changed(/(?<=<edXML:Subject>)[^<]*/, 'TỐI MẬT'),
    })
    await work()
    expect(
      rows('quarantine')
        .map(({ quarantine }) => quarantine?.code)
        .sort(),
    ).toEqual(['document/secret', 'packet/document-unknown', 'packet/not-for-us'])
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
