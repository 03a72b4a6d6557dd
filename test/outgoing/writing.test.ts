import { describe, expect, test } from 'vitest'
import { begin, importPdf, save } from '../../src/engine/outgoing/draft.ts'
import { freeze, hasPage } from '../../src/engine/outgoing/freeze.ts'
import { beginReplacement } from '../../src/engine/outgoing/replace.ts'
import {
  beginWriting,
  keepAsTemplate,
  keepTextPicture,
  keepWritten,
  requireShown,
  stopWriting,
  writtenOf,
} from '../../src/engine/outgoing/writing.ts'
import { composition, type Composition } from '../../src/shared/document/composition.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { OFFICE } from '../page/samples.ts'
import { painted } from '../pdf/pictures.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MORNING, typed } from '../store/office.ts'
import { queuedDocument, sendingOffice } from './outbox.ts'

const CONG_VAN = readFileSync(join(import.meta.dirname, '../fixtures/cong-van.pdf'))
const MINUTE = 60_000

function draft(store: Store, patch = {}): DocumentId {
  return begin(store, typed(patch), MORNING)
}

function write(store: Store, id: DocumentId): Composition {
  beginWriting(store, id, { revision: store.outgoing.get(id).revision, agency: OFFICE })
  return writtenOf(store, id).composition
}

function type(store: Store, id: DocumentId, text: string, at = MORNING): void {
  const { revision, fields } = store.outgoing.get(id)
  const content = [{ type: 'paragraph', content: [{ type: 'text', text }] }]
  const changed = composition.parse({ ...writtenOf(store, id).composition, body: { type: 'doc', content } })
  save(store, id, { revision, fields, composition: changed }, at)
}

const textOf = ({ body }: Composition) => JSON.stringify(body)

