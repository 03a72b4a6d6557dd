import { Buffer } from 'node:buffer'

/** The seal's red, as Chromium's bitmaps have it: blue, green, red. */
const RED = [0x2e, 0x10, 0xc8] as const
const BYTES_PER_PIXEL = 4

/**
 * A filled circle with a soft edge, as a bitmap.
 *
 * @param size width and height in pixels
 * @returns BGRA with premultiplied alpha, row by row
 */
export function dotBitmap(size: number): Buffer {
  const bitmap = Buffer.alloc(size * size * BYTES_PER_PIXEL)
  const middle = (size - 1) / 2
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const inside = Math.min(1, Math.max(0, size / 2 - Math.hypot(x - middle, y - middle)))
      const at = (y * size + x) * BYTES_PER_PIXEL
      RED.forEach((colour, index) => {
        bitmap[at + index] = Math.round(colour * inside)
      })
      bitmap[at + 3] = Math.round(255 * inside)
    }
  }
  return bitmap
}
