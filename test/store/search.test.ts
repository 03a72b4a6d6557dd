import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import SqliteDatabase from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { sha256Hex, type DocumentId } from '../../src/shared/document/fields.ts'
import { fold, foldedWords } from '../../src/shared/fold.ts'
import { FOUND_LIMIT, type SearchFilters } from '../../src/shared/search.ts'
import { openDatabase } from '../../src/engine/store/database.ts'
import { openStore, type Store } from '../../src/engine/store/index.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import { migrate } from '../../src/engine/store/migrate.ts'
import { MIGRATIONS } from '../../src/engine/store/migrations.ts'
import { chance } from '../helpers/chance.ts'
import { fillOffice } from '../helpers/many-documents.ts'
import { folder, MORNING, office, typed } from './office.ts'

const masterKey = new Uint8Array(32).fill(7)
const pdf = {
  name: 'cong-van.pdf',
  sha256: sha256Hex.parse('ab'.repeat(32)),
  contentType: 'application/pdf',
  sizeBytes: 900,
}

function found(store: Store, text: string, filters: SearchFilters = {}, limit = 100): string[] {
  return store.search.find({ text, filters }, limit, 0).hits.map(({ id }) => id)
}

/** A draft whose PDF says `text`. */
function withBody(store: Store, text: string, subject = 'V/v họp'): DocumentId {
  const { id } = store.outgoing.create(typed({ subject }))
  store.outgoing.setFile(id, pdf, 'imported')
  const [unread] = store.search.nextUnread(1)
  if (unread === undefined) throw new Error('a PDF waits to be read')
  store.search.endReading([[unread, { text, pages: 3, blankPages: 1, cut: false }]])
  return id
}

/** What a bad sector would do, in the one table that nobody may write to by hand. */
function damageIndex(path: string): void {
  const sqlite = new SqliteDatabase(path)
  sqlite.pragma("cipher = 'sqlcipher'")
  sqlite.pragma('legacy = 4')
  sqlite.pragma(`key = "x'${Buffer.from(storeKeys(masterKey).database).toString('hex')}'"`)
  sqlite.unsafeMode(true)
  sqlite.exec("UPDATE search_index_data SET block = x'00112233' WHERE id > 10")
  sqlite.close()
}

/** As others write the same: with the tone on the other vowel, decomposed, without marks, in capitals. */
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFD').replace(/\p{M}/gu, ''),
  (text) => fold(text),
  (text) => text.toUpperCase(),
  (text) => text.replaceAll('đ', 'd').replaceAll('Đ', 'D'),
  (text) => text.replaceAll('đ', 'ð').replaceAll('Đ', 'Ð'),
  otherTonePlace,
  (text) => otherTonePlace(text).normalize('NFD'),
]

/** hòa and hoà, thủy and thuỷ: the tone moves from the first vowel of an open rime to the second. */
function otherTonePlace(text: string): string {
  return text
    .normalize('NFD')
    .replace(/(o|u)([\u0300\u0301\u0303\u0309\u0323])([aey])(?![\p{L}\p{M}])/giu, '$1$3$2')
    .normalize('NFC')
}