describe('a document that is written here', () => {
  test('begins with the template of its type, and keeps what the drafter said already', () => {
    const store = sendingOffice()
    const id = draft(store, { typeName: 'Quyết định (cá biệt)', toPlaces: ['Như Điều 3'] })
    const written = write(store, id)
    expect(written.agencyName).toBe('Ủy ban nhân dân xã Suối Ngọc')
    expect(textOf(written)).toContain('QUYẾT ĐỊNH:')
    expect(store.outgoing.get(id).fields.toPlaces).toEqual(['Như Điều 3'])
    expect(hasPage(store, store.outgoing.get(id))).toBe(true)
  })

  test('takes no PDF, until it is not written here any more; what was written stays as a version', async () => {
    const store = sendingOffice()
    const id = draft(store)
    await importPdf(store, id, 'cv.pdf', CONG_VAN)
    write(store, id)
    expect(store.outgoing.get(id).files).toEqual([])
    await expect(importPdf(store, id, 'cv.pdf', CONG_VAN)).rejects.toMatchObject({
      code: 'document/wrong-state',
    })
    stopWriting(store, id, store.outgoing.get(id).revision)
    expect(store.compositions.get(id)).toBeUndefined()
    expect(store.compositions.versions(id)).toMatchObject([{ number: 1, reason: 'replaced' }])
    await importPdf(store, id, 'cv.pdf', CONG_VAN)
    expect(store.outgoing.get(id).files).toHaveLength(1)
  })

  test('is no copy of a paper document', () => {
    const store = sendingOffice()
    const id = draft(store, { typeName: 'Sao y' })
    expect(() => write(store, id)).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })

  test('keeps nothing of a text that bears a mark of state secrecy', () => {
    const store = sendingOffice()
    const id = draft(store)
    const before = textOf(write(store, id))
    expect(() => {
      type(store, id, 'TỐI MẬT')
    }).toThrow(expect.objectContaining({ code: 'document/secret' }))
    expect(textOf(writtenOf(store, id).composition)).toBe(before)
    type(store, id, 'Bảo đảm bí mật nhà nước, bảo mật thông tin.')
  })

  test('saved again with the same words is no conflict; a late save over another one is', () => {
    const store = sendingOffice()
    const id = draft(store)
    write(store, id)
    const { revision, fields } = store.outgoing.get(id)
    const kept = writtenOf(store, id).composition
    const changed = { ...kept, addressees: ['Sở Nội vụ'] }
    save(store, id, { revision, fields, composition: changed }, MORNING)
    save(store, id, { revision, fields, composition: changed }, MORNING)
    expect(store.outgoing.get(id).revision).toBe(revision + 1)
    expect(() => {
      save(store, id, { revision, fields, composition: { ...kept, addressees: ['Sở Tài chính'] } }, MORNING)
    }).toThrow(expect.objectContaining({ code: 'document/changed' }))
    expect(writtenOf(store, id).composition.addressees).toEqual(['Sở Nội vụ'])
  })

  test('is kept as a version now and then while it is written, and when somebody asks', () => {
    let now = MORNING
    const store = sendingOffice(() => now)
    const id = draft(store)
    write(store, id)
    type(store, id, 'một', now)
    expect(store.compositions.versions(id)).toEqual([])
    now += 11 * MINUTE
    type(store, id, 'hai', now)
    now += MINUTE
    type(store, id, 'ba', now)
    keepWritten(store, id, 'asked', 'Trước khi trình')
    expect(store.compositions.versions(id)).toMatchObject([
      { number: 2, reason: 'asked', note: 'Trước khi trình' },
      { number: 1, reason: 'while-writing', note: '' },
    ])
    expect(textOf(store.compositions.version(id, 1).composition)).toContain('một')
    expect(textOf(store.compositions.version(id, 2).composition)).toContain('ba')
  })

  test('is printed when it is frozen, and that print is what will be signed', async () => {
    const store = sendingOffice()
    const id = draft(store)
    write(store, id)
    const { revision } = store.outgoing.get(id)
    const asked: string[] = []
    const print = (files: readonly { name: string }[]) => {
      asked.push(...files.map(({ name }) => name))
      return Promise.resolve(new Uint8Array(CONG_VAN))
    }
    const font = readFileSync(join(import.meta.dirname, '../../resources/fonts/Tinos-Regular.ttf'))
    await expect(freeze(store, id, revision, MORNING)).rejects.toMatchObject({ code: 'print/failed' })
    await freeze(store, id, revision, MORNING, {
      print,
      font: () => Promise.resolve(font),
      picture: () => Promise.reject(new Error('none')),
    })
    const { state, files, fields } = store.outgoing.get(id)
    expect(state).toBe('frozen')
    expect(files).toMatchObject([{ role: 'imported', name: 'Công văn.pdf' }])
    expect(fields.pageAmount).toBeGreaterThan(0)
    expect(asked).toEqual(expect.arrayContaining(['page.html', 'style.css', 'Tinos-Bold.ttf']))
    expect(store.compositions.versions(id)).toMatchObject([{ reason: 'frozen' }])
  })

  test('is not frozen where the desktop could not print it, and stays as it was', async () => {
    const store = sendingOffice()
    const id = draft(store)
    write(store, id)
    const { revision } = store.outgoing.get(id)
    const ports = {
      print: () => Promise.reject(new Error('no desktop')),
      font: () => Promise.resolve(new Uint8Array()),
      picture: () => Promise.reject(new Error('none')),
    }
    await expect(freeze(store, id, revision, MORNING, ports)).rejects.toThrow('no desktop')
    expect(store.outgoing.get(id)).toMatchObject({ state: 'drafting', revision, files: [] })
  })

  test('lends its text to the document that replaces it', async () => {
    const store = sendingOffice()
    const { id } = await queuedDocument(store)
    store.compositions.keep(id, composition.parse({ agencyName: 'Ủy ban nhân dân xã Suối Ngọc' }))
    store.outgoing.move(id, 'accept', MORNING)
    const replacing = beginReplacement(store, id, 'Sai số liệu', MORNING)
    expect(writtenOf(store, replacing)).toMatchObject({
      fields: { replaces: { reason: 'Sai số liệu' } },
      composition: { agencyName: 'Ủy ban nhân dân xã Suối Ngọc' },
    })
  })

  test('shows pictures that are kept beside it, and gives out no other file', async () => {
    const store = sendingOffice()
    const id = draft(store)
    const kept = write(store, id)
    const png = painted(2000, 10, () => [0, 0, 0, 255])
    const { sha256, widthMm } = await keepTextPicture(store, id, png)
    expect(widthMm).toBe(155)
    expect(() => {
      requireShown(store, id, sha256)
    }).toThrow(expect.objectContaining({ code: 'document/not-found' }))
    const content = [{ type: 'picture', attrs: { sha256, widthMm } }]
    const { revision, fields } = store.outgoing.get(id)
    const shown = composition.parse({ ...kept, body: { type: 'doc', content } })
    save(store, id, { revision, fields, composition: shown }, MORNING)
    requireShown(store, id, sha256)
    expect((await store.check()).problems).toEqual([])
  })
})

test('a template of the office gives a new draft its words and nothing that belonged to the old one', () => {
  const store = sendingOffice()
  const id = draft(store, {
    typeName: 'Thông báo',
    codeNotation: 'TB-UBND',
    dueDate: '2026-12-31',
    priority: 2,
  })
  write(store, id)
  type(store, id, 'Thông báo lịch tiếp công dân')
  keepAsTemplate(store, id, 'Lịch tiếp công dân')
  const [template] = store.compositions.templates()
  expect(template).toMatchObject({ name: 'Lịch tiếp công dân', typeName: 'Thông báo' })
  const other = draft(store)
  beginWriting(store, other, {
    revision: store.outgoing.get(other).revision,
    agency: OFFICE,
    template: template?.id,
  })
  const { fields } = store.outgoing.get(other)
  expect(fields).toMatchObject({ typeName: 'Thông báo', codeNotation: 'TB-UBND', priority: 0 })
  expect(fields.dueDate).toBeUndefined()
  expect(textOf(writtenOf(store, other).composition)).toContain('lịch tiếp công dân')
})
