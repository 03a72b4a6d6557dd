/** Invented documents, as many as an office has after years: made one by one, the same for the same seed. */
import type { Agency } from '../../src/shared/document/fields.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { chance, type Chance } from './chance.ts'
import { personName, zipfText } from './vietnamese.ts'

/** Which documents are made. */
export interface Making {
  readonly count: number
  readonly seed: number
  /** Words in the text of a PDF, on the average; 0: no PDF. */
  readonly bodyWords: number
  /** When the first came, epoch milliseconds; the last comes at `until`. */
  readonly from: number
  readonly until: number
  /** Left out, half of them are outgoing. */
  readonly only?: 'incoming'
}

const AGENCIES = 400
const UNITS = ['VP', 'KT', 'VHXH', 'PVHCC', 'NC', 'TCKH']

/** One document before it is in a store. */
export interface MadeDocument {
  readonly number: number
  readonly isOutgoing: boolean
  readonly at: number
  readonly typeName: string
  readonly notation: string
  readonly subject: string
  readonly agency: Agency
  readonly signer: string
  readonly body: string
}

/** The documents in the order of their days. Nothing is kept of one when the next is made. */
export function* madeDocuments({
  count,
  seed,
  bodyWords,
  from,
  until,
  only,
}: Making): Generator<MadeDocument> {
  const draw = chance(seed)
  const agencies = Array.from({ length: AGENCIES }, (_, index) => agencyNumber(index, draw))
  for (let number = 1; number <= count; number += 1) {
    const type = DOCUMENT_TYPES[draw(3) > 0 ? 17 : draw(DOCUMENT_TYPES.length)]
    const unit = UNITS[draw(UNITS.length)] ?? 'VP'
    const agency = agencies[Math.floor((draw(1000) / 1000) ** 2 * AGENCIES)]
    if (type === undefined || agency === undefined) throw new Error('the lists are not empty')
    yield {
      number,
      isOutgoing: draw(2) === 0 && only === undefined,
      at: Math.floor(from + ((until - from) * number) / count),
      typeName: type.name,
      notation: type.abbreviation === '' ? `UBND-${unit}` : `${type.abbreviation}-UBND`,
      subject: `V/v ${zipfText(draw, 8 + draw(20)).toLowerCase()}`.slice(0, 500),
      agency,
      signer: personName(draw),
      // Many short ones and some long ones.
      body: bodyWords === 0 ? '' : zipfText(draw, Math.ceil(bodyWords * 2 * (draw(1000) / 1000))),
    }
  }
}

function agencyNumber(index: number, draw: Chance): Agency {
  const kinds = ['UBND xã', 'UBND phường', 'Sở', 'Phòng', 'Ban Quản lý', 'Trường Tiểu học', 'Trạm Y tế xã']
  const kind = kinds[index % kinds.length] ?? ''
  const name = zipfText(draw, 2).replace(/[.,]/g, '')
  return {
    organId: `H99.${String(Math.floor(index / 90) + 10)}.${String((index % 90) + 10)}`,
    name: `${kind} ${name} ${String(index)}`,
    parentName: 'UBND tỉnh Thanh Vân',
    address: '',
    email: '',
    telephone: '',
  }
}