describe('one spelling is as good as another', () => {
  test('every spelling of every word of an office finds the same documents', () => {
    const store = office()
    const texts = new Map<string, string>()
    fillOffice(store, {
      count: 120,
      seed: 11,
      bodyWords: 60,
      from: Date.UTC(2025, 0, 1),
      until: MORNING,
      onMade: ({ subject, body, signer, agency }) => {
        for (const text of [subject, body, signer, agency.name]) texts.set(text, text)
      },
    })
    const all = [...texts.keys()].filter((text) => text.length > 20)
    const phrase = fc
      .tuple(fc.nat({ max: all.length - 1 }), fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 3 }))
      .map(([which, from, count]) => {
        const words = (all[which] ?? '').replace(/[.,]/g, '').split(' ')
        return words
          .slice(from % words.length)
          .slice(0, count)
          .join(' ')
      })
    fc.assert(
      fc.property(phrase, (words) => {
        const expected = found(store, words)
        expect(expected.length).toBeGreaterThan(0)
        for (const spelling of SPELLINGS) expect(found(store, spelling(words))).toEqual(expected)
        const quoted = found(store, `"${words}"`)
        expect(quoted.length).toBeGreaterThan(0)
        for (const spelling of SPELLINGS) expect(found(store, `"${spelling(words)}"`)).toEqual(quoted)
      }),
      { seed: 20261127, numRuns: 50 },
    )
  })

  test('the tone may stand on either vowel', () => {
    expect(otherTonePlace('hòa giải thủy lợi, ủy ban khỏe mạnh')).toBe('hoà giải thuỷ lợi, uỷ ban khoẻ mạnh')
    const store = office()
    const { id } = store.outgoing.create(typed({ subject: 'V/v hòa giải ở cơ sở, thuỷ lợi' }))
    for (const text of ['hoà giải', 'hòa giải', 'hoa giai', 'HOÀ GIẢI', 'thủy lợi', 'thuỷ lợi']) {
      expect(found(store, text)).toEqual([id])
    }
  })

  test('what is found is what a reader of every text would find', () => {
    const store = office()
    const texts = new Map<string, string[]>()
    fillOffice(store, { count: 120, seed: 5, bodyWords: 40, from: Date.UTC(2025, 0, 1), until: MORNING })
    for (const direction of ['outgoing', 'incoming'] as const) {
      for (const { id, code, subject, agency } of store.search.find(
        { text: '', filters: { direction } },
        FOUND_LIMIT,
        0,
      ).hits) {
        texts.set(id, foldedWords(`${code.text} ${subject.text} ${agency.text}`))
      }
    }
    expect(texts.size).toBe(120)
    const draw = chance(3)
    const words = [...new Set([...texts.values()].flat())]
    for (let round = 0; round < 60; round += 1) {
      const word = words[draw(words.length)] ?? ''
      const beginning = word.slice(0, 1 + draw(word.length))
      const readers = [...texts].filter(([, own]) => own.some((one) => one.startsWith(beginning)))
      const ids = found(store, beginning, {}, FOUND_LIMIT)
      for (const [id] of readers) expect(ids).toContain(id)
    }
  })
})

