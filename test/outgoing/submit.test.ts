import { describe, expect, test } from 'vitest'
import { freeze } from '../../src/engine/outgoing/freeze.ts'
import { giveNumber, nextNumber } from '../../src/engine/outgoing/number.ts'
import { importPdf, reopen, save } from '../../src/engine/outgoing/draft.ts'
import { hold, readdress, release, submit, withdraw } from '../../src/engine/outgoing/submit.ts'
import { RECEIVER } from '../helpers/office.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { MORNING, typed } from '../store/office.ts'
import { delivery, queuedDocument, sealedDocument, sendingOffice, signedDocument } from './outbox.ts'

const ports = (store: ReturnType<typeof sendingOffice>) => ({
  store,
  now: () => MORNING,
  reach: () => undefined,
})

const PAPER = { kind: 'paper', reason: 'đã cấp trong sổ giấy' } as const

describe('numbers', () => {
  test('two documents that are numbered at the same moment get two numbers, in their order', async () => {
    const store = sendingOffice()
    const [first, second] = await Promise.all([signedDocument(store), signedDocument(store)])
    expect(nextNumber(store, first, MORNING)).toBe('01')
    giveNumber(store, first, {}, MORNING)
    giveNumber(store, second, {}, MORNING)
    expect([first, second].map((id) => store.outgoing.get(id).codeNumber)).toEqual(['01', '02'])
  })

  test('a number that another document has is refused, and the document stays as it was', async () => {
    const store = sendingOffice()
    const [first, second] = [await signedDocument(store), await signedDocument(store)]
    giveNumber(store, first, { wanted: 7, skips: PAPER }, MORNING)
    expect(() => {
      giveNumber(store, second, { wanted: 7 }, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/number-taken' }))
    expect(store.outgoing.get(second)).toMatchObject({ state: 'signed', codeNumber: undefined })
    giveNumber(store, second, {}, MORNING)
    expect(store.outgoing.get(second).codeNumber).toBe('08')
  })

  test('each year begins at 1, and the year is that of the day of issue in Vietnam', async () => {
    const store = sendingOffice()
    const [first, second] = [await signedDocument(store), await signedDocument(store)]
    giveNumber(store, first, { wanted: 350, skips: PAPER }, MORNING)
    // Half past midnight of New Year in Vietnam is still the old year in Greenwich.
    giveNumber(store, second, {}, Date.UTC(2026, 11, 31, 17, 30))
    expect(store.outgoing.get(second)).toMatchObject({ codeNumber: '01', issuedDate: '2027-01-01' })
  })

  test('a document is numbered once', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store)
    expect(() => {
      giveNumber(store, id, {}, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })
})

describe('the outbox', () => {
  test('a document submitted twice at once leaves once', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store)
    const outcomes = await Promise.allSettled([submit(ports(store), id), submit(ports(store), id)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(store.jobs.forSubject('deliver', id)).toHaveLength(1)
    expect(store.outgoing.get(id).state).toBe('queued')
  })

  test('what is not sealed cannot be submitted', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store)
    await expect(submit(ports(store), id)).rejects.toMatchObject({ code: 'document/wrong-state' })
    expect(store.jobs.forSubject('deliver', id)).toEqual([])
  })

  test('a recipient that has left the directory is named, and nothing is queued', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store, { recipients: ['H99.07', 'H98.01'] })
    await expect(submit(ports(store), id)).rejects.toMatchObject({
      code: 'document/incomplete',
      detail: 'recipients',
    })
    expect(store.outgoing.get(id).state).toBe('sealed')
  })

  test('what the clerk holds stays until he lets it go', async () => {
    const store = sendingOffice()
    const { id } = await queuedDocument(store)
    hold(store, id)
    expect(store.jobs.claimDue(MORNING + 86_400_000, 1)).toBeUndefined()
    expect(() => {
      hold(store, id)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    release(store, id, MORNING)
    expect(() => {
      release(store, id, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    expect(store.jobs.claimDue(MORNING, 1)?.subjectId).toBe(id)
  })

  test('what is under way can be neither held nor called back', async () => {
    const store = sendingOffice()
    const { id } = await queuedDocument(store)
    store.jobs.claimDue(MORNING, 60_000)
    for (const act of [hold, withdraw]) {
      expect(() => {
        act(store, id, MORNING)
      }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    }
    expect(store.outgoing.get(id).state).toBe('queued')
  })

  test('what was called back can be sent again under its number', async () => {
    const store = sendingOffice()
    const { id, codeNumber } = await queuedDocument(store)
    hold(store, id)
    withdraw(store, id, MORNING)
    expect(store.outgoing.get(id).state).toBe('sealed')
    await submit(ports(store), id)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'queued', codeNumber })
    expect(delivery(store, id)).toMatchObject({ state: 'ready', heldByClerk: false })
  })
})

describe('other recipients', () => {
  test('a document that the hub refused can be sent to another agency, its PDF untouched', async () => {
    const store = sendingOffice()
    const { id, files } = await queuedDocument(store)
    store.jobs.dismiss(delivery(store, id).key, 'refused by the hub')
    store.outgoing.move(id, 'refuse', MORNING)
    withdraw(store, id, MORNING)
    readdress(store, id, ['H99'])
    await submit(ports(store), id)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'queued', files, recipients: [{ organId: 'H99' }] })
    expect(delivery(store, id).state).toBe('ready')
  })

  test('an agency that the directory does not know is refused, and nothing changes', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store)
    expect(() => {
      readdress(store, id, ['H98.01'])
    }).toThrow(expect.objectContaining({ code: 'document/incomplete' }))
    expect(store.outgoing.get(id).fields.recipients).toEqual([RECEIVER.organId])
  })

  test('what has left keeps its recipients', async () => {
    const store = sendingOffice()
    const { id } = await queuedDocument(store)
    expect(() => {
      readdress(store, id, ['H99'])
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })
})

describe('what was frozen', () => {
  async function frozen() {
    const store = sendingOffice()
    const { id } = store.outgoing.create(typed({ recipients: [RECEIVER.organId] }))
    await importPdf(store, id, 'cong-van.pdf', handMade(PLAIN_OBJECTS))
    return { store, id, freezeNow: () => freeze(store, id, store.outgoing.get(id).revision, MORNING) }
  }

  test('is not replaced by a PDF whose import was still under way', async () => {
    const { store, id, freezeNow } = await frozen()
    const before = store.outgoing.files(id)
    const other = handMade({ ...PLAIN_OBJECTS, 4: { dict: '', data: 'BT /F1 24 Tf 72 700 Td (Khac) Tj ET' } })
    const importing = importPdf(store, id, 'khac.pdf', other)
    await freezeNow()
    await expect(importing).rejects.toMatchObject({ code: 'document/wrong-state' })
    expect(store.outgoing.files(id)).toEqual(before)
  })

  test('lists the draft’s own recipients again once it is reopened', async () => {
    const { store, id, freezeNow } = await frozen()
    await freezeNow()
    reopen(store, id, MORNING)
    const { revision, fields } = store.outgoing.get(id)
    store.outgoing.save(id, revision, { ...fields, recipients: ['H99'] })
    expect(store.outgoing.summary(store.outgoing.get(id)).recipients.map(({ organId }) => organId)).toEqual([
      'H99',
    ])
  })
})

describe('a draft', () => {
  test('saved again with the same words, because the first answer was lost, is no conflict', () => {
    const store = sendingOffice()
    const { id, revision, fields } = store.outgoing.create(typed())
    const words = { ...fields, subject: 'V/v đăng ký lớp tập huấn' }
    save(store, id, { revision, fields: words }, MORNING)
    save(store, id, { revision, fields: words }, MORNING)
    expect(store.outgoing.get(id).revision).toBe(revision + 1)
    expect(() => {
      save(store, id, { revision, fields: { ...words, subject: 'V/v khác' } }, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/changed' }))
  })
})
