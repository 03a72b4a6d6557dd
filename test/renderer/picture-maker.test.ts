import { describe, expect, test } from 'vitest'
import {
  inSlices,
  makePicture,
  type MakerSettings,
  type Pixels,
} from '../../src/renderer/lib/picture-maker.ts'

type Rgb = readonly [number, number, number]
const BLUE_PEN: Rgb = [40, 62, 150]
const SEAL_INK: Rgb = [205, 40, 52]
const BLACK_PEN: Rgb = [35, 35, 38]

/** The same numbers at every run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** How a photo of white paper is lit, 0 to 1, per place; `x` and `y` run from 0 to 1. */
const LIGHTS: Readonly<Record<string, (x: number, y: number) => number>> = {
  'even light': () => 0.95,
  'a lamp on the left': (x) => 1 - 0.6 * x,
  'dark corners': (x, y) => 1 - 0.9 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
  'the shadow of a hand': (x, y) => 0.95 - 0.4 / (1 + Math.exp(-(x + 0.6 * y - 0.9) * 40)),
}

/** How much ink covers a place of the made-up drawing, 0 to 1. */
type Drawing = (x: number, y: number) => number

const [WIDTH, HEIGHT] = [700, 420]

/** A looping line, seven pixels wide with a soft edge. */
const stroke: Drawing = (() => {
  const cover = new Float32Array(WIDTH * HEIGHT)
  for (let step = 0; step <= 4000; step += 1) {
    const t = step / 4000
    const px = 70 + 560 * t
    const py = 210 + 130 * Math.sin(t * 21) * Math.cos(t * 4)
    for (let y = Math.floor(py) - 5; y <= py + 5; y += 1) {
      for (let x = Math.floor(px) - 5; x <= px + 5; x += 1) {
        const much = Math.min(1, Math.max(0, 4 - Math.hypot(x - px, y - py)))
        cover[y * WIDTH + x] = Math.max(cover[y * WIDTH + x] ?? 0, much)
      }
    }
  }
  return (x, y) => cover[y * WIDTH + x] ?? 0
})()

/** A double ring with a filled disc where the star is. */
const sealShape: Drawing = (x, y) => {
  const radius = Math.hypot(x - 350, y - 210)
  const ring = (at: number, half: number) => Math.min(1, Math.max(0, half - Math.abs(radius - at)))
  return Math.max(ring(180, 5), ring(130, 3), Math.min(1, Math.max(0, 46 - radius)))
}

/** A photo of ink on white paper in that light, with the noise of a phone's camera. */
function photo(drawing: Drawing, ink: Rgb, light: (x: number, y: number) => number, seed: number): Pixels {
  const random = dice(seed)
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4)
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const at = (y * WIDTH + x) * 4
      const bright = light(x / WIDTH, y / HEIGHT)
      const cover = drawing(x, y)
      for (let channel = 0; channel < 3; channel += 1) {
        const surface = 248 * (1 - cover) + (ink[channel] ?? 0) * cover
        const noise = (random() + random() + random() - 1.5) * 14
        data[at + channel] = surface * bright + noise
      }
      data[at + 3] = 255
    }
  }
  return { width: WIDTH, height: HEIGHT, data }
}

const SETTINGS: MakerSettings = {
  ink: 'blue',
  ground: 0.3,
  strength: 0.5,
  specks: 0.3,
  onlyColoured: false,
  shape: 'lines',
  widthMost: 2000,
}

function made(source: Pixels, settings: Partial<MakerSettings> = {}): Pixels {
  const work = makePicture(source, { ...SETTINGS, ...settings })
  for (;;) {
    const step = work.next()
    if (step.done !== true) continue
    if (step.value === undefined) throw new Error('no ink was found')
    return step.value
  }
}

/** What became of the places where ink and paper are known, given where the made picture was cut out. */
function judged(picture: Pixels, drawing: Drawing, left: number, top: number) {
  let [ink, inkSolid, paper, paperClear] = [0, 0, 0, 0]
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const cover = drawing(left + x, top + y)
      const alpha = picture.data[(y * picture.width + x) * 4 + 3] ?? 0
      if (cover === 1) {
        ink += 1
        if (alpha > 200) inkSolid += 1
      } else if (cover === 0) {
        paper += 1
        if (alpha === 0) paperClear += 1
      }
    }
  }
  return { inkSolid: inkSolid / ink, paperClear: paperClear / paper }
}

/** The box of what a drawing covers at least by half. */
function boxOf(drawing: Drawing) {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      if (drawing(x, y) < 0.5) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
  }
  return { left, top, width: right - left, height: bottom - top }
}

describe.each(Object.entries(LIGHTS))('a photo under %s', (_, light) => {
  test.each([
    ['a blue signature', stroke, BLUE_PEN, 'lines'],
    ['a black signature', stroke, BLACK_PEN, 'lines'],
    ['a red seal', sealShape, SEAL_INK, 'areas'],
  ] as const)(
    '%s: ink is solid, paper is clear, and nothing empty is left around it',
    (_name, drawing, ink, shape) => {
      const picture = made(photo(drawing, ink, light, 7), { shape })
      const box = boxOf(drawing)
      expect(Math.abs(picture.width - box.width)).toBeLessThanOrEqual(4)
      expect(Math.abs(picture.height - box.height)).toBeLessThanOrEqual(4)
      const { inkSolid, paperClear } = judged(
        picture,
        drawing,
        box.left - Math.round((picture.width - box.width) / 2),
        box.top - Math.round((picture.height - box.height) / 2),
      )
      expect(inkSolid).toBeGreaterThan(0.97)
      expect(paperClear).toBeGreaterThan(0.99)
    },
  )
})

