import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** Where the window was, and how it looked. */
const keptWindow = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(200).max(20_000),
  height: z.int().min(200).max(20_000),
  isMaximised: z.boolean(),
  /** 1 to 2. */
  zoom: z.number().min(1).max(2),
  /** The clerk was told that a closed window leaves the program in the tray. */
  saidItStays: z.boolean(),
})
export type KeptWindow = z.output<typeof keptWindow>

/** A rectangle of the desktop, in points. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** So much of the title bar must be on a screen, or the window cannot be taken hold of. */
const GRIP = { width: 120, height: 32 }

/** What was kept; `undefined` where nothing was, or nothing that makes sense. */
export function readKeptWindow(file: string): KeptWindow | undefined {
  try {
    return keptWindow.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    // The first start, or a file that a power cut left half: a window of the usual size does no harm.
    return undefined
  }
}

/** Keeps it for the next start. A loss is not worth a word: it costs a window of the usual size. */
export function keepWindow(file: string, kept: KeptWindow): void {
  writeFileSync(file, JSON.stringify(kept))
}

/**
 * Where the window may open: as it was, no larger than its screen, and only if its title bar can still be taken hold
 * of: the second screen it stood on may be gone.
 *
 * @param screens what of each screen is free for windows
 */
export function placeOn(screens: readonly Rectangle[], kept: Rectangle): Rectangle | undefined {
  const grip = { x: kept.x, y: kept.y, width: kept.width, height: GRIP.height }
  const screen = screens.find((one) => {
    const wide = Math.min(one.x + one.width, grip.x + grip.width) - Math.max(one.x, grip.x)
    const high = Math.min(one.y + one.height, grip.y + grip.height) - Math.max(one.y, grip.y)
    return wide >= GRIP.width && high >= GRIP.height
  })
  if (screen === undefined) return undefined
  const { x, y } = kept
  return { x, y, width: Math.min(kept.width, screen.width), height: Math.min(kept.height, screen.height) }
}
