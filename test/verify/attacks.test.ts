import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { digestByteRange, memorySource } from '../../src/engine/pdf/source.ts'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { CMS_OID, parseCms } from '../../src/engine/signing/cms.ts'
import { encode, encodeOid, encodeSetOf, readElement, TAG } from '../../src/engine/signing/der.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { signContent } from '../helpers/sign-content.ts'
import { appended, handMade, hybrid, type NewObjects, PLAIN_OBJECTS } from '../pdf/samples.ts'
import {
  gist,
  handSigned,
  type HandSigning,
  judged,
  lastGap,
  numberOf,
  objectOf,
  withEntry,
} from './forge.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-attacks-'))
const pki = makePki(join(dir, 'pki'))
const strangers = makePki(join(dir, 'strangers'), 'không quen biết')
const trust = trustStore({ imported: [pki.root.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** The present in UTC, as PDF writes it. */
const NOW = `D:${new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
const by = (signer: MadeCertificate, more: Partial<HandSigning> = {}): HandSigning => ({
  signer,
  chain: [pki.issuing],
  claims: NOW,
  ...more,
})
const content = (text: string): NewObjects[number] => ({
  dict: '',
  data: `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`,
})
const FORGED = content('So 13/QD-UBND')
const WHITE_OUT = '1 1 1 rg 0 0 300 40 re f BT /Helv 24 Tf 0 g 2 9 Td (So 13/QD-UBND) Tj ET'
const OVER_THE_NUMBER = [72, 690, 372, 730] as const

/** A page, an empty text field over its number and an annotation: everything a forger may wish for. */
const FIELD = '<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /Rect [72 690 372 730] /DA (/F1 10 Tf 0 g) >>'
const OBJECTS: NewObjects = { ...PLAIN_OBJECTS, 7: FIELD }
const plain = handMade(OBJECTS, '/Info 6 0 R')
const signed = handSigned(plain, by(pki.person))
/** Signed by the person and then by the agency. */
const sealed = handSigned(signed, by(pki.agency, { fieldName: 'Dau' }))
const certified = (level: 1 | 2 | 3) => handSigned(plain, by(pki.person, { docMdp: level }))
const page = (pdf: Buffer = signed) => objectOf(pdf, 3)
const root = (pdf: Buffer = signed) => objectOf(pdf, 1)

/** Signed with these objects instead; then changed by an update. */
function prepared(objects: NewObjects, update: NewObjects, more: Partial<HandSigning> = {}): Buffer {
  return appended(
    handSigned(handMade({ ...OBJECTS, ...objects }, '/Info 6 0 R'), by(pki.person, more)),
    update,
  )
}

/** Rewrites bytes in place; the length stays. */
function bent(pdf: Buffer, pattern: RegExp | string, by_: (found: string) => string): Buffer {
  const text = pdf.toString('latin1')
  const found = typeof pattern === 'string' ? pattern : pattern.exec(text)?.[0]
  if (found === undefined) throw new Error('the sample has nothing to bend')
  const put = by_(found)
  if (put.length > found.length) throw new Error('there is no room')
  return Buffer.from(
    text.replace(found, () => put.padEnd(found.length)),
    'latin1',
  )
}

/** The four numbers of the only byte range, rewritten in the same width. */
function withRange(
  pdf: Buffer,
  change: (a: number, b: number, c: number, d: number) => readonly number[],
): Buffer {
  return bent(pdf, /\/ByteRange \[[^\]]*\]/, (found) => {
    const [a = 0, b = 0, c = 0, d = 0] = (found.match(/\d+/g) ?? []).map(Number)
    return `/ByteRange [${change(a, b, c, d).join(' ')}]`
  })
}

/** Puts another CMS into the gap. */
function withContents(pdf: Buffer, cms: Uint8Array): Buffer {
  const [start, end] = lastGap(pdf)
  const copy = Buffer.from(pdf)
  copy.write(
    Buffer.from(cms)
      .toString('hex')
      .padEnd(end - start - 2, '0'),
    start + 1,
    'latin1',
  )
  return copy
}

function coveredOf(pdf: Buffer): Buffer {
  const [start, end] = lastGap(pdf)
  return Buffer.concat([pdf.subarray(0, start), pdf.subarray(end)])
}

function contentsOf(pdf: Buffer): Buffer {
  const [start, end] = lastGap(pdf)
  return Buffer.from(pdf.subarray(start + 1, end - 1).toString('latin1'), 'hex')
}

/** The CMS of the sample with its parts exchanged and nothing else, as a forger without the key can do. */
function reassembled(
  cms: Uint8Array,
  change: { certificates?: readonly Uint8Array[]; dropAttributes?: boolean; content?: Uint8Array },
): Uint8Array {
  const [version, digests, encapsulated, certificates, signers] =
    readElement(parseableOf(cms)).children[1]?.children[0]?.children ?? []
  if (signers === undefined || certificates === undefined || encapsulated === undefined)
    throw new Error('no CMS')
  const signer = signers.children[0]?.children ?? []
  const kept = change.dropAttributes === true ? signer.filter(({ tag }) => tag !== 0xa0) : signer
  const signedData = encode(
    TAG.sequence,
    version?.bytes ?? new Uint8Array(0),
    digests?.bytes ?? new Uint8Array(0),
    change.content === undefined
      ? encapsulated.bytes
      : encode(TAG.sequence, encodeOid(CMS_OID.data), encode(0xa0, encode(TAG.octetString, change.content))),
    change.certificates === undefined ? certificates.bytes : encodeSetOf([...change.certificates], 0xa0),
    encode(TAG.set, encode(TAG.sequence, ...kept.map(({ bytes }) => bytes))),
  )
  return encode(TAG.sequence, encodeOid(CMS_OID.signedData), encode(0xa0, signedData))
}

/** Without the padding. */
function parseableOf(cms: Uint8Array): Uint8Array {
  const length = ((cms[2] ?? 0) << 8) | (cms[3] ?? 0)
  return cms.subarray(0, 4 + length)
}

/**
 * Every signed byte stays, the second half farther back: in between lie another text and a signature of
 * the new ranges, found through a new table where the signed end looks for the old one.
 */
function wrapped(): Buffer {
  const [start, end] = lastGap(signed)
  const tail = signed.subarray(end)
  const table = Number(previousOf(signed))
  const value = numberOf(signed, /\/Type \/Sig /)
  const field = numberOf(signed, /\/FT \/Sig/)
  const head = signed.subarray(0, end).toString('latin1')
  const pad = `>>\nendobj\n`.padEnd(table - end)
  const numbers = [1, 2, 3, 4, 5, 6, 7, value, field]
  const rowsLength = 'xref\n'.length + numbers.length * '0 1\n0000000000 00000 n \n'.length
  const trailer = 'trailer\n<< /Size 1000 /Root 1 0 R >>\n'
  const signature = (second: number) =>
    objectOf(signed, value).replace(
      /\/ByteRange \[[^\]]*\]/,
      `/ByteRange [0 ${[start, second, tail.length].map((number) => String(number).padStart(10, '0')).join(' ')}]`,
    )
  const replaced = (second: number): Record<number, string> => ({
    4: '<< /Length 45 >>\nstream\nBT /F1 24 Tf 72 700 Td (So 13/QD-UBND) Tj ET  \nendstream',
    [value]: signature(second),
    [field]: objectOf(signed, field),
  })
  const objects = (second: number) =>
    Object.entries(replaced(second)).map(
      ([number, text]) => [Number(number), `${number} 0 obj\n${text}\nendobj\n`] as const,
    )
  let at = table + rowsLength + trailer.length
  const places = new Map<number, number>()
  for (const number of numbers) places.set(number, head.lastIndexOf(`\n${String(number)} 0 obj\n`) + 1)
  for (const [number, text] of objects(0)) {
    places.set(number, at)
    at += text.length
  }
  const rows = numbers.map(
    (number) => `${String(number)} 1\n${String(places.get(number)).padStart(10, '0')} 00000 n \n`,
  )
  const forged = objects(at).map(([, text]) => text)
  return Buffer.from(
    [head, pad, 'xref\n', ...rows, trailer, ...forged, tail.toString('latin1')].join(''),
    'latin1',
  )
}

/** An update that shows old readers its table and newer ones a stream beside it. */
function hybridUpdate(): Buffer {
  const row = Buffer.alloc(6)
  row.writeUInt8(1, 0)
  row.writeUInt32BE(signed.length, 1)
  const stream = { dict: '/Type /XRef /W [1 4 1] /Index [4 1] /Size 901', data: row }
  return appended(
    signed,
    { 4: FORGED, 900: stream },
    '1 0 R',
    `/XRefStm ${String(signed.length + objectLength)}`,
  )
}
const objectLength = appended(signed, { 4: FORGED }).lastIndexOf('xref\n4 1') - signed.length

/** An update whose object 5, the font, lies in an object stream. */
function overriddenInObjectStream(pdf: Buffer): Buffer {
  const packed = deflateSync(Buffer.from('5 0 << /Type /Font /Subtype /Type3 >>'))
  const container = Buffer.concat([
    Buffer.from(
      `900 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${String(packed.length)} >>\nstream\n`,
    ),
    packed,
    Buffer.from('\nendstream\nendobj\n'),
  ])
  const rows = Buffer.from([2, 0, 0, 3, 132, 0, 1, 0, 0, 0, 0, 0])
  rows.writeUInt32BE(pdf.length, 7)
  const head = `901 0 obj\n<< /Type /XRef /W [1 4 1] /Index [5 1 900 1] /Size 902 /Root 1 0 R /Prev ${previousOf(pdf)} /Length 12 >>\nstream\n`
  return Buffer.concat([
    pdf,
    container,
    Buffer.from(head),
    rows,
    Buffer.from(`\nendstream\nendobj\nstartxref\n${String(pdf.length + container.length)}\n%%EOF\n`),
  ])
}

function previousOf(pdf: Buffer): string {
  const found = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(pdf.subarray(-64).toString('latin1'))?.[1]
  if (found === undefined) throw new Error('the sample has no startxref')
  return found
}

/** The end of the signed revision once more, so that readers find the same cross-reference again. */
const sameEnd = (pdf: Buffer) => `startxref\n${previousOf(pdf)}\n%%EOF\n`

const ATTACH = '<< /EmbeddedFiles << /Names [(phu-luc.exe) 900 0 R] >> >>'
const STRANGE_NOTE =
  '<< /Type /Annot /Subtype /FreeText /Rect [72 690 372 730] /Contents (So 13) /DA (/F1 24 Tf) /AP << /N 901 0 R >> >>'
const OVERLAY = { dict: '/Type /XObject /Subtype /Form /BBox [0 0 300 40]', data: WHITE_OUT }
const CHANGED = 'invalid changed-after-signing'
const CERTIFICATION = 'invalid changed-after-signing certification-broken'
const RANGE_WRONG = 'invalid covered-range-wrong'
const RANGE_AND_CHANGED = 'invalid covered-range-wrong changed-after-signing'
const ALTERED = 'invalid content-altered'
const UNREADABLE = 'invalid document-unreadable'
/** What a reader shows then is another document, and that one bears no signature. */
const HIDDEN = 'invalid signature-hidden'
const STRANGER = 'undetermined root-unknown intermediate-missing'

/** Name of the file → what the verifier must say, and how the file is made. */
const ATTACKS: Readonly<Record<string, readonly [expected: string, forge: () => Buffer]>> = {
  // Universal signature forgery: something that the check needs is missing or of a wrong kind.
  'forgery: without a byte range': [RANGE_AND_CHANGED, () => bent(signed, '/ByteRange', () => '/ByteRangX')],
  'forgery: the byte range is null': [
    RANGE_AND_CHANGED,
    () => bent(signed, /\/ByteRange \[[^\]]*\]/, () => '/ByteRange null'),
  ],
  'forgery: the byte range is empty': [RANGE_AND_CHANGED, () => withRange(signed, () => [])],
  'forgery: the byte range is all zeros': [RANGE_AND_CHANGED, () => withRange(signed, () => [0, 0, 0, 0])],
  'forgery: the byte range has negative numbers': [
    RANGE_AND_CHANGED,
    () => withRange(signed, (a, b, c) => [a, b, c, -1]),
  ],
  'forgery: the byte range reaches behind the end': [
    RANGE_AND_CHANGED,
    () => withRange(signed, (a, b, c, d) => [a, b, c, d + 9]),
  ],
  'forgery: the contents are empty': [
    'invalid covered-range-wrong',
    () => bent(signed, /\/Contents <[0-9a-f]+>/, () => '/Contents <>'),
  ],
  'forgery: the contents are zeros': [
    'invalid signature-unreadable',
    () => withContents(signed, new Uint8Array(8)),
  ],
  'forgery: the contents are a number': [
    RANGE_WRONG,
    () => bent(signed, /\/Contents <[0-9a-f]+>/, () => '/Contents 1'),
  ],
  'forgery: the contents are missing': [RANGE_WRONG, () => bent(signed, /\/Contents <[0-9a-f]+>/, () => '')],
  'forgery: the contents are null': [
    RANGE_WRONG,
    () => bent(signed, /\/Contents <[0-9a-f]+>/, () => '/Contents null'),
  ],
  'forgery: the byte range has a third pair': [
    RANGE_AND_CHANGED,
    () => withRange(signed, (a, b, c, d) => [a, b, c, d - 9, c, 9]),
  ],
  'forgery: the byte range is a string': [
    RANGE_AND_CHANGED,
    () => bent(signed, /\/ByteRange \[[^\]]*\]/, () => '/ByteRange (0 1 2 3)'),
  ],
  'forgery: the byte range has a fraction': [
    RANGE_AND_CHANGED,
    () => withRange(signed, (a, b, c) => [a, b, c, 0.5]),
  ],
  'forgery: the form of the signature is not named': [
    'undetermined algorithm-unsupported',
    () => bent(signed, '/SubFilter /ETSI.CAdES.detached', () => ''),
  ],
  'forgery: the form of the signature is an invented one': [
    'undetermined algorithm-unsupported',
    () => bent(signed, 'ETSI.CAdES.detached', () => 'ETSI.none'),
  ],
  'forgery: it calls itself a time stamp': [
    `${ALTERED} algorithm-unsupported`,
    () => bent(sealed, '/Type /Sig /Filter /Adobe.PPKLite', () => '/Type /DocTimeStamp'),
  ],

  // Incremental saving.
  'saving: the text of the page is replaced': [CHANGED, () => appended(signed, { 4: FORGED })],
  'saving: a page is added': [
    CHANGED,
    () =>
      appended(signed, {
        2: '<< /Type /Pages /Kids [3 0 R 900 0 R] /Count 2 /MediaBox [0 0 595 842] >>',
        900: '<< /Type /Page /Parent 2 0 R /Contents 901 0 R >>',
        901: FORGED,
      }),
  ],
  'saving: a page is exchanged': [
    CHANGED,
    () => appended(signed, { 3: page().replace('4 0 R', '901 0 R'), 901: FORGED }),
  ],
  'saving: an annotation covers the number': [
    CHANGED,
    () =>
      appended(signed, {
        3: page().replace('/Annots [', '/Annots [900 0 R '),
        900: STRANGE_NOTE,
        901: OVERLAY,
      }),
  ],
  'saving: the value of a filled field is changed': [
    CHANGED,
    () => prepared({ 7: withEntry(FIELD, '/V (12)') }, { 7: withEntry(FIELD, '/V (13)') }),
  ],
  'saving: the value of a filled field, an object of its own, is changed': [
    CHANGED,
    () => prepared({ 7: withEntry(FIELD, '/V 8 0 R'), 8: '(12)' }, { 8: '(13)' }),
  ],
  'saving: the drawing of a filled field is changed': [
    CHANGED,
    () =>
      prepared(
        { 7: withEntry(FIELD, '/V (12) /AP << /N 8 0 R >>'), 8: OVERLAY },
        { 8: { ...OVERLAY, data: 'BT (13) Tj ET' } },
      ),
  ],
  'saving: an empty field is filled by nobody knows whom': [
    'undetermined filled-after-signing',
    () =>
      appended(signed, { 7: withEntry(objectOf(signed, 7), '/V (13) /AP << /N 901 0 R >>'), 901: OVERLAY }),
  ],
  'saving: an action opens with the document': [
    CHANGED,
    () => appended(signed, { 1: withEntry(root(), '/OpenAction << /S /JavaScript /JS (x) >>') }),
  ],
  'saving: an action lies on the page': [
    CHANGED,
    () => appended(signed, { 3: withEntry(page(), '/AA << /O << /S /URI /URI (http://x) >> >>') }),
  ],
  'saving: a file is embedded': [
    CHANGED,
    () =>
      appended(signed, {
        1: withEntry(root(), `/Names ${ATTACH}`),
        900: '<< /Type /Filespec /F (phu-luc.exe) /EF << /F 901 0 R >> >>',
        901: { dict: '/Type /EmbeddedFile', data: 'MZ' },
      }),
  ],
  'saving: a layer is switched': [
    CHANGED,
    () =>
      prepared(
        {
          1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] >> /OCProperties 8 0 R >>',
          8: '<< /OCGs [9 0 R] /D << /OFF [9 0 R] >> >>',
          9: '<< /Type /OCG /Name (x) >>',
        },
        { 8: '<< /OCGs [9 0 R] /D << /ON [9 0 R] >> >>' },
      ),
  ],

  // Signature wrapping.
  'wrapping: the second range is moved behind forged objects': [RANGE_WRONG, () => wrapped()],
  'wrapping: a second signature dictionary keeps the old bytes': [
    RANGE_AND_CHANGED,
    () => {
      const n = numberOf(signed, /\/Type \/Sig /)
      return appended(signed, { 4: FORGED, [n]: objectOf(signed, n) })
    },
  ],
  'wrapping: the ranges overlap': [RANGE_WRONG, () => withRange(signed, (a, b, c, d) => [a, b + 30, c, d])],
  'wrapping: both ranges are the same': [RANGE_AND_CHANGED, () => withRange(signed, (a, b) => [a, b, a, b])],
  'wrapping: the second range takes in digits of the contents': [
    RANGE_WRONG,
    () => withRange(signed, (a, b, c, d) => [a, b, c - 20, d + 20]),
  ],
  'wrapping: the first range begins later': [
    RANGE_WRONG,
    () => withRange(signed, (a, b, c, d) => [a + 1, b - 1, c, d]),
  ],
  'wrapping: the gap is wider than the contents': [
    RANGE_WRONG,
    () => withRange(signed, (a, b, c, d) => [a, b, c + 20, d - 20]),
  ],
  'wrapping: the second range stops before the cross-reference': [
    RANGE_AND_CHANGED,
    () => withRange(signed, (a, b, c, d) => [a, b, c, d - 300]),
  ],
  'wrapping: the contents are another object outside the gap': [
    RANGE_AND_CHANGED,
    () => {
      const n = numberOf(signed, /\/Type \/Sig /)
      return appended(signed, {
        [n]: objectOf(signed, n).replace(/\/Contents <([0-9a-f]+)>/, '/Contents 900 0 R'),
        900: `<${contentsOf(signed).toString('hex')}>`,
      })
    },
  ],
  'wrapping: the contents stand twice': [
    RANGE_WRONG,
    () => bent(signed, /\/M \(D:\d+Z\) /, () => '/Contents <00>'),
  ],
  'wrapping: something else hides between the digits': [
    RANGE_WRONG,
    () => {
      const copy = Buffer.from(signed)
      copy.write('>/Contents<', lastGap(signed)[0] + 9000, 'latin1')
      return copy
    },
  ],

  // Shadow attacks: prepared before the signature, switched by an update after it.
  'shadow: an overlay is taken away': [
    CHANGED,
    () =>
      prepared({ 3: page(plain).replace('4 0 R', '[4 0 R 8 0 R]'), 8: content('che') }, { 8: content('') }),
  ],
  'shadow: an image over the text gives way': [
    CHANGED,
    () =>
      prepared(
        { 3: page(plain).replace('/Font <<', '/XObject << /Im 8 0 R >> /Font <<'), 8: OVERLAY },
        { 8: { ...OVERLAY, data: '' } },
      ),
  ],
  'shadow: a font is exchanged': [
    CHANGED,
    () => prepared({}, { 5: '<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>' }),
  ],
  'shadow: the encoding of a font is exchanged': [
    CHANGED,
    () =>
      prepared(
        {
          5: '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding 8 0 R >>',
          8: '<< /Type /Encoding /Differences [50 /two] >>',
        },
        { 8: '<< /Type /Encoding /Differences [50 /three] >>' },
      ),
  ],
  'shadow: the fonts of the form are those of the page': [
    CHANGED,
    () =>
      prepared(
        {
          1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] /DR 8 0 R >> >>',
          3: page(plain).replace(/\/Resources << .* >> >>/, '/Resources 8 0 R'),
          8: '<< /Font << /F1 5 0 R >> >>',
        },
        { 8: '<< /Font << /F1 5 0 R /F2 900 0 R >> >>', 900: '<< /Type /Font /Subtype /Type3 >>' },
      ),
  ],
  'shadow: a second text lies ready and the page is pointed to it': [
    CHANGED,
    () => prepared({ 8: FORGED }, { 3: page(plain).replace('4 0 R', '8 0 R') }),
  ],
  'shadow: a second page tree lies ready and the catalogue is pointed to it': [
    CHANGED,
    () =>
      prepared(
        {
          8: '<< /Type /Pages /Kids [9 0 R] /Count 1 >>',
          9: '<< /Type /Page /Parent 8 0 R /Contents 10 0 R >>',
          10: FORGED,
        },
        { 1: '<< /Type /Catalog /Pages 8 0 R /AcroForm << /Fields [12 0 R 7 0 R] >> >>' },
      ),
  ],
  'shadow: the cross-reference alone is pointed to a text that lies ready in a stream': [
    CHANGED,
    () => pointedIntoAStream(),
  ],
  'shadow: a layer that lay over the text is taken from the page': [
    CHANGED,
    () =>
      prepared(
        {
          3: page(plain).replace('/Font <<', '/Properties << /L 8 0 R >> /Font <<'),
          8: '<< /Type /OCG /Name (che) >>',
        },
        { 8: '<< /Type /OCG /Name (che) /Usage << /View << /ViewState /OFF >> >> >>' },
      ),
  ],
  'shadow: a place left empty is filled later': [
    CHANGED,
    () => prepared({ 3: page(plain).replace('4 0 R', '[4 0 R 950 0 R]') }, { 950: FORGED }),
  ],
  'shadow: an object waits behind the signed end': [CHANGED, () => waitingBehindTheEnd()],
  'shadow: a text reaches over the signed end': [
    CHANGED,
    () => reachingOverTheEnd('<< /Length 9 0 R >>\nstream\n', 'BT (So 13) Tj ET\nendstream'),
  ],
  'shadow: a string reaches over the signed end': [CHANGED, () => reachingOverTheEnd('(begins', 'ends)')],
  'shadow: a form of another document replaces this one': [
    CHANGED,
    () => prepared({ 8: '<< /Fields [] >>' }, { 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 8 0 R >>' }),
  ],

  // Which bytes count: duplicate objects, several ends, hidden revisions.
  'revisions: an object is written twice and only repairing readers see the second': [
    CHANGED,
    () =>
      Buffer.concat([signed, Buffer.from('4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\n')]),
  ],
  'revisions: a hidden revision before the last': [
    CHANGED,
    () => {
      const hidden = appended(signed, { 4: FORGED })
      const again = appended(hidden, { 6: '<< /Title (x) >>' }).toString('latin1')
      const at = again.lastIndexOf('/Prev ')
      return Buffer.from(
        again.slice(0, at) + again.slice(at).replace(/\/Prev \d+/, `/Prev ${previousOf(signed)}`),
        'latin1',
      )
    },
  ],
  'revisions: a whole other document is put behind': [
    HIDDEN,
    () => Buffer.concat([signed, handMade({ ...OBJECTS, 4: FORGED })]),
  ],
  'revisions: another document behind, and the old end again': [
    CHANGED,
    () => Buffer.concat([signed, handMade({ ...OBJECTS, 4: FORGED }), Buffer.from(sameEnd(signed))]),
  ],
  'revisions: text behind the last end': [
    CHANGED,
    () => Buffer.concat([signed, Buffer.from('Điều 2 bị bãi bỏ.\n')]),
  ],
  'revisions: the last end is broken on purpose': [
    UNREADABLE,
    () =>
      Buffer.concat([
        signed,
        Buffer.from('4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\nstartxref\n5\n%%EOF\n'),
      ]),
  ],
  'revisions: the chain of cross-references runs in a circle': [
    UNREADABLE,
    () => {
      const text = appended(signed, { 4: FORGED }).toString('latin1')
      const own = /startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1] ?? ''
      const at = text.lastIndexOf('/Prev ')
      return Buffer.from(text.slice(0, at) + text.slice(at).replace(/\/Prev \d+/, `/Prev ${own}`), 'latin1')
    },
  ],
  'revisions: the chain leaves the signed revision out': [
    HIDDEN,
    () => {
      const text = appended(signed, { 4: FORGED }).toString('latin1')
      const at = text.lastIndexOf('/Prev ')
      return Buffer.from(
        text.slice(0, at) + text.slice(at).replace(/\/Prev \d+/, `/Prev ${previousOf(plain)}`),
        'latin1',
      )
    },
  ],
  'revisions: an object stream overrides a font': [CHANGED, () => overriddenInObjectStream(signed)],
  'revisions: old readers are shown another document': [CHANGED, () => hybridUpdate()],
  'revisions: the hidden object of a hybrid file is exchanged': [
    CHANGED,
    () => {
      const base = handSigned(hybrid(), by(pki.person))
      return appended(base, { 3: page(base).replace('4 0 R', '901 0 R'), 901: FORGED })
    },
  ],
  'revisions: the object gets another generation': [
    CHANGED,
    () =>
      Buffer.from(
        appended(signed, { 3: page() })
          .toString('latin1')
          .replace(/3 0 obj(?![\s\S]*3 0 obj)/, '3 1 obj')
          .replace(/(3 1\n\d{10}) 00000 n(?![\s\S]*00000 n)/, '$1 00001 n'),
        'latin1',
      ),
  ],
  'revisions: another catalogue': [CHANGED, () => appended(signed, { 900: root() }, '900 0 R')],
  'revisions: bytes before the header': [
    UNREADABLE,
    () => Buffer.concat([Buffer.from('%PDF-1.3\n'), signed]),
  ],
  'revisions: another version in the header': [ALTERED, () => bent(signed, '%PDF-1.7', () => '%PDF-1.2')],
  'revisions: an older version in the catalogue': [
    CHANGED,
    () => appended(signed, { 1: withEntry(root(), '/Version /1.2') }),
  ],
  'revisions: the end is cut off': [HIDDEN, () => signed.subarray(0, signed.length - 60)],
  'revisions: an encryption is put over it': [
    UNREADABLE,
    () => appended(signed, {}, '1 0 R', '/Encrypt << /Filter /Standard >>'),
  ],

  'revisions: an object stands twice in the table of an update': [
    CHANGED,
    () => {
      const text = appended(signed, { 4: FORGED }).toString('latin1')
      const at = text.lastIndexOf('xref\n4 1')
      const row = text.slice(at + 5, at + 5 + 4 + 20)
      return Buffer.from(text.slice(0, at + 5) + row + text.slice(at + 5), 'latin1')
    },
  ],
  'revisions: several ends, and between them a text for repairing readers': [
    CHANGED,
    () =>
      Buffer.concat([
        signed,
        Buffer.from('%%EOF\n4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\n%%EOF\n'),
        Buffer.from(sameEnd(signed)),
      ]),
  ],

  // Certification abuse.
  'certification 2: a stamp is put on the page': [CERTIFICATION, () => annotated(2, '/Subtype /Stamp')],
  'certification 3: a stamp is put on the page': [CERTIFICATION, () => annotated(3, '/Subtype /Stamp')],
  'certification 3: a redaction is put on the page': [
    CERTIFICATION,
    () => annotated(3, '/Subtype /Redact /IC [1 1 1]'),
  ],
  'certification 3: a picture is put on the page as a button': [
    CERTIFICATION,
    () => annotated(3, '/Subtype /Widget /FT /Btn /Ff 65536 /T (nut)'),
  ],
  'certification 3: an unsigned field draws over the number': [
    CERTIFICATION,
    () => annotated(3, '/Subtype /Widget /FT /Sig /T (La)'),
  ],
  'certification 3: the agency draws over the number in a signature of its own': [
    'undetermined text-covered',
    () =>
      handSigned(
        certified(3),
        by(pki.agency, { fieldName: 'La', rect: OVER_THE_NUMBER, drawing: WHITE_OUT }),
      ),
  ],
  'certification 1: a further signature': [
    CERTIFICATION,
    () => handSigned(certified(1), by(pki.agency, { fieldName: 'Dau' })),
  ],
  'certification 1: a filled field': [
    CERTIFICATION,
    () => appended(certified(1), { 7: withEntry(objectOf(plain, 7), '/V (13)') }),
  ],
  'certification 2: an annotation covers the number': [
    CERTIFICATION,
    () => {
      const base = certified(2)
      return appended(base, {
        3: page(base).replace('/Annots [', '/Annots [900 0 R '),
        900: STRANGE_NOTE,
        901: OVERLAY,
      })
    },
  ],
  'certification 3: an annotation covers the number': [
    CERTIFICATION,
    () => {
      const base = certified(3)
      return appended(base, {
        3: page(base).replace('/Annots [', '/Annots [900 0 R '),
        900: STRANGE_NOTE,
        901: OVERLAY,
      })
    },
  ],
  'certification 3: a stamp is put on the page and signed by an unknown holder': [
    'invalid changed-after-signing certification-broken root-unknown intermediate-missing',
    () => {
      const base = certified(3)
      const stamped = appended(base, {
        3: page(base).replace('/Annots [', '/Annots [900 0 R '),
        900: STRANGE_NOTE,
        901: OVERLAY,
      })
      return handSigned(stamped, { signer: strangers.person, fieldName: 'La' })
    },
  ],
  'certification 2: the text of the page is replaced': [
    CERTIFICATION,
    () => appended(certified(2), { 4: FORGED }),
  ],
  'certification 2: an unknown holder draws over the number': [
    STRANGER,
    () =>
      handSigned(certified(2), {
        signer: strangers.person,
        chain: [strangers.issuing],
        fieldName: 'La',
        rect: OVER_THE_NUMBER,
        drawing: WHITE_OUT,
      }),
  ],
  'certification 2: the agency draws over the number in a signature of its own': [
    'undetermined text-covered',
    () =>
      handSigned(
        certified(2),
        by(pki.agency, { fieldName: 'La', rect: OVER_THE_NUMBER, drawing: WHITE_OUT }),
      ),
  ],
  'certification 2: an unsigned field draws over the number': [
    CERTIFICATION,
    () => {
      const base = certified(2)
      return appended(base, {
        1: root(base).replace('/Fields [', '/Fields [900 0 R '),
        3: page(base).replace('/Annots [', '/Annots [900 0 R '),
        900: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (La) /Rect [72 690 372 730] /AP << /N 901 0 R >> >>',
        901: OVERLAY,
      })
    },
  ],
  'certification 2: an unsigned field without a drawing is to be painted white': [
    CERTIFICATION,
    () => {
      const base = certified(2)
      return appended(base, {
        1: root(base).replace('/Fields [', '/Fields [900 0 R '),
        3: page(base).replace('/Annots [', '/Annots [900 0 R '),
        900: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (La) /Rect [72 690 372 730] /MK << /BG [1 1 1] >> >>',
      })
    },
  ],
  'certification 2: an empty signature field draws over the number': [
    CERTIFICATION,
    () => {
      const base = handSigned(
        handMade({
          ...OBJECTS,
          1: root(plain).replace('[7 0 R]', '[7 0 R 8 0 R]'),
          8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (La) /Rect [72 690 372 730] /P 3 0 R >>',
        }),
        by(pki.person, { docMdp: 2 }),
      )
      return appended(base, { 8: withEntry(objectOf(base, 8), '/AP << /N 901 0 R >>'), 901: OVERLAY })
    },
  ],
  'certification 2: a signature of nothing draws over the number': [
    'invalid signature-unreadable',
    () =>
      handSigned(certified(2), {
        signer: pki.agency,
        fieldName: 'La',
        rect: OVER_THE_NUMBER,
        drawing: WHITE_OUT,
        contents: () => new Uint8Array([48, 0]),
      }),
  ],
  'certification 2: a time stamp draws over the number': [
    `${CERTIFICATION} time-stamp-wrong`,
    () =>
      handSigned(certified(2), {
        signer: pki.agency,
        fieldName: 'La',
        rect: OVER_THE_NUMBER,
        drawing: WHITE_OUT,
        subFilter: 'ETSI.RFC3161',
        type: 'DocTimeStamp',
      }),
  ],
  'certification 2: the drawing of the certification is exchanged': [
    CERTIFICATION,
    () => {
      const base = handSigned(
        plain,
        by(pki.person, { docMdp: 2, rect: [300, 100, 400, 140], drawing: 'BT ET' }),
      )
      const n = numberOf(base, /\/Subtype \/Form/)
      return appended(base, { [n]: OVERLAY })
    },
  ],
  'certification 2: its level is raised afterwards': [
    'invalid covered-range-wrong changed-after-signing certification-broken',
    () => {
      const base = certified(2)
      const n = numberOf(base, /\/Type \/Sig /)
      return appended(base, { [n]: objectOf(base, n).replace('/P 2', '/P 3') })
    },
  ],
  'certification 2: it is taken back in the catalogue': [
    CERTIFICATION,
    () => {
      const base = certified(2)
      return appended(base, { 1: root(base).replace(/\/Perms << .*? >>/, '') })
    },
  ],
  'signature: the drawing is exchanged': [
    CHANGED,
    () => {
      const base = handSigned(plain, by(pki.person, { rect: [300, 100, 400, 140], drawing: 'BT ET' }))
      const n = numberOf(base, /\/Subtype \/Form/)
      return appended(base, { [n]: OVERLAY })
    },
  ],
  'signature: it is shown at another place': [
    CHANGED,
    () => {
      const n = numberOf(signed, /\/FT \/Sig/)
      return appended(signed, { [n]: objectOf(signed, n).replace('[0 0 0 0]', '[72 690 372 730]') })
    },
  ],
  'signature: a second field borrows it': [
    CHANGED,
    () => {
      const n = numberOf(signed, /\/Type \/Sig /)
      return appended(signed, {
        1: root().replace('/Fields [', '/Fields [900 0 R '),
        900: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (gia) /Rect [72 690 300 720] /V ${String(n)} 0 R >>`,
      })
    },
  ],
  'signature: it is taken out altogether': [
    HIDDEN,
    () =>
      appended(signed, {
        1: '<< /Type /Catalog /Pages 2 0 R >>',
        3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>',
      }),
  ],
  'signature: the first of two is taken out': [
    CHANGED,
    () => {
      const n = numberOf(signed, /\/FT \/Sig/)
      return appended(sealed, {
        1: root(sealed).replace(`${String(n)} 0 R`, ''),
        3: page(sealed).replace(`${String(n)} 0 R`, ''),
      })
    },
  ],

  // The CMS is exchanged or taken apart.
  'cms: the signature of another document': [
    ALTERED,
    () => withContents(signed, contentsOf(handSigned(handMade({ ...OBJECTS, 4: FORGED }), by(pki.person)))),
  ],
  'cms: content of its own beside the document': [
    'invalid signature-unreadable',
    () => {
      const other = Buffer.from('So 12')
      return withContents(
        signed,
        reassembled(signContent(other, pki.person, { chain: [pki.issuing] }), { content: other }),
      )
    },
  ],
  'cms: without its signed attributes': [
    'invalid content-altered signed-attributes-wrong',
    () => withContents(signed, reassembled(contentsOf(signed), { dropAttributes: true })),
  ],
  'cms: another certificate of the same key': [
    'invalid signing-certificate-mismatch',
    () => withContents(signed, resigned(signed, renewed())),
  ],
  'cms: a look-alike authority of the same name and key identifier': [
    STRANGER,
    () => {
      const [person, authority] = lookAlikes()
      return handSigned(plain, { signer: person, chain: [authority], claims: NOW })
    },
  ],
  'cms: another certificate under the same key identifier': [
    'invalid signature-value-wrong signing-certificate-mismatch chain-broken',
    () => namedByKeyIdentifier(),
  ],
  'cms: the certificate is not there': [
    'undetermined signature-unreadable',
    () => withContents(signed, reassembled(contentsOf(signed), { certificates: [pki.issuing.der] })),
  ],
  'cms: signed by a stranger in the name of the person': [
    STRANGER,
    () =>
      withContents(signed, signContent(coveredOf(signed), strangers.person, { chain: [strangers.issuing] })),
  ],
  'cms: a certificate of our authority that is for encryption': [
    'invalid certificate-not-for-signing',
    () => handSigned(plain, by(forEncryption())),
  ],
  'cms: an end certificate that plays authority': [
    'invalid chain-broken',
    () => handSigned(plain, { signer: issuedByAPerson(), chain: [pki.person, pki.issuing] }),
  ],
  'cms: only the text of the document is signed, in a form without attributes': [
    ALTERED,
    () => {
      const copy = handSigned(plain, by(pki.person, { subFilter: 'adbe.pkcs7.detached' }))
      return withContents(copy, reassembled(contentsOf(copy), { dropAttributes: true }))
    },
  ],
}

