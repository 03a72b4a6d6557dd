import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react'

import { drawPhoto, sizeOf, type Crop, type Turn } from '../lib/photo.ts'
import { TEXT } from '../text.vi.ts'
import styles from './CropStage.module.css'

/** CSS pixels the photo is fitted into. */
const [STAGE_WIDTH, STAGE_HEIGHT] = [440, 264]
/** No part is made smaller than this, of the photo's width or height. */
const PART_LEAST = 0.02
const WHOLE: Crop = { left: 0, top: 0, right: 1, bottom: 1 }

type Edge = keyof Crop
const EDGES: readonly Edge[] = ['left', 'top', 'right', 'bottom']
/** What a pointer takes hold of: one edge, two at a corner, or all four inside. */
const CORNERS: readonly (readonly [Edge, Edge])[] = [
  ['left', 'top'],
  ['right', 'top'],
  ['left', 'bottom'],
  ['right', 'bottom'],
]

/** The photo, and on it the part that is kept. Edges are moved with the pointer or with the arrow keys. */
export function CropStage({
  photo,
  turn,
  crop,
  onChange,
}: {
  photo: ImageBitmap
  turn: Turn
  crop: Crop
  onChange: (crop: Crop) => void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const held = useRef<{ edges: readonly Edge[]; x: number; y: number; crop: Crop }>(undefined)
  const size = sizeOf(photo, turn)
  const scale = Math.min(STAGE_WIDTH / size.width, STAGE_HEIGHT / size.height)
  const width = Math.round(size.width * scale)
  const height = Math.round(size.height * scale)
  const { quarters, degrees } = turn

  useEffect(() => {
    const target = canvas.current
    if (target === null) return
    const density = Math.min(window.devicePixelRatio, 2)
    target.width = width * density
    target.height = height * density
    drawPhoto(target, photo, { quarters, degrees }, WHOLE)
  }, [photo, quarters, degrees, width, height])

  const hold = (event: PointerEvent<HTMLElement>, edges: readonly Edge[]) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    event.stopPropagation()
    held.current = { edges, x: event.clientX, y: event.clientY, crop }
  }
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (held.current === undefined) return
    const { edges, x, y, crop: from } = held.current
    onChange(moved(from, edges, (event.clientX - x) / width, (event.clientY - y) / height))
  }
  const letGo = () => {
    held.current = undefined
  }
  const onKeyDown = (edge: Edge) => (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const far = (event.shiftKey ? 0.05 : 0.005) * by
    onChange(moved(crop, [edge], far, far))
  }
  const percent = (part: number) => `${String(part * 100)}%`
  const frame = {
    left: percent(crop.left),
    top: percent(crop.top),
    width: percent(crop.right - crop.left),
    height: percent(crop.bottom - crop.top),
  }
  return (
    <div
      className={styles['stage']}
      style={{ width, height }}
      role="group"
      aria-label={TEXT.maker.crop}
      onPointerMove={drag}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    >
      <canvas ref={canvas} role="img" aria-label={TEXT.maker.photo} />
      <div
        className={styles['frame']}
        style={frame}
        onPointerDown={(event) => {
          hold(event, EDGES)
        }}
      >
        {EDGES.map((edge) => (
          <div
            key={edge}
            className={styles[edge]}
            role="slider"
            tabIndex={0}
            aria-label={TEXT.maker.edge[edge]}
            aria-orientation={edge === 'left' || edge === 'right' ? 'horizontal' : 'vertical'}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(crop[edge] * 100)}
            aria-valuetext={TEXT.maker.percent(crop[edge])}
            onPointerDown={(event) => {
              hold(event, [edge])
            }}
            onKeyDown={onKeyDown(edge)}
          />
        ))}
        {CORNERS.map((edges) => (
          <div
            key={edges.join(' ')}
            className={styles[edges.join('-')]}
            onPointerDown={(event) => {
              hold(event, edges)
            }}
            aria-hidden
          />
        ))}
      </div>
    </div>
  )
}

/** The part with some of its edges moved, kept inside the photo; with all four it keeps its size. */
function moved(from: Crop, edges: readonly Edge[], right: number, down: number): Crop {
  const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))
  if (edges.length === EDGES.length) {
    const x = within(right, -from.left, 1 - from.right)
    const y = within(down, -from.top, 1 - from.bottom)
    return { left: from.left + x, top: from.top + y, right: from.right + x, bottom: from.bottom + y }
  }
  const next = { ...from }
  for (const edge of edges) {
    if (edge === 'left') next.left = within(from.left + right, 0, from.right - PART_LEAST)
    else if (edge === 'right') next.right = within(from.right + right, from.left + PART_LEAST, 1)
    else if (edge === 'top') next.top = within(from.top + down, 0, from.bottom - PART_LEAST)
    else next.bottom = within(from.bottom + down, from.top + PART_LEAST, 1)
  }
  return next
}
