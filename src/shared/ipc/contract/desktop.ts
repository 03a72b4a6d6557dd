import { z } from 'zod'
import { desktopAbilities, desktopPolicy, wanted } from '../../desktop.ts'
import { nothing, type Requests } from './values.ts'

const desktopSettings = z.object({ policy: desktopPolicy, abilities: desktopAbilities })
export type DesktopSettings = z.output<typeof desktopSettings>

/** The program on the desktop of this PC: what it tells outside the window, and what is asked of it there. */
export const desktopContract = {
  'desktop.current': { input: nothing, output: desktopSettings },
  'desktop.save': {
    /** `startsWithSystem` left out: it stays as it is. */
    input: z.object({ policy: desktopPolicy, startsWithSystem: z.boolean().optional() }),
    output: desktopSettings,
  },
  /** What the window was asked to show from outside, once: whoever takes it shows it. */
  'desktop.takeWanted': { input: nothing, output: z.object({ wanted: wanted.optional() }) },
} satisfies Requests
