import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256Hex, documentId } from '../../src/shared/document/fields.ts'
import { openDatabase } from '../../src/engine/store/database.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import type { Store } from '../../src/engine/store/index.ts'
import type { OutgoingEvent } from '../../src/shared/document/outgoing.ts'
import { clock, MORNING, office, typed } from './office.ts'

const PACKET = sha256Hex.parse('ab'.repeat(32))
const pdf = (letter: string, sizeBytes: number, name = 'a.pdf') => ({
  sha256: sha256Hex.parse(letter.repeat(64)),
  name,
  contentType: 'application/pdf',
  sizeBytes,
})

function draft(store: Store, events: OutgoingEvent[] = [], fields = typed()) {
  const { id } = store.outgoing.create(fields)
  for (const event of events) store.outgoing.move(id, event, MORNING)
  return id
}
const UNTIL_QUEUED: OutgoingEvent[] = ['freeze', 'sign', 'number', 'seal', 'submit']

describe('signatures of persons', () => {
  const by = (letter: string, name: string) => ({
    certificateSha256: sha256Hex.parse(letter.repeat(64)),
    name,
    signedAt: MORNING,
  })

  test('come back in the order of signing, beside who was to sign', () => {
    const store = office()
    const coSigners = [{ competence: '', position: '', fullName: 'Trần Thị Đồng', part: 'joint' as const }]
    const id = draft(store, ['freeze'], typed({ coSigners }))
    store.outgoing.addSignature(id, by('b', 'Lê Thị Ánh'))
    const turns = () => store.outgoing.summary(store.outgoing.get(id)).signers
    expect(turns().map(({ fullName, signed }) => [fullName, signed?.name])).toEqual([
      ['Lê Thị Ánh', 'Lê Thị Ánh'],
      ['Trần Thị Đồng', undefined],
    ])
    store.outgoing.addSignature(id, by('a', 'Trần Thị Đồng'))
    expect(store.outgoing.get(id).signatures.map(({ name }) => name)).toEqual(['Lê Thị Ánh', 'Trần Thị Đồng'])
    store.outgoing.clearSignatures(id)
    expect(store.outgoing.get(id).signatures).toEqual([])
  })

  test('are never two of one certificate', () => {
    const store = office()
    const [id, other] = [draft(store, ['freeze']), draft(store, ['freeze'])]
    store.outgoing.addSignature(id, by('a', 'Lê Thị Ánh'))
    expect(() => {
      store.outgoing.addSignature(id, by('a', 'Lê Thị Ánh'))
    }).toThrow('UNIQUE')
    store.outgoing.addSignature(other, by('a', 'Lê Thị Ánh'))
    expect(store.outgoing.get(id).signatures).toHaveLength(1)
  })
})

describe('drafting', () => {
  test('what the clerk typed comes back, with the revision he must name to change it', () => {
    const time = clock()
    const store = office({ now: time.now })
    const { id, revision } = store.outgoing.create(typed())
    time.advance(2_000)
    const saved = store.outgoing.save(id, revision, typed({ subject: 'V/v mời họp' }))
    expect(saved).toMatchObject({
      id,
      revision: 2,
      state: 'drafting',
      createdAt: MORNING,
      changedAt: MORNING + 2_000,
    })
    expect(saved.fields).toEqual(typed({ subject: 'V/v mời họp' }))
    expect(store.outgoing.get(id)).toEqual(saved)
  })

  test('two windows cannot overwrite each other', () => {
    const store = office()
    const { id, revision } = store.outgoing.create(typed())
    store.outgoing.save(id, revision, typed({ subject: 'của cửa sổ một' }))
    expect(() => store.outgoing.save(id, revision, typed({ subject: 'của cửa sổ hai' }))).toThrow(
      expect.objectContaining({ code: 'document/changed' }),
    )
    expect(store.outgoing.get(id).fields.subject).toBe('của cửa sổ một')
  })

  test('a frozen document cannot be typed into', () => {
    const store = office()
    const id = draft(store, ['freeze'])
    expect(() => store.outgoing.save(id, 1, typed({ subject: 'khác' }))).toThrow(
      expect.objectContaining({ code: 'document/wrong-state' }),
    )
  })

  test('a document that is not there is said to be not there', () => {
    const store = office()
    const id = documentId.parse('00000000-0000-4000-8000-000000000000')
    for (const ask of [
      () => store.outgoing.get(id),
      () => store.outgoing.move(id, 'freeze', MORNING),
      () => store.outgoing.save(id, 1, typed()),
      () => {
        store.outgoing.setFile(id, pdf('a', 1), 'imported')
      },
      () => store.outgoing.setHubPacketId(id, 'x'),
      () => {
        store.outgoing.setRecipients(id, [])
      },
      () => store.outgoing.moveRecipient(id, 'H99.07', 'accept', MORNING),
    ]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'document/not-found' }))
    }
  })
})

