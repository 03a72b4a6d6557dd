import { AppError } from '../../shared/errors.ts'
import { fieldChanges, type UpdatableFields } from '../../shared/document/change.ts'
import type { Agency, DocumentId, OutgoingFields } from '../../shared/document/fields.ts'
import { OUTGOING } from '../../shared/document/outgoing.ts'
import { BUSINESS_TYPE } from '../../shared/document/packet.ts'
import { next } from '../../shared/machine.ts'
import { writeDocumentPacket } from '../envelope/write.ts'
import { noteRegisterChange } from '../register-change.ts'
import { bearsSecrecyMark } from '../secrecy.ts'
import type { Outgoing, Store } from '../store/index.ts'
import type { NewRequest } from '../store/outgoing-requests.ts'
import { knownRecipients, messageOf, writePacket, type WrittenPacket } from './packet.ts'
import { holdersOf, recallsFrom, type RecallPorts } from './recall.ts'
import { settleAnswers } from './receipts.ts'
import { addRequest } from './requests.ts'

/** What a clerk puts right about a document that left. */
export interface DocumentUpdate {
  /** The revision that the clerk saw. */
  readonly revision: number
  readonly fields: UpdatableFields
  /** Whom it is for from now on, by agency id. */
  readonly recipients: readonly string[]
  /** Why, which every recipient reads. */
  readonly reason: string
}

/** Who is told what. */
interface Addressees {
  /** Have it and keep it: they are asked to take the update in. */
  readonly staying: readonly Agency[]
  /** Have it and shall not: they are asked to give it back. */
  readonly removed: readonly Agency[]
  /** Were to get it and never did, because the hub refused: nobody needs to be asked. */
  readonly dropped: readonly Agency[]
  /** Get the document. */
  readonly added: readonly Agency[]
}

/**
 * sent, returned or confirmed → the same, or → sent where it goes to more recipients. Puts right what is said of a
 * document and whom it is for; nothing that was signed changes. Those that keep it are asked to take the update in,
 * those taken off to give it back, those added get it. What was said before is kept, and struck through in the
 * register. Packets are written first; then all the rest is one transaction.
 *
 * @throws {AppError} document/wrong-state, document/changed, document/incomplete, document/secret, update/nothing,
 *   update/printed, update/gave-back, and of the packet to those added encryption/demanded
 * @source edXML BussinessDocType 2; docs/decisions/0044
 */
export async function update(ports: RecallPorts, id: DocumentId, wanted: DocumentUpdate): Promise<void> {
  const { store, reach } = ports
  const document = store.outgoing.get(id)
  if (next(OUTGOING, document.state, 'update') === undefined) {
    throw new AppError('document/wrong-state', `update while ${document.state}`)
  }
  const { reason } = wanted
  const addressees = addresseesOf(store, document, wanted.recipients)
  const { staying, removed, dropped, added } = addressees
  const fields: OutgoingFields = { ...document.fields, ...wanted.fields, recipients: [...wanted.recipients] }
  requirePrintedKept(store, document, fields)
  if (bearsSecrecyMark({ codeNotation: fields.codeNotation, texts: [fields.subject, reason] })) {
    throw new AppError('document/secret', 'the update bears a mark of state secrecy')
  }
  const changes = fieldChanges(document.fields, fields, (organId) => nameOf(store, document, organId))
  const metadataChanged = changes.some(({ field }) => field !== 'recipients')
  if (!metadataChanged && [...removed, ...dropped, ...added].length === 0) {
    throw new AppError('update/nothing', 'nothing is different')
  }
  const at = ports.now()
  const updated: Outgoing = { ...document, fields }
  const asked =
    staying.length === 0 ? [] : [await asUpdate(store, updated, addressees, { metadataChanged, reason, at })]
  const recalls = removed.length === 0 ? [] : await recallsFrom(store, document, removed, reason, at)
  const addition = added.length === 0 ? undefined : await packetFor(store, updated, added, at)
  reach('update/before-commit')
  store.atomically(() => {
    store.versions.add(id, { replacedAt: at, reason, earlier: document.fields, changes })
    store.outgoing.amend(id, wanted.revision, fields)
    store.outgoing.addRecipients(id, added)
    noteRegister(store, document, fields, { reason, at })
    store.outgoing.move(id, addition === undefined ? 'update' : 'widen', at, { reason })
    for (const request of [...asked, ...recalls]) addRequest(store, request)
    for (const { organId } of dropped) store.outgoing.moveRecipient(id, organId, 'recall', at)
    if (addition !== undefined) addAddition(store, updated, addition, reason, at)
    settleAnswers(store, id, at)
  })
  reach('update/after-commit')
}

/**
 * Where the page was written here, its abstract and urgency are printed on what was signed: said otherwise beside it,
 * one of the two would be wrong. Of a PDF that was taken in they were typed by hand, and may have been mistyped.
 *
 * @throws {AppError} update/printed
 */
