/**
 * Documents that no program at hand writes, but that ISO 32000-2 allows: odd white space, free lists,
 * cross-reference streams of every shape, and the layouts of Word and of Distiller, which run nowhere here.
 */
import { deflateSync } from 'node:zlib'
import { appended, handMade, type NewObjects, PLAIN_OBJECTS } from '../pdf/samples.ts'

const binary = (text: string): Buffer => Buffer.from(text, 'latin1')

/** A body of objects as they stand, and where each begins. */
interface Body {
  readonly bytes: Buffer
  readonly offsets: ReadonlyMap<number, { readonly offset: number; readonly generation: number }>
}

/** Puts objects together that are spelled out whole, from `1 0 obj` to `endobj`. */
function bodyOf(objects: readonly (string | Buffer)[], header = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'): Body {
  const parts = [binary(header)]
  let length = header.length
  const offsets = new Map<number, { offset: number; generation: number }>()
  for (const object of objects) {
    const bytes = typeof object === 'string' ? binary(object) : object
    const text = bytes
      .subarray(0, 64)
      .toString('latin1')
      .replaceAll(/%[^\r\n]*/g, ' ')
    const head = /^[\s\0]*(\d+)[\s\0]+(\d+)/.exec(text)
    if (head === null) throw new Error('an object has no head')
    offsets.set(Number(head[1]), { offset: length, generation: Number(head[2]) })
    parts.push(bytes)
    length += bytes.length
  }
  return { bytes: Buffer.concat(parts), offsets }
}

const sizeOf = ({ offsets }: Body): number => Math.max(...offsets.keys()) + 1

/** A page, its text, a font, a form with one text field: objects 1 to 7 of {@link PLAIN_OBJECTS}, spelled out. */
function plainObjects(lineEnd = '\n', changed: Readonly<Record<number, string>> = {}): string[] {
  return Object.entries({ ...PLAIN_OBJECTS, ...changed }).map(([number, object]) => {
    const text =
      typeof object === 'string'
        ? object
        : `<< ${object.dict} /Length ${String(object.data.length)} >>${lineEnd === '\r' ? '\r' : lineEnd}stream\r\n${object.data.toString('latin1')}${lineEnd}endstream`
    return `${number} 0 obj${lineEnd}${text}${lineEnd}endobj${lineEnd}`
  })
}

/** Ends a body with a table whose lines end as asked, one subsection for each run of numbers. */
function withTable(body: Body, { lineEnd = '\n', trailer = '', free = '0000000000 65535 f' } = {}): Buffer {
  const rowEnd = lineEnd.length === 2 ? lineEnd : ` ${lineEnd}`
  const rows = [...body.offsets]
    .sort(([first], [second]) => first - second)
    .map(
      ([number, { offset, generation }]) =>
        `${String(number)} 1${lineEnd}${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} n${rowEnd}`,
    )
  return Buffer.concat([
    body.bytes,
    binary(
      `xref${lineEnd}0 1${lineEnd}${free}${rowEnd}${rows.join('')}trailer${lineEnd}<</Size ${String(sizeOf(body))}/Root 1 0 R${trailer}>>${lineEnd}` +
        `startxref${lineEnd}${String(body.bytes.length)}${lineEnd}%%EOF${lineEnd}`,
    ),
  ])
}

interface StreamShape {
  /** Columns in bytes, as /W. */
  readonly widths?: readonly [number, number, number]
  /** Entries of the dictionary about the coding, and the coding itself. */
  readonly coding?: { readonly entries: string; readonly encode: (rows: Buffer, rowLength: number) => Buffer }
  /** Objects that lie in object streams: number → container and place. */
  readonly packed?: ReadonlyMap<number, readonly [number, number]>
  readonly trailer?: string
  readonly lineEnd?: string
}

