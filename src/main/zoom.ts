import { pressed, type PressedKey } from '../shared/shortcuts.ts'

/** By how much the window can be enlarged; Windows' own scaling comes on top of it. */
const STEPS = [1, 1.1, 1.25, 1.5, 1.75, 2]

/** What a key makes of the window's zoom; `undefined` for every other key. */
export function zoomAfter(key: PressedKey, zoom: number): number | undefined {
  switch (pressed(key, 'enlarge', 'shrink', 'usualSize')) {
    case 'enlarge':
      return STEPS.find((step) => step > zoom) ?? zoom
    case 'shrink':
      return STEPS.findLast((step) => step < zoom) ?? zoom
    case 'usualSize':
      return 1
    case undefined:
      return undefined
  }
}
