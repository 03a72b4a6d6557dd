import { z } from 'zod'

/** Binary in a message. It survives a MessagePort, the window's bridge and a forked child alike. */
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array')

/** Bytes that are there already, for whoever reads a stream of them. */
// eslint-disable-next-line @typescript-eslint/require-await -- one chunk has nothing to wait for
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
