import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react'

import type { PlacedSignature, PlaceOfSignature } from '../../shared/ipc/contract.ts'
import { pressed } from '../../shared/shortcuts.ts'
import { classes } from '../lib/classes.ts'
import { formatMm } from '../lib/format.ts'
import { pngUrl } from '../lib/photo.ts'
import { TEXT } from '../text.vi.ts'
import styles from './SigningMark.module.css'

/** Arrow keys move by so many millimetres, with Shift by the second. */
const [STEP_MM, LONG_STEP_MM] = [1, 5]

/**
 * The signature on the page before it is there: its picture, or the outline of its text block, in its real
 * size. Moved with the pointer or the arrow keys, and kept on the page.
 */
export function SigningMark({
  role,
  place,
  placed,
  width,
  onMove,
}: {
  role: 'person' | 'agency'
  place: PlaceOfSignature
  /** Where it was moved to, if it was. */
  placed: PlacedSignature | undefined
  /** How wide the page is drawn, in CSS pixels. */
  width: number
  onMove: (placed: PlacedSignature) => void
}) {
  const mark = useRef<HTMLDivElement>(null)
  const held = useRef<{ x: number; y: number; from: PlacedSignature }>(undefined)
  const { box, pageBoxMm, page, picture } = place
  const url = useMemo(() => (picture === undefined ? undefined : pngUrl(picture)), [picture])
  const at: PlacedSignature = placed ?? { page, centreXMm: box.centreXMm, centreYMm: box.centreYMm }
  const pixels = width / pageBoxMm.widthMm

  useEffect(() => {
    mark.current?.scrollIntoView({ block: 'center', inline: 'nearest' })
  }, [])

  const move = (from: PlacedSignature, rightMm: number, downMm: number) => {
    onMove({
      page,
      centreXMm: within(from.centreXMm + rightMm, box.widthMm, pageBoxMm.widthMm),
      centreYMm: within(from.centreYMm + downMm, box.heightMm, pageBoxMm.heightMm),
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ]
    const shortcut = pressed(event, 'moveSignature', 'moveSignatureFar')
    if (direction === undefined || shortcut === undefined) return
    event.preventDefault()
    const [right = 0, down = 0] = direction
    const far = shortcut === 'moveSignatureFar' ? LONG_STEP_MM : STEP_MM
    move(at, right * far, down * far)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    held.current = { x: event.clientX, y: event.clientY, from: at }
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (held.current === undefined) return
    const { x, y, from } = held.current
    move(from, (event.clientX - x) / pixels, (event.clientY - y) / pixels)
  }
  const letGo = () => {
    held.current = undefined
  }
  const left = formatMm(at.centreXMm - box.widthMm / 2)
  const top = formatMm(at.centreYMm - box.heightMm / 2)
  return (
    // Its keys are its own: a screen reader hands them through.
    <div
      ref={mark}
      role="application"
      tabIndex={0}
      aria-label={`${TEXT.place.mark[role]}, ${TEXT.place.at(left, top)}. ${TEXT.place.keys}`}
      className={classes(styles['mark'], styles[role], url === undefined && styles['block'])}
      style={{
        left: (at.centreXMm - box.widthMm / 2) * pixels,
        top: (at.centreYMm - box.heightMm / 2) * pixels,
        width: box.widthMm * pixels,
        height: box.heightMm * pixels,
      }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    >
      {url === undefined ? <span>{TEXT.place.block[role]}</span> : <img src={url} alt="" draggable={false} />}
    </div>
  )
}

/** A middle such that all of it is on the page; what is larger than the page stands in the middle. */
function within(centre: number, size: number, page: number): number {
  if (size >= page) return page / 2
  const kept = Math.min(page - size / 2, Math.max(size / 2, centre))
  return Math.round(kept * 100) / 100
}
