import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { decodeStream } from '../../src/engine/pdf/filters.ts'
import { PdfDict, PdfParser } from '../../src/engine/pdf/syntax.ts'
import { textOfValue } from '../../src/engine/pdf/write.ts'
import { AppError } from '../../src/shared/errors.ts'
import { handMade, PLAIN_OBJECTS, workFolder } from './samples.ts'

const folder = workFolder()
afterAll(() => {
  folder.remove()
})

/** LZW with a table that grows, as ISO 32000-2, 7.4.4.2 describes it; cleared when it is full. */
function lzw(bytes: Uint8Array, early = 1): Buffer {
  const bits: string[] = []
  let table = new Map<string, number>()
  let next = 258
  let width = 9
  const put = (code: number) => bits.push(code.toString(2).padStart(width, '0'))
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : table.get(text))
  const clear = () => {
    put(256)
    table = new Map()
    next = 258
    width = 9
  }
  clear()
  let held = ''
  for (const character of Buffer.from(bytes).toString('latin1')) {
    if (codeOf(held + character) !== undefined) {
      held += character
      continue
    }
    put(codeOf(held) ?? 0)
    table.set(held + character, next)
    next += 1
    // The reader's table is one entry behind ours.
    if (next - 1 + early >= 1 << width && width < 12) width += 1
    if (next >= 4094) clear()
    held = character
  }
  if (held !== '') put(codeOf(held) ?? 0)
  put(257)
  const text = bits.join('')
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)))
}

/** Zeros without end in few bytes: every code is the one just being made, and the table is filled `times` over. */
function lzwOfZeros(times: number): Buffer {
  const bits: string[] = []
  for (let time = 0; time < times; time += 1) {
    bits.push((256).toString(2).padStart(time === 0 ? 9 : 12, '0'), '000000000')
    for (let code = 258, width = 9; code < 4095; code += 1) {
      bits.push(code.toString(2).padStart(width, '0'))
      if (code + 2 >= 1 << width && width < 12) width += 1
    }
  }
  return Buffer.from(
    (bits.join('').match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)),
  )
}

/** A stream's dictionary, spelled out. */
function dict(text: string): PdfDict {
  const value = new PdfParser(Buffer.from(text, 'latin1'), undefined, true).value()
  if (!(value instanceof PdfDict)) throw new Error('no dictionary')
  return value
}

async function decoded(entries: string, data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
  return Buffer.from(await decodeStream(dict(`<< ${entries} >>`), bytes)).toString('latin1')
}

