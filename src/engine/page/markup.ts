/** A composed document as a page to be printed: its parts in their places, as HTML without any script. */
import {
  labelsOf,
  type Block,
  type Body,
  type Inline,
  type MarkName,
  type TableCell,
} from '../../shared/document/body.ts'
import type { Appendix, Composed, PageLayout } from '../../shared/document/composition.ts'
import { abstractOf, appendixHeading, formOf } from '../../shared/document/form.ts'
import { PRIORITIES } from '../../shared/document/types.ts'
import { capitals, dashed, MOTTO, plainLines, signerBlocks, STATE, type SignerBlock } from './lines.ts'
import { balanced, type Measure } from './measure.ts'
import { HEAD_GAP_MM } from './style.ts'

/** Widths of the stamps of urgency. @source Decree 30/2020/NĐ-CP App. I part II 10 b */
const STAMP_MM: Readonly<Record<number, number>> = { 1: 20, 2: 40, 3: 30 }
/** Room for what is written once it is known: a number of four digits, two for a day, four for a year. */
const NUMBER_MM = 12
const DAY_MM = 8
const YEAR_MM = 12
/** Rules under the agency and the abstract: from a third to a half of the line. @source App. I part II 2, 5 */
const RULE_SHARE = 0.42
const APPENDIX_RULE_MM = 40
const PAGE_WIDTH_MM = 210

/** The names under which the page asks for its style and its pictures. */
export const STYLE_NAME = 'style.css'
export function pictureName(sha256: string): string {
  return `picture-${sha256}`
}

/** The whole page. Everything that was typed is escaped; there is no script and no address in it. */
export function markupOf({ fields, composition }: Composed, measure: Measure): string {
  const { appendices } = composition
  const title = abstractOf(fields) || fields.typeName
  return [
    '<!doctype html>',
    `<html lang="vi"><head><meta charset="utf-8"><title>${escaped(title)}</title>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'">`,
    `<link rel="stylesheet" href="${STYLE_NAME}"></head><body>`,
    headOf({ fields, composition }, measure),
    titleOf({ fields, composition }, measure),
    addresseesOf(composition.addressees),
    `<main class="text">${bodyOf(composition.body)}</main>`,
    footOf({ fields, composition }),
    ...appendices.map((appendix, index) =>
      appendixOf(appendix, appendixHeading(index, appendices.length), { fields, composition }),
    ),
    '</body></html>',
  ].join('\n')
}

function headOf({ fields, composition }: Composed, measure: Measure): string {
  const { parentName, agencyName, circulation, layout } = composition
  const stateMm = measure(STATE, layout.headPt, 'bold')
  const room = textWidthMm(layout) - stateMm - HEAD_GAP_MM - 1
  const agency = balanced(capitals(agencyName), room, (text) => measure(text, layout.headPt, 'bold'))
  const parents = balanced(capitals(parentName), room, (text) => measure(text, layout.headPt, 'regular'))
  const ruleMm = RULE_SHARE * widest(agency, (text) => measure(text, layout.headPt, 'bold'))
  const { abstractUnderNumber } = formOf(fields.typeName)
  const about = abstractUnderNumber ? abstractOf(fields) : ''
  const urgency = PRIORITIES.find(({ code }) => code === fields.priority)
  const stampMm = STAMP_MM[fields.priority]
  const parent = parents.length === 0 ? '' : `<p class="parent">${broken(parents)}</p>`
  return [
    '<header class="head">',
    `<div>${parent}<p class="agency">${broken(agency)}</p>${rule(ruleMm)}</div>`,
    `<div><p class="state">${STATE}</p>`,
    `<p class="motto"><span>${MOTTO}</span></p></div>`,
    `<p class="number">Số:${blank(NUMBER_MM)}/${escaped(fields.codeNotation)}</p>`,
    `<p class="date">${escaped(fields.place)}, ngày${blank(DAY_MM)}tháng${blank(DAY_MM)}năm${blank(YEAR_MM)}</p>`,
    '<div class="under">',
    about === '' ? '' : `<p class="about">${escaped(about)}</p>`,
    urgency === undefined || stampMm === undefined
      ? ''
      : `<div class="stamp stamp-${String(fields.priority)}">${escaped(capitals(urgency.name))}</div>`,
    circulation === '' ? '' : `<div><p class="note">${circulation}</p></div>`,
    '</div>',
    '</header>',
  ].join('')
}

function titleOf({ fields, composition }: Composed, measure: Measure): string {
  const { title } = formOf(fields.typeName)
  if (title === '') return ''
  const { layout } = composition
  const widthOf = (text: string) => measure(text, layout.textPt, 'bold')
  const subject = balanced(abstractOf(fields), textWidthMm(layout) - 1, widthOf)
  const ruleMm = RULE_SHARE * widest(subject.length === 0 ? [capitals(title)] : subject, widthOf)
  return [
    `<div class="title"><h1>${escaped(capitals(title))}</h1>`,
    subject.length === 0 ? '' : `<p class="subject">${broken(subject)}</p>`,
    `${rule(ruleMm)}</div>`,
  ].join('')
}