describe('what is asked for', () => {
  test('words in any order, the last one as far as it is typed', () => {
    const store = office()
    const { id } = store.outgoing.create(typed({ subject: 'V/v rà soát hồ sơ đất đai thôn Thượng' }))
    expect(found(store, 'đất soát')).toEqual([id])
    expect(found(store, 'soat thuo')).toEqual([id])
    expect(found(store, 's')).toEqual([id])
    expect(found(store, 'thuo soat')).toEqual([])
    expect(found(store, 'soat thuo ')).toEqual([])
    expect(found(store, 'soat rừng')).toEqual([])
    expect(found(store, '')).toEqual([])
    expect(found(store, ' / " ')).toEqual([])
  })

  test('words between quotes stand in that order', () => {
    const store = office()
    const { id } = store.outgoing.create(typed({ subject: 'V/v phòng cháy chữa cháy rừng' }))
    store.outgoing.create(typed({ subject: 'V/v chữa bệnh, phòng dịch, cháy rừng' }))
    expect(found(store, '"phong chay chua"')).toEqual([id])
    expect(found(store, '“phòng cháy chữa”')).toEqual([id])
    expect(found(store, '"phong chay chu')).toEqual([id])
    expect(found(store, '"chay phong"')).toEqual([])
    expect(found(store, 'phong chay chua')).toHaveLength(2)
  })

  test('what would be an operator of the index is only a word', () => {
    const store = office()
    const { id } = store.outgoing.create(typed({ subject: 'V/v AND OR NOT NEAR "* ^ {x} (y) -z' }))
    for (const text of ['and', 'OR NOT', 'near(', '{x}', '^ x', 'y) OR (', '-z', 'subject:x', "'; DROP"]) {
      const words = foldedWords(text)
      expect(found(store, text), text).toEqual(
        words.every((word) => 'v and or not near x y z'.includes(word)) ? [id] : [],
      )
    }
  })

  test('a fragment of a number, and the document that bears it comes first', () => {
    const store = office()
    const number = (codeNumber: string, codeNotation: string, subject: string) => {
      const { id } = store.outgoing.create(typed({ codeNotation, subject }))
      store.outgoing.setNumber(id, { codeNumber, issuedDate: '2026-11-20' })
      return id
    }
    const wanted = number('12', 'QĐ-UBND', 'V/v thành lập tổ')
    const longer = number('120', 'QĐ-UBND', 'V/v giao dự toán')
    const other = number('12', 'UBND-VP', 'V/v họp')
    const about = number('07', 'UBND-VP', 'V/v thực hiện Quyết định 12/QĐ-UBND')
    expect(found(store, '12/QĐ')).toEqual([wanted, about])
    expect(found(store, '12/qd-u')).toEqual([wanted, about])
    expect(found(store, '12/')).toEqual([other, wanted, about])
    const typedNumber = found(store, '12')
    expect(typedNumber.slice(0, 2)).toEqual([other, wanted])
    expect(new Set(typedNumber)).toEqual(new Set([other, wanted, longer, about]))
    expect(found(store, '7/ubnd')).toEqual([about])
    expect(found(store, '007/ubnd')).toEqual([about])
  })

  test('a document that names the words in its subject comes before one that has them somewhere', () => {
    const store = office()
    const inSubject = store.outgoing.create(typed({ subject: 'V/v kiểm kê rừng' })).id
    const inBody = withBody(store, 'Ủy ban nhân dân xã tổ chức kiểm kê rừng trước ngày 30.')
    expect(found(store, 'kiem ke rung')).toEqual([inSubject, inBody])
  })

  test('filters narrow it, also without a word', () => {
    const store = office()
    const made = (day: string, typeName: string, recipients: string[]) => {
      const { id } = store.outgoing.create(typed({ typeName, recipients, subject: 'V/v kiểm tra' }))
      store.outgoing.setNumber(id, { codeNumber: '07', issuedDate: day })
      return id
    }
    const january = made('2026-01-31', 'Công văn', ['H99.07'])
    const february = made('2026-02-01', 'Báo cáo', ['H99.07'])
    const old = made('2019-05-05', 'Báo cáo', ['H99.08'])
    store.outgoing.move(february, 'freeze', MORNING)
    expect(found(store, 'kiem tra', { from: '2026-01-01', to: '2026-01-31' })).toEqual([january])
    expect(found(store, 'kiem tra', { from: '2026-02-01' })).toEqual([february])
    expect(found(store, 'kiem tra', { to: '2019-12-31' })).toEqual([old])
    expect(found(store, '', { from: '2010-01-01', to: '2026-01-31' })).toEqual([old, january])
    expect(found(store, '', { typeName: 'Báo cáo' })).toEqual([old, february])
    expect(found(store, '', { agency: 'h99.08' })).toEqual([old])
    expect(found(store, 'kiem', { box: 'toSign' })).toEqual([february])
    expect(found(store, '', { box: 'drafts', typeName: 'Báo cáo' })).toEqual([old])
    expect(found(store, '', { direction: 'incoming' })).toEqual([])
    expect(found(store, 'kiem', { direction: 'outgoing' })).toHaveLength(3)
  })

  test('pages follow each other without a gap or a repetition', () => {
    const store = office()
    fillOffice(store, { count: 560, seed: 2, bodyWords: 0, from: Date.UTC(2025, 0, 1), until: MORNING })
    const query = { text: 'v', filters: {} }
    const whole = store.search.find(query, FOUND_LIMIT, 0)
    expect(whole).toMatchObject({ total: FOUND_LIMIT, more: true })
    const pages = Array.from({ length: 10 }, (_, page) => store.search.find(query, 50, page * 50).hits).flat()
    expect(pages.map(({ id }) => id)).toEqual(whole.hits.map(({ id }) => id))
    expect(new Set(pages.map(({ id }) => id)).size).toBe(FOUND_LIMIT)
    expect(store.search.find(query, 50, FOUND_LIMIT).hits).toEqual([])
  })
})

