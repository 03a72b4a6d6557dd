/** The look of the page as a style sheet. @source Decree 30/2020/NĐ-CP App. I part II and IV */
import type { PageLayout } from '../../shared/document/composition.ts'

/** What a line of ô 13 takes, and the room between it and the text above. */
export const ADDRESS_LINE_MM = 5
const ADDRESS_GAP_MM = 4
/** @source Decree 30/2020/NĐ-CP App. I part II 13: 11 to 12 pt */
export const ADDRESS_PT = 11
/** Between the two halves of the head. */
export const HEAD_GAP_MM = 6
/** Between the title and the name, for the signature and a seal of 36 mm. */
export const SIGNATURE_MM = 32
/** Number, notation: 13 pt; nơi nhận: 12 and 11 pt; title of an appendix' reference as the text. */
export const NUMBER_PT = 13
export const RECIPIENTS_PT = 11

const CUTS = [
  ['Tinos-Regular.ttf', 'normal', 'normal'],
  ['Tinos-Bold.ttf', 'bold', 'normal'],
  ['Tinos-Italic.ttf', 'normal', 'italic'],
  ['Tinos-BoldItalic.ttf', 'bold', 'italic'],
] as const

/** The four cuts, by the names of faces.ts. */
export const FACES = CUTS.map(
  ([file, weight, style]) =>
    `@font-face { font-family: Tinos; src: url(${file}) format("truetype"); font-weight: ${weight}; font-style: ${style} }`,
).join('\n')

/** @param addressLines how many lines of ô 13 stand at the foot of page 1 */
export function styleSheet(layout: PageLayout, addressLines: number): string {
  const { topMm, bottomMm, leftMm, rightMm, headPt, textPt, lineSpacing, paragraphGapPt, firstLineCm } =
    layout
  const margins = `${String(topMm)}mm ${String(rightMm)}mm ${String(bottomMm)}mm ${String(leftMm)}mm`
  const footMm = addressLines === 0 ? 0 : addressLines * ADDRESS_LINE_MM + ADDRESS_GAP_MM
  return `
${FACES}
@page { size: A4 portrait; margin: ${margins} }
@page :first { margin-bottom: ${String(bottomMm + footMm)}mm }
@page wide { size: A4 landscape; margin: ${margins} }
html { font: ${String(textPt)}pt/${String(lineSpacing)} Tinos; color: #000; font-kerning: none }
body { margin: 0 }
h1, h2, h3, h4, p, table, ul, figure { margin: 0; padding: 0; font-size: inherit; font-weight: normal }
ul { list-style: none }

.head { display: grid; grid-template-columns: 1fr max-content; column-gap: ${String(HEAD_GAP_MM)}mm; text-align: center; line-height: 1.15 }
.state { font-size: ${String(headPt)}pt; font-weight: bold; white-space: nowrap }
.motto { font-size: ${String(headPt + 1)}pt; font-weight: bold }
.motto span { display: inline-block; border-bottom: 0.75pt solid #000; padding-bottom: 1.5pt }
.parent { font-size: ${String(headPt)}pt; white-space: nowrap }
.agency { font-size: ${String(headPt)}pt; font-weight: bold; white-space: nowrap }
.rule { height: 0; border-top: 0.75pt solid #000; margin: 2pt auto 0 }
.number { font-size: ${String(NUMBER_PT)}pt; padding-top: 7pt; align-self: baseline; white-space: nowrap }
.date { font-size: ${String(headPt + 1)}pt; font-style: italic; padding-top: 7pt; align-self: baseline }
.blank { display: inline-block }
.under { grid-column: 1; text-align: center }
.about { font-size: ${String(headPt)}pt; padding-top: 6pt; text-wrap: balance }
.stamp { display: inline-flex; align-items: center; justify-content: center; height: 8mm; margin-top: 3mm;
  box-sizing: border-box; border: 1pt solid #e3000f; color: #e3000f; font-size: 13pt; font-weight: bold; white-space: nowrap }
.note { display: inline-block; margin-top: 3mm; padding: 1mm 2mm; border: 0.75pt solid #000; font-size: 13pt;
  font-weight: bold; white-space: nowrap }

.title { padding-top: 14pt; text-align: center; font-weight: bold; break-after: avoid }
.title h1 { font-weight: bold }
.title .rule { margin-top: 3pt }
.subject { font-weight: bold; text-wrap: balance }
.to { display: grid; grid-template-columns: max-content minmax(0, max-content); column-gap: 2mm; justify-content: center;
  padding-top: 14pt }
.to li { text-align: left }
.text { padding-top: 12pt }
.text > *, .appendix > .text > * { margin-bottom: ${String(paragraphGapPt)}pt }
.line { text-align: justify; text-indent: ${String(firstLineCm)}cm; orphans: 2; widows: 2; overflow-wrap: anywhere }
.basis { font-style: italic }
.left { text-align: left; text-indent: 0 }
.center { text-align: center; text-indent: 0 }
.right { text-align: right; text-indent: 0 }
.article b.label { font-weight: bold }
.numeral { font-weight: bold; break-after: avoid }
.division { text-align: center; font-weight: bold; break-after: avoid; break-inside: avoid; padding-top: 4pt }
.division > * { font-weight: bold }
.page-break { break-before: page; height: 0; margin: 0 !important }
figure { text-align: center; break-inside: avoid }
img { max-width: 100%; max-height: 220mm }
table { width: 100%; border-collapse: collapse; table-layout: fixed; line-height: 1.15; break-inside: auto }
tr { break-inside: avoid }
td, th { border: 0.5pt solid #000; padding: 1.5pt 4pt; vertical-align: top; text-align: left; overflow-wrap: anywhere }
th { font-weight: bold; text-align: center; vertical-align: middle }
td p, th p { text-indent: 0; text-align: inherit }
td p.justify { text-align: justify }
td p.center, th p.center { text-align: center }
td p.right, th p.right { text-align: right }

.foot { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); column-gap: 6mm; padding-top: 8pt;
  break-inside: avoid; break-before: avoid; line-height: 1.15 }
.foot.many { grid-template-columns: 1fr }
.places { font-size: ${String(RECIPIENTS_PT)}pt; text-align: left }
.places h2 { font-size: 12pt; font-weight: bold; font-style: italic }
.places li { padding-left: 2.2mm; text-indent: -2.2mm }
.typer { padding-top: 3pt }
.signers { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); column-gap: 6mm }
.signer { text-align: center; font-weight: bold }
.signer p { font-weight: bold; text-wrap: balance }
.signer .name { padding-top: ${String(SIGNATURE_MM)}mm }

.appendix { break-before: page }
.appendix.wide { page: wide }
.appendix h2 { text-align: center; font-size: 14pt; font-weight: bold }
.appendix h3 { text-align: center; font-weight: bold; text-wrap: balance }
.appendix .reference { text-align: center; font-style: italic; text-wrap: balance }
.appendix .rule { margin-top: 3pt }
`
}