describe('moving', () => {
  test('every move is one arrow of the table and one line of history', () => {
    const store = office()
    const id = draft(store)
    UNTIL_QUEUED.forEach((event, step) => store.outgoing.move(id, event, MORNING + step))
    expect(store.outgoing.get(id)).toMatchObject({ state: 'queued', sentAt: undefined })
    expect(store.outgoing.move(id, 'accept', MORNING + 99, { hub: 'P-1' })).toMatchObject({
      state: 'sent',
      sentAt: MORNING + 99,
    })
    const lines = store.history.of('outgoing', id)
    expect(lines.map(({ event }) => event)).toEqual(['create', ...UNTIL_QUEUED, 'accept'])
    expect(lines.at(-1)).toMatchObject({ at: MORNING + 99, detail: { hub: 'P-1' } })
  })

  test('an arrow the table does not have is refused and not written down', () => {
    const store = office()
    const id = draft(store)
    expect(() => store.outgoing.move(id, 'accept', MORNING)).toThrow(
      expect.objectContaining({ code: 'document/wrong-state' }),
    )
    expect(store.outgoing.get(id).state).toBe('drafting')
    expect(store.history.of('outgoing', id)).toHaveLength(1)
  })

  test('if the job cannot be written, the document does not move', () => {
    const store = office()
    const id = draft(store, ['freeze', 'sign', 'number', 'seal'])
    expect(() =>
      store.atomically(() => {
        store.outgoing.move(id, 'submit', MORNING)
        store.jobs.add({ key: `deliver/${id}/1`, kind: 'deliver', subjectId: id, dueAt: Number.NaN })
      }),
    ).toThrow()
    expect(store.outgoing.get(id).state).toBe('sealed')
    expect(store.history.of('outgoing', id).map(({ event }) => event)).not.toContain('submit')
    expect(store.history.verifyChain().ok).toBe(true)
  })

  test('a row that somebody else moved in between is not moved', () => {
    const store = office()
    const id = draft(store)
    const db = openDatabase({
      path: join(store.dir, 'store.db'),
      key: storeKeys(new Uint8Array(32).fill(7)).database,
    })
    db.exec(`CREATE TRIGGER faster BEFORE UPDATE ON outgoing WHEN new.state = 'frozen' AND old.state = 'drafting'
      BEGIN UPDATE outgoing SET state = 'discarded' WHERE id = old.id; SELECT RAISE(IGNORE); END`)
    db.close()
    expect(() => store.outgoing.move(id, 'freeze', MORNING)).toThrow(
      expect.objectContaining({ code: 'document/changed' }),
    )
    expect(store.history.of('outgoing', id)).toHaveLength(1)
  })
})

