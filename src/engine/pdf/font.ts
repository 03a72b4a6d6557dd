/**
 * A TrueType face cut down to the characters of one stamp and embedded as a composite font, so that
 * Vietnamese shows in every viewer (ISO 32000-2, 9.7.4, 9.9). The cutting is fontkit's.
 */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import * as fontkit from 'fontkit'
import type { PdfRef } from './syntax.ts'
import { PdfName, PdfString } from './syntax.ts'
import type { Writable } from './write.ts'

/** A new stream: `Length` is added when it is written. */
export interface NewStream {
  readonly dict: ReadonlyMap<string, Writable>
  readonly data: Uint8Array
}

/** Gives the next free object number to an object and keeps it for writing. */
export type AddObject = (value: Writable | NewStream) => PdfRef

/** A face that can measure and set text. Sizes in thousandths of the font size. */
export interface Typeface {
  readonly ascent: number
  readonly descent: number
  widthOf(text: string): number
  /** The text as a hexadecimal string for `Tj`; remembers the characters for the subset. */
  encode(text: string): string
  /** Adds the font's objects and returns the font dictionary; to be called after the last `encode`. */
  embed(add: AddObject): PdfRef
}

/** Opens a TrueType file. Our own resource, so a face that cannot be read is a bug, not an AppError. */
export function openTypeface(bytes: Uint8Array): Typeface {
  const font = singleFace(fontkit.create(Buffer.from(bytes)))
  const scale = 1000 / font.unitsPerEm
  const subset = font.createSubset()
  const used = new Map<number, { readonly text: string; readonly width: number }>()

  const glyphsOf = (text: string) => font.glyphsForString(text.normalize('NFC'))

  function embed(add: AddObject): PdfRef {
    const program = Buffer.from(subset.encode())
    const tag = createHash('sha256').update(program).digest()
    const letters = String.fromCharCode(...tag.subarray(0, 6).map((byte) => 65 + (byte % 26)))
    const name = new PdfName(`${letters}+${font.postscriptName}`)
    const file = add(compressed(program, [['Length1', program.length]]))
    const box = font.bbox
    const descriptor = add(
      new Map<string, Writable>([
        ['Type', new PdfName('FontDescriptor')],
        ['FontName', name],
        ['Flags', 4],
        ['FontBBox', [box.minX, box.minY, box.maxX, box.maxY].map((value) => Math.round(value * scale))],
        ['ItalicAngle', font.italicAngle],
        ['Ascent', Math.round(font.ascent * scale)],
        ['Descent', Math.round(font.descent * scale)],
        ['CapHeight', Math.round(font.capHeight * scale)],
        ['StemV', 80],
        ['FontFile2', file],
      ]),
    )
    const glyphs = [...used].sort(([first], [second]) => first - second)
    const descendant = add(
      new Map<string, Writable>([
        ['Type', new PdfName('Font')],
        ['Subtype', new PdfName('CIDFontType2')],
        ['BaseFont', name],
        [
          'CIDSystemInfo',
          new Map<string, Writable>([
            ['Registry', new PdfString(Buffer.from('Adobe'))],
            ['Ordering', new PdfString(Buffer.from('Identity'))],
            ['Supplement', 0],
          ]),
        ],
        ['FontDescriptor', descriptor],
        ['CIDToGIDMap', new PdfName('Identity')],
        ['W', glyphs.flatMap(([glyph, { width }]): Writable[] => [glyph, [Math.round(width * scale)]])],
      ]),
    )
    return add(
      new Map<string, Writable>([
        ['Type', new PdfName('Font')],
        ['Subtype', new PdfName('Type0')],
        ['BaseFont', name],
        ['Encoding', new PdfName('Identity-H')],
        ['DescendantFonts', [descendant]],
        [
          'ToUnicode',
          add(compressed(Buffer.from(toUnicode(glyphs.map(([glyph, { text }]) => [glyph, text]))))),
        ],
      ]),
    )
  }

  return {
    ascent: font.ascent * scale,
    descent: font.descent * scale,
    widthOf: (text) => glyphsOf(text).reduce((sum, glyph) => sum + glyph.advanceWidth * scale, 0),
    encode(text) {
      const codes = glyphsOf(text).map((glyph) => {
        // fontkit answers the glyph's number in the subset; its types say boolean.
        const code = Number(subset.includeGlyph(glyph))
        used.set(code, { text: String.fromCodePoint(...glyph.codePoints), width: glyph.advanceWidth })
        return hex(code)
      })
      return `<${codes.join('')}>`
    },
    embed,
  }
}

function singleFace(font: fontkit.Font | fontkit.FontCollection): fontkit.Font {
  if (!('createSubset' in font)) throw new Error('the stamp needs a single TrueType face')
  return font
}

/** A stream compressed with Flate. */
export function compressed(
  data: Uint8Array,
  entries: readonly (readonly [string, Writable])[] = [],
): NewStream {
  return {
    dict: new Map<string, Writable>([...entries, ['Filter', new PdfName('FlateDecode')]]),
    data: deflateSync(data, { level: 9 }),
  }
}

const hex = (code: number): string => code.toString(16).padStart(4, '0')

/** The map from glyphs back to text, for searching and copying (ISO 32000-2, 9.10.3). */
function toUnicode(glyphs: readonly (readonly [number, string])[]): string {
  const blocks: string[] = []
  // A block of more than 100 lines is illegal.
  for (let at = 0; at < glyphs.length; at += 100) {
    const lines = glyphs
      .slice(at, at + 100)
      .map(([glyph, text]) => `<${hex(glyph)}> <${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`)
    blocks.push(`${String(lines.length)} beginbfchar\n${lines.join('\n')}\nendbfchar`)
  }
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <ffff> endcodespacerange',
    ...blocks,
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n')
}
