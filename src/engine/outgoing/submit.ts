import { AppError } from '../../shared/errors.ts'
import type { DocumentId, OutgoingFields } from '../../shared/document/fields.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { keepPacket, writePacket } from './packet.ts'

/** What submitting needs of the world. */
export interface SubmitPorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
}

/** The job that carries this document; the revision tells one submission from the next. */
function deliveryKey(document: Pick<Outgoing, 'id' | 'revision'>): string {
  return `deliver/${document.id}/${String(document.revision)}`
}

/**
 * sealed → queued. The packet is written once and kept under its hash; then the move and its delivery
 * job are one transaction: never one without the other.
 *
 * @throws {AppError} document/wrong-state, document/incomplete (a recipient left the directory),
 *   encryption/demanded
 */
export async function submit(ports: SubmitPorts, id: DocumentId): Promise<void> {
  const { store, reach } = ports
  const document = store.outgoing.get(id)
  const sealed = document.files.findLast((file) => file.role === 'sealed')
  if (document.state !== 'sealed' || sealed === undefined) {
    throw new AppError('document/wrong-state', `submit while ${document.state}`)
  }
  const at = ports.now()
  const written = await writePacket(store, document, sealed, at)
  const { packet, recipients, contentKeys } = written
  reach('submit/before-commit')
  store.atomically(() => {
    keepPacket(store, id, written)
    store.outgoing.setRecipients(
      id,
      recipients.map(({ organId, name }) => ({ organId, name })),
    )
    const moved = store.outgoing.move(id, 'submit', at, {
      sizeBytes: packet.sizeBytes,
      encrypted: contentKeys.length > 0,
    })
    store.jobs.add({
      key: deliveryKey(moved),
      kind: 'deliver',
      subjectId: id,
      dueAt: at,
      priority: document.fields.priority,
      sizeBytes: packet.sizeBytes,
      again: true,
    })
    // It may have left by the store that the backup was made of; after that one's time nobody can know.
    const restored = store.settings.get('restored')
    if (restored !== undefined && document.createdAt < restored.restoredAt) {
      store.jobs.doubt(deliveryKey(moved), restored.madeAt)
    }
  })
  reach('submit/after-commit')
}

/**
 * Other recipients for a sealed document: one that the hub refused because it does not know a recipient
 * must not be stuck for ever.
 *
 * @throws {AppError} document/incomplete (not in the directory), document/wrong-state
 */
export function readdress(store: Store, id: DocumentId, organIds: OutgoingFields['recipients']): void {
  const known = store.directory.byIds(organIds)
  if (known.length !== new Set(organIds).size) {
    throw new AppError('document/incomplete', 'a recipient is not in the directory', { detail: 'recipients' })
  }
  store.atomically(() => {
    store.outgoing.readdress(id, organIds)
    store.outgoing.setRecipients(
      id,
      known.map(({ organId, name }) => ({ organId, name })),
    )
  })
}

/** The clerk pauses it: it stays in the outbox and does not leave. */
export function hold(store: Store, id: DocumentId): void {
  const job = openDelivery(store, id)
  if (job.state !== 'ready') throw new AppError('document/wrong-state', `hold while the job is ${job.state}`)
  store.jobs.hold(job.key, { byClerk: true })
}

/** "Gửi văn bản này trước": before all others, as soon as there is a place. */
export function sendFirst(store: Store, id: DocumentId, now: number): void {
  const job = openDelivery(store, id)
  if (job.state !== 'ready') throw new AppError('document/wrong-state', `first while the job is ${job.state}`)
  store.jobs.putFirst(job.key)
  store.jobs.makeDue(now)
}

/** Whether its delivery runs, and nothing of it can have reached the hub. */
export function isBeforeFirstByte(store: Store, id: DocumentId): boolean {
  return store.jobs
    .forSubject('deliver', id)
    .some(({ state, sentMark }) => state === 'leased' && sentMark === undefined)
}

/**
 * The clerk lets it go on, now. Where the hub could not be asked about an earlier attempt, this is the
 * clerk's word that it did not arrive.
 */
export function release(store: Store, id: DocumentId, now: number): void {
  // Beside the document's own errand there may be several requests about it.
  const job = store.jobs.forSubject('deliver', id).find(({ state }) => state === 'held')
  if (job === undefined) throw new AppError('document/wrong-state', `nothing of ${id} is held`)
  store.atomically(() => {
    if (!job.heldByClerk && job.lastErrorCode === 'hub/outcome-unaskable')
      store.jobs.clearSending(job.key, 'clerk')
    store.jobs.release(job.key, now)
  })
}

/**
 * queued → sealed, or refused → sealed. Only while nothing of it can have reached the hub: an unknown
 * outcome is asked of the hub first, never assumed.
 */
export function withdraw(store: Store, id: DocumentId, now: number): void {
  store.atomically(() => {
    const { state } = store.outgoing.get(id)
    if (state === 'queued') {
      const job = openDelivery(store, id)
      if (!isCancellable(job)) throw new AppError('document/wrong-state', 'the hub may have it already')
      store.jobs.dismiss(job.key, 'withdrawn by the clerk')
    }
    store.outgoing.move(id, 'withdraw', now)
  })
}

/**
 * "Gửi không chờ": the clerk's decision that it leaves at the level its signatures have.
 *
 * @throws {AppError} document/wrong-state when it is not on its way out, or may have left already
 */
export function sendAsItIs(store: Store, id: DocumentId, now: number): void {
  store.atomically(() => {
    const job = openDelivery(store, id)
    if (!isCancellable(job)) throw new AppError('document/wrong-state', 'it may have left already')
    // No decision makes a signature good whose certificate was taken back.
    if (job.lastErrorCode === 'certificate/revoked') throw new AppError('certificate/revoked', 'still so')
    store.outgoing.waiveLevel(id)
    store.history.append({ at: now, subjectKind: 'outgoing', subjectId: id, event: 'waive-level' })
    if (job.state === 'held') store.jobs.release(job.key, now)
    else store.jobs.makeDue(now)
  })
}

/** Whether nothing of the packet can have reached the hub. */
function isCancellable(job: { readonly state: string; readonly sentMark: number | undefined }): boolean {
  return job.sentMark === undefined && (job.state === 'ready' || job.state === 'held')
}

function openDelivery(store: Store, id: DocumentId) {
  const job = store.jobs.forSubject('deliver', id).find(({ state }) => state !== 'done')
  if (job === undefined) throw new AppError('document/wrong-state', `${id} has no delivery under way`)
  return job
}
