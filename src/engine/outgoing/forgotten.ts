import { formatCode, type DocumentId } from '../../shared/document/fields.ts'
import { AppError, isLineDown } from '../../shared/errors.ts'
import type { Transport } from '../hub/transport.ts'
import type { Outgoing, Store } from '../store/index.ts'

/** What asking about sent documents needs of the world. */
export interface ForgottenPorts {
  readonly store: Store
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
  readonly now: () => number
  /** Whether the line was up already: the questions are asked when it comes back. */
  readonly isLineUp: () => boolean
  /** How long the hub's list may lag behind its acceptance, in milliseconds. */
  readonly settleMs: number
  readonly log: (level: 'warn', text: string) => void
  /** A document was found to be unknown to the hub. */
  readonly onForgotten: () => void
}

const ASK_EVERY_MS = 6 * 60 * 60_000
/** No hub publishes for how long it keeps its list; within a week of sending it ought to know. */
const REMEMBERED_MS = 7 * 86_400_000
/** At most so many questions at a time: the newest, which an old copy of a hub lacks first. */
const MOST = 50

/**
 * Asks the hub about sent documents that no recipient has answered yet. A hub that was set up again from an
 * older copy knows nothing of what it took after that copy was made, and nobody else would notice. Such a
 * document is not sent again, because it may have arrived before: the clerk is told, and asks the recipient.
 * The hub has to say twice that it knows nothing, in two looks.
 */
export function askAboutSent(ports: ForgottenPorts): (signal: AbortSignal) => Promise<void> {
  const { store, now } = ports
  const doubted = new Set<DocumentId>()
  let askedAt: number | undefined

  function isWaiting({ state, hubPacketId, sentAt, recipients }: Outgoing): boolean {
    if (state !== 'sent' || hubPacketId === undefined || sentAt === undefined) return false
    const age = now() - sentAt
    return age > ports.settleMs && age < REMEMBERED_MS && recipients.every((one) => one.state === 'sent')
  }

  function tell({ id, hubPacketId }: Outgoing): void {
    store.atomically(() => {
      store.history.append({
        at: now(),
        subjectKind: 'outgoing',
        subjectId: id,
        event: 'forgotten',
        detail: { packetId: hubPacketId ?? '' },
      })
      store.settings.set('forgottenByHub', [...(store.settings.get('forgottenByHub') ?? []), id])
    })
    ports.onForgotten()
  }

  async function ask(signal: AbortSignal): Promise<void> {
    const transport = ports.transport()
    const { rows } = store.outgoing.list('sent', MOST, 0)
    for (const document of rows.map(({ id }) => store.outgoing.get(id)).filter(isWaiting)) {
      const { id, hubPacketId = '' } = document
      if (store.history.about(id).some(({ event }) => event === 'forgotten')) continue
      if ((await transport.deliveries(hubPacketId, 'edoc', { signal })).length > 0) doubted.delete(id)
      else if (doubted.delete(id)) tell(document)
      else doubted.add(id)
    }
  }

  return async (signal) => {
    const isDue = !ports.isLineUp() || askedAt === undefined || askedAt + ASK_EVERY_MS <= now()
    if (!isDue && doubted.size === 0) return
    try {
      await ask(signal)
      askedAt = now()
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code === 'hub/cancelled' || isLineDown(cause.code))
        throw cause
      // A hub without such a list, or one that refuses the question, is asked again when the time comes.
      askedAt = now()
      doubted.clear()
      ports.log('warn', `the hub does not say what it knows of sent documents: ${cause.code}`)
    }
  }
}

/** Sent documents that the hub knows nothing of and nobody has answered since. */
export function forgottenByHub(store: Store): { id: DocumentId; code: string }[] {
  return (store.settings.get('forgottenByHub') ?? []).flatMap((id) => {
    const { state, recipients, codeNumber, fields } = store.outgoing.get(id)
    const isOpen = state === 'sent' && recipients.every((one) => one.state === 'sent')
    return isOpen ? { id, code: formatCode(codeNumber, fields.codeNotation) } : []
  })
}