/** Something with a drawing of its own over the number of a certified document. */
function annotated(level: 2 | 3, entries: string): Buffer {
  const base = certified(level)
  return appended(base, {
    3: page(base).replace('/Annots [', '/Annots [900 0 R '),
    900: `<< /Type /Annot ${entries} /Rect [72 690 372 730] /AP << /N 901 0 R >> >>`,
    901: OVERLAY,
  })
}

/** A stream of the signed file holds another text as an object; an update without objects points to it. */
function pointedIntoAStream(): Buffer {
  const text = 'BT /F1 24 Tf 72 700 Td (So 13/QD-UBND) Tj ET'
  const hidden = `4 0 obj\n<< /Length ${String(text.length)} >>\nstream\n${text}\nendstream\nendobj\n`
  const base = handSigned(
    handMade({ ...OBJECTS, 8: { dict: '', data: hidden } }, '/Info 6 0 R'),
    by(pki.person),
  )
  const row = `${String(base.indexOf(hidden)).padStart(10, '0')} 00000 n `
  const update = `xref\n4 1\n${row}\ntrailer\n<< /Size 1000 /Root 1 0 R /Prev ${previousOf(base)} >>\nstartxref\n${String(base.length)}\n%%EOF\n`
  return Buffer.concat([base, Buffer.from(update)])
}

