/** Electronic copies of paper documents before the agency signs them: fields, scan, state and number. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeMessage } from '../../src/engine/outgoing/compose.ts'
import { scanOf } from '../../src/engine/outgoing/copy.ts'
import { importPdf, reopen, save, voidNumber } from '../../src/engine/outgoing/draft.ts'
import { freeze } from '../../src/engine/outgoing/freeze.ts'
import { giveNumber } from '../../src/engine/outgoing/number.ts'
import { gapsOf } from '../../src/engine/outgoing/numbering.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { fieldProblems, outgoingFields, type DocumentId } from '../../src/shared/document/fields.ts'
import { OUTGOING } from '../../src/shared/document/outgoing.ts'
import { signsNext, waitsForNumber } from '../../src/shared/document/signers.ts'
import { COPY_TYPES, type CopyForm } from '../../src/shared/document/types.ts'
import { statesOf } from '../../src/shared/machine.ts'
import { RECEIVER, SENDER } from '../helpers/office.ts'
import { handMade, PLAIN_OBJECTS, workFolder, type WorkFolder } from '../pdf/samples.ts'
import { scanned, type ScannerSettings } from '../pdf/scans.ts'
import { MORNING, typed } from '../store/office.ts'
import { sendingOffice } from './outbox.ts'

const ORIGINAL = { code: '07/QĐ-UBND', issuedDate: '2026-03-12', organName: 'UBND tỉnh Thanh Vân' }

let folder: WorkFolder
beforeAll(() => {
  folder = workFolder()
})
afterAll(() => {
  folder.remove()
})

/** A copy in the making, with a scan made as told, or another PDF. */
async function draft(
  store: Store,
  scan: ScannerSettings | Buffer = {},
  typeName: CopyForm = 'Sao y',
): Promise<DocumentId> {
  const fields = { typeName, codeNotation: 'SY-UBND', original: ORIGINAL, recipients: [RECEIVER.organId] }
  const { id } = store.outgoing.create(typed(fields))
  const bytes = Buffer.isBuffer(scan) ? scan : readFileSync(scanned(folder, 'scan.pdf', scan))
  await importPdf(store, id, 'scan.pdf', bytes)
  return id
}

function freezeNow(store: Store, id: DocumentId): Promise<void> {
  return freeze(store, id, store.outgoing.get(id).revision, MORNING)
}

describe('the form of a copy', () => {
  test('asks for the paper document and not for a person who signs the copy', () => {
    const problems = (fields: object) =>
      fieldProblems(outgoingFields.parse({ typeName: 'Sao lục', ...fields }), true).map(({ field }) => field)
    const asked = ['original.code', 'original.issuedDate', 'original.organName']
    expect(problems({})).toEqual(expect.arrayContaining(asked))
    expect(problems({ original: ORIGINAL })).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^original/)]),
    )
    // A draft that was a document of several signers before.
    expect(problems({ coSigners: [{ part: 'joint', fullName: '' }] })).not.toContain('coSigners')
    expect(problems({ typeName: 'Công văn' })).not.toEqual(expect.arrayContaining(asked))
  })

  test('says in the packet what it is a copy of, and who signed that', () => {
    const signer = { fullName: 'Phạm Văn Gốc', position: 'CHỦ TỊCH' }
    const fields = outgoingFields.parse({
      typeName: 'Sao y',
      subject: 'Về tổ công nghệ',
      original: ORIGINAL,
      signer,
    })
    const code = { number: '01', notation: 'SY-UBND', issuedDate: '2026-11-25' }
    const message = composeMessage({
      sender: SENDER,
      clerkName: '',
      recipients: [RECEIVER],
      fields,
      code,
      at: 0,
    })
    expect(message).toMatchObject({
      documentType: { typeName: 'Sao y' },
      subject: 'Về tổ công nghệ',
      content: 'Sao y văn bản số 07/QĐ-UBND ngày 12/03/2026 của UBND tỉnh Thanh Vân: Về tổ công nghệ',
      signer: { fullName: 'Phạm Văn Gốc' },
    })
  })

  test('is refused where the paper document is a state secret', () => {
    const store = sendingOffice()
    const { id, revision, fields } = store.outgoing.create(typed({ typeName: 'Sao y' }))
    for (const original of [{ code: '07/QĐ-UBND-TM' }, { organName: 'UBND tỉnh\nTỐI MẬT' }]) {
      expect(() => {
        save(store, id, { revision, fields: { ...fields, original: { ...ORIGINAL, ...original } } }, MORNING)
      }).toThrow(expect.objectContaining({ code: 'document/secret' }))
    }
  })
})

