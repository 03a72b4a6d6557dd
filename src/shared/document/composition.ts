/**
 * A document that is written here: what its page holds beside the fields that travel with the packet
 * (fields.ts has its type, number, place, abstract, signers and nơi nhận).
 *
 * @source Decree 30/2020/NĐ-CP App. I part II; reference rules section 3
 */
import { z } from 'zod'
import { body, linesOfBody, picturesIn } from './body.ts'
import type { OutgoingFields, Sha256 } from './fields.ts'

/** What the law leaves to the office, least and most. Lengths in millimetres, letters in points. */
export const LAYOUT_RANGES = {
  topMm: [20, 25],
  bottomMm: [20, 25],
  leftMm: [30, 35],
  rightMm: [15, 20],
  /** Quốc hiệu, the agencies and the abstract of a công văn; tiêu ngữ and date are one point larger. */
  headPt: [12, 13],
  /** Body, title, kính gửi, signer. */
  textPt: [13, 14],
  /** Multiples of a single line. */
  lineSpacing: [1, 1.5],
  /** Between two paragraphs. The law names only the least. */
  paragraphGapPt: [6, 12],
} as const satisfies Record<string, readonly [least: number, most: number]>

type Range = keyof typeof LAYOUT_RANGES
const within = (name: Range, usual: number) =>
  z.number().min(LAYOUT_RANGES[name][0]).max(LAYOUT_RANGES[name][1]).default(usual)

/** How the pages are set. Every value that parses is a lawful one. */
export const pageLayout = z.object({
  topMm: within('topMm', 20),
  bottomMm: within('bottomMm', 20),
  leftMm: within('leftMm', 30),
  rightMm: within('rightMm', 15),
  headPt: within('headPt', 12),
  textPt: within('textPt', 14),
  lineSpacing: within('lineSpacing', 1.15),
  paragraphGapPt: within('paragraphGapPt', 6),
  /** The first line of a paragraph is moved in. */
  firstLineCm: z.union([z.literal(1), z.literal(1.27)]).default(1.27),
})
export type PageLayout = z.output<typeof pageLayout>

const line = (max: number) =>
  z
    .string()
    .max(max)
    .overwrite((text) => text.normalize('NFC'))
    .default('')

/** Phụ lục in the same file. */
export const appendix = z.object({
  title: line(500),
  /** On a page that lies on its side, for wide tables. */
  landscape: z.boolean().default(false),
  body,
})
export type Appendix = z.output<typeof appendix>

/** Chỉ dẫn về phạm vi lưu hành (ô 11). */
export const CIRCULATION_NOTES = ['XEM XONG TRẢ LẠI', 'LƯU HÀNH NỘI BỘ'] as const

export const composition = z.object({
  /** Cơ quan chủ quản (ô 2); empty where it is not written. */
  parentName: line(200),
  /** Cơ quan ban hành (ô 2). A line break is kept. */
  agencyName: line(200),
  /** Kính gửi (ô 9a), a line each. */
  addressees: z.array(line(500)).max(50).default([]),
  body: body.prefault({ type: 'doc' }),
  appendices: z.array(appendix).max(20).default([]),
  circulation: z.enum(['', ...CIRCULATION_NOTES]).default(''),
  /** Địa chỉ, thư điện tử, điện thoại at the foot of page 1 (ô 13), a line each; empty: none. */
  addressLines: z.array(line(200)).max(3).default([]),
  layout: pageLayout.prefault({}),
})
export type Composition = z.output<typeof composition>

/** A document that is composed: what travels and what its page holds beside it. */
export interface Composed {
  readonly fields: OutgoingFields
  readonly composition: Composition
}

/** Every text that a composition brings onto the page, beside those of the fields. */
export function textsOf({
  parentName,
  agencyName,
  addressees,
  body,
  appendices,
  addressLines,
}: Composition): string[] {
  const inside = [body, ...appendices.map((one) => one.body)].flatMap(linesOfBody)
  return [
    parentName,
    agencyName,
    ...addressees,
    ...inside,
    ...appendices.map(({ title }) => title),
    ...addressLines,
  ]
}

/** The pictures that it shows, each once. */
export function picturesOf({ body, appendices }: Composition): Sha256[] {
  return [...new Set([body, ...appendices.map((one) => one.body)].flatMap(picturesIn))]
}
