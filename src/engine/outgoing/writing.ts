/** Writing a document here: where it begins, what is kept of it on the way, and the office's templates. */
import { randomUUID } from 'node:crypto'
import {
  composition,
  picturesOf,
  textsOf,
  type Composed,
  type Composition,
} from '../../shared/document/composition.ts'
import {
  templateFields,
  templateId,
  type TemplateId,
  type VersionReason,
} from '../../shared/document/drafting.ts'
import type { Agency, DocumentId, OutgoingFields, Sha256 } from '../../shared/document/fields.ts'
import { startOf } from '../../shared/document/templates.vi.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { AppError } from '../../shared/errors.ts'
import { pictureSize } from '../page/picture.ts'
import { bearsSecrecyMark } from '../secrecy.ts'
import type { Store } from '../store/index.ts'
import { clerkOf } from '../may.ts'

/** After so long a version is kept by itself before the next change is saved. */
const VERSION_EVERY_MS = 10 * 60_000
/** A picture stands in its own size, but not wider than the narrowest text there is. */
const WIDEST_MM = 155

/**
 * Begins to write a draft, from a template of the office or from that of its type. What the drafter filled in
 * already stays; what was written becomes a version, and a PDF that was taken in goes.
 *
 * @throws {AppError} document/wrong-state (also for a copy of a paper document), document/changed
 */
export function beginWriting(
  store: Store,
  id: DocumentId,
  { revision, agency, template }: { revision: number; agency: Agency; template?: TemplateId | undefined },
): void {
  store.atomically(() => {
    const { state, fields } = store.outgoing.get(id)
    if (state !== 'drafting' || copyFormOf(fields.typeName) !== undefined) {
      throw new AppError('document/wrong-state', `write while ${state}`)
    }
    keepWritten(store, id, 'replaced')
    const own = template === undefined ? undefined : store.compositions.template(template)
    const started = own ?? startOf(fields.typeName, agency)
    store.outgoing.save(
      id,
      revision,
      own === undefined ? filledIn(fields, started.fields) : { ...fields, ...own.fields },
    )
    store.compositions.keep(id, started.composition)
    store.outgoing.removeFile(id, 'imported')
  })
}

/** What a template of the type says where the drafter said nothing. */
function filledIn(
  fields: OutgoingFields,
  { toPlaces, signer }: ReturnType<typeof startOf>['fields'],
): OutgoingFields {
  const { competence, position, fullName } = fields.signer
  const isUnsigned = competence === '' && position === ''
  return {
    ...fields,
    toPlaces: fields.toPlaces.length === 0 ? toPlaces : fields.toPlaces,
    signer: isUnsigned ? { ...signer, fullName } : fields.signer,
  }
}

/**
 * The draft's PDF will be taken in instead. What was written stays as a version.
 *
 * @throws {AppError} document/changed
 */
export function stopWriting(store: Store, id: DocumentId, revision: number): void {
  store.atomically(() => {
    keepWritten(store, id, 'replaced')
    store.compositions.remove(id)
    store.outgoing.removeFile(id, 'imported')
    // Pages are counted anew when the PDF comes.
    store.outgoing.save(id, revision, { ...store.outgoing.get(id).fields, pageAmount: 0 })
  })
}

/** Keeps a version of what is there, where something is. */
export function keepWritten(store: Store, id: DocumentId, reason: VersionReason, note = ''): void {
  const written = store.compositions.get(id)
  if (written === undefined) return
  const { fields } = store.outgoing.get(id)
  store.compositions.keepVersion(id, { fields, composition: written }, { reason, note, by: clerkOf(store) })
}

/** Before a change is saved: what was there for a while is kept, so that one can go back to it. */
export function keepNowAndThen(store: Store, id: DocumentId, now: number): void {
  const [newest] = store.compositions.versions(id)
  const since = newest?.keptAt ?? store.outgoing.get(id).createdAt
  if (now - since >= VERSION_EVERY_MS) keepWritten(store, id, 'while-writing')
}

/** The document as it is written. @throws {AppError} document/wrong-state where it is not written here */
export function writtenOf(store: Store, id: DocumentId): Composed {
  const written = store.compositions.get(id)
  if (written === undefined) throw new AppError('document/wrong-state', 'its PDF was taken in')
  return { fields: store.outgoing.get(id).fields, composition: written }
}

/** @throws {AppError} document/secret */
export function refuseSecretText(content: Composition): void {
  if (bearsSecrecyMark({ codeNotation: '', texts: textsOf(content) })) {
    throw new AppError('document/secret', 'the text bears a mark of state secrecy')
  }
}

/**
 * Keeps a picture for the text of a draft.
 *
 * @returns how wide it stands by itself
 * @throws {AppError} image/unusable when it is neither PNG nor JPEG; document/wrong-state
 */
export async function keepTextPicture(
  store: Store,
  id: DocumentId,
  bytes: Uint8Array,
): Promise<{ sha256: Sha256; widthMm: number }> {
  if (store.outgoing.get(id).state !== 'drafting') {
    throw new AppError('document/wrong-state', 'a picture after drafting')
  }
  const { widthMm } = pictureSize(bytes)
  const { sha256 } = await store.files.putBytes(bytes)
  return { sha256, widthMm: Math.round(Math.min(WIDEST_MM, Math.max(5, widthMm))) }
}

/** Refuses a picture that neither the draft nor one of its versions shows. @throws {AppError} document/not-found */
export function requireShown(store: Store, id: DocumentId, sha256: Sha256): void {
  const isIn = (content: Composition | undefined) =>
    content !== undefined && picturesOf(content).includes(sha256)
  if (isIn(store.compositions.get(id))) return
  const { versions, version } = store.compositions
  if (versions(id).some(({ number }) => isIn(version(id, number).composition))) return
  throw new AppError('document/not-found', 'the draft shows no such picture')
}

/**
 * Keeps a draft as a template of the office: without what belongs to this document alone.
 *
 * @throws {AppError} document/wrong-state where it is not written here
 */
export function keepAsTemplate(store: Store, id: DocumentId, name: string): void {
  const written = writtenOf(store, id)
  store.compositions.keepTemplate(templateId.parse(randomUUID()), name.normalize('NFC'), {
    fields: templateFields.parse(written.fields),
    composition: composition.parse(written.composition),
  })
}
