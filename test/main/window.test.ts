import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dotBitmap } from '../../src/main/dot.ts'
import { keepWindow, placeOn, readKeptWindow, type KeptWindow } from '../../src/main/kept-window.ts'
import { zoomAfter } from '../../src/main/zoom.ts'
import { folder } from '../store/office.ts'

const KEPT: KeptWindow = {
  x: 2000,
  y: 40,
  width: 1200,
  height: 700,
  isMaximised: true,
  zoom: 1.5,
  saidItStays: true,
}
const LEFT = { x: 0, y: 0, width: 1366, height: 728 }
const RIGHT = { x: 1366, y: 0, width: 1920, height: 1040 }

describe('the window opens where it was', () => {
  test('what was kept is read again', () => {
    const file = join(folder(), 'window.json')
    keepWindow(file, KEPT)
    expect(readKeptWindow(file)).toEqual(KEPT)
  })

  test.each([
    '',
    '{',
    '[]',
    '{"x":1}',
    JSON.stringify({ ...KEPT, zoom: 40 }),
    JSON.stringify({ ...KEPT, width: -1 }),
  ])('what makes no sense is as good as nothing: %s', (text) => {
    const file = join(folder(), 'window.json')
    writeFileSync(file, text)
    expect(readKeptWindow(file)).toBeUndefined()
  })

  test('on the second screen while that is there, at its usual place when it is gone', () => {
    expect(placeOn([LEFT, RIGHT], KEPT)).toEqual({ x: 2000, y: 40, width: 1200, height: 700 })
    expect(placeOn([LEFT], KEPT)).toBeUndefined()
  })

  test('only if its title bar can be taken hold of', () => {
    expect(placeOn([LEFT], { x: -1100, y: 10, width: 1200, height: 700 })).toBeUndefined()
    expect(placeOn([LEFT], { x: 10, y: -200, width: 1200, height: 700 })).toBeUndefined()
    expect(placeOn([LEFT], { x: 10, y: 720, width: 1200, height: 700 })).toBeUndefined()
    expect(placeOn([LEFT], { x: -1000, y: 10, width: 1200, height: 700 })).toMatchObject({ x: -1000 })
  })

  test('no larger than the screen it is on', () => {
    expect(placeOn([LEFT], { x: 0, y: 0, width: 3000, height: 2000 })).toEqual(LEFT)
  })
})

test('Ctrl with plus, minus and 0 goes through the steps from 100 to 200 %', () => {
  const after = (key: string, zoom: number, ctrlKey = true) =>
    zoomAfter({ key, ctrlKey, altKey: false, shiftKey: key === '+', metaKey: false }, zoom)
  const up: number[] = [1]
  for (let zoom = 1; zoom < 2;) up.push((zoom = after('=', zoom) ?? Number.NaN))
  expect(up).toEqual([1, 1.1, 1.25, 1.5, 1.75, 2])
  expect(after('+', 2)).toBe(2)
  expect(after('-', 2)).toBe(1.75)
  expect(after('-', 1)).toBe(1)
  expect(after('0', 1.75)).toBe(1)
  expect(after('k', 1)).toBeUndefined()
  // Alone it belongs to the PDF.
  expect(after('+', 1, false)).toBeUndefined()
})

test('the mark on the taskbar is a round red dot with nothing in its corners', () => {
  const bitmap = dotBitmap(16)
  const pixel = (x: number, y: number) => [...bitmap.subarray((y * 16 + x) * 4, (y * 16 + x) * 4 + 4)]
  expect(pixel(0, 0)).toEqual([0, 0, 0, 0])
  expect(pixel(15, 15)).toEqual([0, 0, 0, 0])
  expect(pixel(8, 8)).toEqual([0x2e, 0x10, 0xc8, 255])
})