/** One addressee stands on the same line; several below each other, their dashes below the colon. */
function addresseesOf(addressees: readonly string[]): string {
  const [first, ...others] = plainLines(addressees)
  if (first === undefined) return ''
  if (others.length === 0) return `<div class="to"><p>Kính gửi:</p><p>${escaped(first)}</p></div>`
  return `<div class="to"><p>Kính gửi:</p>${listOf([first, ...others])}</div>`
}

function footOf({ fields }: Composed): string {
  const places = plainLines(fields.toPlaces)
  const typer = fields.typerNotation.trim()
  const blocks = signerBlocks(fields)
  const signers = `<div class="signers">${blocks.map(signerOf).join('')}</div>`
  const left = [
    '<div class="places">',
    places.length === 0 ? '' : `<h2>Nơi nhận:</h2>${listOf(places)}`,
    typer === '' ? '' : `<p class="typer">${escaped(typer)}.${String(fields.issuedAmount)}</p>`,
    '</div>',
  ].join('')
  return blocks.length > 1
    ? `<footer class="foot many">${signers}${left}</footer>`
    : `<footer class="foot">${left}${signers}</footer>`
}

function signerOf({ titles, name }: SignerBlock): string {
  return [
    '<div class="signer">',
    ...titles.map((line) => `<p>${escaped(line)}</p>`),
    `<p class="name">${escaped(name)}</p></div>`,
  ].join('')
}

function listOf(lines: readonly string[]): string {
  return `<ul>${dashed(lines)
    .map((line) => `<li>${escaped(line)}</li>`)
    .join('')}</ul>`
}

/**
 * In an electronic document the blanks of the reference stay open.
 *
 * @source Decree 30/2020/NĐ-CP App. I part III
 */
function appendixOf(
  { title, landscape, body }: Appendix,
  heading: string,
  { fields, composition }: Composed,
): string {
  const ofDocument = formOf(fields.typeName).title || fields.typeName
  const agency = composition.agencyName.replace(/\s+/gu, ' ').trim()
  const reference =
    `(Kèm theo ${ofDocument} số ${blank(NUMBER_MM)}/${escaped(fields.codeNotation)} ` +
    `ngày${blank(DAY_MM)}tháng${blank(DAY_MM)}năm${blank(YEAR_MM)}của ${escaped(agency)})`
  return [
    `<section class="appendix${landscape ? ' wide' : ''}">`,
    `<h2>${escaped(heading)}</h2>`,
    title.trim() === '' ? '' : `<h3>${escaped(capitals(title))}</h3>`,
    `<p class="reference">${reference}</p>${rule(APPENDIX_RULE_MM)}`,
    `<div class="text">${bodyOf(body)}</div></section>`,
  ].join('')
}

function bodyOf({ content }: Body): string {
  const labels = labelsOf(content)
  return content.map((block, index) => blockOf(block, labels[index] ?? '')).join('\n')
}

function blockOf(block: Block, label: string): string {
  switch (block.type) {
    case 'paragraph':
      return paragraphOf(block)
    case 'basis':
      return `<p class="line basis">${inline(block.content)}</p>`
    case 'division':
      return divisionOf(block, label)
    case 'article':
      return `<p class="line article"><b class="label">${label}</b> ${inline(block.content)}</p>`
    case 'numeral':
      return `<h2 class="line numeral">${label} ${inline(block.content)}</h2>`
    case 'clause':
    case 'point':
      return `<p class="line">${label} ${inline(block.content)}</p>`
    case 'table':
      return tableOf(block)
    case 'picture':
      return pictureOf(block)
    case 'pageBreak':
      return '<div class="page-break"></div>'
  }
}

function paragraphOf({ attrs, content }: Extract<Block, { type: 'paragraph' }>): string {
  // An empty paragraph is room that the drafter wants.
  return `<p class="line ${attrs.align}">${content.length === 0 ? '<br>' : inline(content)}</p>`
}

/** A chapter's title stands in capitals; that of a section as it was written. */
function divisionOf({ attrs, content }: Extract<Block, { type: 'division' }>, label: string): string {
  const isWide = attrs.kind === 'part' || attrs.kind === 'chapter'
  const words = inline(content, isWide ? capitals : (text) => text)
  const tag = isWide ? 'h2' : 'h3'
  const break_ = words === '' ? '' : '<br>'
  return `<${tag} class="division">${label}${break_}${words}</${tag}>`
}

function tableOf({ content }: Extract<Block, { type: 'table' }>): string {
  const widths = columnWidths(content.map((row) => row.content))
  const isHead = ({ content }: { readonly content: readonly TableCell[] }) =>
    content.length > 0 && content.every(({ type }) => type === 'tableHeader')
  const headRows = content.findIndex((row) => !isHead(row))
  const split = headRows < 0 ? content.length : headRows
  const rows = (some: typeof content) =>
    some.map((row) => `<tr>${row.content.map(cellOf).join('')}</tr>`).join('')
  const columns = widths.map((width) => `<col class="w${String(width)}">`).join('')
  return [
    `<table>${columns === '' ? '' : `<colgroup>${columns}</colgroup>`}`,
    split === 0 ? '' : `<thead>${rows(content.slice(0, split))}</thead>`,
    `<tbody>${rows(content.slice(split))}</tbody></table>`,
  ].join('')
}

