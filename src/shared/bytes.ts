import { z } from 'zod'

/** Binary in a message. It survives a MessagePort, the window's bridge and a forked child alike. */
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array')