/** Ends a body with a cross-reference stream. */
function withStream(body: Body, shape: StreamShape = {}): Buffer {
  const {
    widths = [1, 2, 1],
    coding,
    packed = new Map<number, readonly [number, number]>(),
    trailer = '',
    lineEnd = '\n',
  } = shape
  const own = Math.max(sizeOf(body), ...[...packed.keys()].map((number) => number + 1))
  const entries = new Map<number, readonly [number, number, number]>()
  if (widths[0] > 0) entries.set(0, [0, 0, 0])
  for (const [number, { offset, generation }] of body.offsets) entries.set(number, [1, offset, generation])
  for (const [number, [container, place]] of packed) entries.set(number, [2, container, place])
  entries.set(own, [1, body.bytes.length, 0])
  const sorted = [...entries].sort(([first], [second]) => first - second)
  const rows = Buffer.concat(
    sorted.map(([, values]) =>
      Buffer.concat(values.map((value, column) => bigEndian(value, widths[column] ?? 0))),
    ),
  )
  const data = coding === undefined ? rows : coding.encode(rows, widths[0] + widths[1] + widths[2])
  const index = sorted.map(([number]) => `${String(number)} 1`).join(' ')
  return Buffer.concat([
    body.bytes,
    binary(
      `${String(own)} 0 obj${lineEnd}<</Type/XRef/Size ${String(own + 1)}/Root 1 0 R/W[${widths.join(' ')}]/Index[${index}]` +
        `/Length ${String(data.length)}${coding?.entries ?? ''}${trailer}>>stream\r\n`,
    ),
    data,
    binary(
      `${lineEnd}endstream${lineEnd}endobj${lineEnd}startxref${lineEnd}${String(body.bytes.length)}${lineEnd}%%EOF${lineEnd}`,
    ),
  ])
}

function bigEndian(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width)
  let rest = value
  for (let at = width - 1; at >= 0; at -= 1) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

/** Rows with a PNG predictor before each: all kinds in turn (PNG, 9.2). */
function pngRows(rows: Buffer, rowLength: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < rows.length; at += rowLength) {
    const kind = (at / rowLength) % 3
    const row = Buffer.alloc(rowLength + 1)
    row[0] = kind
    for (let column = 0; column < rowLength; column += 1) {
      const left = column > 0 ? (rows[at + column - 1] ?? 0) : 0
      const above = at > 0 ? (rows[at - rowLength + column] ?? 0) : 0
      row[column + 1] = (rows[at + column] ?? 0) - [0, left, above][kind]!
    }
    parts.push(row)
  }
  return Buffer.concat(parts)
}

/** TIFF predictor 2 over one byte a component: each byte less the one `rowLength` columns of one component before. */
function tiffRows(rows: Buffer, rowLength: number): Buffer {
  return Buffer.from(rows.map((byte, at) => (at % rowLength === 0 ? byte : byte - (rows[at - 1] ?? 0))))
}

function ascii85(bytes: Buffer): Buffer {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const group = bytes.subarray(at, at + 4)
    const padded = Buffer.concat([group, Buffer.alloc(4 - group.length)]).readUInt32BE()
    if (padded === 0 && group.length === 4) {
      text += 'z'
      continue
    }
    let digits = ''
    for (let rest = padded, count = 0; count < 5; count += 1, rest = Math.floor(rest / 85))
      digits = String.fromCharCode(33 + (rest % 85)) + digits
    text += digits.slice(0, group.length + 1)
  }
  return binary(`${text}~>`)
}

/** LZW that never learns: a clear code before its table grows (ISO 32000-2, 7.4.4.2). */
function lzw(bytes: Buffer): Buffer {
  let bits = ''
  bytes.forEach((byte, at) => {
    if (at % 200 === 0) bits += (256).toString(2).padStart(9, '0')
    bits += byte.toString(2).padStart(9, '0')
  })
  bits += (257).toString(2).padStart(9, '0')
  return Buffer.from(bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? [])
}

/** Objects in one object stream, and where the cross-reference has to say they are. */
function packedIn(
  container: number,
  objects: Readonly<Record<number, string>>,
  { entries = '', encode = (data: Buffer) => data, separator = '\n' } = {},
): { readonly object: Buffer; readonly packed: Map<number, readonly [number, number]> } {
  const packed = new Map<number, readonly [number, number]>()
  let head = ''
  let data = ''
  // Any order will do; the highest number first.
  for (const [place, [number, text]] of Object.entries(objects).reverse().entries()) {
    head += `${number} ${String(data.length)}${separator}`
    data += `${text}${separator}`
    packed.set(Number(number), [container, place])
  }
  const encoded = encode(binary(head + data))
  return {
    object: Buffer.concat([
      binary(
        `${String(container)} 0 obj<</Type/ObjStm/N ${String(packed.size)}/First ${String(head.length)}/Length ${String(encoded.length)}${entries}>>stream\n`,
      ),
      encoded,
      binary('\nendstream endobj\n'),
    ]),
    packed,
  }
}

