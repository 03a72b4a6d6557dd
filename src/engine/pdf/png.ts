/**
 * PNG files as image XObjects: the office's handwritten signatures and seals. Only what stands in the
 * picture is taken over; colour profiles, texts and other chunks are left out (PNG, third edition;
 * ISO 32000-2, 8.9.5, 11.6.5.2).
 */
import { promisify } from 'node:util'
import { crc32, deflate, inflate } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'
import type { AddObject, NewStream } from './font.ts'
import { predicted, unpredicted } from './filters.ts'
import { PdfDict, PdfName } from './syntax.ts'
import type { PdfRef } from './syntax.ts'
import type { Writable } from './write.ts'

const inflateAsync = promisify(inflate)
const deflateAsync = promisify(deflate)

/** The largest file taken, in bytes. */
const PNG_BYTES_LIMIT = 2_000_000
/** A seal of 36 mm at 600 dpi has 0.7 million. */
const PIXELS_LIMIT = 4_000_000

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** A decoded picture, eight bits per sample, rows from the top. */
export interface Picture {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Grey or red, green, blue. */
  readonly channels: 1 | 3
  /** `width × height × channels` samples; zero where nothing shows. */
  readonly colour: Uint8Array
  /** `width × height` samples, 0 clear to 255 solid; undefined when every pixel is solid. */
  readonly alpha: Uint8Array | undefined
}

/** What the chunks of a file say. */
interface Layout {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly type: ColourType
  readonly palette: Uint8Array | undefined
  readonly transparency: Uint8Array | undefined
  readonly packed: Uint8Array
}

/** Samples per pixel of each colour type: grey, colours, palette, grey with alpha, colours with alpha. */
const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const
type ColourType = keyof typeof SAMPLES
const DEPTHS: Readonly<Record<ColourType, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

function unusable(why: string, cause?: unknown): AppError {
  return new AppError('image/unusable', why, { cause })
}

/**
 * Reads a PNG of any colour type and depth. Interlaced ones are refused.
 *
 * @throws {AppError} `image/unusable`; `image/too-large` over two megabytes or four million pixels
 */
export async function readPng(bytes: Uint8Array): Promise<Picture> {
  const layout = readLayout(bytes)
  const samples = SAMPLES[layout.type]
  const rowBytes = Math.ceil((layout.width * samples * layout.depth) / 8)
  const expected = layout.height * (rowBytes + 1)
  const data = await unpacked(layout.packed, expected)
  if (data.length !== expected) throw unusable('the picture is cut short')
  const rows = unfiltered(data, layout, samples)
  return picture(layout, rows, rowBytes, samples)
}

function readLayout(bytes: Uint8Array): Layout {
  if (bytes.length > PNG_BYTES_LIMIT) throw new AppError('image/too-large', `${String(bytes.length)} bytes`)
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw unusable('not a PNG')
  let header: Pick<Layout, 'width' | 'height' | 'depth' | 'type'> | undefined
  let palette: Uint8Array | undefined
  let transparency: Uint8Array | undefined
  const packed: Uint8Array[] = []
  for (const { name, data } of chunksIn(file)) {
    if (header === undefined) {
      if (name !== 'IHDR') throw unusable('the header is not first')
      header = headerOf(data)
    } else if (name === 'PLTE') palette = data
    else if (name === 'tRNS') transparency = data
    else if (name === 'IDAT') packed.push(data)
    // An upper-case first letter marks what must be understood.
    else if (/^[A-Z]/.test(name)) throw unusable('a chunk that must be understood is unknown')
  }
  if (header === undefined || packed.length === 0) throw unusable('the picture is missing')
  if (header.type === 3 && (palette === undefined || palette.length % 3 !== 0 || palette.length > 768)) {
    throw unusable('the palette is missing')
  }
  return { ...header, palette, transparency, packed: Buffer.concat(packed) }
}

/** The chunks up to the end mark, each with its check sum compared. */
function* chunksIn(file: Buffer): Generator<{ readonly name: string; readonly data: Uint8Array }> {
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at)
    if (length > file.length - at - 12) break
    const end = at + 8 + length
    if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) throw unusable('a chunk is damaged')
    const name = file.toString('latin1', at + 4, at + 8)
    if (name === 'IEND') return
    yield { name, data: file.subarray(at + 8, end) }
    at = end + 4
  }
  throw unusable('the file is cut short')
}

function headerOf(data: Uint8Array): Pick<Layout, 'width' | 'height' | 'depth' | 'type'> {
  if (data.length !== 13) throw unusable('the header has a wrong length')
  const view = Buffer.from(data)
  const width = view.readUInt32BE(0)
  const height = view.readUInt32BE(4)
  const depth = view.readUInt8(8)
  const type = view.readUInt8(9)
  if (width === 0 || height === 0) throw unusable('the picture is empty')
  if (width * height > PIXELS_LIMIT) throw new AppError('image/too-large', `${String(width * height)} pixels`)
  if (!isColourType(type) || !DEPTHS[type].includes(depth)) throw unusable('an unknown colour type')
  if (view.readUInt8(10) !== 0 || view.readUInt8(11) !== 0) throw unusable('an unknown compression')
  if (view.readUInt8(12) !== 0) throw unusable('the picture is interlaced')
  return { width, height, depth, type }
}

function isColourType(type: number): type is ColourType {
  return Object.hasOwn(SAMPLES, type)
}

