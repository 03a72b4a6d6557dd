import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import type { PdfSignature } from '../../src/engine/pdf/inspect.ts'
import { digestByteRange, memorySource } from '../../src/engine/pdf/source.ts'
import {
  appended,
  BLOCK_LINES,
  FONT,
  ghostscriptPdf,
  handMade,
  hybrid,
  PLAIN_OBJECTS,
  qpdf,
  sign,
  workFolder,
} from './samples.ts'
import type { NewObjects, WorkFolder } from './samples.ts'

let folder: WorkFolder
/** PLAIN_OBJECTS, signed with a visible block. The catalogue is 1, the page 3, its content 4, the text field 7. */
let signed: Buffer
let signedButton: Buffer

beforeAll(async () => {
  folder = workFolder()
  signed = await sign(folder, handMade(PLAIN_OBJECTS, '/Info 6 0 R'), {
    appearance: {
      page: 1,
      corner: 'top-right',
      xMm: 15,
      yMm: 10,
      lines: BLOCK_LINES,
      font: FONT,
    },
  })
  const button =
    '<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /T (nut) /Rect [100 600 200 620] /P 3 0 R >>'
  signedButton = await sign(folder, handMade({ ...PLAIN_OBJECTS, 7: button }))
})
afterAll(() => {
  folder.remove()
})

async function signaturesOf(bytes: Uint8Array): Promise<readonly PdfSignature[]> {
  return (await inspectPdf(memorySource(bytes))).signatures
}

/** The signature of the sample, which must still exist. */
async function firstOf(bytes: Uint8Array): Promise<PdfSignature> {
  const first = (await signaturesOf(bytes)).find(({ fieldName }) => fieldName === 'Signature1')
  if (first === undefined) throw new Error('the signature is gone')
  return first
}

/** Kinds of the changes that are not allowed. */
async function forbidden(bytes: Uint8Array): Promise<string[]> {
  const { changesAfter } = await firstOf(bytes)
  return [...new Set(changesAfter.filter(({ allowed }) => !allowed).map(({ kind }) => kind))].sort()
}

/** An object as it stands in the signed document, for a forger to start from. */
function objectOf(bytes: Buffer, number: number): string {
  const text = bytes.toString('latin1')
  const found = [
    ...text.matchAll(new RegExp(`(?<!\\d)${String(number)} 0 obj\\n([\\s\\S]*?)\\nendobj`, 'g')),
  ].at(-1)?.[1]
  if (found === undefined) throw new Error(`the sample has no object ${String(number)}`)
  return found
}

/** The number of the object whose text matches. */
function numberOf(bytes: Buffer, pattern: RegExp): number {
  const objects = [...bytes.toString('latin1').matchAll(/(?<!\d)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)]
  const found = objects.find(([, , body = '']) => pattern.test(body))
  if (found === undefined) throw new Error('the sample has no such object')
  return Number(found[1])
}

const withEntry = (dictionary: string, entry: string) => dictionary.replace(/>>$/, `${entry} >>`)
const FORGED: NewObjects[number] = { dict: '', data: 'BT /F1 24 Tf 72 700 Td (So 13/QD-UBND) Tj ET' }

describe('a document', () => {
  test('says its pages and its title', async () => {
    const bytes = handMade({ ...PLAIN_OBJECTS, 6: '<< /Title <FEFF0051007500791EBF0074> >>' }, '/Info 6 0 R')
    expect(await inspectPdf(memorySource(bytes))).toEqual({
      encrypted: false,
      repaired: false,
      pages: 1,
      title: 'Quyết',
      signatures: [],
    })
  })

  test('that is encrypted says so and nothing else', async () => {
    ghostscriptPdf(folder, 'gs.pdf')
    const bytes = qpdf(folder, 'gs.pdf', 'secret.pdf', '--encrypt', '', 'owner', '256', '--')
    expect(await inspectPdf(memorySource(bytes))).toMatchObject({ encrypted: true, pages: 0, signatures: [] })
  })

  test('whose cross-reference is broken is read by scanning it', async () => {
    ghostscriptPdf(folder, 'gs.pdf')
    const broken = Buffer.from(qpdf(folder, 'gs.pdf', 'objstm.pdf', '--object-streams=generate'))
    broken.write('startxref\n7 ', broken.lastIndexOf('startxref'))
    expect(await inspectPdf(memorySource(broken))).toMatchObject({ repaired: true, pages: 2 })
  })

  test('with a lying stream length, a hybrid cross-reference or junk before its header is read', async () => {
    expect(await inspectPdf(memorySource(hybrid()))).toMatchObject({ repaired: false, pages: 1 })
    const plain = handMade({ ...PLAIN_OBJECTS, 4: '<< /Length 99999 >>\nstream\nBT ET\nendstream' })
    expect(await inspectPdf(memorySource(plain))).toMatchObject({ repaired: false, pages: 1 })
    const junk = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), plain])
    expect(await inspectPdf(memorySource(junk))).toMatchObject({ repaired: false, pages: 1 })
  })
})