/** The table of the signed file says where object 950 lies: behind its end, where it is put afterwards. */
function waitingBehindTheEnd(): Buffer {
  const place = 60_000
  const pdf = handMade({ ...OBJECTS, 3: page(plain).replace('4 0 R', '[4 0 R 950 0 R]') }, '/Info 6 0 R')
  const text = pdf
    .toString('latin1')
    .replace('65535 f \n', (found) => `${found}950 1\n${String(place).padStart(10, '0')} 00000 n \n`)
  const base = handSigned(Buffer.from(text, 'latin1'), by(pki.person))
  return Buffer.concat([
    base,
    Buffer.alloc(place - base.length, ' '),
    Buffer.from(
      '950 0 obj\n<< /Length 45 >>\nstream\nBT /F1 24 Tf 72 700 Td (So 13/QD-UBND) Tj ET  \nendstream\nendobj\n',
    ),
    Buffer.from(sameEnd(base)),
  ])
}

/** An object of the signed file has no end there; what is appended ends it. */
function reachingOverTheEnd(begin: string, end: string): Buffer {
  const pdf = handMade(
    { ...OBJECTS, 3: page(plain).replace('4 0 R', '[4 0 R 8 0 R]'), 8: begin },
    '/Info 6 0 R',
  )
  const base = handSigned(pdf, by(pki.person))
  return Buffer.concat([base, Buffer.from(`${end}\nendobj\n${sameEnd(base)}`)])
}