function cellOf({ type, attrs, content }: TableCell): string {
  const tag = type === 'tableHeader' ? 'th' : 'td'
  const spans = [
    attrs.colspan > 1 ? ` colspan="${String(attrs.colspan)}"` : '',
    attrs.rowspan > 1 ? ` rowspan="${String(attrs.rowspan)}"` : '',
  ].join('')
  const inside = content.map((one) => {
    if (one.type === 'picture') return pictureOf(one)
    const align = one.attrs.align === 'justify' ? 'plain' : one.attrs.align
    return `<p class="${align}">${one.content.length === 0 ? '<br>' : inline(one.content)}</p>`
  })
  return `<${tag}${spans}>${inside.join('')}</${tag}>`
}

/** The share of each column in hundredths of the table, where the drafter has drawn one; else nothing. */
function columnWidths(rows: readonly (readonly TableCell[])[]): number[] {
  const columns = (rows[0] ?? []).reduce((sum, { attrs }) => sum + attrs.colspan, 0)
  const drawn: (number | undefined)[] = Array.from({ length: columns })
  for (const row of rows) {
    // A cell from above shifts those of its row; such a row tells nothing about columns for certain.
    if (row.reduce((sum, { attrs }) => sum + attrs.colspan, 0) !== columns) continue
    let at = 0
    for (const { attrs } of row) {
      for (let index = 0; index < attrs.colspan; index += 1) {
        const width = attrs.colwidth?.[index] ?? 0
        if (width > 0) drawn[at + index] ??= width
      }
      at += attrs.colspan
    }
  }
  const known = drawn.filter((width) => width !== undefined)
  if (known.length === 0) return []
  const usual = known.reduce((sum, width) => sum + width, 0) / known.length
  const all = drawn.map((width) => width ?? usual)
  const total = all.reduce((sum, width) => sum + width, 0)
  return all.map((width) => Math.max(1, Math.round((width / total) * 100)))
}

function pictureOf({ attrs }: Extract<Block, { type: 'picture' }>): string {
  const { sha256, widthMm, alt } = attrs
  return `<figure><img class="m${String(Math.round(widthMm))}" src="${pictureName(sha256)}" alt="${escaped(alt)}"></figure>`
}

/** The widths that a page names by class: a strict content policy allows no style in an element. */
export function widthRules(markup: string): string {
  const rules = new Set<string>()
  for (const [, percent] of markup.matchAll(/<col class="w(\d+)">/gu)) {
    if (percent !== undefined) rules.add(`col.w${percent} { width: ${percent}% }`)
  }
  for (const [, mm] of markup.matchAll(/<img class="m(\d+)"/gu)) {
    if (mm !== undefined) rules.add(`img.m${mm} { width: ${mm}mm }`)
  }
  for (const [, mm] of markup.matchAll(/<span class="blank b(\d+)">/gu)) {
    if (mm !== undefined) rules.add(`.b${mm} { width: ${mm}mm }`)
  }
  for (const [, tenths] of markup.matchAll(/<div class="rule r(\d+)">/gu)) {
    if (tenths !== undefined) rules.add(`.r${tenths} { width: ${String(Number(tenths) / 10)}mm }`)
  }
  for (const [code, mm] of Object.entries(STAMP_MM)) rules.add(`.stamp-${code} { width: ${String(mm)}mm }`)
  return [...rules].join('\n')
}

const TAGS: Readonly<Record<MarkName, string>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  superscript: 'sup',
  subscript: 'sub',
}

function inline(content: readonly Inline[], as: (text: string) => string = (text) => text): string {
  return content
    .map((one) => {
      if (one.type === 'hardBreak') return '<br>'
      const tags = (one.marks ?? []).map(({ type }) => TAGS[type])
      const open = tags.map((tag) => `<${tag}>`).join('')
      const close = tags
        .toReversed()
        .map((tag) => `</${tag}>`)
        .join('')
      return `${open}${escaped(as(one.text))}${close}`
    })
    .join('')
}

function blank(mm: number): string {
  return `<span class="blank b${String(mm)}"></span>`
}

/** A thin line across the middle. */
function rule(mm: number): string {
  return `<div class="rule r${String(Math.round(mm * 10))}"></div>`
}

function broken(lines: readonly string[]): string {
  return lines.map(escaped).join('<br>')
}

function widest(lines: readonly string[], widthOf: (text: string) => number): number {
  return Math.max(0, ...lines.map(widthOf))
}

function textWidthMm({ leftMm, rightMm }: PageLayout): number {
  return PAGE_WIDTH_MM - leftMm - rightMm
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in the markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (letter) => ENTITIES[letter] ?? letter)
}