describe('what is shown', () => {
  test('the words are marked where they stand in the text as it was written', () => {
    const store = office()
    store.outgoing.create(typed({ subject: 'V/v Thuỷ lợi, phòng chống thiên tai'.normalize('NFD') }))
    const [hit] = store.search.find({ text: 'thủy thien t', filters: {} }, 20, 0).hits
    const { text, marks } = hit?.subject ?? { text: '', marks: [] }
    expect(marks.map(([from, to]) => text.slice(from, to).normalize('NFC'))).toEqual(['Thuỷ', 'thiên', 'tai'])
    expect(hit?.excerpt).toBeUndefined()
  })

  test('an excerpt shows the words that the first lines do not have, and how much cannot be searched', () => {
    const store = office()
    const before = 'Căn cứ quy định hiện hành. '.repeat(80)
    const id = withBody(store, `${before}Đề nghị khẩn trương\ndi dời 17 hộ dân ven suối. ${before}`)
    const [hit] = store.search.find({ text: 'họp "di doi 17 ho"', filters: {} }, 20, 0).hits
    expect(hit).toMatchObject({ id, body: { state: 'read', pages: 3, blankPages: 1, cut: false } })
    const { text, marks } = hit?.excerpt ?? { text: '', marks: [] }
    expect(marks.map(([from, to]) => text.slice(from, to))).toEqual(['di dời 17 hộ'])
    expect(text).toMatch(/^… .*khẩn trương di dời 17 hộ dân.* …$/)
    expect(text.length).toBeLessThan(350)
  })

  test('the end of a long document is searched too, its words for themselves', () => {
    const store = office()
    const id = withBody(store, `${'công tác văn thư '.repeat(4000)} và cuối cùng là chuyện đòn bẩy`)
    expect(found(store, 'đòn bẩy')).toEqual([id])
    expect(found(store, '"công tác văn thư"')).toEqual([id])
  })
})

