import { describe, expect, test } from 'vitest'
import { balanced, pageMeasure } from '../../src/engine/page/measure.ts'
import { pageFiles } from '../../src/engine/page/files.ts'
import { pictureSize } from '../../src/engine/page/picture.ts'
import { body, labelsOf, linesOfBody, romanNumber } from '../../src/shared/document/body.ts'
import {
  CIRCULATION_NOTES,
  composition,
  LAYOUT_RANGES,
  pageLayout,
} from '../../src/shared/document/composition.ts'
import { outgoingFields } from '../../src/shared/document/fields.ts'
import { abstractOf, remarksOn } from '../../src/shared/document/form.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { painted } from '../pdf/pictures.ts'
import { sampleOf } from './samples.ts'

const words = (text: string) => [{ type: 'text' as const, text }]

describe('what is counted in a body', () => {
  test('articles count through all chapters, clauses and points begin anew, points by the Vietnamese alphabet', () => {
    const kinds = [
      ...(['chapter', 'article', 'clause', 'point', 'point', 'point', 'point', 'point'] as const),
      ...(['clause', 'point', 'chapter', 'section', 'article', 'clause', 'section'] as const),
    ].map((kind) =>
      kind === 'chapter' || kind === 'section' ? { type: 'division', attrs: { kind } } : { type: kind },
    )
    expect(labelsOf(kinds)).toEqual([
      ...['Chương I', 'Điều 1.', '1.', 'a)', 'b)', 'c)', 'd)', 'đ)'],
      ...['2.', 'a)', 'Chương II', 'Mục 1', 'Điều 2.', '1.', 'Mục 2'],
    ])
  })

  test('Roman numbers are those of Rome', () => {
    expect([1, 4, 9, 14, 40, 90, 400, 1999].map(romanNumber)).toEqual([
      'I',
      'IV',
      'IX',
      'XIV',
      'XL',
      'XC',
      'CD',
      'MCMXCIX',
    ])
  })

  test('its lines carry the numbers, and cells of tables are lines', () => {
    const read = body.parse({
      type: 'doc',
      content: [
        { type: 'article', content: words('Phê duyệt') },
        {
          type: 'table',
          content: [
            {
              type: 'tableRow',
              content: [{ type: 'tableCell', content: [{ type: 'paragraph', content: words('Ô') }] }],
            },
          ],
        },
      ],
    })
    expect(linesOfBody(read)).toEqual(['Điều 1. Phê duyệt', 'Ô'])
  })

  test('letters are kept composed however they come', () => {
    const { content } = body.parse({
      type: 'doc',
      content: [{ type: 'paragraph', content: words('Ủy'.normalize('NFD')) }],
    })
    expect(linesOfBody({ type: 'doc', content })).toEqual(['Ủy'.normalize('NFC')])
  })
})

describe('what a drafter is told', () => {
  const told = (
    typeName: string,
    change: (sample: ReturnType<typeof sampleOf>) => ReturnType<typeof sampleOf>,
  ) => remarksOn(change(sampleOf(typeName)), '2026-11-27').map(({ remark }) => remark)

  test.each(DOCUMENT_TYPES.map(({ name }) => name))('nothing is amiss in a finished %s', (typeName) => {
    expect(told(typeName, (sample) => sample)).toEqual([])
  })

  test('a decision without bases, or with the wrong stop behind them, is remarked on', () => {
    const without = (text: string | undefined) =>
      told('Quyết định (cá biệt)', ({ fields, composition: written }) => ({
        fields,
        composition: composition.parse({
          ...written,
          body: {
            type: 'doc',
            content:
              text === undefined
                ? [{ type: 'paragraph', content: words('Nội dung') }]
                : [{ type: 'basis', content: words(text) }],
          },
        }),
      }))
    expect(without(undefined)).toEqual(['basis-missing'])
    expect(without('Căn cứ Luật Tổ chức chính quyền địa phương;')).toEqual(['basis-ending'])
    expect(without('Căn cứ Luật Tổ chức chính quyền địa phương.')).toEqual([])
  })

  test('a notation belongs to its type, and a day that is over is no deadline', () => {
    const changed = (typeName: string, patch: object) =>
      told(typeName, ({ fields, composition: written }) => ({
        fields: { ...fields, ...patch },
        composition: written,
      }))
    expect(changed('Quyết định (cá biệt)', { codeNotation: 'TB-UBND' })).toEqual(['notation-of-type'])
    expect(changed('Công văn', { codeNotation: 'QĐ-UBND' })).toEqual(['notation-of-type'])
    expect(changed('Công văn', { dueDate: '2026-11-26' })).toEqual(['due-past'])
    expect(changed('Công văn', { dueDate: '2026-11-27' })).toEqual([])
    expect(changed('Hợp đồng', { coSigners: [] })).toEqual(['second-side-missing'])
  })

  test('an empty text or no agency keeps it from being handed on', () => {
    const { fields } = sampleOf('Thông báo')
    const stops = remarksOn({ fields, composition: composition.parse({}) }, '2026-11-27').filter(
      ({ stops }) => stops,
    )
    expect(stops.map(({ remark }) => remark)).toEqual(['agency-missing', 'body-empty'])
  })
})