describe('allowed after a signature', () => {
  test('nothing: the signature covers the whole file', async () => {
    const signature = await firstOf(signed)
    expect(signature).toMatchObject({
      coverage: { kind: 'whole' },
      byteRangeProblem: undefined,
      bytesAfter: 0,
    })
    expect(signature.changesAfter).toEqual([])
  })

  test('white space that changes nothing is counted and no change', async () => {
    const signature = await firstOf(Buffer.concat([signed, Buffer.from('\n\n   \n')]))
    expect(signature).toMatchObject({
      coverage: { kind: 'revision', revision: 2 },
      bytesAfter: 6,
      changesAfter: [],
    })
  })

  test('a filled form field', async () => {
    const filled = withEntry(objectOf(signed, 7), '/V (12) /AP << /N 900 0 R >>')
    const bytes = appended(signed, {
      7: filled,
      900: { dict: '/Type /XObject /Subtype /Form /BBox [0 0 9 9]', data: '' },
    })
    expect(await forbidden(bytes)).toEqual([])
    expect((await firstOf(bytes)).changesAfter.map(({ kind }) => kind)).toEqual(['form-field', 'form-field'])
  })

  test('validation data and a changed title', async () => {
    const bytes = appended(signed, {
      1: withEntry(objectOf(signed, 1), '/DSS 900 0 R'),
      6: '<< /Title (Another) >>',
      900: '<< /Type /DSS /Certs [901 0 R] /VRI << /0123456789ABCDEF0123456789ABCDEF01234567 << /Cert [901 0 R] >> >> >>',
      901: { dict: '', data: 'certificate' },
    })
    expect(await forbidden(bytes)).toEqual([])
    expect((await firstOf(bytes)).changesAfter.map(({ kind }) => kind).sort()).toEqual([
      'dss',
      'dss',
      'dss',
      'metadata',
    ])
    const more = appended(bytes, {
      900: '<< /Type /DSS /Certs [901 0 R 902 0 R] >>',
      902: { dict: '', data: 'another' },
    })
    expect(await forbidden(more)).toEqual([])
  })

  test('three further signatures, and each knows how far it reaches', async () => {
    let bytes = signed
    for (const name of ['So', 'Ngay', 'Dau']) bytes = await sign(folder, bytes, { fieldName: name })
    const signatures = await signaturesOf(bytes)
    expect(signatures.map(({ fieldName }) => fieldName)).toEqual(['Signature1', 'So', 'Ngay', 'Dau'])
    expect(
      signatures.map(({ coverage }) => (coverage.kind === 'whole' ? 'whole' : coverage.revision)),
    ).toEqual([2, 3, 4, 'whole'])
    expect(signatures.flatMap(({ changesAfter }) => changesAfter).filter(({ allowed }) => !allowed)).toEqual(
      [],
    )
  })

  test('a signature by another program in a field that was there empty', async () => {
    const withField = handMade({
      ...PLAIN_OBJECTS,
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R 8 0 R] >> >>',
      8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (dau) /Rect [0 0 0 0] /P 3 0 R >>',
    })
    const bytes = appended(await sign(folder, withField), {
      8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (dau) /Rect [0 0 0 0] /P 3 0 R /V 900 0 R >>',
      900: '<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <3000> >>',
    })
    const [first, second] = await signaturesOf(bytes)
    expect([first?.fieldName, second?.fieldName].sort()).toEqual(['Signature1', 'dau'])
    const ours = (await signaturesOf(bytes)).find(({ fieldName }) => fieldName === 'Signature1')
    expect(ours?.changesAfter.every(({ allowed }) => allowed)).toBe(true)
  })
})

