/** The outward form of each of the 29 types: what its first page has. */
import { isEmptyBody, romanNumber, textOfWords } from './body.ts'
import type { Composed } from './composition.ts'
import type { OutgoingFields } from './fields.ts'
import { DOCUMENT_TYPES, documentTypeNamed } from './types.ts'

/** The name of one of the 29 types. */
export type TypeName = (typeof DOCUMENT_TYPES)[number]['name']

export interface DocumentForm {
  /** As it stands on the page; empty where the type has no name there (ô 5a). */
  readonly title: string
  /** Whether the abstract stands under the number as `V/v …` (ô 5b), and not under the title (ô 5a). */
  readonly abstractUnderNumber: boolean
  /** Whether it is addressed on its first page (ô 9a). */
  readonly addressed: 'always' | 'may' | 'never'
  /** Whether it rests on legal bases. */
  readonly bases: 'always' | 'may'
  /** Whether two sides sign it, each in a block of its own. */
  readonly twoSided: boolean
}

const ABBREVIATIONS_OF_TYPES: ReadonlySet<string> = new Set(
  DOCUMENT_TYPES.map(({ abbreviation }) => abbreviation).filter((abbreviation) => abbreviation !== ''),
)
const LETTERS: readonly string[] = ['Công văn', 'Thư công']
const ADDRESSED: Readonly<Partial<Record<string, 'always' | 'may'>>> = {
  'Công văn': 'always',
  'Tờ trình': 'always',
  'Báo cáo': 'may',
  'Thư công': 'may',
}
const BASED: readonly string[] = ['Nghị quyết (cá biệt)', 'Quyết định (cá biệt)']
const TWO_SIDED: readonly string[] = ['Biên bản', 'Hợp đồng', 'Bản ghi nhớ', 'Bản thỏa thuận']

/**
 * The form of a type; of a name that only other systems use, that of a named type.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 5, 9 and App. III; that a thư công looks like a công văn without an
 *   abstract is practice, the decree shows no sample of it
 */
export function formOf(typeName: string): DocumentForm {
  const isLetter = LETTERS.includes(typeName)
  return {
    title: isLetter ? '' : typeName.replace(/\s*\(.*\)$/u, ''),
    abstractUnderNumber: isLetter,
    addressed: ADDRESSED[typeName] ?? 'never',
    bases: BASED.includes(typeName) ? 'always' : 'may',
    twoSided: TWO_SIDED.includes(typeName),
  }
}

/** The abstract as the page shows it: a công văn's begins with `V/v`. */
export function abstractOf({ typeName, subject }: Pick<OutgoingFields, 'typeName' | 'subject'>): string {
  const text = subject.trim().replace(/\s+/gu, ' ')
  if (text === '' || !formOf(typeName).abstractUnderNumber) return text
  return /^(?:v\/v|về việc)\b/iu.test(text) ? text.replace(/^(?:v\/v|về việc)\s*/iu, 'V/v ') : `V/v ${text}`
}

/** `Phụ lục`, or `Phụ lục II` where there are several. */
export function appendixHeading(index: number, count: number): string {
  return count === 1 ? 'Phụ lục' : `Phụ lục ${romanNumber(index + 1)}`
}

/** Something about a draft that the drafter should look at before it is signed. */
export interface DraftRemark {
  readonly remark:
    | 'agency-missing'
    | 'body-empty'
    | 'addressee-missing'
    | 'basis-missing'
    | 'basis-ending'
    | 'notation-of-type'
    | 'archive-missing'
    | 'as-above-missing'
    | 'position-missing'
    | 'second-side-missing'
    | 'due-past'
    | 'appendix-empty'
  /** Whether the document cannot be handed on to be signed like this. */
  readonly stops: boolean
}

/**
 * What is missing or unusual in a composed draft beside its fields. Empty: nothing to say.
 *
 * @param today yyyy-MM-dd
 * @source Decree 30/2020/NĐ-CP App. I part II 3, 6, 9 and App. III
 */
export function remarksOn({ fields, composition }: Composed, today: string): DraftRemark[] {
  const { addressed, bases, twoSided } = formOf(fields.typeName)
  const { body, addressees, appendices } = composition
  const basisLines = body.content.flatMap((one) =>
    one.type === 'basis' ? [textOfWords(one.content).trim().slice(-1)] : [],
  )
  const places = fields.toPlaces.map((place) => place.trim().toLocaleLowerCase('vi'))
  const found: (readonly [DraftRemark['remark'], boolean, boolean])[] = [
    ['agency-missing', composition.agencyName.trim() === '', true],
    ['body-empty', isEmptyBody(body), true],
    ['addressee-missing', addressed === 'always' && addressees.length === 0, false],
    ['basis-missing', bases === 'always' && basisLines.length === 0, false],
    [
      'basis-ending',
      basisLines.some((letter, index) => letter !== (index < basisLines.length - 1 ? ';' : '.')),
      false,
    ],
    ['notation-of-type', !isNotationOf(fields), false],
    ['archive-missing', !places.some((place) => /^-?\s*lưu\s*:/u.test(place)), false],
    [
      'as-above-missing',
      addressees.length > 0 && !places.some((place) => /^-?\s*(?:như (?:trên|kính gửi))/u.test(place)),
      false,
    ],
    [
      'position-missing',
      fields.signer.position.trim() === '' && fields.signer.competence.trim() === '',
      false,
    ],
    ['second-side-missing', twoSided && !fields.coSigners.some(({ part }) => part === 'joint'), false],
    ['due-past', fields.dueDate !== undefined && fields.dueDate < today, false],
    ['appendix-empty', appendices.some((one) => isEmptyBody(one.body)), false],
  ]
  return found.flatMap(([remark, holds, stops]) => (holds ? [{ remark, stops }] : []))
}

/** `QĐ-UBND` belongs to a decision; a công văn's begins with the agency and not with a type. */
function isNotationOf({ typeName, codeNotation }: OutgoingFields): boolean {
  if (codeNotation === '') return true
  const abbreviation = documentTypeNamed(typeName)?.abbreviation
  if (abbreviation === undefined) return true
  const [first = ''] = codeNotation.normalize('NFC').split('-')
  return abbreviation === '' ? !ABBREVIATIONS_OF_TYPES.has(first) : first === abbreviation
}