function renewed(): MadeCertificate {
  return pki.issue({
    file: 'renewed',
    subject: '/C=VN/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=Lê Văn Khác',
    reuseKeyOf: pki.person,
  })
}
/** The signer's attributes and value as they are, the certificate exchanged for another of the same key. */
function resigned(pdf: Buffer, other: MadeCertificate): Uint8Array {
  const signer = parseCms(contentsOf(pdf)).signers[0]
  if (signer?.signedBytes === undefined) throw new Error('no attributes')
  const certificate = readElement(other.der).children[0]?.children ?? []
  const sha256 = encode(TAG.sequence, encodeOid('2.16.840.1.101.3.4.2.1'))
  const one = encode(TAG.integer, Uint8Array.of(1))
  const info = encode(
    TAG.sequence,
    one,
    encode(TAG.sequence, certificate[3]?.bytes ?? one, certificate[1]?.bytes ?? one),
    signer.digestAlgorithmElement.bytes,
    Buffer.concat([Uint8Array.of(0xa0), signer.signedBytes.subarray(1)]),
    signer.signatureAlgorithmElement.bytes,
    encode(TAG.octetString, signer.signature),
  )
  const data = encode(
    TAG.sequence,
    one,
    encode(TAG.set, sha256),
    encode(TAG.sequence, encodeOid(CMS_OID.data)),
    encodeSetOf([other.der, pki.issuing.der], 0xa0),
    encode(TAG.set, info),
  )
  return encode(TAG.sequence, encodeOid(CMS_OID.signedData), encode(0xa0, data))
}
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
const AUTHORITY = '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc'
const PERSON = '/C=VN/L=Thanh Vân/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu'

