import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractRawText } from 'mammoth'
import { describe, expect, onTestFinished, test } from 'vitest'
import { wordName } from '../../src/engine/outgoing/word.ts'
import { wordFile } from '../../src/engine/page/word.ts'
import { composition, type Composed } from '../../src/shared/document/composition.ts'
import { linesOfBody } from '../../src/shared/document/body.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { abstractOf, formOf } from '../../src/shared/document/form.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { painted } from '../pdf/pictures.ts'
import { sampleOf } from './samples.ts'

const named = (name: string) => `*[local-name()='${name}']`
const words = (text: string) => [{ type: 'text' as const, text }]

/** The Word file of a document on the disk, and how to look into it: unzip, xmllint, and mammoth for its words. */
async function written(composed: Composed, pictures = new Map<never, Uint8Array>()) {
  const folder = mkdtempSync(join(tmpdir(), 'vanthu-word-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const path = join(folder, 'a.docx')
  writeFileSync(path, await wordFile(composed, pictures))
  // Brackets are a pattern to unzip.
  const part = (name: string) => execFileSync('unzip', ['-p', path, name.replaceAll('[', '\\[')])
  return {
    path,
    ask: (xpath: string, name = 'word/document.xml') =>
      execFileSync('xmllint', ['--xpath', xpath, '-'], { input: part(name), encoding: 'utf8' }).trim(),
    text: async () => (await extractRawText({ path })).value.replace(/\s+/gu, ' '),
    parts: () =>
      execFileSync('unzip', ['-Z1', path], { encoding: 'utf8' })
        .split('\n')
        .filter((name) => /\.(?:xml|rels)$/.test(name)),
    part,
  }
}

describe('a composed document as a Word file', () => {
  test.each(DOCUMENT_TYPES.map(({ name }) => name))('%s: has every part and every line', async (typeName) => {
    const composed = sampleOf(typeName)
    const { fields, composition: page } = composed
    const file = await written(composed)
    const text = await file.text()
    for (const part of [
      'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
      page.agencyName.toLocaleUpperCase('vi'),
      `/${fields.codeNotation}`,
      formOf(typeName).title.toLocaleUpperCase('vi'),
      abstractOf(fields),
      ...page.addressees,
      'Nguyễn Văn Thử',
      'Lưu: VT, VP.',
    ]) {
      expect(text).toContain(part)
    }
    let from = 0
    for (const line of linesOfBody(page.body)) {
      const at = text.toLowerCase().indexOf(line.replace(/\s+/gu, ' ').trim().toLowerCase(), from)
      expect(at, line).toBeGreaterThanOrEqual(0)
      from = at
    }
  })

  test('is a sound archive of sound XML', async () => {
    const file = await written(sampleOf('Công văn'))
    execFileSync('unzip', ['-t', file.path])
    for (const name of file.parts()) execFileSync('xmllint', ['--noout', '-'], { input: file.part(name) })
  })

  test('is A4 in the margins and the letters of its layout', async () => {
    const { ask } = await written(
      sampleOf('Kế hoạch', {
        layout: composition.parse({ layout: { leftMm: 32, textPt: 13 } }).layout,
        appendices: [{ title: 'Danh mục', landscape: true, body: { type: 'doc', content: [] } }],
      }),
    )
    const mm = (xpath: string) => {
      const value = ask(`string(${xpath})`)
      return value.endsWith('mm') ? Number(value.slice(0, -2)) : (Number(value) / 1440) * 25.4
    }
    const section = `(//${named('sectPr')})`
    expect(mm(`${section}[1]/${named('pgSz')}/@*[local-name()='w']`)).toBeCloseTo(210, 0)
    expect(mm(`${section}[1]/${named('pgMar')}/@*[local-name()='left']`)).toBeCloseTo(32, 0)
    expect(mm(`${section}[1]/${named('pgMar')}/@*[local-name()='top']`)).toBeCloseTo(20, 0)
    expect(ask(`string(${section}[2]/${named('pgSz')}/@*[local-name()='orient'])`)).toBe('landscape')
    expect(mm(`${section}[2]/${named('pgSz')}/@*[local-name()='w']`)).toBeCloseTo(297, 0)
    const style = (name: string) =>
      ask(`string(//${named('docDefaults')}//${named(name)}/@*[1])`, 'word/styles.xml')
    expect([style('rFonts'), style('sz')]).toEqual(['Times New Roman', '26'])
  })

  test('keeps marks, tables with their spans, breaks and pictures', async () => {
    const bytes = painted(40, 20, () => [29, 95, 166, 255])
    const sha256 = sha256Hex.parse('a'.repeat(64))
    const cell = (text: string, colspan = 1) => ({
      type: 'tableCell' as const,
      attrs: { colspan },
      content: [{ type: 'paragraph' as const, content: words(text) }],
    })
    const { body } = composition.parse({
      body: {
        type: 'doc',
        content: [
          {
            type: 'paragraph',
            content: [
              { type: 'text', text: 'đậm', marks: [{ type: 'bold' }] },
              { type: 'hardBreak' },
              { type: 'text', text: '2', marks: [{ type: 'superscript' }] },
            ],
          },
          {
            type: 'table',
            content: [
              { type: 'tableRow', content: [cell('rộng', 2)] },
              { type: 'tableRow', content: [cell('a'), cell('b')] },
            ],
          },
          { type: 'pageBreak' },
          { type: 'picture', attrs: { sha256, widthMm: 50, alt: 'Sơ đồ' } },
        ],
      },
    })
    const { ask } = await written(sampleOf('Báo cáo', { body }), new Map([[sha256, bytes]]) as never)
    const run = (text: string) => `//${named('r')}[${named('t')}='${text}']/${named('rPr')}`
    expect(ask(`count(${run('đậm')}/${named('b')}[not(@*='false')])`)).toBe('1')
    expect(ask(`string(${run('2')}/${named('vertAlign')}/@*)`)).toBe('superscript')
    expect(ask(`string(//${named('gridSpan')}/@*)`)).toBe('2')
    expect(ask(`count(//${named('br')}[@*='page'])`)).toBe('1')
    const side = (name: string) =>
      Number(ask(`string(//*[local-name()='inline']/*[local-name()='extent']/@${name})`))
    expect(side('cx') / 36_000).toBeCloseTo(50, 0)
    expect(side('cx') / side('cy')).toBeCloseTo(2, 1)
    expect(ask(`string(//*[local-name()='inline']/*[local-name()='docPr']/@descr)`)).toBe('Sơ đồ')
  })
})

describe('its name', () => {
  test('is type and abstract, without what Windows forbids, and not too long', () => {
    expect(wordName({ typeName: 'Công văn', subject: 'rà soát: 12/2026 "khẩn"' })).toBe(
      'Công văn rà soát 12 2026 khẩn.docx',
    )
    expect(wordName({ typeName: 'Tờ trình', subject: 'a'.repeat(300) })).toHaveLength(85)
    expect(wordName({ typeName: 'Công văn', subject: '' })).toBe('Công văn.docx')
  })
})
