/** The speed is that of the last so many milliseconds in which something moved. */
const WINDOW_MS = 30_000
/** Less than this is no measurement: the system's own buffers swallow the first bytes at once. */
const LEAST_MS = 1_000

/** How fast the line takes what is sent, over all transfers together. */
export interface LineSpeed {
  /** A transfer got so far. */
  note(transfer: string, sentBytes: number): void
  /** A transfer ended, in whatever way. */
  end(transfer: string): void
  /** Undefined until something was measured. */
  bytesPerSecond(): number | undefined
}

/** Measures from the progress that transfers tell. @param now epoch milliseconds */
export function lineSpeed(now: () => number): LineSpeed {
  const reached = new Map<string, number>()
  let samples: { readonly at: number; readonly bytes: number }[] = []
  let measured: number | undefined

  return {
    note(transfer, sentBytes) {
      const before = reached.get(transfer)
      reached.set(transfer, sentBytes)
      // Where an upload goes on says nothing of the time it took.
      if (before === undefined) return
      const at = now()
      samples = samples.filter((sample) => sample.at > at - WINDOW_MS)
      samples.push({ at, bytes: Math.max(0, sentBytes - before) })
      const spanMs = at - (samples[0]?.at ?? at)
      const bytes = samples.slice(1).reduce((sum, sample) => sum + sample.bytes, 0)
      if (spanMs >= LEAST_MS) measured = Math.round((bytes / spanMs) * 1000)
    },
    end(transfer) {
      reached.delete(transfer)
      if (reached.size === 0) samples = []
    },
    bytesPerSecond: () => measured,
  }
}