/** An authority of the right name and key identifier that the root never saw, and a person of it likewise. */
function lookAlikes(): readonly [person: MadeCertificate, authority: MadeCertificate] {
  const authority = strangers.issue({
    file: 'look-alike-authority',
    subject: AUTHORITY,
    issuer: strangers.root,
    extensions: [
      'basicConstraints = critical, CA:TRUE',
      'keyUsage = critical, keyCertSign',
      `subjectKeyIdentifier = ${hex(parseCertificate(pki.issuing.der).subjectKeyId)}`,
    ],
  })
  const person = strangers.issue({
    file: 'look-alike-person',
    subject: PERSON,
    issuer: authority,
    extensions: [
      'keyUsage = critical, digitalSignature',
      `subjectKeyIdentifier = ${hex(parseCertificate(pki.person.der).subjectKeyId)}`,
    ],
  })
  return [person, authority]
}

/** Signed by the person, who is named by key identifier only; a look-alike's certificate lies first. */
function namedByKeyIdentifier(): Buffer {
  const [lookAlike] = lookAlikes()
  return handSigned(
    plain,
    by(pki.person, {
      contents: (covered) => {
        const cms = opensslCms(covered, pki.person, '-keyid', '-cades')
        return reassembled(cms, { certificates: [lookAlike.der, pki.person.der, pki.issuing.der] })
      },
    }),
  )
}

