import { fieldProblems, type DocumentId } from '../../shared/document/fields.ts'
import { waitsForNumber } from '../../shared/document/signers.ts'
import type { IncomingDetail, OutgoingDetail } from '../../shared/ipc/contract.ts'
import { wantedChanges } from '../incoming/updates.ts'
import { nextArrivalNumber } from '../incoming/register.ts'
import type { Office } from '../office.ts'
import { packetFit } from '../outgoing/fit.ts'
import { hasPage } from '../outgoing/freeze.ts'
import { nextNumber } from '../outgoing/number.ts'

/** All the window shows of a document that goes out. @throws {AppError} document/not-found */
export function outgoingDetail({ store, now }: Office, id: DocumentId): OutgoingDetail {
  const document = store.outgoing.get(id)
  return {
    ...store.outgoing.summary(document),
    revision: document.revision,
    fields: document.fields,
    composition: store.compositions.get(id),
    files: document.files,
    problems: document.state === 'drafting' ? fieldProblems(document.fields, hasPage(store, document)) : [],
    verdict: document.verdict,
    history: store.history.about(id),
    notes: store.notes.of(id),
    fit: document.state === 'drafting' ? packetFit(store, document) : undefined,
    versions: store.versions.of(id),
    encrypted: store.encryptionKeys.isEncrypted(document.packetSha256),
    nextNumber: waitsForNumber(document.state, document.fields.typeName)
      ? nextNumber(store, id, now())
      : undefined,
  }
}

/** All the window shows of a document that came in. @throws {AppError} document/not-found */
export function incomingDetail({ store, now }: Office, id: DocumentId): IncomingDetail {
  const document = store.incoming.get(id)
  const { message } = document
  return {
    ...store.incoming.summary({ ...document, verdictWord: document.verdict?.verdict }),
    signer: message?.signer ?? { competence: '', position: '', fullName: '' },
    place: message?.place ?? '',
    toPlaces: message?.toPlaces ?? [],
    content: message?.content ?? '',
    paperFollows: message?.business.paper ?? false,
    steeringType: message?.steeringType,
    answers: message?.responseFor.map((answered) => answered.code) ?? [],
    replaces: message?.business.replacementInfo?.map((replaced) => replaced.documentId) ?? [],
    files: document.files,
    wantedChanges: wantedChanges(store, document),
    versions: store.versions.of(id),
    warnings: document.warnings,
    verdictDetail: document.verdict,
    history: store.history.about(id),
    notes: store.notes.of(id),
    encrypted: store.encryptionKeys.isEncrypted(document.packetSha256),
    nextArrivalNumber: nextArrivalNumber(store, now()),
  }
}

/** Says that a document changed, and the queue perhaps with it; gives the document as it is now. */
export function changedOutgoing(office: Office, id: DocumentId): OutgoingDetail {
  office.tell('outgoing')
  office.tell('line')
  return outgoingDetail(office, id)
}

/** Says that a received document changed; gives it as it is now. */
export function changedIncoming(office: Office, id: DocumentId): IncomingDetail {
  office.tell('incoming')
  return incomingDetail(office, id)
}