describe('the index follows the documents', () => {
  test('in the transaction that changes them', () => {
    const store = office()
    expect(() =>
      store.atomically(() => {
        store.outgoing.create(typed({ subject: 'V/v sắp xếp thôn' }))
        throw new Error('undone')
      }),
    ).toThrow('undone')
    expect(found(store, 'sap xep')).toEqual([])
    const { id } = store.outgoing.create(typed({ subject: 'V/v sắp xếp thôn' }))
    expect(found(store, 'sap xep')).toEqual([id])
    store.outgoing.save(id, 1, typed({ subject: 'V/v sáp nhập thôn' }))
    expect(found(store, 'sap xep')).toEqual([])
    expect(found(store, 'sap nhap')).toEqual([id])
    store.outgoing.move(id, 'discard', MORNING)
    expect(found(store, 'sap nhap')).toEqual([])
  })

  test('a word that was undone is learnt again', () => {
    const store = office()
    const begin = () => store.outgoing.create(typed({ subject: 'V/v quẫy' })).id
    expect(() =>
      store.atomically(() => {
        begin()
        throw new Error('undone')
      }),
    ).toThrow('undone')
    const id = begin()
    expect(found(store, 'qua')).toEqual([id])
  })

  test('of a PDF that was put in the place of another only the new text is found', () => {
    const store = office()
    const id = withBody(store, 'nội dung cũ')
    store.outgoing.setFile(id, { ...pdf, sha256: sha256Hex.parse('cd'.repeat(32)) }, 'imported')
    expect(found(store, '"noi dung cu"')).toEqual([])
    expect(store.search.status()).toMatchObject({ notRead: 1 })
    const [unread] = store.search.nextUnread(1)
    if (unread === undefined) throw new Error('the new one waits')
    store.outgoing.setFile(id, { ...pdf, sha256: sha256Hex.parse('ef'.repeat(32)) }, 'imported')
    store.search.endReading([[unread, { text: 'nội dung quá hạn', pages: 1, blankPages: 0, cut: false }]])
    expect(found(store, 'qua han')).toEqual([])
    expect(store.search.status()).toMatchObject({ notRead: 1 })
  })

  test('an office of before is taken in batch by batch, and documents made meanwhile are not forgotten', () => {
    const dir = folder()
    const path = join(dir, 'store.db')
    const before = openDatabase({ path, key: storeKeys(masterKey).database, create: true })
    migrate(before, path, MIGRATIONS.slice(0, 11))
    const fields = JSON.stringify(typed({ subject: 'V/v sáp nhập thôn' }))
    const insert = before.command(
      'insert',
      `INSERT INTO outgoing (id, state, revision, fields, created_at, changed_at)
       VALUES (@id, @state, 1, @fields, @at, @at)`,
    )
    const ids = Array.from(
      { length: 25 },
      (_, index) => `00000000-0000-4000-8000-0000000000${String(index + 10)}`,
    )
    ids.forEach((id, index) =>
      insert.run({ id, state: index === 0 ? 'discarded' : 'drafting', fields, at: index }),
    )
    before.close()

    const store = openStore({ dir, masterKey, now: () => MORNING })
    expect(store.search.status()).toEqual({ notIndexed: 24, notRead: 0, notSearchable: 0 })
    expect(found(store, 'sap nhap')).toEqual([])
    const { id } = store.outgoing.create(typed({ subject: 'V/v sáp nhập' }))
    expect(found(store, 'sap nhap')).toEqual([id])
    expect(store.search.indexSome(10)).toBe(10)
    expect(found(store, 'sap nhap')).toEqual([id, ...ids.slice(15).reverse()])
    while (store.search.indexSome(10) > 0);
    expect(found(store, 'sap nhap')).toEqual([id, ...ids.slice(1).reverse()])
    store.close()
  })

  test('a damaged index stops nobody, and is made anew', async () => {
    const dir = folder()
    const options = { dir, masterKey, now: () => MORNING }
    const first = office(options)
    const id = withBody(first, 'nội dung của văn bản')
    first.close()
    damageIndex(join(dir, 'store.db'))

    const failures: unknown[] = []
    const store = openStore({ ...options, onUnsearchable: (cause) => failures.push(cause) })
    const damaged = async () => (await store.check()).problems.filter(({ code }) => code === 'store/damaged')
    expect(await damaged()).toHaveLength(1)
    expect(() => found(store, 'noi dung')).toThrow(expect.objectContaining({ code: 'store/damaged' }))
    const other = store.outgoing.create(typed({ subject: 'V/v nội dung khác' })).id
    expect(found(store, 'noi dung')).toEqual([other])
    expect(store.search.indexSome(10)).toBe(1)
    expect(found(store, 'noi dung')).toEqual([other, id])
    expect(await damaged()).toEqual([])
    store.close()
  })

  test('it takes at most twice the text', () => {
    const dir = folder()
    const store = office({ dir })
    fillOffice(store, { count: 400, seed: 9, bodyWords: 300, from: Date.UTC(2022, 0, 1), until: MORNING })
    const size = store.search.sizeBytes()
    store.close()
    const db = openDatabase({ path: join(dir, 'store.db'), key: storeKeys(masterKey).database })
    const row = z.object({ value: z.number() })
    const heads = db.query(
      'heads',
      'SELECT sum(length(CAST(code || subject || agency || people AS BLOB))) AS value FROM search_text',
      row,
    )
    const bodies = db.query(
      'bodies',
      'SELECT body FROM search_body',
      z.object({ body: z.instanceof(Uint8Array) }),
    )
    const text = bodies
      .all()
      .reduce((sum, { body }) => sum + inflateRawSync(body).length, heads.get()?.value ?? 0)
    db.close()
    expect(size / text).toBeLessThan(2)
  })
})
