import type { Pixels } from './picture-maker.ts'

/** A photo is kept in at most so many pixels: enough for a signature that fills a quarter of its width. */
const PHOTO_PIXELS_MOST = 8_000_000
/** The longer side of what the picture is made from: more adds work and nothing that print shows. */
const WORK_SIDE_MOST = 1400

/** How a photo lies: turned by quarters, then by a few degrees, about its middle. */
export interface Turn {
  readonly quarters: number
  readonly degrees: number
}

/** A part of a turned photo; edges as parts of its width and height, 0 to 1. */
export interface Crop {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * Reads an image file the way the window can (PNG, JPEG, WebP), turned as its camera noted, and made smaller
 * where it is very large. Whoever gets it closes it.
 *
 * @returns `undefined` for what is no image
 */
export async function readPhoto(file: Blob): Promise<ImageBitmap | undefined> {
  let full: ImageBitmap
  try {
    full = await createImageBitmap(file)
  } catch {
    return undefined
  }
  const scale = Math.sqrt(PHOTO_PIXELS_MOST / (full.width * full.height))
  if (scale >= 1) return full
  try {
    return await createImageBitmap(full, {
      resizeWidth: Math.max(1, Math.round(full.width * scale)),
      resizeHeight: Math.max(1, Math.round(full.height * scale)),
      resizeQuality: 'high',
    })
  } finally {
    full.close()
  }
}

/** Width and height of a photo as it lies; a few degrees more or less do not change them. */
export function sizeOf(photo: ImageBitmap, { quarters }: Turn): { width: number; height: number } {
  const { width, height } = photo
  return quarters % 2 === 0 ? { width, height } : { width: height, height: width }
}

/** Draws a part of the turned photo over white, filling the canvas. */
export function drawPhoto(canvas: HTMLCanvasElement, photo: ImageBitmap, turn: Turn, crop: Crop): void {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return
  const { width, height } = sizeOf(photo, turn)
  context.resetTransform()
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.scale(
    canvas.width / ((crop.right - crop.left) * width),
    canvas.height / ((crop.bottom - crop.top) * height),
  )
  context.translate((0.5 - crop.left) * width, (0.5 - crop.top) * height)
  context.rotate(((turn.quarters * 90 + turn.degrees) * Math.PI) / 180)
  context.drawImage(photo, -photo.width / 2, -photo.height / 2)
}

/** The pixels of a part of the turned photo, opaque, in a size that can be worked on while somebody waits. */
export function pixelsOf(photo: ImageBitmap, turn: Turn, crop: Crop): Pixels | undefined {
  const size = sizeOf(photo, turn)
  const width = (crop.right - crop.left) * size.width
  const height = (crop.bottom - crop.top) * size.height
  const scale = Math.min(1, WORK_SIDE_MOST / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  drawPhoto(canvas, photo, turn, crop)
  return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
}

/** Shows pixels on a canvas of their own size. */
export function showPixels(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.putImageData(new ImageData(Uint8ClampedArray.from(data), width, height), 0, 0)
}

/** The pixels as a PNG file. */
export async function pngOf(pixels: Pixels): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  showPixels(canvas, pixels)
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
  if (blob === null) throw new Error('the canvas gives no PNG')
  return new Uint8Array(await blob.arrayBuffer())
}

/** A PNG as an address that an image may show. */
export function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(''))}`
}