describe('whose turn it is', () => {
  test.each(statesOf(OUTGOING))('a copy that is %s waits for the agency or for nobody', (state) => {
    for (const { name } of COPY_TYPES) {
      const expected = ['frozen', 'signed', 'numbered'].includes(state) ? 'agency' : undefined
      expect(signsNext(state, name)).toBe(expected)
      expect(waitsForNumber(state, name)).toBe(expected !== undefined && state !== 'numbered')
    }
    expect(signsNext(state, 'Công văn')).toBe(
      state === 'frozen' ? 'person' : ['signed', 'numbered'].includes(state) ? 'agency' : undefined,
    )
  })

  test('no other document gets a number before its signer has signed', () => {
    const store = sendingOffice()
    const { id } = store.outgoing.create(typed({ recipients: [RECEIVER.organId] }))
    store.outgoing.move(id, 'freeze', MORNING)
    expect(() => {
      giveNumber(store, id, {}, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    expect(store.outgoing.get(id)).toMatchObject({ state: 'frozen', codeNumber: undefined })
  })
})

describe('the scan of a copy', () => {
  test.each([
    [{ version: '1.3' }, 'scan/version-too-old', '1.3'],
    [{ dpi: 150 }, 'scan/too-coarse', '1'],
    [{ colour: false }, 'scan/not-colour', '1'],
  ] as const)('made with %o is refused, and the draft is as it was', async (settings, code, detail) => {
    const store = sendingOffice()
    const id = await draft(store, settings)
    const before = store.outgoing.get(id)
    await expect(freezeNow(store, id)).rejects.toMatchObject({ code, detail })
    expect(store.outgoing.get(id)).toEqual(before)
  })

  test('of 200 dpi in colour has nothing to be found, and is frozen', async () => {
    const store = sendingOffice()
    const id = await draft(store, { version: '1.4' })
    expect(await scanOf(store, id)).toEqual([])
    await freezeNow(store, id)
    expect(store.outgoing.get(id).state).toBe('frozen')
  })

  test('of a page that no picture fills, or that is no A4, is told and not refused; an excerpt is written anew', async () => {
    const store = sendingOffice()
    const small = handMade({
      ...PLAIN_OBJECTS,
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 420 595] >>',
    })
    const id = await draft(store, small)
    expect(await scanOf(store, id)).toEqual([
      { kind: 'picture', pages: [1] },
      { kind: 'size', pages: [1] },
    ])
    expect(await scanOf(store, await draft(store, small, 'Trích sao'))).toEqual([
      { kind: 'size', pages: [1] },
    ])
    await freezeNow(store, id)
    expect(store.outgoing.get(id).state).toBe('frozen')
  })

  test('is asked for nothing where the document is no copy', async () => {
    const store = sendingOffice()
    const { id } = store.outgoing.create(typed({ recipients: [RECEIVER.organId] }))
    await importPdf(
      store,
      id,
      'scan.pdf',
      readFileSync(scanned(folder, 'coarse.pdf', { dpi: 100, version: '1.3' })),
    )
    expect(await scanOf(store, id)).toEqual([])
    await freezeNow(store, id)
  })

  test('that is replaced while it is looked at is not what is frozen', async () => {
    const store = sendingOffice()
    const id = await draft(store)
    const coarse = await store.files.putBytes(readFileSync(scanned(folder, 'coarse.pdf', { dpi: 100 })))
    const freezing = freezeNow(store, id)
    store.outgoing.setFile(id, { ...coarse, name: 'scan.pdf', contentType: 'application/pdf' }, 'imported')
    await expect(freezing).rejects.toMatchObject({ code: 'document/changed' })
    expect(store.outgoing.get(id).state).toBe('drafting')
  })
})

describe('the number of a copy', () => {
  test('comes from the series of copies, whatever its form, and goes back to a frozen copy when it is void', async () => {
    const store = sendingOffice()
    const ids = [await draft(store), await draft(store, {}, 'Trích sao')]
    for (const id of ids) {
      await freezeNow(store, id)
      giveNumber(store, id, {}, MORNING)
    }
    expect(ids.map((id) => store.outgoing.get(id).codeNumber)).toEqual(['01', '02'])
    const [id] = ids
    if (id === undefined) throw new Error('there are two')
    voidNumber(store, id, 'Sao nhầm văn bản', MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'frozen', codeNumber: undefined })
    expect(gapsOf(store, 2026)).toMatchObject([{ series: { key: 'copies' }, from: 1, kind: 'void' }])
    giveNumber(store, id, {}, MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'numbered', codeNumber: '03' })
  })

  test('stays with it while it is put right', async () => {
    const store = sendingOffice()
    const id = await draft(store)
    await freezeNow(store, id)
    giveNumber(store, id, {}, MORNING)
    reopen(store, id, MORNING)
    await freezeNow(store, id)
    giveNumber(store, id, {}, MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'numbered', codeNumber: '01' })
  })
})
