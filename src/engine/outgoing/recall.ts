import { AppError } from '../../shared/errors.ts'
import type { Agency, DocumentId } from '../../shared/document/fields.ts'
import { OUTGOING } from '../../shared/document/outgoing.ts'
import { BUSINESS_TYPE, type StatusMessage } from '../../shared/document/packet.ts'
import type { RecipientState } from '../../shared/document/recipient.ts'
import { RECALL_STATUS } from '../../shared/document/request.ts'
import { next } from '../../shared/machine.ts'
import { vietnamTimestamp } from '../../shared/document/vietnam-time.ts'
import { writeStatusPacket } from '../envelope/status.ts'
import { writeDocumentPacket } from '../envelope/write.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { Outgoing, Store } from '../store/index.ts'
import type { NewRequest } from '../store/outgoing-requests.ts'
import { messageOf } from './packet.ts'
import { addRequest } from './requests.ts'

/** What recalling needs of the world. */
export interface RecallPorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
}

/** A recipient in one of these states has the document no more. */
const GIVEN_BACK: ReadonlySet<RecipientState> = new Set<RecipientState>(['returned', 'recalled'])

/**
 * sent, returned or confirmed → recalling. Asks every recipient that has the document to give it back; of one
 * that is being recalled, those that have not done so. The packets are written first and kept under their
 * hash; then the move, the requests and their errands are one transaction.
 *
 * A recall carries no file: who shall give a document back has it, and who was sent it by mistake shall not
 * get it twice.
 *
 * @param reason lý do thu hồi, which every recipient reads
 * @throws {AppError} document/wrong-state, request/nobody-has-it
 * @source Decision 28/2018/QĐ-TTg Art 8(2), Decree 30/2020/NĐ-CP Art 18(4)
 */
export async function recall(ports: RecallPorts, id: DocumentId, reason: string): Promise<void> {
  const { store, reach } = ports
  const document = store.outgoing.get(id)
  if (next(OUTGOING, document.state, 'recall') === undefined) {
    throw new AppError('document/wrong-state', `recall while ${document.state}`)
  }
  const holders = holdersOf(store, document)
  if (holders.length === 0) throw new AppError('request/nobody-has-it', `${id} was given back by all`)
  const at = ports.now()
  const requests = await recallsFrom(store, document, holders, reason, at)
  reach('recall/before-commit')
  store.atomically(() => {
    store.outgoing.move(id, 'recall', at, { reason })
    for (const request of requests) addRequest(store, request)
  })
  reach('recall/after-commit')
}

/** Who has it, as the directory knows them now; one that left the directory by its id and name of then. */
export function holdersOf(store: Store, { recipients }: Outgoing): Agency[] {
  return recipients
    .filter(({ state }) => !GIVEN_BACK.has(state))
    .map(({ organId, name }) => {
      const [known] = store.directory.byIds([organId])
      return known === undefined
        ? { organId, name, parentName: '', address: '', email: '', telephone: '' }
        : { ...known, organId }
    })
}

/** The packets, kept and ready to be noted, that ask these recipients to give a document back; by the office's route. */
export async function recallsFrom(
  store: Store,
  document: Outgoing,
  holders: readonly Agency[],
  reason: string,
  at: number,
): Promise<NewRequest[]> {
  return store.settings.get('recallRoute') === 'status'
    ? asStatuses(store, document, holders, reason, at)
    : [await asDocument(store, document, holders, reason, at)]
}

/** One document packet of type 1 for all of them. */
async function asDocument(
  store: Store,
  document: Outgoing,
  holders: readonly Agency[],
  reason: string,
  at: number,
): Promise<NewRequest> {
  const message = messageOf(store, document, holders, at, { type: BUSINESS_TYPE.recall, reason })
  return {
    documentId: document.id,
    kind: 'recall',
    route: 'edoc',
    requestCode: message.documentId,
    reason,
    packet: await store.files.put(writeDocumentPacket(message, [])),
    organIds: holders.map(({ organId }) => organId),
    askedAt: at,
  }
}

/** A status packet 13 for each of them: a status has one addressee. */
async function asStatuses(
  store: Store,
  document: Outgoing,
  holders: readonly Agency[],
  reason: string,
  at: number,
): Promise<NewRequest[]> {
  const { from, code, documentId, promulgationDate, business } = messageOf(store, document, holders, at)
  const requests: NewRequest[] = []
  for (const { organId } of holders) {
    const message: StatusMessage = {
      from,
      responseFor: { organId, code: `${code.number}/${code.notation}`, documentId, promulgationDate },
      statusCode: RECALL_STATUS,
      description: reason,
      timestamp: vietnamTimestamp(at),
      staff: business.staff,
    }
    requests.push({
      documentId: document.id,
      kind: 'recall',
      route: 'status',
      requestCode: documentId,
      reason,
      packet: await store.files.putBytes(writeStatusPacket(message)),
      organIds: [organId],
      askedAt: at,
    })
  }
  return requests
}

/**
 * recalling → recalled when nobody has it any more; → sent when all have answered and somebody keeps it.
 * Inside the caller's transaction.
 */
export function settleRecall(store: Store, id: DocumentId, now: number): void {
  const { state, recipients } = store.outgoing.get(id)
  if (state !== 'recalling') return
  const holders = recipients.filter((row) => !GIVEN_BACK.has(row.state))
  const asked = store.requests.latestByRecipient(id)
  if (holders.length === 0) store.outgoing.move(id, 'giveBack', now)
  else if (holders.every(({ organId }) => !isOpen(asked.get(organId)?.state))) {
    store.outgoing.move(id, 'keep', now)
  }
}

function isOpen(state: string | undefined): boolean {
  return state === 'waiting' || state === 'asked'
}
