/**
 * Makes the picture of a handwritten signature or a seal out of a photo or a scan: tells ink from paper under
 * uneven light, makes the paper clear, recolours the ink, drops specks, cuts away what is empty. Pure: pixels
 * in, pixels out, in steps, so that whoever runs it may pause between them or stop.
 */

/** RGBA, eight bits, rows from the top, colours not multiplied by alpha: as ImageData has it. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** Decree 30 wants the person's signature blue and the agency's seal red. */
export type InkColour = 'blue' | 'red' | 'own'

/** What the clerk may set. Numbers run from 0 to 1. */
export interface MakerSettings {
  readonly ink: InkColour
  /** How much that is darker than paper still counts as paper. */
  readonly ground: number
  /** How soon ink counts as solid. */
  readonly strength: number
  /** How large a separate spot may be and still be taken for dirt. */
  readonly specks: number
  /** Leaves out strokes of another colour, such as print under a seal. */
  readonly onlyColoured: boolean
  /** Whether ink covers whole areas (a seal's star) or is a line everywhere. */
  readonly shape: 'lines' | 'areas'
  /** The made picture is at most this wide, in pixels; it is never made larger than it is. */
  readonly widthMost: number
}

/** Steps report how far the work is, 0 to 1; the end is the picture, or `undefined` when no ink is there. */
export type Making = Generator<number, Pixels | undefined>

const COLOURS = { blue: [16, 52, 166], red: [204, 18, 38] } as const

/** The light on the paper is told apart into at most this many cells along the longer side. */
const CELLS_MOST = 112
/** Ink is bridged over this part of the longer side when the paper under it is guessed, half of it each way. */
const REACH = { lines: 0.06, areas: 0.17 } as const
/** Less contrast than this between ink and paper, and there is no ink. */
const CONTRAST_LEAST = 0.12
/** Rows between two steps. */
const STEP_ROWS = 32
/** Fainter than this is not counted as the edge of the picture. */
const EDGE_ALPHA = 24

/**
 * Makes the picture.
 *
 * @param source opaque: whoever has clear pixels lays white under them first
 */
export function* makePicture(source: Pixels, settings: MakerSettings): Making {
  const paper = yield* paperOf(source, REACH[settings.shape])
  const darkness = yield* darknessOf(source, paper)
  const ink = inkIn(darkness)
  if (ink === undefined) return undefined
  yield 0.5
  const alpha = yield* alphaOf(darkness, source.width, ink, settings)
  if (settings.specks > 0) yield* dropSpecks(alpha, source.width, settings.specks)
  yield 0.8
  const box = boxOf(alpha, source.width)
  if (box === undefined) return undefined
  const colour = settings.ink === 'own' ? darkness : COLOURS[settings.ink]
  return yield* shrunk({ alpha, colour, width: source.width }, box, settings.widthMost)
}

/** The light on the paper, cell by cell: three planes, 0 to 255. */
interface Paper {
  readonly cell: number
  readonly columns: number
  readonly rows: number
  readonly planes: readonly [Float32Array, Float32Array, Float32Array]
}

/**
 * How light the bare paper is everywhere. In each cell the lighter half counts, which leaves thin strokes out;
 * valleys narrower than the reach are then filled (a morphological closing), which bridges thick ones, while
 * the slope of a shadow stays as it is.
 */
function* paperOf(source: Pixels, reach: number): Generator<number, Paper> {
  const { width, height } = source
  const cell = Math.max(2, Math.ceil(Math.max(width, height) / CELLS_MOST))
  const columns = Math.ceil(width / cell)
  const rows = Math.ceil(height / cell)
  const planes = [
    new Float32Array(columns * rows),
    new Float32Array(columns * rows),
    new Float32Array(columns * rows),
  ] as const
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      lighterHalf(source, column * cell, row * cell, cell, (channel, value) => {
        planes[channel][row * columns + column] = value
      })
    }
    if (row % 8 === 0) yield (0.2 * row) / rows
  }
  const radius = Math.max(1, Math.round(Math.max(columns, rows) * reach))
  for (const plane of planes) {
    const wide = margined(plane, columns, rows, 2 * radius)
    spread(wide, columns + 4 * radius, rows + 4 * radius, radius, Math.max)
    yield 0.22
    spread(wide, columns + 4 * radius, rows + 4 * radius, radius, Math.min)
    yield 0.24
    for (let row = 0; row < rows; row += 1) {
      const from = (row + 2 * radius) * (columns + 4 * radius) + 2 * radius
      plane.set(wide.subarray(from, from + columns), row * columns)
    }
    smooth(plane, columns, rows)
  }
  return { cell, columns, rows, planes }
}

