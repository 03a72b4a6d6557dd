import { AppError } from '../../shared/errors.ts'

/** A time limit over one call, joined with the caller's own signal. */
export interface Deadline {
  /** Aborted by the limit with `hub/unreachable`, by the caller with `hub/cancelled`. */
  readonly signal: AbortSignal
  /** Something moved on the line: the idle limit begins anew. */
  touch(): void
  /** Ends the watch. Always call it, or the timer keeps the process alive. */
  end(): void
}

/**
 * Starts a limit of `totalMs`, and of `idleMs` between two signs of life.
 *
 * A slow line is no failure while it moves, so callers that carry big packets make `totalMs` grow with the
 * size and leave the quick judgement to `idleMs`.
 */
export function startDeadline(outer: AbortSignal | undefined, totalMs: number, idleMs = totalMs): Deadline {
  const controller = new AbortController()
  const total = setTimeout(() => {
    controller.abort(new AppError('hub/unreachable', `not finished within ${String(totalMs)} ms`))
  }, totalMs)
  const idle = setTimeout(() => {
    controller.abort(new AppError('hub/unreachable', `nothing moved for ${String(idleMs)} ms`))
  }, idleMs)
  function cancel(): void {
    controller.abort(new AppError('hub/cancelled', 'cancelled by the caller', { cause: outer?.reason }))
  }
  if (outer?.aborted === true) cancel()
  outer?.addEventListener('abort', cancel, { once: true })
  return {
    signal: controller.signal,
    touch() {
      idle.refresh()
    },
    end() {
      clearTimeout(total)
      clearTimeout(idle)
      outer?.removeEventListener('abort', cancel)
    },
  }
}
