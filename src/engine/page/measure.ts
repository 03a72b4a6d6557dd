/** How wide words are on the page, and where a heading is best broken: what a style sheet cannot tell. */
import { Buffer } from 'node:buffer'
import * as fontkit from 'fontkit'
import { PAGE_FACES } from './faces.ts'

const POINTS_PER_MM = 72 / 25.4
const MAX_WORDS = 200

/** Millimetres that a text takes in one line. The page sets it without kerning, as this counts. */
export type Measure = (text: string, sizePt: number, cut: 'regular' | 'bold') => number

let faces: Readonly<Record<'regular' | 'bold', fontkit.Font>> | undefined

/** Measures in the faces of the page, which are opened once. */
export function pageMeasure(): Measure {
  const opened = (faces ??= { regular: open('Tinos-Regular.ttf'), bold: open('Tinos-Bold.ttf') })
  return (text, sizePt, cut) => {
    const face = opened[cut]
    const units = face
      .glyphsForString(text.normalize('NFC'))
      .reduce((sum, { advanceWidth }) => sum + advanceWidth, 0)
    return ((units / face.unitsPerEm) * sizePt) / POINTS_PER_MM
  }
}

function open(name: string): fontkit.Font {
  const bytes = PAGE_FACES.find(([file]) => file === name)?.[1]
  const face = bytes === undefined ? undefined : fontkit.create(Buffer.from(bytes))
  if (face === undefined || !('glyphsForString' in face)) throw new Error(`${name} is not a face of ours`)
  return face
}

/**
 * A heading in as few lines as it needs, the longest of them as short as can be. Line breaks that are typed stay.
 *
 * @param widthOf of a text in one line, in the unit of `room`
 */
export function balanced(text: string, room: number, widthOf: (text: string) => number): string[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .split(/\s+/u)
      .filter((word) => word !== '')
      .slice(0, MAX_WORDS)
    if (words.length === 0) return []
    const fewest = filled(words, room, widthOf).length
    // The narrowest column that needs no more lines than the full one.
    let [least, most] = [0, room]
    for (let step = 0; step < 20; step += 1) {
      const middle = (least + most) / 2
      if (filled(words, middle, widthOf).length > fewest) least = middle
      else most = middle
    }
    return filled(words, most, widthOf)
  })
}

function filled(words: readonly string[], room: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last !== undefined && widthOf(longer) <= room) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
