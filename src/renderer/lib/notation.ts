import { COPY_TYPES, documentTypeNamed } from '../../shared/document/types.ts'

/** Words that are not part of an abbreviation, or that begin the name of the place. */
const PLACE_WORDS = ['tỉnh', 'thành phố', 'quận', 'huyện', 'xã', 'phường', 'thị trấn', 'đặc khu']
const SMALL_WORDS = new Set(['và', 'của', 'các', 'về', 'cho', 'với'])

/** Units of a communal people's committee. @source Decree 150/2025/NĐ-CP; practice of 2026 */
const COMMITTEE_UNITS = ['VP', 'KT', 'VHXH', 'PVHCC']

function withoutPlace(agencyName: string): string {
  const name = agencyName.normalize('NFC').trim()
  const ends = PLACE_WORDS.map((word) => name.toLowerCase().indexOf(` ${word} `)).filter((at) => at > 0)
  return ends.length === 0 ? name : name.slice(0, Math.min(...ends))
}

/** The abbreviation an agency uses of itself, as far as its name tells: UBND, HĐND, SNV. */
function agencyAbbreviation(agencyName: string): string {
  const name = withoutPlace(agencyName)
  if (/^(ubnd|ủy ban nhân dân|uỷ ban nhân dân)\b/iu.test(name) || /^(ủy|uỷ) ban nhân dân/iu.test(name)) {
    return 'UBND'
  }
  if (/^(hđnd|hội đồng nhân dân)/iu.test(name)) return 'HĐND'
  return name
    .split(/[\s,–-]+/)
    .filter((word) => word !== '' && !SMALL_WORDS.has(word.toLowerCase()))
    .map((word) => (/^\p{Lu}{2,}$/u.test(word) ? word : (word[0] ?? '').toUpperCase()))
    .join('')
}

/**
 * Notations to offer for a document, the likeliest first. Named types: `QĐ-UBND`; Công văn and Thư công,
 * which have no abbreviation, carry the drafting unit: `UBND-VP`.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 3
 */
export function suggestNotations(typeName: string, agencyName: string): string[] {
  const agency = agencyAbbreviation(agencyName)
  if (agency === '') return []
  const copy = COPY_TYPES.find(({ name }) => name === typeName)
  const type = (copy ?? documentTypeNamed(typeName))?.abbreviation ?? ''
  if (type !== '') return [`${type}-${agency}`]
  return agency === 'UBND' ? COMMITTEE_UNITS.map((unit) => `${agency}-${unit}`) : [`${agency}-VP`]
}

/** What a new Công văn of this agency begins with. */
export function draftStart(agencyName: string): { place: string; codeNotation: string } {
  return {
    place: suggestPlace(agencyName),
    codeNotation: suggestNotations('Công văn', agencyName)[0] ?? '',
  }
}

/** The place name of the date line: what follows `xã`, `phường`, `tỉnh` … in the agency's name. */
export function suggestPlace(agencyName: string): string {
  const name = agencyName.normalize('NFC').trim()
  const lower = name.toLowerCase()
  for (const word of PLACE_WORDS) {
    const at = lower.indexOf(` ${word} `)
    if (at >= 0) return name.slice(at + word.length + 2).trim()
  }
  return ''
}
