import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { correct, seriesOfYear } from '../../src/engine/register-book.ts'
import { registerSheet } from '../../src/engine/register-sheet.ts'
import { queuedDocument, sealedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { folder, MORNING } from '../store/office.ts'

const named = (name: string) => `*[local-name()='${name}']`

/** The workbook of a book with a corrected line, a void one, a gap and a plain one, and how to look into it. */
async function workbook() {
  const store = sendingOffice()
  const { id } = await queuedDocument(store, { subject: '=1+1 & <rà soát>' })
  store.outgoing.move(id, 'accept', MORNING)
  const book = { kind: 'outgoing' as const, year: 2026, series: seriesOfYear(store, 2026)[0]?.key ?? '' }
  correct(store, book, { id, number: 1 }, { column: 'kept', text: 'VT', reason: 'ghi thiếu' }, MORNING)
  const second = await sealedDocument(store)
  store.registers.voidNumber(second, { reason: 'soạn nhầm', by: 'Lê Thị Thử' })
  store.registers.noteGap(
    { series: book.series, year: 2026 },
    { from: 3, to: 4 },
    { kind: 'paper', reason: 'sổ giấy', by: 'Lê Thị Thử' },
  )
  await sealedDocument(store)
  const path = join(folder(), 'so.xlsx')
  writeFileSync(path, await registerSheet(store, book, MORNING))

  /** What an XPath finds in a part of it, asked of xmllint over what unzip takes out. */
  function ask(part: string, xpath: string): string {
    const xml = execFileSync('unzip', ['-p', path, `xl/${part}.xml`])
    return execFileSync('xmllint', ['--xpath', xpath, '-'], { input: xml, encoding: 'utf8' }).trim()
  }

  function inSheet(xpath: string): string {
    return ask('worksheets/sheet1', xpath)
  }

  /** The text of a cell, whether it stands in the sheet or among the shared strings. */
  function textAt(cell: string): string {
    const at = `//${named('c')}[@r='${cell}']`
    const value = inSheet(`string(${at})`)
    if (inSheet(`string(${at}/@t)`) !== 's') return value
    return ask('sharedStrings', `string(//${named('si')}[${String(Number(value) + 1)}])`)
  }

  /** Whether the face of a cell is struck through. */
  function isStruck(cell: string): boolean {
    const style = Number(inSheet(`string(//${named('c')}[@r='${cell}']/@s)`))
    const face = ask('styles', `string(//${named('cellXfs')}/${named('xf')}[${String(style + 1)}]/@fontId)`)
    const strikes = `count(//${named('fonts')}/${named('font')}[${String(Number(face) + 1)}]/${named('strike')})`
    return ask('styles', strikes) === '1'
  }

  return { path, inSheet, textAt, isStruck }
}

describe('a register as an Excel workbook', () => {
  test('is a sound archive of sound XML, A4 across, the head always in sight', async () => {
    const { path, inSheet } = await workbook()
    execFileSync('unzip', ['-t', path])
    expect(inSheet(`string(//${named('pageSetup')}/@orientation)`)).toBe('landscape')
    expect(inSheet(`string(//${named('pane')}/@ySplit)`)).toBe('6')
  })

  test('has the prescribed columns under its title', async () => {
    const { textAt } = await workbook()
    expect(textAt('A1')).toBe('UBND xã Suối Ngọc')
    expect(textAt('A2')).toBe('Sổ đăng ký văn bản đi')
    expect(textAt('A3')).toContain('Năm 2026')
    expect([textAt('A6'), textAt('C6'), textAt('K6')]).toEqual([
      'Số, ký hiệu',
      'Tên loại và trích yếu nội dung',
      'Đính chính',
    ])
  })

  test('has days as days, counts as counts, and what was typed as text, never as a formula', async () => {
    const { inSheet, textAt } = await workbook()
    expect(textAt('A7')).toBe('01/UBND-VP')
    const days = (Date.UTC(2026, 10, 23) - Date.UTC(1899, 11, 30)) / 86_400_000
    expect(Number(textAt('B7'))).toBe(days)
    expect(textAt('G7')).toBe('1')
    expect(textAt('C7')).toBe('Công văn. =1+1 & <rà soát>')
    expect(inSheet(`count(//${named('f')})`)).toBe('0')
  })

  test('strikes void lines through, tells gaps in lines of their own and corrections at the end', async () => {
    const { isStruck, textAt } = await workbook()
    expect([isStruck('A7'), isStruck('A8'), isStruck('J8')]).toEqual([false, true, false])
    expect(textAt('J8')).toBe('Hủy số: soạn nhầm')
    expect([textAt('A9'), textAt('J9')]).toEqual(['03–04', expect.stringContaining('sổ giấy')])
    expect(textAt('A10')).toBe('05/UBND-VP')
    expect(textAt('F7')).toBe('VT')
    expect(textAt('K7')).toContain('ghi thiếu')
  })
})
