import { z } from 'zod'
import { documentId, sha256Hex } from '../../document/fields.ts'
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
  /** The clerk drags a file of a document out of the window: the system goes on with a readable copy of it. */
  'desktop.drag': {
    input: z.object({ direction: z.enum(['outgoing', 'incoming']), id: documentId, sha256: sha256Hex }),
    output: nothing,
  },
  /** What the window was asked to show from outside, once: whoever takes it shows it. */
  'desktop.takeWanted': { input: nothing, output: z.object({ wanted: wanted.optional() }) },
} satisfies Requests
