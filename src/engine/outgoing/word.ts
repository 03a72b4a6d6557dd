/** From what was written to a Word file, and from a Word file to what is written. */
import { isEmptyBody } from '../../shared/document/body.ts'
import {
  composition,
  picturesOf,
  type Composed,
  type Composition,
} from '../../shared/document/composition.ts'
import type { Agency, DocumentId, OutgoingFields, Sha256 } from '../../shared/document/fields.ts'
import type { WordPart } from '../../shared/document/drafting.ts'
import { startOf } from '../../shared/document/templates.vi.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { AppError } from '../../shared/errors.ts'
import { fold } from '../../shared/fold.ts'
import type { KeptPicture } from '../page/word-body.ts'
import type { WordContent } from '../page/word-reading.ts'
import type { WordParts } from '../page/word-parts.ts'
import type { Store } from '../store/index.ts'
import { save } from './draft.ts'
import { keepTextPicture, keepWritten, refuseSecretText } from './writing.ts'

/** What Windows takes in no name of a file. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}]+/gu
const NAME_LETTERS = 80

/** @param picture the bytes of a picture in the text @throws {AppError} image/unusable */
export async function wordOf(
  composed: Composed,
  picture: (sha256: Sha256) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  // Only now: a megabyte of code that nobody needs before somebody asks for Word.
  const { wordFile } = await import('../page/word.ts')
  const pictures = new Map<Sha256, Uint8Array>()
  for (const sha256 of picturesOf(composed.composition)) pictures.set(sha256, await picture(sha256))
  return await wordFile(composed, pictures)
}

/** `Công văn phối hợp rà soát….docx`: type and abstract, as far as Windows takes them in a name. */
export function wordName({ typeName, subject }: Pick<OutgoingFields, 'typeName' | 'subject'>): string {
  const words = `${typeName} ${subject}`.replace(FORBIDDEN, ' ').replace(/\s+/gu, ' ')
  return `${words.slice(0, NAME_LETTERS).trim()}.docx`
}

const FIELD_PARTS = [
  'typeName',
  'codeNotation',
  'subject',
  'place',
  'toPlaces',
  'signer',
] as const satisfies WordPart[]

/** What taking in a Word file needs. */
export interface WordPorts {
  readonly store: Store
  readonly agency: Agency
  readonly now: () => number
  /** @throws {AppError} word/unreadable */
  readonly read: (file: Uint8Array) => Promise<WordContent>
}

/** What became of a Word file. */
export interface TakenWord {
  /** The parts that were recognised; the others are as the draft or the template had them. */
  readonly recognised: WordPart[]
  /** Pictures that the page cannot show: neither PNG nor JPEG. */
  readonly lostPictures: number
}

/**
 * Takes a Word file in as what is written: its text, and of the fields whatever it says. What was written before
 * becomes a version, and a PDF that was taken in goes.
 *
 * @throws {AppError} word/unreadable, word/empty, word/too-large; document/secret, document/changed,
 *   document/wrong-state (nothing is kept)
 */
export async function takeWord(
  { store, agency, now, read }: WordPorts,
  id: DocumentId,
  { revision, bytes }: { readonly revision: number; readonly bytes: Uint8Array },
): Promise<TakenWord> {
  requireWritable(store, id)
  const content = await read(bytes)
  const pictures: KeptPicture[] = []
  for (const picture of content.pictures) pictures.push(await keptPicture(store, id, picture))
  // Only now: recognising is of no use to anybody who never takes in a Word file.
  const { partsOfWord } = await import('../page/word-parts.ts')
  const parts = partsOfWord(content, pictures)
  const written = writtenFrom(parts, store.outgoing.get(id).fields.typeName, agency)
  refuseSecretText(written)
  store.atomically(() => {
    // Again: it may have been frozen while the file was read.
    requireWritable(store, id)
    keepWritten(store, id, 'replaced')
    store.compositions.keep(id, written)
    store.outgoing.removeFile(id, 'imported')
    save(store, id, { revision, fields: { ...store.outgoing.get(id).fields, ...parts.fields } }, now())
  })
  return {
    recognised: [
      ...FIELD_PARTS.filter((name) => parts.fields[name] !== undefined),
      ...(parts.addressees.length === 0 ? [] : (['addressees'] as const)),
      ...(parts.agencyName === undefined ? [] : (['agencyName'] as const)),
    ],
    lostPictures: pictures.filter((one) => one === undefined).length,
  }
}

function requireWritable(store: Store, id: DocumentId): void {
  const { state, fields } = store.outgoing.get(id)
  if (state !== 'drafting' || copyFormOf(fields.typeName) !== undefined) {
    throw new AppError('document/wrong-state', `take in Word while ${state}`)
  }
}

async function keptPicture(store: Store, id: DocumentId, bytes: Uint8Array): Promise<KeptPicture> {
  try {
    return await keepTextPicture(store, id, bytes)
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'image/unusable') return undefined
    throw cause
  }
}

/** @throws {AppError} word/empty, word/too-large */
function writtenFrom(parts: WordParts, typeName: string, agency: Agency): Composition {
  const { body, appendices, addressees, parentName, agencyName } = parts
  if (isEmptyBody(body) && appendices.every((one) => isEmptyBody(one.body))) {
    throw new AppError('word/empty', 'nothing is written in it')
  }
  const started = startOf(parts.fields.typeName ?? typeName, agency).composition
  const written = composition.safeParse({
    ...started,
    ...(agencyName === undefined || fold(agencyName) === fold(started.agencyName)
      ? {}
      : { parentName: parentName ?? '', agencyName }),
    addressees,
    body,
    appendices,
  })
  if (!written.success) throw new AppError('word/too-large', 'more than a document may hold')
  return written.data
}