describe('data that are coded', () => {
  test.each<[string, string, Uint8Array | string, string]>([
    ['not at all', '', 'plain', 'plain'],
    [
      'hexadecimal digits, white space and an odd end',
      '/Filter /ASCIIHexDecode',
      '48 65\n6C6c 6> 41',
      'Hell`',
    ],
    ['base 85', '/Filter [/ASCII85Decode]', '9jqo^ Blb\nD-9jqo~>', 'Man is dMan'],
    ['base 85 with its short name and four zeros', '/Filter /A85', 'z!!~>', '\0\0\0\0\0'],
    ['runs', '/Filter /RunLengthDecode', Uint8Array.of(2, 97, 98, 99, 254, 120, 128, 9), 'abcxxx'],
    [
      'Flate within hexadecimal digits',
      '/Filter [/AHx /Fl]',
      `${deflateSync('xa Suoi Ngoc').toString('hex')}>`,
      'xa Suoi Ngoc',
    ],
    // The example of ISO 32000-2, 7.4.4.2.
    ['LZW', '/Filter /LZWDecode', Buffer.from('800B6050220C0C8501', 'hex'), '-----A---B'],
    [
      'TIFF rows of two components',
      '/Filter /Fl /DecodeParms << /Predictor 2 /Colors 2 /Columns 2 >>',
      deflateSync(Uint8Array.of(65, 97, 1, 1, 66, 98, 1, 1)),
      'AaBbBbCc',
    ],
  ])('%s', async (_, entries, data, expected) => {
    expect(await decoded(entries, data)).toBe(expected)
  })

  test.each([0, 1])(
    'LZW whose table grows, and is cleared when it is full (EarlyChange %i)',
    async (early) => {
      const entries = `/Filter /LZWDecode /DecodeParms << /EarlyChange ${String(early)} >>`
      const words = fc.array(fc.constantFrom('a', 'ab', 'xã ', 'Suối', '\0', 'aaaaaa'), { maxLength: 3000 })
      await fc.assert(
        fc.asyncProperty(words, async (parts) => {
          const data = Buffer.from(parts.join(''))
          expect(
            Buffer.from(await decodeStream(dict(`<< ${entries} >>`), lzw(data, early))).equals(data),
          ).toBe(true)
        }),
        { numRuns: 10 },
      )
      // What the test packs is LZW: qpdf unpacks it too.
      const data = Buffer.from(Array.from({ length: 9000 }, (_, at) => `${String(at * 7919)} `).join(''))
      const packed = lzw(data, early)
      writeFileSync(
        folder.path('lzw.pdf'),
        handMade({ ...PLAIN_OBJECTS, 4: { dict: entries, data: packed } }),
      )
      const shown = execFileSync(
        'qpdf',
        ['--show-object=4', '--filtered-stream-data', folder.path('lzw.pdf')],
        {
          maxBuffer: 1 << 24,
        },
      )
      expect(shown.equals(data)).toBe(true)
      expect(Buffer.from(await decodeStream(dict(`<< ${entries} >>`), packed)).equals(data)).toBe(true)
    },
  )

  test.each<[string, string, Uint8Array | string]>([
    ['hexadecimal digits that are none', '/Filter /ASCIIHexDecode', '4x>'],
    ['a byte outside base 85', '/Filter /ASCII85Decode', '9jqo\x7f~>'],
    ['a base 85 group too large', '/Filter /ASCII85Decode', 'uuuuu~>'],
    ['one letter of base 85', '/Filter /ASCII85Decode', '9~>'],
    ['an LZW code not made yet', '/Filter /LZWDecode', Buffer.from('804b00', 'hex')],
    ['Flate data that are none', '/Filter /FlateDecode', 'none'],
    ['the filter of a picture', '/Filter /DCTDecode', 'x'],
    ['the name of something every object has', '/Filter /constructor', 'x'],
    ['five filters', '/Filter [/AHx /AHx /AHx /AHx /AHx]', '>'],
    [
      'TIFF rows of bits',
      '/Filter /Fl /DecodeParms << /Predictor 2 /BitsPerComponent 1 >>',
      deflateSync('x'),
    ],
  ])('refused: %s', async (_, entries, data) => {
    await expect(decoded(entries, data)).rejects.toThrow(AppError)
  })

  test('nothing unpacks without bound', async () => {
    const flate = deflateSync(Buffer.alloc(33 << 20), { level: 1 })
    await expect(decoded('/Filter /Fl', flate)).rejects.toMatchObject({ code: 'pdf/too-large' })
    const runs = Buffer.alloc((1 << 19) + 4, 129)
    await expect(decoded('/Filter [/RL]', runs)).rejects.toMatchObject({ code: 'pdf/too-large' })
    const zeros = lzwOfZeros(5)
    await expect(decoded('/Filter /LZW', zeros)).rejects.toMatchObject({ code: 'pdf/too-large' })
  }, 240_000)
})

describe('numbers are written as they were read', () => {
  test.each([
    ['595.303937007874', '595.303937007874'],
    ['-.00000000012', '-0.00000000012'],
    ['0.000000123456789', '0.000000123456789'],
    ['1000000000000000000000000', '1000000000000000000000000'],
    ['123456789012345678901234567890.5', '123456789012345680000000000000'],
    ['-0.0', '0'],
    ['+17', '17'],
    ['4.', '4'],
  ])('%s', (text, expected) => {
    const read = (spelled: string) => new PdfParser(Buffer.from(spelled, 'latin1'), undefined, true).value()
    const written = textOfValue(read(text))
    expect(written).toBe(expected)
    // Minus nothing is nothing: the same to every reader.
    expect(Number(read(written)) + 0).toBe(Number(read(text)) + 0)
  })
})
