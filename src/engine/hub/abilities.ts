import { AppError } from '../../shared/errors.ts'
import type { HttpResponse } from './http.ts'
import type { CallOptions, Capabilities } from './transport.ts'

/** What a hub may offer beyond the operations that are published for it. */
export type Abilities = Pick<Capabilities, 'resumableDownload'>

const NONE: Abilities = { resumableDownload: false }
/** A hub that learns something new is noticed within this time. */
const REMEMBERED_MS = 60 * 60_000
/** So often in a row nothing may answer before the question itself is held to be what is not answered. */
const SILENCES = 3

/**
 * Asks a hub for its abilities by OPTIONS, as HTTP provides (RFC 9110 section 9.3.7), and remembers them.
 * Whatever a hub answers that does not know the question means "nothing beyond". A gateway that drops what
 * it does not know must not stop an office: after three silences it is treated likewise.
 *
 * @param ask the OPTIONS request about downloads; its answer is read for `Accept-Ranges`
 * @param now epoch milliseconds
 */
export function hubAbilities(ask: (options: CallOptions) => Promise<HttpResponse>, now: () => number) {
  let known: { readonly at: number; readonly abilities: Abilities } | undefined
  let silences = 0

  /** @throws AppError whatever the line throws, while nothing is known */
  async function current(options: CallOptions): Promise<Abilities> {
    if (known !== undefined && Math.abs(now() - known.at) < REMEMBERED_MS) return known.abilities
    known = { at: now(), abilities: await learn(options) }
    return known.abilities
  }

  async function learn(options: CallOptions): Promise<Abilities> {
    try {
      const answer = await ask(options)
      answer.discard()
      silences = 0
      return isFine(answer) ? { resumableDownload: answer.header('accept-ranges') === 'bytes' } : NONE
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      // Security servers refuse requests that nobody allowed them to carry: an answer like any other.
      if (cause.code.startsWith('road/')) return NONE
      if (cause.code !== 'hub/unreachable') throw cause
      silences += 1
      if (silences < SILENCES) throw cause
      return NONE
    }
  }

  return { current }
}

function isFine({ status }: HttpResponse): boolean {
  return status === 200 || status === 204
}