function lighterHalf(
  { width, height, data }: Pixels,
  left: number,
  top: number,
  cell: number,
  put: (channel: 0 | 1 | 2, value: number) => void,
): void {
  const right = Math.min(width, left + cell)
  const bottom = Math.min(height, top + cell)
  let sum = 0
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += lightness(data, (y * width + x) * 4)
  }
  const mean = sum / ((right - left) * (bottom - top))
  let [red, green, blue, count] = [0, 0, 0, 0]
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = (y * width + x) * 4
      if (lightness(data, at) < mean - 0.01) continue
      red += data[at] ?? 0
      green += data[at + 1] ?? 0
      blue += data[at + 2] ?? 0
      count += 1
    }
  }
  put(0, red / count)
  put(1, green / count)
  put(2, blue / count)
}

function lightness(data: Uint8ClampedArray, at: number): number {
  return ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3
}

/**
 * A plane with a margin around it in which light that falls off towards the edge goes on falling: else the
 * closing would see a valley there and fill it. Never lighter than the edge, which ink mirrored would be.
 */
function margined(plane: Float32Array, columns: number, rows: number, margin: number): Float32Array {
  const width = columns + 2 * margin
  const wide = new Float32Array(width * (rows + 2 * margin))
  const turned = (edge: number, mirrored: number) => Math.min(edge, 2 * edge - mirrored)
  const inside = (at: number, count: number) => Math.min(count - 1, Math.max(0, at))
  for (let row = 0; row < rows; row += 1) {
    const line = row * columns
    for (let column = -margin; column < columns + margin; column += 1) {
      const edge = inside(column, columns)
      const mirrored = inside(2 * edge - column, columns)
      wide[(row + margin) * width + column + margin] = turned(
        plane[line + edge] ?? 0,
        plane[line + mirrored] ?? 0,
      )
    }
  }
  for (let row = -margin; row < rows + margin; row += 1) {
    const edge = inside(row, rows)
    if (edge === row) continue
    const mirrored = inside(2 * edge - row, rows)
    for (let column = 0; column < width; column += 1) {
      wide[(row + margin) * width + column] = turned(
        wide[(edge + margin) * width + column] ?? 0,
        wide[(mirrored + margin) * width + column] ?? 0,
      )
    }
  }
  return wide
}

/** Each cell takes the greatest (or least) value within the radius, first along rows, then along columns. */
function spread(
  plane: Float32Array,
  columns: number,
  rows: number,
  radius: number,
  pick: (a: number, b: number) => number,
): void {
  const lines = [
    { count: rows, length: columns, line: columns, step: 1 },
    { count: columns, length: rows, line: 1, step: columns },
  ]
  for (const { count, length, line, step } of lines) {
    const old = new Float32Array(length)
    for (let index = 0; index < count; index += 1) {
      for (let at = 0; at < length; at += 1) old[at] = plane[index * line + at * step] ?? 0
      for (let at = 0; at < length; at += 1) {
        let best = old[at] ?? 0
        const last = Math.min(length - 1, at + radius)
        for (let near = Math.max(0, at - radius); near <= last; near += 1) best = pick(best, old[near] ?? 0)
        plane[index * line + at * step] = best
      }
    }
  }
}

/** The mean of each cell and its neighbours. */
function smooth(plane: Float32Array, columns: number, rows: number): void {
  const old = plane.slice()
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let [sum, count] = [0, 0]
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
          sum += old[y * columns + x] ?? 0
          count += 1
        }
      }
      plane[row * columns + column] = sum / count
    }
  }
}

/** How much darker than the paper under it each pixel is, per colour: 0 like paper, 255 black. Three per pixel. */
function* darknessOf({ width, height, data }: Pixels, paper: Paper): Generator<number, Uint8ClampedArray> {
  const { cell, columns, rows, planes } = paper
  const darkness = new Uint8ClampedArray(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / cell - 0.5))
    const above = Math.floor(v) * columns
    const below = Math.min(rows - 1, Math.floor(v) + 1) * columns
    const down = v - Math.floor(v)
    for (let x = 0; x < width; x += 1) {
      const u = Math.min(columns - 1, Math.max(0, (x + 0.5) / cell - 0.5))
      const left = Math.floor(u)
      const right = Math.min(columns - 1, left + 1)
      const across = u - left
      const pixel = y * width + x
      for (let channel = 0; channel < 3; channel += 1) {
        const plane = planes[channel] ?? planes[0]
        const upper = (plane[above + left] ?? 0) * (1 - across) + (plane[above + right] ?? 0) * across
        const lower = (plane[below + left] ?? 0) * (1 - across) + (plane[below + right] ?? 0) * across
        const light = Math.max(1, upper * (1 - down) + lower * down)
        darkness[pixel * 3 + channel] = 255 * (1 - (data[pixel * 4 + channel] ?? 0) / light)
      }
    }
    if (y % STEP_ROWS === 0) yield 0.25 + (0.25 * y) / height
  }
  return darkness
}

