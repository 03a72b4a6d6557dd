import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { Agency, DocumentId, OutgoingFields } from '../../shared/document/fields.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import { writeDocumentPacket, type AttachmentSource } from '../envelope/write.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { composeMessage, documentCodeOf } from './compose.ts'

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
 * @throws {AppError} document/wrong-state, document/incomplete (a recipient left the directory)
 */
export async function submit(ports: SubmitPorts, id: DocumentId): Promise<void> {
  const { store, reach } = ports
  const document = store.outgoing.get(id)
  const sealed = document.files.findLast((file) => file.role === 'sealed')
  const { codeNumber, issuedDate } = document
  if (
    document.state !== 'sealed' ||
    sealed === undefined ||
    codeNumber === undefined ||
    issuedDate === undefined
  ) {
    throw new AppError('document/wrong-state', `submit while ${document.state}`)
  }
  const sender = store.settings.get('agency')
  if (sender === undefined) throw new Error('an open office has an agency')
  const recipients = recipientsOf(store, document)
  const at = ports.now()
  const code = { number: codeNumber, notation: document.fields.codeNotation, issuedDate }
  const message = composeMessage({
    sender,
    clerkName: store.settings.get('clerkName') ?? '',
    recipients,
    fields: document.fields,
    code,
    at,
  })
  const attachments = document.files.filter((file) => file === sealed || file.role === 'attachment')
  const packet = await store.files.put(
    writeDocumentPacket(
      message,
      attachments.map((file): AttachmentSource => {
        return {
          contentId: contentIdOf(id, file.sha256),
          name: file.name,
          contentType: file.contentType,
          description: file === sealed ? document.fields.subject : file.name,
          size: file.sizeBytes,
          open: () => streamed(store, file.sha256),
        }
      }),
    ),
  )
  reach('submit/before-commit')
  store.atomically(() => {
    store.outgoing.setPacket(id, { ...packet, documentCode: documentCodeOf(sender.organId, code) })
    store.outgoing.setRecipients(
      id,
      recipients.map(({ organId, name }) => ({ organId, name })),
    )
    const moved = store.outgoing.move(id, 'submit', at, { sizeBytes: packet.sizeBytes })
    store.jobs.add({
      key: deliveryKey(moved),
      kind: 'deliver',
      subjectId: id,
      dueAt: at,
      priority: document.fields.priority,
      again: true,
    })
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

/** The clerk lets it go on, now. */
export function release(store: Store, id: DocumentId, now: number): void {
  const job = openDelivery(store, id)
  if (job.state !== 'held')
    throw new AppError('document/wrong-state', `release while the job is ${job.state}`)
  store.jobs.release(job.key, now)
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

/** Whether nothing of the packet can have reached the hub. */
function isCancellable(job: { readonly state: string; readonly sentMark: number | undefined }): boolean {
  return job.sentMark === undefined && (job.state === 'ready' || job.state === 'held')
}

function openDelivery(store: Store, id: DocumentId) {
  const job = store.jobs.forSubject('deliver', id).find(({ state }) => state !== 'done')
  if (job === undefined) throw new AppError('document/wrong-state', `${id} has no delivery under way`)
  return job
}

function recipientsOf(store: Store, document: Outgoing): Agency[] {
  const known = store.directory.byIds(document.fields.recipients)
  const missing = document.fields.recipients.length - known.length
  if (missing > 0) {
    throw new AppError('document/incomplete', `${String(missing)} recipients are not in the directory`, {
      detail: 'recipients',
    })
  }
  return known
}

/** The same file of the same document always has the same content id, so the packet's bytes are stable. */
function contentIdOf(id: DocumentId, sha256: string): string {
  const hex = createHash('sha256').update(`${id}/${sha256}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

async function* streamed(
  store: Store,
  sha256: Outgoing['files'][number]['sha256'],
): AsyncGenerator<Uint8Array> {
  const file = await store.files.open(sha256)
  try {
    yield* file.stream()
  } finally {
    await file.close()
  }
}
