import { z } from 'zod'
import type { AppError } from '../../shared/errors.ts'
import { formatCode, type DocumentId } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { AskedEvent } from '../../shared/document/request.ts'
import type { Transport } from '../hub/transport.ts'
import { sendOnce, type Sending, type SendPorts } from '../send-once.ts'
import type { Job, Outgoing, OutgoingRequest, Store } from '../store/index.ts'
import type { NewRequest } from '../store/outgoing-requests.ts'

/** What a `deliver` errand carries that brings a request and not the document itself. */
const requestPayload = z.object({ requestId: z.string() })

/** Requests go before every document: what was sent by mistake is read meanwhile. */
const PRIORITY = 9

/**
 * Notes a request with its errand, inside the caller's transaction.
 *
 * @param priority of an addition, which is a document like others; left out, before all of them
 */
export function addRequest(store: Store, request: NewRequest, priority = PRIORITY): void {
  const requestId = store.requests.add(request)
  store.jobs.add({
    key: `deliver/${request.documentId}/request/${requestId}`,
    kind: 'deliver',
    subjectId: request.documentId,
    dueAt: request.askedAt,
    priority,
    sizeBytes: request.packet.sizeBytes,
    payload: { requestId } satisfies z.output<typeof requestPayload>,
  })
}

/** The request that this errand brings; undefined where it brings the document. */
export function requestOf(store: Store, job: Job): OutgoingRequest | undefined {
  const payload = requestPayload.safeParse(job.payload)
  return payload.success ? store.requests.get(payload.data.requestId) : undefined
}

/**
 * Brings a request to the hub, once, like a document. A second one would harm nobody, so a hub that cannot
 * be asked holds nothing up; but the document itself goes to recipients that were added as it went to the others.
 *
 * @param settle what follows from the recipients' rows, committed with the end of the errand
 */
export async function deliverRequest(
  ports: SendPorts & { readonly transport: () => Transport },
  job: Job,
  request: OutgoingRequest,
  settle: (id: DocumentId) => void,
  { signal, onDisk }: Pick<Sending, 'signal' | 'onDisk'>,
): Promise<() => void> {
  const { store } = ports
  const { documentId, route: kind, requestCode, packetSha256: sha256, packetSizeBytes: sizeBytes } = request
  const isAddition = request.kind === 'addition'
  const from = store.settings.get('agency')?.organId
  const open = request.recipients.filter(({ state }) => state === 'waiting')
  if (from === undefined || open.length === 0) return () => undefined
  // An answer proves that the packet arrived.
  const isAnswered = isAddition
    ? hasAnswered(store.outgoing.get(documentId), open)
    : open.length < request.recipients.length
  if (job.sentMark !== undefined && isAnswered) return accepted(undefined, { learntFrom: 'recipient' })
  const recipients = request.recipients.map(({ organId }) => organId)
  const { codeNumber, fields } = store.outgoing.get(documentId)
  const outcome = await sendOnce(ports, {
    job,
    transport: ports.transport(),
    query: {
      kind,
      documentId: requestCode,
      notation: formatCode(codeNumber, fields.codeNotation),
      from,
      recipients,
      sha256,
      mayRepeat: !isAddition,
    },
    open: async () => {
      const file = await store.files.open(sha256)
      const to = kind === 'status' ? { to: recipients } : {}
      return {
        packet: { kind, from, recipients, ...to, sizeBytes, sha256, open: () => file.stream() },
        close: () => file.close(),
      }
    },
    steps: { lookedUp: 'deliver/looked-up', marked: 'deliver/marked', sent: 'deliver/sent' },
    signal,
    onDisk,
  })
  return outcome.taken ? accepted(outcome.packetId, outcome.learnt) : refused(outcome.why)

  function accepted(packetId: string | undefined, learnt: HistoryEntry['detail']): () => void {
    return () => {
      if (packetId !== undefined) store.requests.setHubPacketId(request.id, packetId)
      const at = ports.now()
      for (const { organId } of isAddition ? open : []) {
        const row = store.outgoing.get(documentId).recipients.find((one) => one.organId === organId)
        if (row?.state === 'waiting') store.outgoing.moveRecipient(documentId, organId, 'accept', at)
      }
      moveWaiting(isAddition ? 'agree' : 'accept', '', {
        ...(packetId === undefined ? {} : { packetId }),
        ...learnt,
      })
    }
  }

  function refused({ detail }: AppError): () => void {
    return () => {
      moveWaiting('fail', detail ?? '')
    }
  }

  function moveWaiting(event: AskedEvent, note: string, learnt: HistoryEntry['detail'] = {}): void {
    for (const { organId, state } of store.requests.get(request.id)?.recipients ?? []) {
      if (state === 'waiting') store.requests.move(request.id, organId, event, ports.now(), note, learnt)
    }
    settle(documentId)
  }
}

function hasAnswered({ recipients }: Outgoing, asked: OutgoingRequest['recipients']): boolean {
  return recipients.some(
    ({ organId, state }) => state !== 'waiting' && asked.some((one) => one.organId === organId),
  )
}