/** What solid ink takes away of each colour of light, 0 to 1, and whether that is a colour at all. */
interface Ink {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly coloured: boolean
}

/** The ink of this picture: what the darkest pixels have in common, coloured ones before grey ones. */
function inkIn(darkness: Uint8ClampedArray): Ink | undefined {
  const histogram = new Float64Array(256)
  for (let at = 0; at < darkness.length; at += 3)
    histogram[darkest(darkness, at)] = (histogram[darkest(darkness, at)] ?? 0) + 1
  const parts = parted(histogram)
  if (parts === undefined || parts.ink - parts.paper < CONTRAST_LEAST * 255) return undefined
  const from = (parts.between + parts.ink) / 2
  let [red, green, blue, weights] = [0, 0, 0, 0]
  for (let at = 0; at < darkness.length; at += 3) {
    const most = darkest(darkness, at)
    if (most < from) continue
    const [r, g, b] = [darkness[at] ?? 0, darkness[at + 1] ?? 0, darkness[at + 2] ?? 0]
    const weight = (0.1 + (most - Math.min(r, g, b)) / most) ** 2
    red += weight * r
    green += weight * g
    blue += weight * b
    weights += weight * 255
  }
  if (weights === 0) return undefined
  const ink = { red: red / weights, green: green / weights, blue: blue / weights }
  const most = Math.max(ink.red, ink.green, ink.blue)
  return { ...ink, coloured: (most - Math.min(ink.red, ink.green, ink.blue)) / most > 0.35 }
}

function darkest(darkness: Uint8ClampedArray, at: number): number {
  return Math.max(darkness[at] ?? 0, darkness[at + 1] ?? 0, darkness[at + 2] ?? 0)
}

/** Where a histogram falls into two (Otsu): the level between, and the mean of either side. */
function parted(
  histogram: Float64Array,
): { readonly between: number; readonly paper: number; readonly ink: number } | undefined {
  let [count, sum] = [0, 0]
  histogram.forEach((many, level) => {
    count += many
    sum += many * level
  })
  let found: { between: number; paper: number; ink: number } | undefined
  let best = 0
  let [below, belowSum] = [0, 0]
  for (let level = 0; level < histogram.length - 1; level += 1) {
    below += histogram[level] ?? 0
    belowSum += (histogram[level] ?? 0) * level
    if (below === 0 || below === count) continue
    const paper = belowSum / below
    const ink = (sum - belowSum) / (count - below)
    const apart = below * (count - below) * (ink - paper) ** 2
    if (apart <= best) continue
    best = apart
    found = { between: level, paper, ink }
  }
  return found
}

/**
 * How solid each pixel is, 0 to 255. Ink of a known colour over paper darkens it along one line through the
 * space of colours; how far along that line a pixel lies is how much ink there is, and how far beside it
 * tells that it is something else.
 */
function* alphaOf(
  darkness: Uint8ClampedArray,
  width: number,
  ink: Ink,
  { ground, strength, onlyColoured }: MakerSettings,
): Generator<number, Uint8ClampedArray> {
  const count = darkness.length / 3
  const alpha = new Uint8ClampedArray(count)
  const length = ink.red ** 2 + ink.green ** 2 + ink.blue ** 2
  const least = 0.06 + 0.6 * ground
  const solid = least + (1 - least) * (1 - 0.85 * strength)
  const choosy = onlyColoured && ink.coloured
  for (let pixel = 0; pixel < count; pixel += 1) {
    const red = (darkness[pixel * 3] ?? 0) / 255
    const green = (darkness[pixel * 3 + 1] ?? 0) / 255
    const blue = (darkness[pixel * 3 + 2] ?? 0) / 255
    const much = (red * ink.red + green * ink.green + blue * ink.blue) / length
    if (much <= least) continue
    let shown = Math.min(1, (much - least) / (solid - least))
    if (choosy) {
      const beside = Math.hypot(red - much * ink.red, green - much * ink.green, blue - much * ink.blue)
      const share = beside / Math.hypot(red, green, blue)
      shown *= 1 - Math.min(1, Math.max(0, (share - 0.28) / 0.14))
    }
    alpha[pixel] = 255 * shown
    if (pixel % (width * STEP_ROWS) === 0) yield 0.5 + (0.2 * pixel) / count
  }
  return alpha
}

