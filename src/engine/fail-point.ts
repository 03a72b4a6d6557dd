/**
 * The named steps between which a process may be killed. Tests kill it at each one and look whether
 * anything was lost or done twice.
 */
export const FAIL_POINTS = [
  'submit/before-commit',
  'submit/after-commit',
  'deliver/claimed',
  'raise/stored',
  'raise/committed',
  'deliver/marked',
  'deliver/sent',
  'deliver/looked-up',
  'deliver/committed',
  'collect/listed',
  'collect/noted',
  'fetch/claimed',
  'fetch/stored',
  'fetch/committed',
  'admit/claimed',
  'admit/read',
  'admit/committed',
  'judge/claimed',
  'judge/judged',
  'judge/committed',
  'acknowledge/claimed',
  'acknowledge/told',
  'acknowledge/committed',
  'report/claimed',
  'report/marked',
  'report/sent',
  'report/committed',
  'evidence/kept',
  'evidence/committed',
  'number/before-commit',
  'number/after-commit',
  'sign/one-made',
  'sign/two-made',
  'sign/attachment-next',
  'sign/attachment-made',
  'sign/prepared',
  'sign/stored',
  'sign/committed',
  'recall/before-commit',
  'recall/after-commit',
  'update/before-commit',
  'update/after-commit',
  'register/before-commit',
  'register/after-commit',
] as const
export type FailPoint = (typeof FAIL_POINTS)[number]

/** Called when a step is reached. In the product it does nothing. */
export type ReachFailPoint = (point: FailPoint) => void

/** Ends this process the hard way when `at` is reached; `undefined` never does. */
export function killAt(at: string | undefined): ReachFailPoint {
  if (at === undefined) return () => undefined
  if (!FAIL_POINTS.some((point) => point === at)) throw new Error(`no such fail point: ${at}`)
  return (point) => {
    if (point === at) process.kill(process.pid, 'SIGKILL')
  }
}
