import { contract, type Failure, type Method, type Output, type Request } from '../../shared/ipc/contract.ts'
import { isErrorCode } from '../../shared/errors.ts'
import { topic as topicSchema, type Topic } from '../../shared/ipc/topics.ts'

/** What the preload hands the window. It never grows: methods are added to the contract. */
interface Bridge {
  readonly call: (method: string, input: unknown) => Promise<unknown>
  readonly onChange: (listener: (topic: string) => void) => () => void
}

declare global {
  interface Window {
    readonly bridge: Bridge
  }
}

/** The contract again, typed so that TypeScript knows which output belongs to which method. */
const specs: { readonly [M in Method]: { readonly output: { parse: (value: unknown) => Output<M> } } } =
  contract

/** A request that failed, with what the window may know of it. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.code)
    this.failure = failure
  }
}

/** What to show for anything that was caught; our own bugs become `app/unexpected` without an incident. */
export function failureOf(caught: unknown): Failure {
  return caught instanceof CallError ? caught.failure : { code: 'app/unexpected', incident: '' }
}

/**
 * Asks the engine.
 *
 * @returns the method's output, parsed on this side too
 * @throws CallError with the engine's code and incident; `app/unexpected` when the answer does not parse
 */
export function call<M extends Method>(method: M, input: Request<M>): Promise<Output<M>> {
  return ask(method, input)
}

/** {@link call} for an input that went through JSON. The engine parses it anyway. */
export async function ask<M extends Method>(method: M, input: unknown): Promise<Output<M>> {
  const reply: unknown = await window.bridge.call(method, input)
  const failure = failureIn(reply)
  if (failure !== undefined) throw new CallError(failure)
  return specs[method].output.parse(valueIn(reply))
}

/** Hears every known topic until the returned function is called. */
export function onTopic(listener: (topic: Topic) => void): () => void {
  return window.bridge.onChange((name) => {
    const parsed = topicSchema.safeParse(name)
    if (parsed.success) listener(parsed.data)
  })
}

function valueIn(reply: unknown): unknown {
  return typeof reply === 'object' && reply !== null && 'value' in reply ? reply.value : undefined
}

function failureIn(reply: unknown): Failure | undefined {
  if (typeof reply !== 'object' || reply === null || !('ok' in reply)) {
    return { code: 'app/unexpected', incident: '' }
  }
  if (reply.ok === true) return undefined
  if (!('error' in reply) || typeof reply.error !== 'object' || reply.error === null) {
    return { code: 'app/unexpected', incident: '' }
  }
  const { error } = reply
  const code =
    'code' in error && typeof error.code === 'string' && isErrorCode(error.code)
      ? error.code
      : 'app/unexpected'
  const incident = 'incident' in error && typeof error.incident === 'string' ? error.incident : ''
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined
  return { code, incident, detail }
}
