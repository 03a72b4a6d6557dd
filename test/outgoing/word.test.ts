import { describe, expect, test } from 'vitest'
import { begin } from '../../src/engine/outgoing/draft.ts'
import { takeWord, type TakenWord } from '../../src/engine/outgoing/word.ts'
import { beginWriting, writtenOf } from '../../src/engine/outgoing/writing.ts'
import { readWord } from '../../src/engine/page/word-reading.ts'
import { wordFile } from '../../src/engine/page/word.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { linesOfBody } from '../../src/shared/document/body.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { OFFICE, sampleOf } from '../page/samples.ts'
import { painted } from '../pdf/pictures.ts'
import { MORNING, typed } from '../store/office.ts'
import { sendingOffice } from './outbox.ts'

const NO_PICTURES = new Map<never, never>()

async function take(store: Store, id: DocumentId, bytes: Uint8Array, revision?: number): Promise<TakenWord> {
  const ports = { store, agency: OFFICE, now: () => MORNING, read: readWord }
  return takeWord(ports, id, { revision: revision ?? store.outgoing.get(id).revision, bytes })
}

describe('a Word file that is taken in', () => {
  test('becomes what is written, and fills in what it says; what was written stays as a version', async () => {
    const store = sendingOffice()
    const id = begin(store, typed({ typeName: 'Công văn', dueDate: '2026-12-01' }), MORNING)
    beginWriting(store, id, { revision: 1, agency: OFFICE })
    const sample = sampleOf('Quyết định (cá biệt)')
    const taken = await take(store, id, await wordFile(sample, NO_PICTURES))

    const { fields, composition } = writtenOf(store, id)
    expect(fields).toMatchObject({
      typeName: 'Quyết định (cá biệt)',
      codeNotation: 'QĐ-UBND',
      subject: sample.fields.subject,
      signer: sample.fields.signer,
      toPlaces: sample.fields.toPlaces,
      dueDate: '2026-12-01',
    })
    expect(composition.agencyName, 'our own name as we write it').toBe(sample.composition.agencyName)
    expect(linesOfBody(composition.body)).toEqual(linesOfBody(sample.composition.body))
    expect(taken).toEqual({
      recognised: ['typeName', 'codeNotation', 'subject', 'place', 'toPlaces', 'signer', 'agencyName'],
      lostPictures: 0,
    })
    expect(store.compositions.versions(id).map(({ reason }) => reason)).toEqual(['replaced'])
  })

  test('keeps its pictures beside the draft, and says how many the page cannot show', async () => {
    const store = sendingOffice()
    const id = begin(store, typed(), MORNING)
    const png = painted(40, 20, () => [29, 95, 166, 255])
    const picture = (letter: string) => ({
      type: 'picture' as const,
      attrs: { sha256: letter.repeat(64) as never, widthMm: 50, alt: 'Sơ đồ' },
    })
    const text = { type: 'paragraph' as const, attrs: { align: 'justify' as const }, content: [] }
    const file = await wordFile(
      sampleOf('Báo cáo', { body: { type: 'doc', content: [text, picture('a')] } }),
      new Map([['a'.repeat(64) as never, png]]),
    )
    expect((await take(store, id, file)).lostPictures).toBe(0)
    const [kept] = writtenOf(store, id).composition.body.content
    if (kept?.type !== 'picture') throw new Error('the picture is the whole body')
    expect(await store.files.bytes(kept.attrs.sha256)).toEqual(Uint8Array.from(png))

    const { pictures, blocks } = await readWord(file)
    const spoilt = { pictures: pictures.map(() => Uint8Array.from([1, 2, 3])), blocks }
    const ports = { store, agency: OFFICE, now: () => MORNING, read: () => Promise.resolve(spoilt) }
    const other = begin(store, typed(), MORNING)
    await expect(takeWord(ports, other, { revision: 1, bytes: file })).rejects.toMatchObject({
      code: 'word/empty',
    })
  })

  test.each([
    ['a mark of secrecy in its text', 'document/secret', 'TUYỆT MẬT'],
    ['nothing in it', 'word/empty', ''],
  ])('with %s is refused, and the draft is as it was', async (_, code, text) => {
    const store = sendingOffice()
    const id = begin(store, typed(), MORNING)
    const before = store.outgoing.get(id)
    const content = [
      {
        type: 'paragraph' as const,
        attrs: { align: 'center' as const },
        content: text === '' ? [] : [{ type: 'text' as const, text }],
      },
    ]
    const file = await wordFile(sampleOf('Công văn', { body: { type: 'doc', content } }), NO_PICTURES)
    await expect(take(store, id, file)).rejects.toMatchObject({ code })
    expect(store.outgoing.get(id)).toEqual(before)
    expect(store.compositions.get(id)).toBeUndefined()
  })

  test('over words that somebody else saved meanwhile is refused', async () => {
    const store = sendingOffice()
    const id = begin(store, typed(), MORNING)
    const file = await wordFile(sampleOf('Công văn'), NO_PICTURES)
    store.outgoing.save(id, 1, typed({ subject: 'khác' }))
    await expect(take(store, id, file, 1)).rejects.toMatchObject({ code: 'document/changed' })
    expect(store.compositions.get(id)).toBeUndefined()
  })

  test('is taken by no copy of a paper document', async () => {
    const store = sendingOffice()
    const id = begin(store, typed({ typeName: 'Sao y' }), MORNING)
    const file = await wordFile(sampleOf('Công văn'), NO_PICTURES)
    await expect(take(store, id, file)).rejects.toMatchObject({ code: 'document/wrong-state' })
  })
})
