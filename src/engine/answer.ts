import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { AppError, codeOf } from '../shared/errors.ts'
import {
  contract,
  isMethod,
  type Failure,
  type Handlers,
  type Input,
  type Method,
  type Output,
  type Reply,
} from '../shared/ipc/contract.ts'
import type { Host } from './host.ts'

const specs: { readonly [M in Method]: { input: z.ZodType<Input<M>>; output: z.ZodType<Output<M>> } } =
  contract

/** Around the work of one request: whoever may not ask it is refused here. */
export type Around = <T>(method: Method, work: () => T) => T

/** Where `answer` tells what went wrong: the incident, the method, the failure; never the input. */
export type LogFailure = (incident: string, method: string, failure: unknown) => void

/**
 * Answers one request of a window. Validates both ways and never throws: an unknown method or an input
 * that does not parse is refused as `app/bad-request`, and parsing the output strips what the contract
 * does not name.
 *
 * @param handlers what can be answered now; a method of the contract without one needs an open office
 * @param log gets method and incident, but never the input: a PIN is an ordinary input
 * @param around left out, everybody may ask everything
 */
export async function answer(
  handlers: Partial<Handlers>,
  method: unknown,
  raw: unknown,
  log: LogFailure,
  around: Around = (_, work) => work(),
): Promise<Reply<unknown>> {
  if (!isMethod(method)) {
    return fail(new AppError('app/bad-request', 'the method is not in the contract'), '(unknown)', log)
  }
  return answerKnown(handlers, method, raw, log, around)
}

async function answerKnown<M extends Method>(
  handlers: Partial<Handlers>,
  method: M,
  raw: unknown,
  log: LogFailure,
  around: Around,
): Promise<Reply<Output<M>>> {
  const input = specs[method].input.safeParse(raw)
  if (!input.success) {
    const where = input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ')
    return fail(new AppError('app/bad-request', `input does not parse: ${where}`), method, log)
  }
  const handler: Partial<Handlers>[M] = handlers[method]
  if (handler === undefined) {
    return fail(new AppError('office/not-open', `${method} needs an open office`), method, log)
  }
  try {
    return { ok: true, value: specs[method].output.parse(await around(method, () => handler(input.data))) }
  } catch (cause) {
    return fail(cause, method, log)
  }
}

function fail(cause: unknown, method: string, log: LogFailure): Reply<never> {
  return { ok: false, error: failureOf(cause, method, log) }
}

/** A failure as a window sees it, logged under its incident. */
export function failureOf(cause: unknown, method: string, log: LogFailure): Failure {
  const incident = randomUUID()
  log(incident, method, cause)
  const detail = cause instanceof AppError ? cause.detail : undefined
  return { code: codeOf(cause), incident, ...(detail === undefined ? {} : { detail }) }
}

/** Writes failures to a log: incident, method, code, stack, and those of what caused it. */
export function failureLog(log: Host['log']): LogFailure {
  return (incident, method, failure) => {
    log('error', `[${incident}] ${method}: ${describe(failure)}`)
  }
}

function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  const code = failure instanceof AppError ? `${failure.code} ` : ''
  const cause = failure.cause === undefined ? '' : ` ← ${describe(failure.cause)}`
  return `${code}${failure.stack ?? failure.message}${cause}`
}