function requirePrintedKept(store: Store, { id, fields }: Outgoing, after: OutgoingFields): void {
  if (store.compositions.get(id) === undefined) return
  if (fields.subject === after.subject && fields.priority === after.priority) return
  throw new AppError('update/printed', 'it stands on the signed page')
}

/** @throws {AppError} update/gave-back, document/incomplete */
function addresseesOf(store: Store, document: Outgoing, recipients: readonly string[]): Addressees {
  if (recipients.length === 0) {
    throw new AppError('document/incomplete', 'an update leaves no recipient', { detail: 'recipients' })
  }
  const holders = holdersOf(store, document)
  const isHolder = (organId: string) => holders.some((holder) => holder.organId === organId)
  const others = recipients.filter((organId) => !isHolder(organId))
  const givenBack = document.recipients.filter(({ organId }) => others.includes(organId))
  if (givenBack.length > 0) {
    const names = givenBack.map(({ name }) => name).join('; ')
    throw new AppError('update/gave-back', `${String(givenBack.length)} gave it back`, { detail: names })
  }
  const asked = store.requests.latestByRecipient(document.id)
  const leaving = holders.filter(({ organId }) => !recipients.includes(organId))
  const neverGotIt = ({ organId }: Agency) => {
    const latest = asked.get(organId)
    return latest?.kind === 'addition' && latest.state === 'failed'
  }
  return {
    staying: holders.filter(({ organId }) => recipients.includes(organId)),
    removed: leaving.filter((agency) => !neverGotIt(agency)),
    dropped: leaving.filter(neverGotIt),
    added: knownRecipients(store, others),
  }
}

/**
 * One document packet of type 2. It has a DocumentId of its own, by which it is answered; those that split it by
 * commas still find number and notation third.
 */
async function asUpdate(
  store: Store,
  document: Outgoing,
  { staying, removed, added }: Addressees,
  { metadataChanged, reason, at }: { metadataChanged: boolean; reason: string; at: number },
): Promise<NewRequest> {
  const message = messageOf(store, document, staying, at, {
    type: BUSINESS_TYPE.update,
    reason,
    documentId: document.documentCode,
    documentInfo: {
      metadataChanged,
      receiversChanged: removed.length + added.length > 0,
      receiverList: [
        ...removed.map(({ organId }) => ({ organId, receiverType: 0 as const })),
        ...added.map(({ organId }) => ({ organId, receiverType: 1 as const })),
      ],
    },
  })
  const requestCode = `${message.documentId},${String(at)}`
  return {
    documentId: document.id,
    kind: 'update',
    route: 'edoc',
    requestCode,
    reason,
    packet: await store.files.put(writeDocumentPacket({ ...message, documentId: requestCode }, [])),
    organIds: staying.map(({ organId }) => organId),
    askedAt: at,
  }
}

/** The document as it was sent, its metadata as they are now, to those that were added. */
async function packetFor(
  store: Store,
  document: Outgoing,
  added: readonly Agency[],
  at: number,
): Promise<WrittenPacket> {
  const sealed = document.files.findLast(({ role }) => role === 'sealed')
  if (sealed === undefined) throw new Error('what was sent was sealed')
  const recipients = added.map(({ organId }) => organId)
  return writePacket(store, { ...document, fields: { ...document.fields, recipients } }, sealed, at)
}

function addAddition(
  store: Store,
  { id, fields }: Outgoing,
  { packet, recipients, contentKeys }: WrittenPacket,
  reason: string,
  at: number,
): void {
  store.encryptionKeys.keepContentKeys(packet.sha256, contentKeys)
  const request: NewRequest = {
    documentId: id,
    kind: 'addition',
    route: 'edoc',
    requestCode: packet.documentCode,
    reason,
    packet,
    organIds: recipients.map(({ organId }) => organId),
    askedAt: at,
  }
  addRequest(store, request, fields.priority)
}

function noteRegister(
  store: Store,
  before: Outgoing,
  { subject, typeName }: OutgoingFields,
  why: { readonly reason: string; readonly at: number },
): void {
  noteRegisterChange(
    store,
    'outgoing',
    before.id,
    {
      before: { typeName, subject: before.fields.subject, recipients: namesOf(before) },
      after: { typeName, subject, recipients: namesOf(store.outgoing.get(before.id)) },
    },
    why,
  )
}

/** As the register writes them: whoever it was ever sent to. */
function namesOf({ recipients }: Outgoing): string {
  return recipients.map(({ name }) => name).join('; ')
}

function nameOf(store: Store, { recipients }: Outgoing, organId: string): string {
  const sent = recipients.find((one) => one.organId === organId)
  return sent?.name ?? store.directory.byIds([organId])[0]?.name ?? organId
}