function opensslCms(covered: Buffer, signer: MadeCertificate, ...options: readonly string[]): Buffer {
  return execFileSync(
    'openssl',
    [
      ...['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER'],
      ...['-signer', signer.certificatePath, '-inkey', signer.keyPath],
      ...['-certfile', pki.issuing.certificatePath, ...options],
    ],
    { input: covered, stdio: ['pipe', 'pipe', 'ignore'] },
  )
}

function forEncryption(): MadeCertificate {
  return pki.issue({
    file: 'encryption',
    subject: PERSON,
    extensions: ['keyUsage = critical, keyEncipherment', 'subjectKeyIdentifier = hash'],
  })
}

function issuedByAPerson(): MadeCertificate {
  return pki.issue({ file: 'issued-by-a-person', subject: '/C=VN/CN=UBND xã Suối Ngọc', issuer: pki.person })
}
describe('files that nobody may call valid', () => {
  test('the moved ranges of a wrapped signature still have the signed digest', async () => {
    const source = memorySource(wrapped())
    const [signature] = (await inspectPdf(source)).signatures
    if (signature?.byteRange === undefined) throw new Error('the forgery bears no signature')
    const digest = Buffer.from(await digestByteRange(source, signature.byteRange, 'sha256'))
    expect(digest.equals(createHash('sha256').update(coveredOf(signed)).digest())).toBe(true)
  })

  test('what they are made from is valid', async () => {
    expect(gist(await judged(signed, trust))).toBe('valid')
    expect(gist(await judged(sealed, trust))).toBe('valid')
    expect(gist(await judged(certified(2), trust))).toBe('valid')
    expect(gist(await judged(handSigned(hybrid(), by(pki.person)), trust))).toBe('valid')
  })

  test('an empty field that the agency fills in its own increment stays valid', async () => {
    const filling = { 7: withEntry(FIELD, '/V (12)') }
    const base = certified(2)
    expect(
      gist(await judged(handSigned(base, by(pki.agency, { fieldName: 'So', objects: filling })), trust)),
    ).toBe('valid')
    const apart = handSigned(appended(base, filling), by(pki.agency, { fieldName: 'So' }))
    expect(gist(await judged(apart, trust))).toBe('valid')
  })

  test('a later version of the format, white space and doubled ends stay valid', async () => {
    const later = appended(signed, { 1: withEntry(root(), '/Version /2.0') })
    expect(gist(await judged(later, trust))).toBe('valid')
    expect(gist(await judged(Buffer.concat([signed, Buffer.from('\r\n \0\n')]), trust))).toBe('valid')
    expect(gist(await judged(Buffer.concat([signed, Buffer.from('%%EOF\n')]), trust))).toBe('valid')
  })

  test.each(Object.keys(ATTACKS))('%s', async (name) => {
    const [expected, forge] = ATTACKS[name] ?? ['', () => signed]
    expect(gist(await judged(forge(), trust))).toBe(expected)
  })
})