async function unpacked(packed: Uint8Array, expected: number): Promise<Uint8Array> {
  try {
    return await inflateAsync(packed, { maxOutputLength: expected })
  } catch (cause) {
    throw unusable('the compressed picture is damaged', cause)
  }
}

function unfiltered(data: Uint8Array, layout: Layout, samples: number): Uint8Array {
  const parameters = new PdfDict([
    ['Predictor', 15],
    ['Colors', samples],
    ['BitsPerComponent', layout.depth],
    ['Columns', layout.width],
  ])
  try {
    return unpredicted(data, parameters)
  } catch (cause) {
    throw unusable('the rows are damaged', cause)
  }
}

function picture(layout: Layout, rows: Uint8Array, rowBytes: number, samples: number): Picture {
  const { width, height, depth, type, palette, transparency } = layout
  const channels = type === 0 || type === 4 ? 1 : 3
  const colour = new Uint8Array(width * height * channels)
  const alpha = new Uint8Array(width * height)
  const most = 2 ** depth - 1
  const key = type === 0 || type === 2 ? keyOf(transparency, samples) : undefined
  let row = 0
  const sample = (index: number): number => {
    if (depth === 8) return rows[row + index] ?? 0
    if (depth === 16) return ((rows[row + 2 * index] ?? 0) << 8) | (rows[row + 2 * index + 1] ?? 0)
    const bit = index * depth
    return ((rows[row + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & most
  }
  const eight = (value: number): number => (depth === 16 ? value >> 8 : (value * 255) / most)
  for (let y = 0; y < height; y += 1) {
    row = y * rowBytes
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x
      const first = x * samples
      if (type === 3) {
        const index = sample(first)
        if (palette === undefined || index * 3 >= palette.length)
          throw unusable('a colour is not in the palette')
        alpha[pixel] = transparency?.[index] ?? 255
        if (alpha[pixel] === 0) continue
        colour.set(palette.subarray(index * 3, index * 3 + 3), pixel * 3)
        continue
      }
      const isKey = key?.every((value, channel) => sample(first + channel) === value) === true
      alpha[pixel] = type === 4 || type === 6 ? eight(sample(first + channels)) : isKey ? 0 : 255
      // What does not show is not kept: it costs bytes, and might be what somebody wanted to hide.
      if (alpha[pixel] === 0) continue
      for (let channel = 0; channel < channels; channel += 1) {
        colour[pixel * channels + channel] = eight(sample(first + channel))
      }
    }
  }
  return { width, height, channels, colour, alpha: alpha.every((value) => value === 255) ? undefined : alpha }
}

/** The one colour that is clear, where the file has neither palette nor alpha samples. */
function keyOf(transparency: Uint8Array | undefined, samples: number): readonly number[] | undefined {
  if (transparency?.length !== samples * 2) return undefined
  const view = Buffer.from(transparency)
  return Array.from({ length: samples }, (_, channel) => view.readUInt16BE(channel * 2))
}

/** Adds a picture as an image XObject, with a soft mask where something is clear, and returns it. */
export async function addPicture(source: Picture, add: AddObject): Promise<PdfRef> {
  const { width, height, channels, colour, alpha } = source
  const mask = alpha === undefined ? undefined : add(await imageStream(width, height, 1, alpha, []))
  return add(
    await imageStream(width, height, channels, colour, mask === undefined ? [] : [['SMask', mask] as const]),
  )
}

async function imageStream(
  width: number,
  height: number,
  channels: 1 | 3,
  plane: Uint8Array,
  more: readonly (readonly [string, Writable])[],
): Promise<NewStream> {
  return {
    dict: new Map<string, Writable>([
      ['Type', new PdfName('XObject')],
      ['Subtype', new PdfName('Image')],
      ['Width', width],
      ['Height', height],
      ['ColorSpace', new PdfName(channels === 1 ? 'DeviceGray' : 'DeviceRGB')],
      ['BitsPerComponent', 8],
      ...more,
      ['Filter', new PdfName('FlateDecode')],
      [
        'DecodeParms',
        new Map<string, Writable>([
          ['Predictor', 15],
          ['Colors', channels],
          ['Columns', width],
        ]),
      ],
    ]),
    data: await deflateAsync(filtered(plane, width * channels, channels), { level: 9 }),
  }
}

const FILTERS = [0, 1, 2, 4]

/** Each row by the filter that leaves the smallest numbers, as the PNG specification advises (12.7). */
function filtered(plane: Uint8Array, rowBytes: number, pixel: number): Uint8Array {
  const height = plane.length / rowBytes
  const result = new Uint8Array(height * (rowBytes + 1))
  const tried = new Uint8Array(rowBytes)
  for (let row = 0; row < height; row += 1) {
    const from = row * rowBytes
    let least = Infinity
    for (const filter of FILTERS) {
      let sum = 0
      for (let column = 0; column < rowBytes && sum < least; column += 1) {
        const at = from + column
        const left = column >= pixel ? (plane[at - pixel] ?? 0) : 0
        const above = row > 0 ? (plane[at - rowBytes] ?? 0) : 0
        const corner = row > 0 && column >= pixel ? (plane[at - rowBytes - pixel] ?? 0) : 0
        const difference = ((plane[at] ?? 0) - predicted(filter, left, above, corner)) & 255
        tried[column] = difference
        sum += difference < 128 ? difference : 256 - difference
      }
      if (sum >= least) continue
      least = sum
      result[row * (rowBytes + 1)] = filter
      result.set(tried, row * (rowBytes + 1) + 1)
    }
  }
  return result
}