const textOfObject = (number: number): string => {
  const object = PLAIN_OBJECTS[number]
  if (typeof object !== 'string') throw new Error('a stream cannot be packed')
  return object
}

const CONTENT = plainObjects()[3] ?? ''
const PACKABLE = {
  1: textOfObject(1),
  2: textOfObject(2),
  3: textOfObject(3),
  5: textOfObject(5),
  7: textOfObject(7),
}

/** Catalogue, pages, font and form in an object stream, the text outside. */
function packedDocument(
  options: Parameters<typeof packedIn>[2] = {},
  shape: StreamShape = {},
  more: readonly string[] = [],
): Buffer {
  const { object, packed } = packedIn(8, PACKABLE, options)
  return withStream(bodyOf([CONTENT, object, ...more]), { ...shape, packed })
}

/** Word writes a table, an empty second section that leads to a stream, and the page tree in the first. */
function likeWord(): Buffer {
  const body = bodyOf(
    plainObjects('\r\n', { 3: textOfObject(3).replace(' >>', ' >>') }),
    '%PDF-1.7\r\n%\xb5\xb5\xb5\xb5\r\n',
  )
  const stream = withStream(body, {
    widths: [1, 4, 2],
    lineEnd: '\r\n',
    coding: { entries: '/Filter/FlateDecode', encode: (rows) => deflateSync(rows) },
  })
  const streamEnd = stream.lastIndexOf('startxref')
  const table = streamEnd
  const rows = [...body.offsets.values()].map(
    ({ offset }) => `${String(offset).padStart(10, '0')} 00000 n\r\n`,
  )
  const first = `xref\r\n0 8\r\n0000000009 65535 f\r\n${rows.join('')}trailer\r\n<</Size 9/Root 1 0 R/Info 6 0 R/ID[<00A1B2C3D4E5F60718293A4B5C6D7E8F><00A1B2C3D4E5F60718293A4B5C6D7E8F>] >>\r\nstartxref\r\n${String(table)}\r\n%%EOF\r\n`
  const second = table + first.length
  return Buffer.concat([
    stream.subarray(0, streamEnd),
    binary(first),
    binary(
      `xref\r\n0 0\r\ntrailer\r\n<</Size 9/Root 1 0 R/Info 6 0 R/ID[<00A1B2C3D4E5F60718293A4B5C6D7E8F><00A1B2C3D4E5F60718293A4B5C6D7E8F>] /Prev ${String(table)}/XRefStm ${String(body.bytes.length)}>>\r\nstartxref\r\n${String(second)}\r\n%%EOF`,
    ),
  ])
}

/** A chain of `depth` nodes above the page, each with a gap in its kids. */
function deepTree(depth: number): Buffer {
  const objects: Record<number, string> = {
    2: `<< /Type /Pages /Kids [20 0 R 21 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 180 /CropBox [10 10 590 800] >>`,
    20: '<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>',
  }
  for (let level = 0; level < depth; level += 1) {
    const kid = level + 1 === depth ? '3 0 R' : `${String(22 + level)} 0 R`
    objects[21 + level] =
      `<< /Type /Pages /Parent ${String(level === 0 ? 2 : 20 + level)} 0 R /Kids [${kid}] /Count 1 ${level === 5 ? '/Resources << /Font << /F1 5 0 R >> >>' : ''} >>`
  }
  objects[3] = `<< /Type /Page /Parent ${String(20 + depth)} 0 R /Contents 4 0 R /Annots [7 0 R] >>`
  return handMade({ ...PLAIN_OBJECTS, ...objects })
}

const changed = (objects: NewObjects, trailer = '/Info 6 0 R'): Buffer =>
  handMade({ ...PLAIN_OBJECTS, ...objects }, trailer)
const page = (entries: string): string =>
  `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${entries} >>`
const catalog = (entries: string): string => `<< /Type /Catalog /Pages 2 0 R ${entries} >>`

