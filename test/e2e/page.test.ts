/**
 * One document of each of the 29 types, written, printed by the real Electron in one start and read back from the
 * PDF: margins, places and sizes against Decree 30/2020/NĐ-CP App. I (reference rules, section 3).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appearanceFont } from '../../src/engine/appearance-font.ts'
import { fieldsToMake, headOnLines } from '../../src/engine/outgoing/head.ts'
import { findSigningPlace } from '../../src/engine/pdf/place.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { body } from '../../src/shared/document/body.ts'
import type { Composed } from '../../src/shared/document/composition.ts'
import { formOf } from '../../src/shared/document/form.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import {
  drawFirstPage,
  facesOf,
  factsOf,
  readPages,
  rulesOf,
  type ReadLine,
  type ReadPage,
  type ReadRule,
} from '../page/read-page.ts'
import { OFFICE, sampleOf } from '../page/samples.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow } from './office-window.ts'

/** Where pictures of three of them are left for the documentation. */
const OUT = join(import.meta.dirname, '../../out/pages')
const KEPT: Readonly<Partial<Record<string, string>>> = {
  'Công văn': 'page-cong-van',
  'Quyết định (cá biệt)': 'page-quyet-dinh',
  'Tờ trình': 'page-to-trinh',
}
const MARGIN = { topMm: 20, bottomMm: 20, leftMm: 30, rightMm: 15 }
const MIDDLE_MM = (MARGIN.leftMm + 210 - MARGIN.rightMm) / 2
const NEAR_MM = 1
const NEAR_PT = 0.5
const POINT_MM = 25.4 / 72

let dataDir: string
let office: OfficeWindow

beforeAll(async () => {
  mkdirSync(OUT, { recursive: true })
  dataDir = mkdtempSync(join(tmpdir(), 'vanthu-page-'))
  office = new OfficeWindow({ dataDir, env: {}, electronPath: electronPath() })
  await office.open()
  await office.establish({ agency: OFFICE, clerkName: 'Lê Thị Thử' })
})

