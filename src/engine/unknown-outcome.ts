import { AppError } from '../shared/errors.ts'

/** When the hub's "I have nothing" is believed after a sending whose answer was lost. */
export interface UnknownOutcomes {
  /**
   * Call when the hub, asked for a packet, knows nothing of it. Returns when that may be believed.
   *
   * @throws {AppError} `hub/outcome-settling` while the hub may still be working on our lost request
   */
  nothingFound(jobKey: string): void
}

/**
 * A hub may go on working on a request whose sender is gone: asked at once it says "nothing", and a
 * moment later it has the packet. So its first "nothing" starts a time of grace, and only a later one
 * counts. It is measured from that first question and not from the sending, because only then is our own
 * connection dead for certain: the process that held it has ended or has given up.
 *
 * @param settleMs the grace in milliseconds; no hub publishes how long it may take
 */
export function unknownOutcomes(now: () => number, settleMs: number): UnknownOutcomes {
  const firstNothing = new Map<string, number>()
  return {
    nothingFound(jobKey) {
      const first = firstNothing.get(jobKey) ?? now()
      const leftMs = first + settleMs - now()
      if (leftMs <= 0) {
        firstNothing.delete(jobKey)
        return
      }
      firstNothing.set(jobKey, first)
      throw new AppError('hub/outcome-settling', `asked again in ${String(leftMs)} ms`, {
        retryAfterMs: leftMs,
      })
    },
  }
}