/** White space and comments wherever they may stand. */
function spacious(): Buffer {
  return withTable(
    bodyOf([
      '\0\t1%one\r0\f%two\nobj%three\r\n<</Type%(\r/Catalog/Pages\0\x0c2 0%R\n R/AcroForm<</Fields[7%>\n0 R]>>>>%end\nendobj\n',
      '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[+0 -.0 595. 00842.000]>>endobj ',
      '3 0 obj<</Type/Page/Parent 2 0 R/Contents[4 0 R]/Resources<</Font<</F1 5 0 R>>>>/Annots[7 0 R null]>>endobj\r',
      '4 0 obj<</Length 8 0 R>>stream\r\nBT /F1 24 Tf 72 700 Td (So \\\r\n12) Tj ET\nendstream\tendobj\n',
      '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Times#2DRoman>>endobj\n',
      '7 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T<FEFF0073006F>/Rect[100 600 200 620]/P 3 0 R>>endobj\n',
      '8 0 obj%\n39\nendobj\n',
    ]),
    { trailer: '%>>\n/ID[(\\(\\)\\\\\\000\\r)<0 0 1>]' },
  )
}

/** Three increments; the second frees the field, the third uses a number again in another generation. */
function freedAndUsedAgain(): Buffer {
  const first = withTable(
    bodyOf(
      plainObjects('\n', { 1: catalog(''), 3: page('/Annots [9 0 R]') }).concat([
        '9 0 obj\n<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(cu)>>\nendobj\n',
      ]),
    ),
  )
  const start = /startxref\s+(\d+)/.exec(first.subarray(-40).toString('latin1'))?.[1] ?? ''
  const freed = Buffer.concat([
    first,
    binary(
      `xref\n0 1\n0000000009 65535 f \n9 1\n0000000000 00001 f \ntrailer\n<</Size 10/Root 1 0 R/Prev ${start}>>\nstartxref\n${String(first.length)}\n%%EOF\n`,
    ),
  ])
  const object = '9 1 obj\n<</Type/Annot/Subtype/Square/Rect[300 300 400 400]/C[1 0 0]/F 4>>\nendobj\n'
  const pageObject = `3 0 obj\n${page('/Annots [9 1 R]')}\nendobj\n`
  const at = freed.length
  return Buffer.concat([
    freed,
    binary(
      `${object}${pageObject}xref\n0 1\n0000000000 65535 f \n3 1\n${String(at + object.length).padStart(10, '0')} 00000 n \n9 1\n${String(at).padStart(10, '0')} 00001 n \n` +
        `trailer\n<</Size 10/Root 1 0 R/Prev ${String(first.length)}>>\nstartxref\n${String(at + object.length + pageObject.length)}\n%%EOF\n`,
    ),
  ])
}

/** The page and its list of annotations in generations of their own. */
function laterGenerations(): Buffer {
  return withTable(
    bodyOf([
      '1 0 obj\n<</Type/Catalog/Pages 2 4 R/AcroForm 6 3 R>>\nendobj\n',
      '2 4 obj\n<</Type/Pages/Kids[3 7 R]/Count 1/MediaBox[0 0 595 842]>>\nendobj\n',
      '3 7 obj\n<</Type/Page/Parent 2 4 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/Annots 8 2 R>>\nendobj\n',
      CONTENT,
      plainObjects()[4] ?? '',
      '6 3 obj\n<</Fields 9 1 R>>\nendobj\n',
      '8 2 obj\n[]\nendobj\n',
      '9 1 obj\n[]\nendobj\n',
    ]),
  )
}

const secondPage = { 2: '<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 /MediaBox [0 0 595 842] >>' }

