import { oneChunk } from '../../shared/bytes.ts'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  packetAgency,
  packetAgencyOf,
  type DocumentMessage,
  type StatusMessage,
} from '../../shared/document/packet.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { vietnamTimestamp } from '../../shared/document/vietnam-time.ts'
import { documentId, type DocumentId } from '../../shared/document/fields.ts'
import { currentStatement, statementOf } from '../current-statement.ts'
import { writeStatusPacket } from '../envelope/status.ts'
import type { Transport } from '../hub/transport.ts'
import type { IncomingRequest, Store } from '../store/index.ts'
import type { JobHandler } from '../job-handler.ts'
import { sendOnce, type SendPorts } from '../send-once.ts'

/** What reporting needs of the world. */
export interface ReportPorts extends SendPorts {
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
}

/**
 * What is reported: arrived, returned, registered, assigned, in processing, finished; and in answer to a
 * request: agreed, refused.
 */
const reportedStatus = z.enum(['01', '02', '03', '04', '05', '06', '15', '16'])
export type ReportedStatus = z.output<typeof reportedStatus>

/**
 * Kept with the errand, ourselves included, so that every attempt sends the same bytes: the hub is asked
 * for them by their hash.
 */
const reportPayload = z.object({
  statusCode: reportedStatus,
  description: z.string(),
  at: z.int(),
  from: packetAgency,
  clerkName: z.string(),
  /** Which of our keys it states; left out, none. */
  keySha256: z.string().optional(),
  /** DocumentId of the request that is answered; left out, the document's own. */
  requestCode: z.string().optional(),
})

/**
 * Adds the errand that tells the sender, inside the caller's transaction.
 *
 * @param request which request it answers: each is answered once
 */
export function addReport(
  store: Store,
  id: DocumentId,
  report: { readonly statusCode: ReportedStatus; readonly description: string; readonly at: number },
  request?: Pick<IncomingRequest, 'id' | 'requestCode'>,
): void {
  const self = store.settings.get('agency')
  if (self === undefined) throw new Error('an open office has an agency')
  const payload: z.output<typeof reportPayload> = {
    ...report,
    from: packetAgencyOf(self),
    clerkName: store.settings.get('clerkName') ?? '',
    keySha256: currentStatement(store, report.at)?.certificateSha256,
    ...(request === undefined ? {} : { requestCode: request.requestCode }),
  }
  const key = `report/${id}/${report.statusCode}`
  store.jobs.add({
    key: request === undefined ? key : `${key}/${request.id}`,
    kind: 'report',
    subjectId: id,
    dueAt: report.at,
    payload,
  })
}

/** How far a registered document has come, in the order in which a sender hears of it. */
const PROGRESS = ['03', '04', '05', '06'] as const

/**
 * {@link addReport} of how a document is handled: each step is told once, and never one that lies behind what
 * the sender has been told already, however often it changes hands here.
 *
 * @source edXML StatusCode: 04 → 05, 06; 05 → 06
 */
export function addProgress(
  store: Store,
  id: DocumentId,
  report: { readonly statusCode: '04' | '05' | '06'; readonly description: string; readonly at: number },
): void {
  const reached = PROGRESS.slice(PROGRESS.indexOf(report.statusCode))
  if (reached.some((code) => store.jobs.byKey(`report/${id}/${code}`) !== undefined)) return
  addReport(store, id, report)
}

/**
 * Sends a status packet to the sender of a received document, once, like a document ({@link sendOnce}).
 */
export function reportJob(ports: ReportPorts): JobHandler {
  const { store, reach } = ports
  return async (job, signal, onDisk) => {
    reach('report/claimed')
    const document = store.incoming.get(documentId.parse(job.subjectId))
    const { message } = document
    if (message === undefined) return () => undefined
    const payload = reportPayload.parse(job.payload)
    const status = statusMessageOf(message, payload)
    const bytes = writeStatusPacket(status, statementOf(store, payload.keySha256))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { organId: to, code: notation, documentId: about } = status.responseFor
    const from = payload.from.organId
    const outcome = await sendOnce(ports, {
      job,
      transport: ports.transport(),
      query: { kind: 'status', documentId: about, notation, from, recipients: [to], sha256 },
      open: async () => {
        // Kept, so that what we answered can be shown later.
        await store.files.putBytes(bytes, 'soon')
        return {
          packet: {
            kind: 'status',
            from,
            recipients: [to],
            to: [to],
            sizeBytes: bytes.byteLength,
            sha256,
            open: (fromByte) => oneChunk(bytes.subarray(fromByte)),
          },
          close: () => Promise.resolve(),
        }
      },
      steps: { marked: 'report/marked', sent: 'report/sent' },
      signal,
      onDisk,
    })
    if (!outcome.taken) throw outcome.why
    const { packetId, learnt } = outcome
    return reported(document.id, payload.statusCode, {
      ...(packetId === undefined ? {} : { packetId }),
      ...learnt,
    })
  }

  function reported(id: DocumentId, statusCode: ReportedStatus, learnt: HistoryEntry['detail']): () => void {
    return () => {
      store.history.append({
        at: ports.now(),
        subjectKind: 'incoming',
        subjectId: id,
        event: 'reported',
        detail: { code: statusCode, ...learnt },
      })
    }
  }
}

function statusMessageOf(message: DocumentMessage, payload: z.output<typeof reportPayload>): StatusMessage {
  return {
    from: payload.from,
    responseFor: {
      organId: message.from.organId,
      code: `${message.code.number}/${message.code.notation}`,
      documentId: payload.requestCode ?? message.documentId,
      promulgationDate: message.promulgationDate,
    },
    statusCode: payload.statusCode,
    description: payload.description,
    timestamp: vietnamTimestamp(payload.at),
    staff: { department: '', staff: payload.clerkName, mobile: '', email: payload.from.email },
  }
}
