import { fold } from '../fold.ts'

/** Whether two names may stand for one agency: marks, case, order of spaces and common abbreviations aside. */
export function isSameAgency(first: string, second: string): boolean {
  const [one, other] = [wordsOf(first), wordsOf(second)]
  if (one.length === 0 || other.length === 0) return false
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one]
  if (shorter.join(' ') === longer.join(' ')) return true
  // "UBND xã Suối Ngọc" and "UBND xã Suối Ngọc, tỉnh Thanh Vân": the superior is left out at the end.
  const isName = shorter.length >= LEAST_WORDS && !GENERIC_ENDINGS.has(shorter.at(-1) ?? '')
  return isName && shorter.every((word, index) => longer[index] === word)
}

/** "Sở Nội vụ" is a name; "UBND" and "UBND xã" could be anybody's. */
const LEAST_WORDS = 3
const GENERIC_ENDINGS = new Set(['dan', 'xa', 'phuong', 'tinh', 'pho', 'huyen', 'quan', 'phong', 'tam'])

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  ubnd: 'uy ban nhan dan',
  hdnd: 'hoi dong nhan dan',
  ubmttq: 'uy ban mat tran to quoc',
  mttq: 'mat tran to quoc',
  ttpvhcc: 'trung tam phuc vu hanh chinh cong',
  vp: 'van phong',
  tt: 'trung tam',
  tp: 'thanh pho',
  tx: 'thi xa',
  gddt: 'giao duc va dao tao',
  gdvadt: 'giao duc va dao tao',
  khcn: 'khoa hoc va cong nghe',
  nnmt: 'nong nghiep va moi truong',
  vhttdl: 'van hoa the thao va du lich',
}

function wordsOf(name: string): string[] {
  const folded = fold(name)
    .replace(/&/g, ' va ')
    // "T.P" and "GD-ĐT" are one word; a comma or a line parts two names.
    .replace(/[.\-–]/g, '')
  return folded
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => (ABBREVIATIONS[word] ?? word).split(' '))
}
