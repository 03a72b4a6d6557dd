/** PNG files made by the tests, and what of them is found on a drawn page. */
import { spawnSync } from 'node:child_process'
import { crc32, deflateSync } from 'node:zlib'

/** One pixel: red, green, blue, alpha. */
export type Pixel = readonly [number, number, number, number]

export function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** The chunks of a PNG put together: header, whatever else, unfiltered rows, end. */
export function pngOf(
  header: { width: number; height: number; depth: number; type: number; interlace?: number },
  rows: Uint8Array,
  ...more: readonly Buffer[]
): Buffer {
  const ihdr = Buffer.alloc(13)
  ihdr.writeUInt32BE(header.width, 0)
  ihdr.writeUInt32BE(header.height, 4)
  ihdr.set([header.depth, header.type, 0, 0, header.interlace ?? 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', ihdr),
    ...more,
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** An RGBA picture, pixel by pixel. */
export function painted(width: number, height: number, pixelAt: (x: number, y: number) => Pixel): Buffer {
  const rows = Buffer.alloc(height * (width * 4 + 1))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows.set(pixelAt(x, y), y * (width * 4 + 1) + 1 + x * 4)
  }
  return pngOf({ width, height, depth: 8, type: 6 }, rows)
}

/** Ink within `reach` of a line, with a soft edge. */
function ink(distance: number, reach: number): number {
  return Math.round(255 * Math.max(0, Math.min(1, reach - distance)))
}

/** A blue stroke that touches all four edges of its picture. */
export function handwriting(): Buffer {
  const [width, height] = [400, 200]
  const points = Array.from({ length: 2000 }, (_, step) => {
    const t = step / 1999
    return {
      x: 3 + (width - 7) * t,
      y: (height - 1) / 2 + ((height - 7) / 2) * Math.sin(t * 23) * Math.sin(t * 5) ** 2,
    }
  })
  const top = points.reduce((a, b) => (a.y < b.y ? a : b)).y
  const bottom = points.reduce((a, b) => (a.y > b.y ? a : b)).y
  const spread = points.map(({ x, y }) => ({ x, y: 3 + ((y - top) / (bottom - top)) * (height - 7) }))
  const alpha = new Uint8Array(width * height)
  for (const { x, y } of spread) {
    for (let dy = -4; dy <= 4; dy += 1) {
      for (let dx = -4; dx <= 4; dx += 1) {
        const [px, py] = [Math.round(x) + dx, Math.round(y) + dy]
        if (px < 0 || py < 0 || px >= width || py >= height) continue
        const at = py * width + px
        alpha[at] = Math.max(alpha[at] ?? 0, ink(Math.hypot(px - x, py - y), 4))
      }
    }
  }
  return painted(width, height, (x, y) => [20, 40, 200, alpha[y * width + x] ?? 0])
}

/** A red double ring with a star: a seal of no agency. */
export function seal(): Buffer {
  const size = 420
  const middle = (size - 1) / 2
  return painted(size, size, (x, y) => {
    const radius = Math.hypot(x - middle, y - middle)
    const angle = Math.atan2(y - middle, x - middle)
    const star = 60 + 25 * Math.cos(5 * (angle + Math.PI / 2))
    const alpha = Math.max(
      ink(Math.abs(radius - 206), 4.5),
      ink(Math.abs(radius - 150), 3),
      ink(radius, star),
    )
    return [220, 20, 30, alpha]
  })
}

/** A rectangle on a drawn page, in millimetres from its left and top edge. */
export interface Found {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export type Ink = 'blue' | 'red' | 'black'
const INKS: Readonly<Record<Ink, (r: number, g: number, b: number) => boolean>> = {
  blue: (r, g, b) => b - r > 50 && b - g > 50,
  red: (r, g, b) => r - g > 50 && r - b > 50,
  black: (r, g, b) => r < 128 && g < 128 && b < 128,
}
const DPI = 254

/** Where ink of a colour is seen on a page, optionally only within an area. */
export function inkOn(
  path: string,
  colour: Ink,
  by: 'poppler' | 'mupdf' = 'poppler',
  page = 1,
  within: Found = { left: 0, top: 0, right: Infinity, bottom: Infinity },
): Found {
  const number = String(page)
  const [program, options] =
    by === 'poppler'
      ? ['pdftoppm', ['-cropbox', '-r', String(DPI), '-f', number, '-l', number, path]]
      : ['mutool', ['draw', '-q', '-r', String(DPI), '-F', 'ppm', '-o', '-', path, number]]
  const { stdout } = spawnSync(program, options, { maxBuffer: 1 << 27 })
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(stdout.subarray(0, 64).toString('latin1'))
  if (header === null) throw new Error(`${program} drew nothing`)
  const width = Number(header[1])
  const height = Number(header[2])
  const pixels = stdout.subarray(header[0].length)
  const mm = 25.4 / DPI
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  const last = (edge: number, size: number) => Math.min(size, Math.floor(edge / mm))
  for (let y = Math.ceil(within.top / mm); y < last(within.bottom, height); y += 1) {
    for (let x = Math.ceil(within.left / mm); x < last(within.right, width); x += 1) {
      const at = (y * width + x) * 3
      if (!INKS[colour](pixels[at] ?? 255, pixels[at + 1] ?? 255, pixels[at + 2] ?? 255)) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
  }
  return { left: left * mm, top: top * mm, right: right * mm, bottom: bottom * mm }
}