test('no layout that parses leaves what the law allows', () => {
  for (const [name, [least, most]] of Object.entries(LAYOUT_RANGES)) {
    expect(pageLayout.safeParse({ [name]: least }).success).toBe(true)
    expect(pageLayout.safeParse({ [name]: most }).success).toBe(true)
    expect(pageLayout.safeParse({ [name]: least - 0.1 }).success).toBe(false)
    expect(pageLayout.safeParse({ [name]: most + 0.1 }).success).toBe(false)
  }
  expect(CIRCULATION_NOTES).toContain('LƯU HÀNH NỘI BỘ')
})

test('the abstract of a công văn begins with V/v, once', () => {
  const of = (subject: string) => abstractOf({ typeName: 'Công văn', subject })
  expect([of('đăng ký tập huấn'), of('V/v đăng ký'), of('Về việc đăng ký'), of('')]).toEqual([
    'V/v đăng ký tập huấn',
    'V/v đăng ký',
    'V/v đăng ký',
    '',
  ])
  expect(abstractOf({ typeName: 'Tờ trình', subject: 'Về việc đăng ký' })).toBe('Về việc đăng ký')
})

test('a heading is broken into as few lines as it needs, all about as long', () => {
  const measure = pageMeasure()
  const widthOf = (text: string) => measure(text, 12, 'bold')
  expect(balanced('ỦY BAN NHÂN DÂN XÃ SUỐI NGỌC', 69, widthOf)).toEqual(['ỦY BAN NHÂN DÂN', 'XÃ SUỐI NGỌC'])
  expect(balanced('SỞ NỘI VỤ', 69, widthOf)).toEqual(['SỞ NỘI VỤ'])
  expect(balanced('MỘT\nHAI', 69, widthOf)).toEqual(['MỘT', 'HAI'])
  expect(balanced('', 69, widthOf)).toEqual([])
})

test('nothing that is typed becomes markup or an address', () => {
  const { fields, composition: written } = sampleOf('Thông báo')
  const nasty = `<img src=x onerror="alert(1)"> & </p><script src='http://a.example/'></script>`
  const [page] = pageFiles(
    {
      fields: outgoingFields.parse({ ...fields, subject: nasty, place: nasty, toPlaces: [nasty] }),
      composition: composition.parse({
        ...written,
        agencyName: nasty,
        addressees: [nasty],
        body: {
          type: 'doc',
          content: [
            { type: 'paragraph', content: words(nasty) },
            { type: 'numeral', content: words(nasty) },
          ],
        },
        appendices: [{ title: nasty, body: { type: 'doc' } }],
      }),
    },
    [],
  )
  const markup = Buffer.from(page?.bytes ?? []).toString()
  expect(markup).not.toMatch(/<script|<img|onerror="/iu)
  expect(markup.match(/&lt;img src=x onerror=&quot;/gu)?.length).toBeGreaterThanOrEqual(5)
})

test('a picture for the text is a PNG or a JPEG, and its size is read from it', () => {
  expect(Math.round(pictureSize(painted(96, 192, () => [0, 0, 0, 255])).widthMm * 10)).toBe(254)
  const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 192, 0, 96, 1, 1, 0x11, 0, 0]
  expect(Math.round(pictureSize(Uint8Array.from(jpeg)).heightMm * 10)).toBe(508)
  for (const broken of ['GIF89a', '<svg/>', '\u0089PNG']) {
    expect(() => pictureSize(Buffer.from(broken))).toThrow(
      expect.objectContaining({ code: 'image/unusable' }),
    )
  }
})
