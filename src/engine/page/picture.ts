/** How large a picture of the text is by itself. */
import { AppError } from '../../shared/errors.ts'

/** What a screen has, where the file does not say. */
const USUAL_DPI = 96
const MM_PER_INCH = 25.4
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const MAX_SIDE = 20_000
/** Start of frame: every JPEG marker of that kind but those that mean something else (ITU-T T.81, table B.1). */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/**
 * The size of a PNG or JPEG at 96 dots an inch.
 *
 * @throws {AppError} image/unusable
 */
export function pictureSize(bytes: Uint8Array): { readonly widthMm: number; readonly heightMm: number } {
  const size = PNG.every((byte, at) => bytes[at] === byte) ? pngSize(bytes) : jpegSize(bytes)
  if (
    size === undefined ||
    size.width < 1 ||
    size.height < 1 ||
    size.width > MAX_SIDE ||
    size.height > MAX_SIDE
  ) {
    throw new AppError('image/unusable', 'neither PNG nor JPEG')
  }
  const mm = (pixels: number) => (pixels / USUAL_DPI) * MM_PER_INCH
  return { widthMm: mm(size.width), heightMm: mm(size.height) }
}

interface Pixels {
  readonly width: number
  readonly height: number
}

function pngSize(bytes: Uint8Array): Pixels | undefined {
  if (bytes.byteLength < 24) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

function jpegSize(bytes: Uint8Array): Pixels | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 9 < bytes.byteLength;) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