/** By what is odd about each. */
export const ODD: Readonly<Record<string, () => Buffer>> = {
  'laid out like Word, with its empty hybrid section': likeWord,
  'laid out like Distiller: lines end in CR, a stream with a predictor': () =>
    withStream(bodyOf(plainObjects('\r'), '%PDF-1.5\r%\xe2\xe3\xcf\xd3\r\n'), {
      lineEnd: '\r',
      trailer: '/ID[<0123456789ABCDEF0123456789ABCDEF><FEDCBA9876543210FEDCBA9876543210>]',
      coding: {
        entries: '/Filter/FlateDecode/DecodeParms<</Columns 4/Predictor 12>>',
        encode: (rows, rowLength) => deflateSync(pngRows(rows, rowLength)),
      },
    }),
  'every line ends in CR': () =>
    withTable(bodyOf(plainObjects('\r'), '%PDF-1.4\r%\xe2\xe3\xcf\xd3\r'), { lineEnd: '\r' }),
  'every line ends in CR LF': () =>
    withTable(bodyOf(plainObjects('\r\n'), '%PDF-1.4\r\n'), { lineEnd: '\r\n' }),
  'white space and comments everywhere, the length of a stream behind it': spacious,
  'an object freed and its number used again': freedAndUsedAgain,
  'objects of later generations': laterGenerations,
  'numbers far apart': () => withTable(bodyOf(plainObjects().concat([`70000 0 obj\n(xa)\nendobj\n`]))),
  'a free list through the table': () =>
    Buffer.from(
      changed({}, '').toString('latin1').replace('0 1\n0000000000 65535 f \n', '0 1\n0000000000 65535 f \n'),
      'latin1',
    ),
  'a stream of plain columns': () => withStream(bodyOf(plainObjects())),
  'a stream without a column of types': () => withStream(bodyOf(plainObjects()), { widths: [0, 3, 0] }),
  'a stream of wide columns': () => withStream(bodyOf(plainObjects()), { widths: [2, 8, 4] }),
  'a stream of PNG rows of all kinds': () =>
    withStream(bodyOf(plainObjects()), {
      coding: {
        entries: '/Filter[/FlateDecode]/DecodeParms[<</Columns 4/Predictor 15/Colors 1/BitsPerComponent 8>>]',
        encode: (rows, rowLength) => deflateSync(pngRows(rows, rowLength)),
      },
    }),
  'a stream of TIFF rows': () =>
    withStream(bodyOf(plainObjects()), {
      coding: {
        entries: '/Filter/FlateDecode/DecodeParms<</Columns 4/Predictor 2>>',
        encode: (rows, rowLength) => deflateSync(tiffRows(rows, rowLength)),
      },
    }),
  'a stream in hexadecimal digits': () =>
    withStream(bodyOf(plainObjects()), {
      coding: {
        entries: '/Filter/ASCIIHexDecode',
        encode: (rows) => binary(`${rows.toString('hex').replace(/(.{40})/g, '$1\n')}>`),
      },
    }),
  'a stream in base 85 over Flate': () =>
    withStream(bodyOf(plainObjects()), {
      coding: {
        entries: '/Filter[/ASCII85Decode/FlateDecode]',
        encode: (rows) => ascii85(deflateSync(rows)),
      },
    }),
  'a stream packed by LZW': () =>
    withStream(bodyOf(plainObjects()), { coding: { entries: '/Filter/LZWDecode', encode: lzw } }),
  'an object stream, last object first': () => packedDocument(),
  'an object stream with comments in it': () => packedDocument({ separator: ' %)>>\n' }),
  'an object stream packed twice, its parameters elsewhere': () =>
    packedDocument(
      {
        entries: '/Filter 9 0 R/DecodeParms[null 10 0 R]',
        encode: (data) =>
          ascii85(
            deflateSync(pngRows(Buffer.concat([data, Buffer.alloc((5 - (data.length % 5)) % 5, 32)]), 5)),
          ),
      },
      {},
      ['9 0 obj[/ASCII85Decode/FlateDecode]endobj\n', '10 0 obj<</Predictor 15/Columns 5>>endobj\n'],
    ),
  'a table on top of a stream': () =>
    appended(withStream(bodyOf(plainObjects())), { 6: '<< /Title (moi) >>' }),
  'a deep page tree with empty branches': () => deepTree(40),
  'a page turned by 450': () => changed({ 3: page('/Rotate 450 /Annots [7 0 R]') }),
  'boxes of many digits, reached by reference': () =>
    changed({
      3: page(
        '/MediaBox 20 0 R /CropBox [21 0 R 21 0 R 590.1234567890123 835.98765432109876] /Annots [7 0 R]',
      ),
      20: '[-0.000000123456 0 595.303937007874 841.889763779528]',
      21: '5.00000000000001',
    }),
  'numbers no program needs': () =>
    changed({
      1: catalog(
        '/PieceInfo << /Mau << /Private [1000000000000000000000000 -0.00000000012 +17 -.002 4. 00012] >> >>',
      ),
    }),
  'null where something might be': () =>
    changed({ 1: catalog('/AcroForm null /Names null'), 3: page('/Annots null /Rotate null') }),
  'an empty list of annotations shared by two pages': () =>
    changed({ ...secondPage, 3: page('/Annots 20 0 R'), 30: page('/Annots 20 0 R'), 20: '[]' }),
  'names and strings in every spelling': () =>
    changed({
      1: '<< /#54ype /Catal#6Fg /Pages 2 0 R / (empty) /A#20B#2F#28 /#e1#bb#87 /Dests << /m\xfcc [3 0 R /Fit] >> /Lang (\\166\\151) /X (a\\\nb\rc(\\)())) /Y <> >>',
    }),
  'fields below fields, one with the name we would take': () =>
    changed({
      1: catalog(
        '/AcroForm << /Fields [20 0 R 22 0 R] /NeedAppearances true /CO [21 0 R] /DR << /Font << /F1 5 0 R >> >> /DA (/F1 10 Tf 0 g) >>',
      ),
      3: page('/Annots [21 0 R 22 0 R]'),
      20: '<< /T <FEFF004D1EAB0075> /FT /Tx /Kids [21 0 R] >>',
      21: '<< /T (hoten) /Parent 20 0 R /V (Mau) /Type /Annot /Subtype /Widget /Rect [100 500 300 520] /P 3 0 R /DA (/F1 10 Tf 0 g) >>',
      22: '<< /T (Signature1) /FT /Sig /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 132 >>',
    }),
  'a form whose parts are all elsewhere': () =>
    changed({
      1: catalog('/AcroForm 20 0 R'),
      3: page('/Annots 23 0 R'),
      20: '<< /Fields 21 0 R /SigFlags 22 0 R >>',
      21: '[7 0 R]',
      22: '1',
      23: '[7 0 R]',
    }),
  'layers, an attachment, outlines and a page label': () =>
    changed({
      1: catalog(
        '/OCProperties << /OCGs [20 0 R] /D << /OFF [20 0 R] /Order [20 0 R] >> >> /Names << /EmbeddedFiles << /Names [(a.txt) 21 0 R] >> >> /PageLabels << /Nums [0 << /S /r >>] >> /PageMode /UseOutlines /Outlines 23 0 R /OpenAction [3 0 R /XYZ null null 0] /MarkInfo << /Marked true >> /ViewerPreferences << /DisplayDocTitle true >>',
      ),
      3: page('/Annots [] /Tabs /S').replace('>> >>', '>> /Properties << /L1 20 0 R >> >>'),
      4: { dict: '', data: '/OC /L1 BDC 0 0 300 300 re f EMC BT /F1 24 Tf 72 700 Td (So 12) Tj ET' },
      20: '<< /Type /OCG /Name (Nhap) >>',
      21: '<< /Type /Filespec /F (a.txt) /EF << /F 22 0 R >> >>',
      22: { dict: '/Type /EmbeddedFile', data: 'phu luc endstream endobj 3 0 obj' },
      23: '<< /Type /Outlines /First 24 0 R /Last 24 0 R /Count 1 >>',
      24: '<< /Title (Muc) /Parent 23 0 R /Dest [3 0 R /Fit] >>',
    }),
  'a structure tree and a profile': () =>
    changed({
      1: catalog(
        '/MarkInfo << /Marked true >> /StructTreeRoot 20 0 R /Lang (vi-VN) /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) >>] /Metadata 22 0 R',
      ),
      3: page('/StructParents 0'),
      4: { dict: '', data: '/P << /MCID 0 >> BDC BT /F1 24 Tf 72 700 Td (So 12) Tj ET EMC' },
      20: '<< /Type /StructTreeRoot /K 21 0 R /ParentTree << /Nums [0 [21 0 R]] >> >>',
      21: '<< /Type /StructElem /S /P /P 20 0 R /Pg 3 0 R /K 0 >>',
      22: {
        dict: '/Type /Metadata /Subtype /XML',
        data: '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x/><?xpacket end="w"?>',
      },
    }),
  'PDF 2.0 with UTF-8 text': () =>
    handMade(
      { ...PLAIN_OBJECTS, 6: '<< /Title (\xef\xbb\xbfC\xc3\xb4ng v\xc4\x83n) >>' },
      '/Info 6 0 R',
      '%PDF-2.0\n%\xe2\xe3\xcf\xd3\n',
    ),
  'PDF 1.0': () => handMade(PLAIN_OBJECTS, '', '%PDF-1.0\n'),
  'spaces, zeros and a Ctrl-Z behind its end': () => Buffer.concat([changed({}), binary('\r\n  \0\0\0\x1a')]),
  'a page of the size of a stamp': () => changed({ 3: page('/MediaBox [0 0 120 60]') }),
  'a page of the size of a wall': () => changed({ 3: page('/MediaBox [0 0 7200 5400]') }),
  'large units': () => changed({ 3: page('/MediaBox [0 0 297.5 421] /UserUnit 2') }),
  'a crop box larger than the page': () => changed({ 3: page('/CropBox [-100 -100 900 900] /Rotate -270') }),
}