describe('files', () => {
  test('there is one file per role, and one attachment per name', () => {
    const store = office()
    const id = draft(store)
    store.outgoing.setFile(id, pdf('a', 100), 'imported')
    store.outgoing.setFile(id, pdf('b', 110, 'mới.pdf'), 'imported')
    store.outgoing.setFile(id, pdf('c', 20, 'Phụ lục 1.pdf'), 'attachment')
    store.outgoing.setFile(id, pdf('d', 30, 'Phụ lục 2.pdf'), 'attachment')
    store.outgoing.setFile(id, pdf('e', 40, 'Phụ lục 1.pdf'), 'attachment')
    expect(store.outgoing.files(id).map(({ role, name, sizeBytes }) => [role, name, sizeBytes])).toEqual([
      ['imported', 'mới.pdf', 110],
      ['attachment', 'Phụ lục 2.pdf', 30],
      ['attachment', 'Phụ lục 1.pdf', 40],
    ])
    expect(store.outgoing.summary(store.outgoing.get(id)).sizeBytes).toBe(180)
    store.outgoing.setFile(id, pdf('f', 200), 'signed')
    expect(store.outgoing.summary(store.outgoing.get(id)).sizeBytes).toBe(270)
    store.outgoing.removeFile(id, 'signed')
    store.outgoing.removeFile(id, 'attachment', 'Phụ lục 2.pdf')
    expect(store.outgoing.files(id).map(({ sizeBytes }) => sizeBytes)).toEqual([110, 40])
  })

  test('the check names files that are missing or damaged', async () => {
    const store = office()
    const id = draft(store)
    const kept = await store.files.putBytes(Buffer.from('%PDF'))
    store.outgoing.setFile(id, { ...kept, name: 'a.pdf', contentType: 'application/pdf' }, 'imported')
    expect(await store.check()).toEqual({ historyLines: 1, files: 1, problems: [] })
    store.outgoing.setPacket(id, { sha256: PACKET, sizeBytes: 5, documentCode: 'x' })
    expect((await store.check()).problems).toEqual([{ code: 'store/file-missing', about: PACKET }])
  })
})

describe('sending', () => {
  test('number, packet, verdict and the hub’s id stay with the document, and a status finds it', () => {
    const store = office()
    const id = draft(store)
    store.outgoing.setNumber(id, { codeNumber: '07', issuedDate: '2026-11-23' })
    store.outgoing.setPacket(id, { sha256: PACKET, sizeBytes: 12_345, documentCode: 'H99.88.01,2026,7' })
    store.outgoing.setHubPacketId(id, 'P-1')
    store.outgoing.setVerdict(id, { verdict: 'valid', reasons: [], signatures: [] })
    expect(store.outgoing.findByDocumentCode('H99.88.01,2026,7')).toMatchObject({
      id,
      codeNumber: '07',
      issuedDate: '2026-11-23',
      packetSha256: PACKET,
      packetSizeBytes: 12_345,
      hubPacketId: 'P-1',
      verdict: { verdict: 'valid' },
    })
    expect(store.outgoing.findByDocumentCode('khác')).toBeUndefined()
    expect(store.outgoing.setVerdict(id, undefined).verdict).toBeUndefined()
    const other = draft(store)
    expect(() =>
      store.outgoing.setPacket(other, { sha256: PACKET, sizeBytes: 1, documentCode: 'H99.88.01,2026,7' }),
    ).toThrow('UNIQUE')
  })

  test('each recipient has a state; late, repeated and unknown statuses are written down and change nothing', () => {
    const store = office()
    const id = draft(store)
    store.outgoing.setRecipients(id, [
      { organId: 'H99.07', name: 'Sở Nội vụ tỉnh Thanh Vân' },
      { organId: 'H99.88.02', name: 'UBND xã Suối Trong' },
    ])
    expect(store.outgoing.moveRecipient(id, 'H99.07', 'accept', MORNING + 1)).toBe(true)
    expect(store.outgoing.moveRecipient(id, 'H99.07', 'accept', MORNING + 1)).toBe(false)
    expect(store.outgoing.moveRecipient(id, 'H99.07', 'register', MORNING + 2, 'Số đến 15')).toBe(true)
    expect(store.outgoing.moveRecipient(id, 'H99.07', 'register', MORNING + 2)).toBe(false)
    expect(store.outgoing.moveRecipient(id, 'H99.07', 'arrive', MORNING + 3)).toBe(false)
    expect(store.outgoing.moveRecipient(id, 'H99.99', 'arrive', MORNING + 3)).toBe(false)
    expect(store.outgoing.get(id).recipients).toEqual([
      {
        organId: 'H99.07',
        name: 'Sở Nội vụ tỉnh Thanh Vân',
        state: 'registered',
        stateAt: MORNING + 2,
        note: 'Số đến 15',
      },
      { organId: 'H99.88.02', name: 'UBND xã Suối Trong', state: 'waiting', stateAt: MORNING, note: '' },
    ])
    const statuses = store.history.of('outgoing', id).filter(({ event }) => event === 'status')
    expect(statuses.map(({ detail }) => detail['moved'])).toEqual([true, false, true, false, false, false])
  })

  test('the outbox shows what carries a document, and whether it can still be called back', () => {
    const time = clock()
    const store = office({ now: time.now })
    const id = draft(store, UNTIL_QUEUED)
    const key = `deliver/${id}/1`
    store.jobs.add({ key, kind: 'deliver', subjectId: id, dueAt: MORNING })
    const delivery = () => store.outgoing.list('outbox', 10, 0).rows[0]?.delivery
    expect(delivery()).toEqual({
      job: 'ready',
      attempts: 0,
      dueAt: MORNING,
      since: MORNING,
      late: false,
      heldByClerk: false,
      error: undefined,
      errorDetail: undefined,
      cancellable: true,
    })
    store.jobs.claimDue(MORNING, 60_000)
    expect(delivery()).toMatchObject({ job: 'leased', cancellable: true })
    store.jobs.markSending(key, MORNING)
    store.jobs.wait(key, { dueAt: MORNING + 5, code: 'hub/outcome-unknown' })
    expect(delivery()).toMatchObject({ job: 'ready', error: 'hub/outcome-unknown', cancellable: false })
    time.advance(24 * 60 * 60 * 1000 + 1)
    expect(delivery()).toMatchObject({ late: true })
    expect(store.history.about(id).map(({ subjectKind, event }) => `${subjectKind} ${event}`)).toEqual([
      'outgoing create',
      ...UNTIL_QUEUED.map((event) => `outgoing ${event}`),
      'job attempt',
      'job wait',
    ])
    store.jobs.claimDue(MORNING + 5, 60_000)
    store.jobs.succeed(key)
    expect(delivery()).toBeUndefined()
  })
})

