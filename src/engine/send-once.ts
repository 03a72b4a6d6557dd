import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { FailPoint, ReachFailPoint } from './fail-point.ts'
import type {
  Delivery,
  HubAnswer,
  OutgoingPacket,
  RoadReceipt,
  SentQuery,
  Transport,
} from './hub/transport.ts'
import type { OnDisk } from './job-handler.ts'
import type { HistoryEntry } from '../shared/document/history.ts'
import { AppError } from '../shared/errors.ts'
import type { Job, Store } from './store/index.ts'
import type { UnknownOutcomes } from './unknown-outcome.ts'

/** The upload that an earlier attempt began, and what it is of. */
const begunUpload = z.object({ upload: z.url(), sha256: z.string(), sizeBytes: z.int() }).optional()

/** What sending a packet needs of the world. */
export interface SendPorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
  readonly outcomes: UnknownOutcomes
}

/** The errand's packet, opened for one attempt. */
export interface OpenPacket {
  readonly packet: OutgoingPacket
  /** Lets its file go, whatever came of the attempt. */
  readonly close: () => Promise<void>
}

/** One errand that brings a packet to the hub. */
export interface Sending {
  readonly job: Job
  readonly transport: Transport
  /** What the hub is asked for, should an earlier attempt have ended without an answer. */
  readonly query: Omit<SentQuery, 'sentAfter'>
  /**
   * Makes the packet ready. Runs before the mark is set: what fails here has sent nothing to anybody. Its
   * bytes may be written anew here, because the hub has nothing of them.
   */
  readonly open: () => Promise<OpenPacket>
  readonly steps: { readonly lookedUp?: FailPoint; readonly marked: FailPoint; readonly sent: FailPoint }
  readonly signal: AbortSignal
  readonly onDisk: OnDisk
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
}

/** What came of it. Everything else is thrown: it is the runner's to settle. */
export type SendOutcome =
  /** The hub has it. Its id is missing where the hub's list does not say it. `learnt`: how, for the history. */
  | { readonly taken: true; readonly packetId: string | undefined; readonly learnt: HistoryEntry['detail'] }
  /** The hub said no to this packet, and will say it again. */
  | { readonly taken: false; readonly why: AppError }

/**
 * Brings a packet to the hub, once, whatever it carries: document, request or status.
 *
 * Before the first byte goes out a mark is committed; from then on the bytes are fixed. Whoever finds the mark
 * (we crashed, or the answer never came) does not know the outcome: the hub is asked, and only when it has
 * nothing, and has had time to finish with what we lost, is the packet sent again. The mark is taken away
 * where the hub provably has nothing, as it has while an upload it can go on with lacks bytes. The hub documents no idempotency of its own (reference: hub-api
 * section 5, step 5).
 *
 * @throws {AppError} what Transport.lookup and Transport.send throw, and `hub/outcome-settling`
 */
export async function sendOnce(ports: SendPorts, sending: Sending): Promise<SendOutcome> {
  const { store, reach, outcomes } = ports
  const { job, transport, query, steps, signal, onDisk, onProgress } = sending

  const begun = begunUpload.parse(job.transfer)
  if (job.sentMark !== undefined && (await isUnfinished(transport, begun, signal))) {
    store.jobs.clearSending(job.key, 'hub')
  } else if (job.sentMark !== undefined) {
    const asked = { ...query, sentAfter: job.sentMark }
    // Bytes that another store sent are not known here: whatever bears this document's id counts.
    if (isOfEarlierStore(store, job.sentMark)) delete asked.sha256
    const found = await transport.lookup(asked, { signal })
    if (steps.lookedUp !== undefined) reach(steps.lookedUp)
    if (found !== undefined) return { taken: true, packetId: found.packetId, learnt: detailOf(found) }
    outcomes.nothingFound(job.key)
    store.jobs.clearSending(job.key, 'hub')
  }

  const { packet, close } = await sending.open()
  try {
    const { sha256, sizeBytes } = packet
    const attemptId = randomUUID()
    store.jobs.markSending(job.key, ports.now(), { attemptId, sha256, sizeBytes })
    await onDisk()
    reach(steps.marked)
    const { packetId, answer, road } = await transport.send(packet, {
      attemptId,
      signal,
      onProgress,
      upload: begun?.sha256 === sha256 ? begun.upload : undefined,
      onUpload: (upload) => {
        const transfer: z.output<typeof begunUpload> = { upload, sha256, sizeBytes }
        store.jobs.keepTransfer(job.key, transfer)
      },
    })
    reach(steps.sent)
    return {
      taken: true,
      packetId,
      learnt: { learntFrom: 'answer', ...answerDetail(answer), ...roadDetail(road) },
    }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const { code, detail } = cause
    store.jobs.failSending(job.key, { code, detail, mayHaveArrived: mayHaveArrived(cause) })
    if (!isRefusal(cause)) throw cause
    return { taken: false, why: cause }
  } finally {
    await close()
  }
}

/** Whether the mark is of a time before this store was brought back from a backup. */
function isOfEarlierStore(store: Store, sentMark: number): boolean {
  return sentMark < (store.settings.get('restored')?.restoredAt ?? 0)
}

/** As long as bytes of it are missing the hub cannot have accepted a packet: nobody needs to be asked. */
async function isUnfinished(
  transport: Transport,
  begun: z.output<typeof begunUpload>,
  signal: AbortSignal,
): Promise<boolean> {
  if (begun === undefined) return false
  return (await transport.uploadStanding(begun.upload, begun.sizeBytes, { signal })) === 'unfinished'
}

function detailOf({ sentAt }: Delivery): HistoryEntry['detail'] {
  return { learntFrom: 'hub-list', ...(sentAt === undefined ? {} : { hubSentAt: sentAt }) }
}

function answerDetail(answer: HubAnswer | undefined): HistoryEntry['detail'] {
  if (answer === undefined) return {}
  const { httpStatus, date, body } = answer
  return { httpStatus, ...(date === undefined ? {} : { hubDate: date }), answer: body }
}

/** By these the security servers find in their own records what they carried. */
function roadDetail(road: RoadReceipt | undefined): HistoryEntry['detail'] {
  if (road === undefined) return {}
  const { requestId, requestHash, service } = road
  return {
    roadRequestId: requestId,
    ...(requestHash === undefined ? {} : { roadRequestHash: requestHash }),
    ...(service === undefined ? {} : { roadService: service }),
  }
}

/** Whether the hub may have the packet all the same. */
function mayHaveArrived({ code }: AppError): boolean {
  return code === 'hub/outcome-unknown' || code === 'hub/cancelled'
}

function isRefusal({ code }: AppError): boolean {
  return code === 'hub/refused' || code === 'hub/recipient-unknown'
}