/** Clears what hangs together and is smaller than a speck, or is faint all over. */
function* dropSpecks(alpha: Uint8ClampedArray, width: number, specks: number): Generator<number, void> {
  const height = alpha.length / width
  const areaLeast = (specks * 0.035 * Math.max(width, height)) ** 2
  const seen = new Uint8Array(alpha.length)
  const found = new Uint32Array(alpha.length)
  for (let start = 0; start < alpha.length; start += 1) {
    if (start % (width * STEP_ROWS) === 0) yield 0.7 + (0.1 * start) / alpha.length
    if (seen[start] === 1 || alpha[start] === 0) continue
    seen[start] = 1
    found[0] = start
    let [size, most] = [1, 0]
    for (let next = 0; next < size; next += 1) {
      const pixel = found[next] ?? 0
      most = Math.max(most, alpha[pixel] ?? 0)
      const x = pixel % width
      const y = (pixel - x) / width
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny += 1) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx += 1) {
          const near = ny * width + nx
          if (seen[near] === 1 || alpha[near] === 0) continue
          seen[near] = 1
          found[size] = near
          size += 1
        }
      }
    }
    if (size >= areaLeast && most >= 96) continue
    for (let index = 0; index < size; index += 1) alpha[found[index] ?? 0] = 0
  }
}

/** A rectangle of pixels; right and bottom are the first ones outside. */
interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The smallest rectangle that holds all that shows. */
function boxOf(alpha: Uint8ClampedArray, width: number): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
  for (let pixel = 0; pixel < alpha.length; pixel += 1) {
    if ((alpha[pixel] ?? 0) < EDGE_ALPHA) continue
    const x = pixel % width
    const y = (pixel - x) / width
    left = Math.min(left, x)
    right = Math.max(right, x + 1)
    top = Math.min(top, y)
    bottom = y + 1
  }
  return right === 0 ? undefined : { left, top, right, bottom }
}

/** What was found in the photo: how solid each pixel is, and its one colour, or what its own takes away. */
interface Found {
  readonly alpha: Uint8ClampedArray
  readonly colour: Uint8ClampedArray | readonly [number, number, number]
  readonly width: number
}

/** The part within the box, made smaller by the mean of what each new pixel covers. */
function* shrunk({ alpha, colour, width }: Found, box: Box, widthMost: number): Generator<number, Pixels> {
  const fullWidth = box.right - box.left
  const fullHeight = box.bottom - box.top
  const scale = Math.min(1, widthMost / fullWidth)
  const newWidth = Math.max(1, Math.round(fullWidth * scale))
  const newHeight = Math.max(1, Math.round(fullHeight * scale))
  const stepX = fullWidth / newWidth
  const stepY = fullHeight / newHeight
  const data = new Uint8ClampedArray(newWidth * newHeight * 4)
  for (let row = 0; row < newHeight; row += 1) {
    for (let column = 0; column < newWidth; column += 1) {
      let [red, green, blue, solid] = [0, 0, 0, 0]
      const bottom = (row + 1) * stepY
      const right = (column + 1) * stepX
      for (let y = Math.floor(row * stepY); y < Math.min(fullHeight, bottom); y += 1) {
        const tall = Math.min(bottom, y + 1) - Math.max(row * stepY, y)
        for (let x = Math.floor(column * stepX); x < Math.min(fullWidth, right); x += 1) {
          const pixel = (box.top + y) * width + box.left + x
          const shown = alpha[pixel] ?? 0
          if (shown === 0) continue
          const weight = shown * tall * (Math.min(right, x + 1) - Math.max(column * stepX, x))
          solid += weight
          if (!(colour instanceof Uint8ClampedArray)) continue
          // Ink that lets paper through is darker itself than what is seen of it.
          red += weight * Math.max(0, 255 - ((colour[pixel * 3] ?? 0) * 255) / shown)
          green += weight * Math.max(0, 255 - ((colour[pixel * 3 + 1] ?? 0) * 255) / shown)
          blue += weight * Math.max(0, 255 - ((colour[pixel * 3 + 2] ?? 0) * 255) / shown)
        }
      }
      if (solid === 0) continue
      const at = (row * newWidth + column) * 4
      if (colour instanceof Uint8ClampedArray) data.set([red / solid, green / solid, blue / solid], at)
      else data.set(colour, at)
      data[at + 3] = solid / (stepX * stepY)
    }
    if (row % STEP_ROWS === 0) yield 0.8 + (0.2 * row) / newHeight
  }
  return { width: newWidth, height: newHeight, data }
}

/** A slice of work on the window's own thread, in milliseconds: short enough for it to answer in between. */
const SLICE_MS = 8

/**
 * Runs the work in slices and lets the window breathe between them.
 *
 * @returns what the work ends with, or `undefined` when it was called off
 */
export async function inSlices<T>(
  work: Generator<number, T>,
  signal: AbortSignal,
  onProgress: (part: number) => void = () => undefined,
): Promise<T | undefined> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    let step
    do {
      step = work.next()
      if (step.done === true) return step.value
    } while (performance.now() < end)
    onProgress(step.value)
    await new Promise((resolve) => setTimeout(resolve))
    if (signal.aborted) return undefined
  }
}
