import type { CheckedStep, CheckStep } from '../../shared/connection-check.ts'
import type { ServerCertificate } from '../../shared/connection.ts'
import { AppError, codeOf } from '../../shared/errors.ts'
import type { HubSurroundings } from './open.ts'

/** How a step ended that can be gone on from. */
export type Outcome = Omit<CheckedStep, 'step' | 'state'> & {
  readonly state: 'good' | 'warning' | 'passed'
}

/** A step with what it does. Each may use what those before it learnt. */
export type WalkedStep = readonly [step: CheckStep, walk: () => Outcome | Promise<Outcome>]

/** How a walk is watched and ended. */
export interface WalkOptions {
  /** Ends it: the step under way and those that are left are `skipped`. */
  readonly signal: AbortSignal
  /** Told whenever a step begins or ends, with all of them. */
  readonly onStep: (steps: readonly CheckedStep[]) => void
  /** The certificate that the failing step met, where it met one. */
  readonly shown?: (step: CheckStep) => ServerCertificate | undefined
}

/** What a check is told beside the hub's address. */
export interface CheckOptions extends HubSurroundings, Omit<WalkOptions, 'shown'> {
  /** From when on the clocks differ too much, in milliseconds. */
  readonly clockLimitMs: number
}

/**
 * Takes steps in their order, as far as they go.
 *
 * @returns the steps as they ended; never throws for what befalls the way
 */
export async function walkSteps(
  walk: readonly WalkedStep[],
  { signal, onStep, shown }: WalkOptions,
): Promise<readonly CheckedStep[]> {
  let steps: readonly CheckedStep[] = walk.map(([step]) => ({ step, state: 'waiting' }))
  const isStopped = () => signal.aborted

  function set(step: CheckStep, found: Omit<CheckedStep, 'step'>): void {
    steps = steps.map((one) => (one.step === step ? { step, ...found } : one))
    onStep(steps)
  }

  for (const [step, take] of walk) {
    if (isStopped()) break
    set(step, { state: 'running' })
    try {
      set(step, await take())
    } catch (cause) {
      if (isStopped()) break
      const detail = cause instanceof AppError ? cause.detail : undefined
      const certificate = shown?.(step)
      set(step, {
        state: 'failed',
        error: codeOf(cause),
        ...(detail === undefined ? {} : { detail }),
        ...(certificate === undefined ? {} : { certificate }),
      })
      break
    }
  }
  const isOpen = ({ state }: CheckedStep) => state === 'waiting' || state === 'running'
  steps = steps.map((one) => (isOpen(one) ? { step: one.step, state: 'skipped' } : one))
  onStep(steps)
  return steps
}