describe('a change after a signature is recognised', () => {
  const page = () => objectOf(signed, 3)
  const root = () => objectOf(signed, 1)
  const widget = () => numberOf(signed, /\/FT \/Sig/)
  const value = () => numberOf(signed, /\/Type \/Sig/)

  const attacks: Readonly<Record<string, [kinds: readonly string[], forge: () => Buffer]>> = {
    'the content of a page is replaced': [['content'], () => appended(signed, { 4: FORGED })],
    'the page points to other content': [
      ['content'],
      () => appended(signed, { 3: page().replace('4 0 R', '900 0 R'), 900: FORGED }),
    ],
    'the page points to other resources': [
      ['content'],
      () => appended(signed, { 3: page().replace(/\/Resources << .*? >> >>/, '/Resources << >>') }),
    ],
    'a font is replaced': [['content'], () => appended(signed, { 5: '<< /Type /Font /Subtype /Type3 >>' })],
    'the page is turned': [['page'], () => appended(signed, { 3: withEntry(page(), '/Rotate 180') })],
    'the page is cropped': [
      ['page'],
      () => appended(signed, { 3: withEntry(page(), '/CropBox [0 0 100 100]') }),
    ],
    'a page is added': [
      ['page'],
      () =>
        appended(signed, {
          2: '<< /Type /Pages /Kids [3 0 R 900 0 R] /Count 2 /MediaBox [0 0 595 842] >>',
          900: '<< /Type /Page /Parent 2 0 R /Contents 901 0 R >>',
          901: FORGED,
        }),
    ],
    'the catalogue points to other pages': [
      ['page'],
      () =>
        appended(signed, {
          1: root().replace('/Pages 2 0 R', '/Pages 900 0 R'),
          900: '<< /Type /Pages /Kids [901 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
          901: '<< /Type /Page /Parent 900 0 R /Contents 902 0 R >>',
          902: FORGED,
        }),
    ],
    'the trailer points to another catalogue': [
      ['other'],
      () => appended(signed, { 900: root() }, '900 0 R'),
    ],
    'a page is removed from use': [['page'], () => appended(signed, { 3: 'null' })],
    'an annotation is laid over the page': [
      ['annotation'],
      () =>
        appended(signed, {
          3: page().replace('/Annots [', '/Annots [900 0 R '),
          900: '<< /Type /Annot /Subtype /FreeText /Rect [72 690 300 720] /Contents (So 13) /DA (/F1 24 Tf) >>',
        }),
    ],
    'an annotation is removed': [
      ['annotation'],
      () => appended(signed, { 3: page().replace('/Annots [7 0 R', '/Annots [') }),
    ],
    'an action opens with the document': [
      ['action'],
      () => appended(signed, { 1: withEntry(root(), '/OpenAction << /S /JavaScript /JS (app.alert) >>') }),
    ],
    'an action is put on the page': [
      ['action'],
      () => appended(signed, { 3: withEntry(page(), '/AA << /O << /S /URI /URI (http://x) >> >>') }),
    ],
    'an action is put on the text field': [
      ['action'],
      () => appended(signed, { 7: withEntry(objectOf(signed, 7), '/A << /S /URI /URI (http://x) >>') }),
    ],
    'the text field is moved': [
      ['form-field'],
      () => appended(signed, { 7: objectOf(signed, 7).replace('[100 600 200 620]', '[72 690 300 720]') }),
    ],
    'a text field is added': [
      ['form-field'],
      () =>
        appended(signed, {
          1: root().replace('/Fields [', '/Fields [900 0 R '),
          900: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (them) /Rect [72 690 300 720] >>',
        }),
    ],
    'optional content is added': [
      ['other'],
      () => appended(signed, { 1: withEntry(root(), '/OCProperties << /OCGs [] /D << >> >>') }),
    ],
    'the drawing of the signature is replaced': [
      ['signature'],
      () =>
        appended(signed, {
          [numberOf(signed, /\/Subtype \/Form/)]: {
            dict: '/Type /XObject /Subtype /Form /BBox [0 0 200 50]',
            data: '',
          },
        }),
    ],
    'the widget of the signature shows something else': [
      ['signature'],
      () =>
        appended(signed, {
          [widget()]: objectOf(signed, widget()).replace(/\/AP << \/N \d+ 0 R >>/, '/AP << /N 900 0 R >>'),
          900: { dict: '/Type /XObject /Subtype /Form /BBox [0 0 200 50]', data: '' },
        }),
    ],
    'the reason of the signature is changed by copying it': [
      ['signature'],
      () => appended(signed, { [value()]: withEntry(objectOf(signed, value()), '/Reason (other)') }),
    ],
    'a field without a signature shows something': [
      ['form-field', 'signature'],
      () =>
        appended(signed, {
          1: root().replace('/Fields [', '/Fields [900 0 R '),
          900: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (gia) /Rect [72 690 300 720] /AP << /N 901 0 R >> >>',
          901: { dict: '/Type /XObject /Subtype /Form /BBox [0 0 200 50]', data: '' },
        }),
    ],
    'a field borrows the signature of another': [
      ['form-field', 'signature'],
      () =>
        appended(signed, {
          1: root().replace('/Fields [', '/Fields [900 0 R '),
          900: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (gia) /Rect [72 690 300 720] /V ${String(value())} 0 R >>`,
        }),
    ],
    'a document time stamp shows something': [
      ['form-field', 'signature'],
      () =>
        appended(signed, {
          1: root().replace('/Fields [', '/Fields [900 0 R '),
          900: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (gia) /Rect [72 690 300 720] /V 901 0 R /AP << /N 902 0 R >> >>',
          901: '<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <3000> >>',
          902: { dict: '/Type /XObject /Subtype /Form /BBox [0 0 200 50]', data: '' },
        }),
    ],
    'the number of the page object gets another generation': [
      ['page'],
      () =>
        Buffer.from(
          appended(signed, { 3: page() })
            .toString('latin1')
            .replace(/3 0 obj(?![\s\S]*3 0 obj)/, '3 1 obj')
            .replace(/(3 1\n\d{10}) 00000 n(?![\s\S]*00000 n)/, '$1 00001 n'),
          'latin1',
        ),
    ],
    'a push button gets another drawing': [
      ['form-field'],
      () =>
        appended(signedButton, {
          7: withEntry(objectOf(signedButton, 7), '/AP << /N 900 0 R >>'),
          900: { dict: '/Type /XObject /Subtype /Form /BBox [0 0 9 9]', data: '' },
        }),
    ],
    'old readers are shown another document by a hybrid section': [
      ['other'],
      () => appended(signed, { 900: '<< /X 1 >>' }, '1 0 R', '/XRefStm 900'),
    ],
    'a signature field brings an action': [
      ['form-field', 'signature'],
      () =>
        appended(signed, {
          1: root().replace('/Fields [', '/Fields [900 0 R '),
          900: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (gia) /Rect [0 0 0 0] /V 901 0 R /AA << /E << /S /URI >> >> >>',
          901: '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <3000> >>',
        }),
    ],
    'content hides behind an object stream': [
      ['content'],
      () => {
        const packed = deflateSync(Buffer.from('5 0 << /Type /Font /Subtype /Type3 >>'))
        const start = signed.length
        const container = Buffer.concat([
          Buffer.from(
            `900 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${String(packed.length)} >>\nstream\n`,
          ),
          packed,
          Buffer.from('\nendstream\nendobj\n'),
        ])
        const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(signed.subarray(-40).toString('latin1'))?.[1] ?? ''
        const rows = Buffer.from([2, 0, 0, 3, 132, 0, 1, 0, 0, 0, 0, 0])
        rows.writeUInt32BE(900, 1)
        rows.writeUInt32BE(start, 7)
        const at = start + container.length
        return Buffer.concat([
          signed,
          container,
          Buffer.from(
            `901 0 obj\n<< /Type /XRef /W [1 4 1] /Index [5 1 900 1] /Size 902 /Root 1 0 R /Prev ${previous} /Length 12 >>\nstream\n`,
          ),
          rows,
          Buffer.from(`\nendstream\nendobj\nstartxref\n${String(at)}\n%%EOF\n`),
        ])
      },
    ],
    'objects are appended that only a repairing reader would see': [
      ['other'],
      () =>
        Buffer.concat([signed, Buffer.from('4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\n')]),
    ],
    'the cross-reference is broken on purpose': [
      ['other'],
      () =>
        Buffer.concat([
          signed,
          Buffer.from('4 0 obj\n<< /Length 5 >>\nstream\nBT ET\nendstream\nendobj\nstartxref\n5\n%%EOF\n'),
        ]),
    ],
    'another catalogue lies in the file unused': [
      ['page'],
      () => appended(signed, { 900: '<< /Type /Catalog /Pages 2 0 R >>' }),
    ],
  }

  test.each(Object.keys(attacks))('%s', async (name) => {
    const [kinds, forge] = attacks[name] ?? [[], () => signed]
    expect(await forbidden(forge())).toEqual(kinds)
  })

  test('an encryption is put over it: the document is refused as encrypted', async () => {
    const bytes = appended(signed, {}, '1 0 R', '/Encrypt << /Filter /Standard >>')
    expect(await inspectPdf(memorySource(bytes))).toMatchObject({ encrypted: true, signatures: [] })
  })

  test('a reference that was empty when signed is filled later', async () => {
    const prepared = handMade({
      ...PLAIN_OBJECTS,
      3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 950 0 R] >>',
    })
    expect(await forbidden(appended(await sign(folder, prepared), { 950: FORGED }))).toEqual(['content'])
  })

  test('a list of the signed document that is two things at once is not rewritten as the harmless one', async () => {
    const prepared = handMade({
      ...PLAIN_OBJECTS,
      1: '<< /Type /Catalog /Pages 2 0 R /DSS << /Certs 8 0 R >> >>',
      3: '<< /Type /Page /Parent 2 0 R /Contents 8 0 R >>',
      8: '[ 4 0 R ]',
    })
    const forged = appended(await sign(folder, prepared), { 8: '[ 4 0 R 900 0 R ]', 900: FORGED })
    expect((await forbidden(forged)).length).toBeGreaterThan(0)
  })

  test('fields are filled though a certification or a lock forbids it', async () => {
    const certified = (entries: string) =>
      handMade({
        ...PLAIN_OBJECTS,
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R 8 0 R] >> >>',
        8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (chungthuc) /Rect [0 0 0 0] /V 9 0 R >>',
        9: `<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< ${entries} >>] >>`,
      })
    const fill = {
      7: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /Rect [100 600 200 620] /P 3 0 R /V (13) >>',
    }
    const changes = async (entries: string) => {
      const original = certified(entries)
      // The certification of the sample is given the range it would have, so that its own state is known.
      const [start, end] = [original.indexOf('<00>'), original.indexOf('<00>') + 4]
      const range = `[0 ${String(start)} ${String(end)} ${String(original.length - end)}]`
      const text = original.toString('latin1').replace('[0 1 2 3]', range)
      const shift = range.length - '[0 1 2 3]'.length
      const fitted = certified(entries).toString('latin1').length + shift
      const exact = text.replace(
        range,
        `[0 ${String(start + shift)} ${String(end + shift)} ${String(fitted - end - shift)}]`,
      )
      const [signature] = await signaturesOf(appended(repointed(exact), fill))
      return signature?.changesAfter.map(({ kind, allowed }) => `${kind} ${String(allowed)}`)
    }
    expect(await changes('/TransformMethod /DocMDP /TransformParams << /P 2 >>')).toEqual(['form-field true'])
    expect(await changes('/TransformMethod /DocMDP /TransformParams << /P 1 >>')).toEqual([
      'form-field false',
    ])
    expect(
      await changes('/TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields [(so)] >>'),
    ).toEqual(['form-field false'])
    expect(
      await changes('/TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields [(ngay)] >>'),
    ).toEqual(['form-field true'])
  })

  /** Moves startxref of a sample whose body was edited to where its table now is. */
  function repointed(text: string): Buffer {
    const at = text.lastIndexOf('xref\n0 1')
    return Buffer.from(text.replace(/startxref\n\d+/, `startxref\n${String(at)}`), 'latin1')
  }

  test('the signature is taken out of the form: it is still found on its page', async () => {
    const bytes = appended(signed, { 1: '<< /Type /Catalog /Pages 2 0 R >>' })
    expect(await forbidden(bytes)).toEqual(['form-field'])
  })

  test('the signature is taken out altogether: the document counts as unsigned', async () => {
    const bytes = appended(signed, {
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>',
    })
    expect(await signaturesOf(bytes)).toEqual([])
  })
})

describe('a byte range that does not cover what it seems to', () => {
  /** Rewrites the range in place, with the same width. */
  function withRange(
    change: (range: readonly [number, number, number, number]) => readonly number[],
  ): Buffer {
    const text = signed.toString('latin1')
    const [whole, a = '', b = '', c = '', d = ''] =
      /\/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+)\]/.exec(text) ?? []
    if (whole === undefined) throw new Error('the sample has no range')
    const numbers = change([Number(a), Number(b), Number(c), Number(d)]).join(' ')
    return Buffer.from(
      text.replace(whole, `/ByteRange [${numbers}`.padEnd(whole.length - 1).concat(']')),
      'latin1',
    )
  }

  test.each<[string, (range: readonly [number, number, number, number]) => readonly number[]]>([
    ['does not begin with the file', ([, b, c, d]) => [1, b - 1, c, d]],
    ['leaves out bytes before the contents', ([a, b, c, d]) => [a, b - 20, c, d]],
    ['leaves out bytes after the contents', ([a, b, c, d]) => [a, b, c + 20, d - 20]],
    ['overlaps the contents', ([a, b, c, d]) => [a, b + 20, c, d]],
    ['leaves nothing out', ([a, b, c, d]) => [a, b, b, c - b + d]],
    ['has two numbers', ([a, b]) => [a, b]],
    ['has six numbers', ([a, b, c, d]) => [a, b, c, d, 0, 0]],
    ['reaches behind the end', ([a, b, c, d]) => [a, b, c, d + 1]],
    ['has a negative length', ([a, b, c]) => [a, b, c, -1]],
    ['stops before the end of the revision', ([a, b, c, d]) => [a, b, c, d - 30]],
    ['has an empty second range', ([a, b, c]) => [a, b, c, 0]],
  ])('%s', async (_, change) => {
    expect((await firstOf(withRange(change))).byteRangeProblem).toBeTypeOf('string')
  })

  test('a second /Contents stands in the signature', async () => {
    const text = signed
      .toString('latin1')
      .replace('/SubFilter /ETSI.CAdES.detached', '/Contents <00> /SubFilter /ETSI.x')
    const bytes = Buffer.from(text, 'latin1')
    expect((await firstOf(bytes)).byteRangeProblem).toContain('twice')
  })

  test('other characters stand between the digits', async () => {
    const bytes = Buffer.from(signed)
    bytes.write(' ', bytes.indexOf('/Contents <') + 1000)
    expect((await firstOf(bytes)).byteRangeProblem).toBeTypeOf('string')
  })

  test('the contents are moved into an object of their own', async () => {
    const number = numberOf(signed, /\/Type \/Sig/)
    const forged = objectOf(signed, number).replace(/\/Contents <[0-9a-f]+>/, '/Contents 900 0 R')
    expect(
      (await firstOf(appended(signed, { [number]: forged, 900: '<3000>' }))).byteRangeProblem,
    ).toBeTypeOf('string')
  })

  test('a changed signature dictionary wraps the signed bytes', async () => {
    // The old bytes stay where they were; the dictionary that readers see is a new one with other ranges.
    const number = numberOf(signed, /\/Type \/Sig/)
    const forged = appended(signed, { 4: FORGED, [number]: objectOf(signed, number) })
    expect((await firstOf(forged)).byteRangeProblem).toBeTypeOf('string')
  })
})

test('the contents are the CMS without its padding', async () => {
  const { contents, byteRange } = await firstOf(signed)
  if (byteRange === undefined) throw new Error('no range')
  writeFileSync(folder.path('contents.der'), contents)
  const [, firstLength, second] = byteRange
  writeFileSync(
    folder.path('covered'),
    Buffer.concat([signed.subarray(0, firstLength), signed.subarray(second)]),
  )
  execFileSync(
    'openssl',
    [
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      folder.path('contents.der'),
      '-content',
      folder.path('covered'),
    ].concat(['-CAfile', folder.path('certificate.pem'), '-purpose', 'any', '-out', folder.path('verified')]),
    { stdio: 'ignore' },
  )
  expect(readFileSync(folder.path('verified')).length).toBe(firstLength + signed.length - second)
  const digest = await digestByteRange(memorySource(signed), byteRange, 'sha256')
  expect(Buffer.from(contents).includes(Buffer.from(digest))).toBe(true)
})