afterAll(async () => {
  await office.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Writes a document as the window would, and gives its page as it would be signed. */
async function printed({ fields, composition }: Composed): Promise<Uint8Array> {
  const draft = await office.ask('outgoing.draft', { fields })
  const { id, revision } = await office.ask('drafting.begin', { id: draft.id, revision: draft.revision })
  await office.ask('outgoing.save', { id, revision, fields, composition })
  const { bytes } = await office.ask('drafting.preview', { id })
  return bytes
}

/** The one line that reads so. */
function line({ lines }: ReadPage, text: RegExp | string): ReadLine {
  const found = lines.filter((one) => (typeof text === 'string' ? one.text === text : text.test(one.text)))
  if (found[0] === undefined)
    throw new Error(`no line ${String(text)} in\n${lines.map((one) => one.text).join('\n')}`)
  return found[0]
}

const middleOf = ({ leftMm, rightMm }: { readonly leftMm: number; readonly rightMm: number }) =>
  (leftMm + rightMm) / 2

function expectNear(actual: number, wanted: number, what: string): void {
  expect(
    Math.abs(actual - wanted),
    `${what}: ${actual.toFixed(2)} for ${wanted.toFixed(2)} mm`,
  ).toBeLessThanOrEqual(NEAR_MM)
}

/** Letters of one size within the range, in one cut. */
function expectLetters(read: ReadLine, least: number, most: number, cut: string): void {
  expect(read.faces, read.text).toEqual([cut])
  for (const size of read.sizesPt) {
    expect(size, read.text).toBeGreaterThanOrEqual(least - NEAR_PT)
    expect(size, read.text).toBeLessThanOrEqual(most + NEAR_PT)
  }
}

const UPRIGHT = 'Tinos'
const BOLD = 'Tinos-Bold'
const ITALIC = 'Tinos-Italic'

describe.each(DOCUMENT_TYPES.map(({ name }) => name))('%s', (typeName) => {
  const sample = sampleOf(typeName)
  const { title, abstractUnderNumber } = formOf(typeName)
  let pdf: Uint8Array
  let pages: ReadPage[]
  let first: ReadPage
  let rules: ReadRule[]

  beforeAll(async () => {
    pdf = await printed(sample)
    rules = rulesOf(pdf, 130, 8)
    const kept = KEPT[typeName]
    if (kept !== undefined) drawFirstPage(pdf, join(OUT, kept))
    pages = await readPages(pdf)
    const [page] = pages
    if (page === undefined) throw new Error('there is no page')
    first = page
  })

  test('stands on A4 within its margins, tagged, in embedded faces', () => {
    for (const [index, { widthMm, heightMm, words }] of pages.entries()) {
      expectNear(widthMm, 210, 'width')
      expectNear(heightMm, 297, 'height')
      const text = words.filter(({ topMm }) => index === 0 || topMm > MARGIN.topMm - NEAR_MM)
      expectNear(Math.min(...text.map(({ leftMm }) => leftMm)), MARGIN.leftMm, 'left')
      expectNear(Math.max(...text.map(({ rightMm }) => rightMm)), 210 - MARGIN.rightMm, 'right')
      const top = Math.min(...text.map(({ topMm }) => topMm))
      expect(top).toBeGreaterThanOrEqual(MARGIN.topMm - NEAR_MM)
      if (index === 0) expectNear(top, MARGIN.topMm, 'top')
      expect(Math.max(...text.map(({ bottomMm }) => bottomMm))).toBeLessThanOrEqual(
        297 - MARGIN.bottomMm + NEAR_MM,
      )
    }
    const faces = facesOf(pdf)
    expect(faces.every(({ name, embedded }) => embedded && name.startsWith('Tinos'))).toBe(true)
    expect(factsOf(pdf)).toMatch(/Tagged:\s+yes/)
  })

  test('has its head in two columns, with the rules that belong there', () => {
    const state = line(first, 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')
    const motto = line(first, 'Độc lập - Tự do - Hạnh phúc')
    expectLetters(state, 12, 13, BOLD)
    expectLetters(motto, 13, 14, BOLD)
    expect(state.leftMm).toBeGreaterThan(MIDDLE_MM - 20)
    expectNear(middleOf(motto), middleOf(state), 'tiêu ngữ under quốc hiệu')
    const parent = line(first, 'TỈNH THANH VÂN')
    const agency = line(first, 'XÃ SUỐI NGỌC')
    expectLetters(parent, 12, 13, UPRIGHT)
    expectLetters(agency, 12, 13, BOLD)
    expect(agency.rightMm).toBeLessThan(state.leftMm)
    expectNear(middleOf(parent), middleOf(agency), 'parent over agency')
    expectNear(line(first, /^ỦY BAN NHÂN DÂN$/u).baselineMm, state.baselineMm, 'first lines')

    const number = line(first, 'Số:')
    const notation = line(first, `/${sample.fields.codeNotation}`)
    expectLetters(number, 13, 13, UPRIGHT)
    expectLetters(notation, 13, 13, UPRIGHT)
    expectNear((number.leftMm + notation.rightMm) / 2, middleOf(agency), 'number under agency')
    const date = line(first, /^Suối Ngọc, ngày/u)
    expectLetters(date, 13, 14, ITALIC)
    expectNear(date.baselineMm, number.baselineMm, 'date beside number')
    expect(date.leftMm).toBeGreaterThan(state.leftMm - NEAR_MM)
    const year = line(first, /năm$/u)
    // The year is still to come: 12 mm behind the word.
    expectNear((date.leftMm + year.rightMm + 12) / 2, middleOf(state), 'date under quốc hiệu')

    const underMotto = rules.find((rule) => rule.yMm > motto.baselineMm && rule.leftMm > agency.rightMm)
    if (underMotto === undefined) throw new Error('no rule under tiêu ngữ')
    expectNear(underMotto.leftMm, motto.leftMm, 'rule under tiêu ngữ, left')
    expectNear(underMotto.rightMm, motto.rightMm, 'rule under tiêu ngữ, right')
    const underAgency = rules.find((rule) => rule.yMm > agency.baselineMm && rule.rightMm < state.leftMm)
    if (underAgency === undefined) throw new Error('no rule under the agency')
    expectNear(middleOf(underAgency), middleOf(agency), 'rule under the agency')
    const longest = line(first, 'ỦY BAN NHÂN DÂN')
    const share = (underAgency.rightMm - underAgency.leftMm) / (longest.rightMm - longest.leftMm)
    expect(share).toBeGreaterThan(0.3)
    expect(share).toBeLessThan(0.53)
  })

  test('names itself and says what it is about where that belongs', () => {
    const { fields } = sample
    if (abstractUnderNumber) {
      const number = line(first, 'Số:')
      const about = first.lines.filter(
        ({ text, baselineMm }) => baselineMm > number.baselineMm && text.startsWith('V/v'),
      )
      expect(about).toHaveLength(1)
      const [begin] = about
      if (begin === undefined) return
      expectLetters(begin, 12, 13, UPRIGHT)
      expectNear(middleOf(begin), middleOf(line(first, 'XÃ SUỐI NGỌC')), 'abstract under the number')
      // 6 pt between the boxes of the two lines, whose letters stand on 1.15 times their size.
      const lineMm = 12 * 1.15 * POINT_MM
      expectNear(begin.baselineMm - number.baselineMm, lineMm + 6 * POINT_MM, 'abstract below the number')
      return
    }
    const named = line(first, title.toLocaleUpperCase('vi'))
    expectLetters(named, 13, 14, BOLD)
    expectNear(middleOf(named), MIDDLE_MM, 'title in the middle')
    const subject = line(first, fields.subject)
    expectLetters(subject, 13, 14, BOLD)
    expectNear(middleOf(subject), MIDDLE_MM, 'abstract in the middle')
    const under = rules.find((rule) => rule.yMm > subject.baselineMm && rule.yMm < subject.baselineMm + 4)
    if (under === undefined) throw new Error('no rule under the abstract')
    const share = (under.rightMm - under.leftMm) / (subject.rightMm - subject.leftMm)
    expect(share).toBeGreaterThan(0.31)
    expect(share).toBeLessThan(0.52)
    expectNear(middleOf(under), MIDDLE_MM, 'rule under the abstract')
  })

  test('has its body, its recipients and its signer as the law has them', () => {
    const paragraphs = sample.composition.body.content
    const all = pages.flatMap(({ lines }) => lines)
    const bases = paragraphs.filter(({ type }) => type === 'basis')
    if (bases.length > 0) expectLetters(line(first, /^Căn cứ/u), 13, 14, ITALIC)
    const indented = first.lines.filter(
      ({ leftMm, rightMm, baselineMm }) =>
        rightMm > MIDDLE_MM && baselineMm > 60 && Math.abs(leftMm - MARGIN.leftMm - 12.7) < NEAR_MM,
    )
    expect(indented.length).toBeGreaterThan(0)
    for (const { sizesPt } of indented) {
      expect(Math.min(...sizesPt)).toBeGreaterThanOrEqual(13 - NEAR_PT)
      expect(Math.max(...sizesPt)).toBeLessThanOrEqual(14 + NEAR_PT)
    }

    const last = pages.findLast(({ lines }) => lines.some(({ text }) => text === 'Nguyễn Văn Thử'))
    if (last === undefined) throw new Error('no signer')
    const name = line(last, 'Nguyễn Văn Thử')
    expectLetters(name, 13, 14, BOLD)
    const above = last.lines.filter(
      ({ leftMm, rightMm, baselineMm }) =>
        baselineMm < name.baselineMm && leftMm < middleOf(name) && rightMm > middleOf(name),
    )
    const position = above.findLast(({ text }) => text === 'CHỦ TỊCH')
    if (position === undefined) throw new Error('no position over the name')
    expectLetters(position, 13, 14, BOLD)
    expect(position.leftMm).toBeGreaterThan(MIDDLE_MM - NEAR_MM)
    expectNear(middleOf(name), middleOf(position), 'name under position')
    // Room for a signature and for the seal beside it.
    expect(name.baselineMm - position.baselineMm).toBeGreaterThan(28)

    const places = line(last, 'Nơi nhận:')
    expectLetters(places, 12, 12, 'Tinos-BoldItalic')
    expectNear(places.leftMm, MARGIN.leftMm, 'nơi nhận at the left')
    const archive = line(last, '- Lưu: VT, VP.')
    expectLetters(archive, 11, 11, UPRIGHT)
    expectNear(archive.leftMm, MARGIN.leftMm, 'dashes under each other')
    expect(all.filter(({ text }) => /^- .*;$/u.test(text)).length).toBeGreaterThanOrEqual(3)
    expect(last.lines.findIndex((one) => one === name)).toBeGreaterThan(3)
  })

  test('is ready to be signed and numbered: the places of both are found on it', async () => {
    const source = memorySource(pdf)
    const font = appearanceFont()
    const place = await findSigningPlace(source, 'Nguyễn Văn Thử')
    expect(place?.titleMm).toBeDefined()
    const head = await headOnLines(
      source,
      { codeNumber: '1234', codeNotation: sample.fields.codeNotation, issuedDate: '2026-11-27' },
      font,
    )
    expect(head).toMatchObject({
      number: { words: [{ text: '1234', fontSizePt: 13 }] },
      date: { words: [{ text: '27' }, { text: '11' }, { text: '2026', fontSizePt: 13 }] },
    })
    const fields = await fieldsToMake(source, font)
    expect(fields.map(({ name }) => name)).toEqual(['VanThu_So', 'VanThu_Ngay', 'VanThu_Thang', 'VanThu_Nam'])
  })
})

test('pages are numbered from the second on, each appendix anew, the number in the middle of the top margin', async () => {
  const filler = {
    type: 'paragraph' as const,
    content: [{ type: 'text' as const, text: 'Triển khai thực hiện nhiệm vụ được giao. '.repeat(14) }],
  }
  const long = body.parse({ type: 'doc', content: Array.from({ length: 14 }, () => filler) })
  const sample = sampleOf('Kế hoạch', {
    body: long,
    addressLines: ['Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân', 'Điện thoại: 0200 000 001'],
    appendices: [
      { title: 'Danh mục nhiệm vụ', landscape: true, body: long },
      { title: 'Dự toán kinh phí', landscape: false, body: long },
    ],
  })
  const pdf = await printed(sample)
  const pages = await readPages(pdf)
  const numbers = pages.map(({ lines }) =>
    lines.find(({ baselineMm, text }) => baselineMm < 18 && /^\d+$/.test(text)),
  )
  const heads = pages.map(({ lines }) => lines.find(({ text }) => /^Phụ lục I+$/u.test(text))?.text)
  const [one, two] = [heads.indexOf('Phụ lục I'), heads.indexOf('Phụ lục II')]
  expect(one).toBeGreaterThan(1)
  expect(two).toBeGreaterThan(one + 1)
  const wanted = pages.map((_, index) => {
    const begin = index >= two ? two : index >= one ? one : 0
    return index === begin ? undefined : String(index - begin + 1)
  })
  expect(numbers.map((number) => number?.text)).toEqual(wanted)
  for (const [index, number] of numbers.entries()) {
    const page = pages[index]
    if (number === undefined || page === undefined) continue
    expectLetters(number, 13, 14, UPRIGHT)
    expectNear(middleOf(number), (MARGIN.leftMm + page.widthMm - MARGIN.rightMm) / 2, 'number in the middle')
    expectNear(
      number.baselineMm - number.sizesPt[0]! * POINT_MM * 0.33,
      MARGIN.topMm / 2,
      'number in the margin',
    )
  }
  const sides = pages.map(({ widthMm, heightMm }) => widthMm > heightMm)
  expect(sides.slice(one, two).every(Boolean)).toBe(true)
  expect([...sides.slice(0, one), ...sides.slice(two)].some(Boolean)).toBe(false)
  // Ô 13 stands at the foot of page 1 under a rule over the whole width, and the text keeps clear of it.
  const [first] = pages
  if (first === undefined) throw new Error('no page')
  const address = line(first, 'Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân')
  expectLetters(address, 11, 12, UPRIGHT)
  const over = first.lines.filter(({ baselineMm }) => baselineMm < address.baselineMm - NEAR_MM)
  expect(address.baselineMm - Math.max(...over.map(({ baselineMm }) => baselineMm))).toBeGreaterThan(6)
  const [heading, titled] = [line(pages[one]!, 'Phụ lục I'), line(pages[one]!, 'DANH MỤC NHIỆM VỤ')]
  expectLetters(heading, 14, 14, BOLD)
  expectLetters(titled, 13, 14, BOLD)
})

test('the signer never stands alone on a page', async () => {
  let pagesWithSignerOnly = 0
  let ends = new Set<number>()
  for (let count = 9; count <= 15; count += 1) {
    const content = Array.from({ length: count }, (_, index) => ({
      type: 'paragraph' as const,
      content: [
        {
          type: 'text' as const,
          text: `Nội dung thứ ${String(index + 1)}. ${'Thực hiện đúng thời hạn. '.repeat(4)}`,
        },
      ],
    }))
    const pages = await readPages(
      await printed(sampleOf('Thông báo', { body: body.parse({ type: 'doc', content }) })),
    )
    const last = pages.at(-1)
    const text = last?.lines.filter(({ baselineMm }) => baselineMm > 18) ?? []
    if (!/Nội dung|Thực hiện/u.test(text[0]?.text ?? '') && pages.length > 1) pagesWithSignerOnly += 1
    ends = ends.add(pages.length)
  }
  expect([...ends]).toEqual([1, 2])
  expect(pagesWithSignerOnly).toBe(0)
})
