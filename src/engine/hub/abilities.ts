import { AppError } from '../../shared/errors.ts'
import type { HttpResponse } from './http.ts'
import type { CallOptions, Capabilities } from './transport.ts'
import { TUS_VERSION } from './tus.ts'

/** What a hub may offer beyond the operations that are published for it. */
export type Abilities = Pick<Capabilities, 'resumableDownload' | 'resumableUpload' | 'maxPacketBytes'>

/** What is asked about: the address of downloads, or that of uploads. */
export type AbilityQuestion = 'downloads' | 'uploads'

const NONE: Abilities = { resumableDownload: false, resumableUpload: false, maxPacketBytes: undefined }
/** A hub that learns something new is noticed within this time. */
const REMEMBERED_MS = 60 * 60_000
/** So often in a row nothing may answer before the question itself is held to be what is not answered. */
const SILENCES = 3
/** Too Many Requests, Service Unavailable: no word about what the hub can do when it has time. */
const BUSY: ReadonlySet<number> = new Set([429, 503])

/**
 * Asks a hub for its abilities by OPTIONS, as HTTP provides (RFC 9110 section 9.3.7), and remembers them.
 * Whatever a hub answers that does not know the question means "nothing beyond". A gateway that drops what
 * it does not know must not stop an office: after three silences it is treated likewise.
 *
 * @param ask sends OPTIONS; about downloads the answer is read for `Accept-Ranges` (RFC 9110 section 14.3),
 *   about uploads for what tus 1.0 names there
 * @param now epoch milliseconds
 */
export function hubAbilities(
  ask: (question: AbilityQuestion, options: CallOptions) => Promise<HttpResponse>,
  now: () => number,
) {
  let known: { readonly at: number; readonly abilities: Abilities } | undefined
  let silences = 0

  /** @throws AppError whatever the line throws, while nothing is known */
  async function current(options: CallOptions): Promise<Abilities> {
    if (known !== undefined && Math.abs(now() - known.at) < REMEMBERED_MS) return known.abilities
    const abilities = await learn(options)
    if (abilities === undefined) return NONE
    known = { at: now(), abilities }
    return abilities
  }

  /** Undefined where the hub is too busy to say, which is asked again next time. */
  async function learn(options: CallOptions): Promise<Abilities | undefined> {
    try {
      const downloads = await answerTo('downloads', options)
      const uploads = await answerTo('uploads', options)
      silences = 0
      if (BUSY.has(downloads.status) || BUSY.has(uploads.status)) return undefined
      return {
        ...NONE,
        resumableDownload: isYes(downloads) && downloads.header('accept-ranges') === 'bytes',
        ...(isYes(uploads) ? uploadAbilities(uploads) : {}),
      }
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

  async function answerTo(question: AbilityQuestion, options: CallOptions): Promise<HttpResponse> {
    const answer = await ask(question, options)
    answer.discard()
    return answer
  }

  return { current }
}

function isYes({ status }: HttpResponse): boolean {
  return status === 200 || status === 204
}

/** What an answer to OPTIONS says in the words of tus 1.0. */
function uploadAbilities(answer: HttpResponse): Pick<Abilities, 'resumableUpload' | 'maxPacketBytes'> {
  const versions = listed(answer.header('tus-version'))
  const extensions = listed(answer.header('tus-extension'))
  const largest = Number(answer.header('tus-max-size') ?? '')
  return {
    resumableUpload: versions.includes(TUS_VERSION) && extensions.includes('creation'),
    maxPacketBytes: Number.isSafeInteger(largest) && largest > 0 ? largest : undefined,
  }
}

function listed(header: string | undefined): string[] {
  return (header ?? '').split(',').map((one) => one.trim())
}