describe('boxes', () => {
  test('each document lies in the box of its state, the newest on top, page by page', () => {
    const time = clock()
    const store = office({ now: time.now })
    const subjects = ['một', 'hai', 'ba', 'bốn', 'năm']
    for (const subject of subjects) {
      draft(store, [], typed({ subject }))
      time.advance(1_000)
    }
    draft(store, ['freeze'])
    draft(store, ['discard'])
    draft(store, [...UNTIL_QUEUED, 'accept'])
    expect(store.outgoing.counts()).toEqual({
      drafts: 5,
      sentBack: 0,
      toApprove: 0,
      toSign: 1,
      outbox: 0,
    })
    expect(store.outgoing.countOf('sent')).toBe(1)
    const page = store.outgoing.list('drafts', 2, 2)
    expect(page.total).toBe(5)
    expect(page.rows.map(({ subject }) => subject)).toEqual(['ba', 'hai'])
    expect(store.outgoing.list('sent', 10, 0).rows[0]).toMatchObject({ state: 'sent', sentAt: MORNING })
  })

  test('a draft shows the names of those it is meant for', () => {
    const store = office()
    store.directory.upsert([
      {
        organId: 'H99.07',
        oldCode: '000.00.07.H99',
        name: 'Sở Nội vụ tỉnh Thanh Vân',
        parentName: '',
        address: '',
        email: '',
        telephone: '',
      },
    ])
    draft(store, [], typed({ recipients: ['000.00.07.H99', 'H99.55'] }))
    expect(
      store.outgoing.list('drafts', 10, 0).rows[0]?.recipients.map(({ organId, name }) => [organId, name]),
    ).toEqual([
      ['000.00.07.H99', 'Sở Nội vụ tỉnh Thanh Vân'],
      ['H99.55', 'H99.55'],
    ])
  })
})