test('no single level could part ink from paper where a shadow lies: the darkest paper is darker than ink in the light', () => {
  const { data } = photo(sealShape, SEAL_INK, LIGHTS['the shadow of a hand']!, 7)
  let [lightestInk, darkestPaper] = [0, 255]
  for (let y = 20; y < HEIGHT - 20; y += 1) {
    for (let x = 20; x < WIDTH - 20; x += 1) {
      const red = data[(y * WIDTH + x) * 4] ?? 0
      if (sealShape(x, y) === 1) lightestInk = Math.max(lightestInk, red)
      else if (sealShape(x, y) === 0) darkestPaper = Math.min(darkestPaper, red)
    }
  }
  expect(darkestPaper).toBeLessThan(lightestInk)
})

/** The colours of what shows solidly, by their mean. */
function colourOf({ data }: Pixels): Rgb {
  let [red, green, blue, count] = [0, 0, 0, 0]
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < 250) continue
    red += data[at] ?? 0
    green += data[at + 1] ?? 0
    blue += data[at + 2] ?? 0
    count += 1
  }
  return [red / count, green / count, blue / count]
}

describe('the ink', () => {
  const black = photo(stroke, BLACK_PEN, LIGHTS['a lamp on the left']!, 3)

  test('turns blue for a person and red for an agency, the same everywhere', () => {
    const [red, , blue] = colourOf(made(black, { ink: 'blue' }))
    expect(blue - red).toBeGreaterThan(100)
    const [sealRed, sealGreen, sealBlue] = colourOf(made(black, { ink: 'red' }))
    expect(sealRed - Math.max(sealGreen, sealBlue)).toBeGreaterThan(100)
    const { data } = made(black, { ink: 'blue' })
    const colours = new Set<string>()
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at + 3] ?? 0) > 0) colours.add(`${data[at]} ${data[at + 1]} ${data[at + 2]}`)
    }
    expect(colours.size).toBe(1)
  })

  test('keeps its own colour where that is asked, as it looks in white light', () => {
    const own = colourOf(
      made(photo(stroke, BLUE_PEN, LIGHTS['the shadow of a hand']!, 3), { ink: 'own', strength: 0 }),
    )
    for (const [channel, value] of own.entries()) {
      expect(Math.abs(value - (BLUE_PEN[channel] ?? 0))).toBeLessThan(25)
    }
  })

  test('is told from print of another colour below it', () => {
    const print: Drawing = (x, y) => (y > 230 && y < 250 && x % 40 < 24 ? 1 : 0)
    const source = photo(sealShape, SEAL_INK, LIGHTS['even light']!, 5)
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        if (print(x, y) === 1) source.data.fill(40, (y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3)
      }
    }
    const alone = made(source, { ink: 'red', shape: 'areas', onlyColoured: true })
    const together = made(source, { ink: 'red', shape: 'areas', onlyColoured: false })
    const { width } = boxOf(sealShape)
    expect(Math.abs(alone.width - width)).toBeLessThanOrEqual(4)
    expect(together.width).toBeGreaterThan(width + 100)
  })

  test('of an empty sheet is not invented', () => {
    const work = makePicture(
      photo(() => 0, BLUE_PEN, LIGHTS['dark corners']!, 9),
      SETTINGS,
    )
    let step = work.next()
    while (step.done !== true) step = work.next()
    expect(step.value).toBeUndefined()
  })
})

test('dirt smaller than the clerk allows is dropped, a dot of the writing is not', () => {
  const spot = (x: number, y: number, cx: number, cy: number, radius: number) =>
    Math.min(1, Math.max(0, radius - Math.hypot(x - cx, y - cy)))
  const source = photo(
    (x, y) => Math.max(stroke(x, y), spot(x, y, 20, 20, 2.5), spot(x, y, 660, 400, 9)),
    BLUE_PEN,
    LIGHTS['even light']!,
    11,
  )
  const kept = made(source, { specks: 0 })
  const cleaned = made(source)
  expect(kept.height).toBeGreaterThan(385)
  expect(cleaned.height).toBeLessThan(370)
  expect(cleaned.width).toBeGreaterThan(590)
})

test('a large picture is made as wide as asked, with soft edges and the same share of ink', () => {
  const source = photo(sealShape, SEAL_INK, LIGHTS['even light']!, 13)
  const full = made(source, { shape: 'areas' })
  const small = made(source, { shape: 'areas', widthMost: 150 })
  expect([small.width, small.height]).toEqual([150, Math.round((150 * full.height) / full.width)])
  const share = ({ data, width, height }: Pixels) => {
    let sum = 0
    for (let at = 3; at < data.length; at += 4) sum += data[at] ?? 0
    return sum / (width * height)
  }
  expect(Math.abs(share(small) - share(full))).toBeLessThan(1)
})

describe('long work', () => {
  function* endless(): Generator<number, string> {
    for (let step = 0; ; step += 1) yield step
  }

  test('lets others have their turn, and stops when it is called off', async () => {
    const off = new AbortController()
    let turns = 0
    const turn = setInterval(() => {
      turns += 1
      if (turns === 3) off.abort()
    }, 0)
    expect(await inSlices(endless(), off.signal)).toBeUndefined()
    clearInterval(turn)
    expect(turns).toBeGreaterThanOrEqual(3)
  })

  test('ends with what it made', async () => {
    const work = makePicture(photo(stroke, BLUE_PEN, LIGHTS['even light']!, 1), SETTINGS)
    const seen: number[] = []
    const picture = await inSlices(work, new AbortController().signal, (part) => {
      seen.push(part)
    })
    expect(picture?.width).toBeGreaterThan(500)
    expect(seen.every((part) => part >= 0 && part <= 1)).toBe(true)
  })
})
