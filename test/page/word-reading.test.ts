import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { zipSync, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { wordFile } from '../../src/engine/page/word.ts'
import { partsOfWord } from '../../src/engine/page/word-parts.ts'
import { readWord } from '../../src/engine/page/word-reading.ts'
import { readWordInThread } from '../../src/engine/page/word-thread.ts'
import { linesOfBody } from '../../src/shared/document/body.ts'
import { abstractOf } from '../../src/shared/document/form.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { painted } from '../pdf/pictures.ts'
import { sampleOf } from './samples.ts'

const THREAD = join(import.meta.dirname, '../../src/engine/page/word-worker.ts')
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/word', name))
const read = async (file: Uint8Array) => partsOfWord(await readWord(file), [])

/** A Word file of nothing but this inside its body. */
function wordOf(inside: string, more: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const namespaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
  return zipSync({
    '[Content_Types].xml': strToU8(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    '_rels/.rels': strToU8(
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    ),
    'word/document.xml': strToU8(`<w:document ${namespaces}><w:body>${inside}</w:body></w:document>`),
    ...more,
  })
}

const p = (text: string, look = '') =>
  `<w:p><w:pPr>${look}</w:pPr>${text
    .split('\t')
    .map((part) => `<w:r><w:t xml:space="preserve">${part}</w:t></w:r>`)
    .join('<w:r><w:tab/></w:r>')}</w:p>`
const CENTRE = '<w:jc w:val="center"/>'

describe('a Word file that we wrote', () => {
  test.each(DOCUMENT_TYPES.map(({ name }) => name))('%s comes back with every part', async (typeName) => {
    const { fields, composition } = sampleOf(typeName)
    const parts = await read(await wordFile({ fields, composition }, new Map()))
    expect(parts.fields.codeNotation).toBe(fields.codeNotation)
    expect(parts.fields.place).toBe('Suối Ngọc')
    expect(parts.fields.toPlaces).toEqual(fields.toPlaces)
    expect([parts.parentName, parts.agencyName]).toEqual([
      composition.parentName.toLocaleUpperCase('vi'),
      composition.agencyName.toLocaleUpperCase('vi'),
    ])
    expect(parts.addressees).toEqual(composition.addressees)
    expect(parts.fields.signer).toEqual(fields.signer)
    expect(parts.fields.coSigners ?? []).toEqual(fields.coSigners)
    expect(linesOfBody(parts.body).map((line) => line.toLowerCase())).toEqual(
      linesOfBody(composition.body).map((line) => line.replace(/\s+/gu, ' ').trim().toLowerCase()),
    )
    // A letter of congratulation says nowhere what it is.
    if (typeName !== 'Thư công') {
      expect(parts.fields.typeName).toBe(typeName)
      expect(abstractOf({ typeName, subject: parts.fields.subject ?? '' })).toBe(abstractOf(fields))
    }
  })

  test('keeps marks, tables, breaks, appendices and where its pictures stand', async () => {
    const bytes = painted(40, 20, () => [29, 95, 166, 255])
    const sha256 = 'a'.repeat(64) as never
    const words = (text: string) => [{ type: 'text' as const, text }]
    const { fields, composition } = sampleOf('Báo cáo', {
      body: {
        type: 'doc',
        content: [
          {
            type: 'paragraph',
            attrs: { align: 'justify' },
            content: [
              { type: 'text', text: 'rất ' },
              { type: 'text', text: 'đậm', marks: [{ type: 'bold' }, { type: 'underline' }] },
              { type: 'hardBreak' },
              { type: 'text', text: 'm' },
              { type: 'text', text: '2', marks: [{ type: 'superscript' }] },
            ],
          },
          {
            type: 'table',
            content: [
              {
                type: 'tableRow',
                content: [
                  {
                    type: 'tableHeader',
                    attrs: { colspan: 2, rowspan: 1, colwidth: null },
                    content: [{ type: 'paragraph', attrs: { align: 'center' }, content: words('Đầu') }],
                  },
                ],
              },
            ],
          },
          { type: 'picture', attrs: { sha256, widthMm: 50, alt: 'Sơ đồ' } },
        ],
      },
      appendices: [
        {
          title: 'Danh mục',
          landscape: false,
          body: { type: 'doc', content: [{ type: 'clause', content: words('Một việc') }] },
        },
      ],
    })
    const content = await readWord(await wordFile({ fields, composition }, new Map([[sha256, bytes]])))
    expect(content.pictures).toEqual([Uint8Array.from(bytes)])
    const parts = partsOfWord(content, [{ sha256, widthMm: 50 }])
    const [line, table, picture] = parts.body.content
    expect(line).toEqual(composition.body.content[0])
    expect(table).toMatchObject({
      content: [
        {
          content: [
            {
              type: 'tableHeader',
              attrs: { colspan: 2 },
              content: [{ content: words('Đầu').map((one) => ({ ...one, marks: [{ type: 'bold' }] })) }],
            },
          ],
        },
      ],
    })
    expect(picture).toEqual(composition.body.content[2])
    expect(parts.appendices.map(({ title, body }) => [title, linesOfBody(body)])).toEqual([
      ['DANH MỤC', ['1. Một việc']],
    ])
    expect(partsOfWord(content, [undefined]).body.content.map(({ type }) => type)).toEqual([
      'paragraph',
      'table',
    ])
  })
})

describe('a Word file that LibreOffice wrote', () => {
  test.each([
    ['quyet-dinh-libreoffice.docx', 'Quyết định (cá biệt)'],
    ['cong-van-libreoffice.docx', 'Công văn'],
  ])('%s has its parts', async (name, typeName) => {
    const { fields, composition } = sampleOf(typeName)
    const parts = await read(fixture(name))
    expect(parts.fields).toMatchObject({
      typeName,
      codeNotation: fields.codeNotation,
      place: 'Suối Ngọc',
      toPlaces: fields.toPlaces,
      signer: fields.signer,
    })
    expect(linesOfBody(parts.body)).toEqual(
      linesOfBody(composition.body).map((line) => line.replace(/\s+/gu, ' ').trim()),
    )
  })
})

describe('a Word file of an office', () => {
  test('with tabs between the halves of its head', async () => {
    const parts = await read(
      wordOf(
        [
          p('UBND TỈNH THANH VÂN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'),
          p('SỞ NỘI VỤ\tĐộc lập - Tự do - Hạnh phúc'),
          p('———\t————————'),
          p('Số:   /SNV-VP\tThanh Vân, ngày     tháng     năm 2026'),
          p('V/v rà soát biên chế'),
          p('Kính gửi:', CENTRE),
          p('- Các sở, ban, ngành;'),
          p('- UBND các xã.'),
          p('Thực hiện chỉ đạo của cấp trên, đề nghị các đơn vị báo cáo.'),
          p('a) Số liệu;'),
          p('Trân trọng./.'),
        ].join(''),
      ),
    )
    expect(parts.parentName).toBe('UBND TỈNH THANH VÂN')
    expect(parts.agencyName).toBe('SỞ NỘI VỤ')
    expect(parts.fields).toEqual({ codeNotation: 'SNV-VP', place: 'Thanh Vân' })
    expect(linesOfBody(parts.body)[0]).toBe('V/v rà soát biên chế')
  })

  test('that has no parts is all text, numbered lists of Word counted by us', async () => {
    const list = (level: number) =>
      `<w:numPr><w:ilvl w:val="${String(level)}"/><w:numId w:val="1"/></w:numPr>`
    const numbering = strToU8(
      `<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="0">${[
        0, 1,
      ]
        .map((level) => `<w:lvl w:ilvl="${String(level)}"><w:numFmt w:val="decimal"/></w:lvl>`)
        .join('')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
    )
    const parts = await read(
      wordOf([p('Ghi chép'), p('Việc một', list(0)), p('ý nhỏ', list(1)), p('Việc hai', list(0))].join(''), {
        'word/numbering.xml': numbering,
        'word/_rels/document.xml.rels': strToU8(
          '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>',
        ),
      }),
    )
    expect(parts.fields).toEqual({})
    expect(linesOfBody(parts.body)).toEqual(['Ghi chép', '1. Việc một', 'a) ý nhỏ', '2. Việc hai'])
  })

  test('letters typed apart are composed', async () => {
    const parts = await read(wordOf(p('Điều 1. Thành lập'.normalize('NFD'))))
    expect(parts.body.content).toEqual([{ type: 'article', content: [{ type: 'text', text: 'Thành lập' }] }])
  })
})

describe('a file that is no draft', () => {
  const bomb = () => wordOf('', { 'word/media/a.png': new Uint8Array(65 << 20) })
  const deep = () => wordOf('<w:tbl><w:tr><w:tc>'.repeat(3_000) + '</w:tc></w:tr></w:tbl>'.repeat(3_000))
  test.each([
    ['no archive', () => strToU8('không phải Word')],
    ['another archive', () => zipSync({ 'a.txt': strToU8('a') })],
    ['a cut one', () => wordOf(p('a')).subarray(0, 300)],
    ['one that unpacks to too much', bomb],
    ['one nested without end', deep],
    ['XML that is none', () => wordOf('<w:p>')],
  ])('%s is refused, and its thread is gone', async (_, file) => {
    await expect(readWordInThread(THREAD, file())).rejects.toMatchObject({ code: 'word/unreadable' })
  })

  test('one that takes too long is given up', async () => {
    const endless = p('a').repeat(200_000)
    await expect(readWordInThread(THREAD, wordOf(endless), { deadlineMs: 1 })).rejects.toMatchObject({
      code: 'word/unreadable',
    })
  })

  test('a sound one comes through the thread as it is', async () => {
    const file = await wordFile(sampleOf('Công văn'), new Map())
    expect(await readWordInThread(THREAD, file)).toEqual(await readWord(file))
  })
})
