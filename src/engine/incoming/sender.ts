/**
 * Whether the agency that signed is the one that the packet comes from. Names are written in many ways, so
 * this never makes a document invalid: it asks the clerk to look.
 */
import type { Agency } from '../../shared/document/fields.ts'
import { fold } from '../../shared/fold.ts'
import type { PacketAgency } from '../../shared/document/packet.ts'
import type { DocumentVerdict, ReasonCode, SignatureVerdict } from '../../shared/verdict.ts'

/** What is known of who sent a packet. */
export interface Sender {
  /** `From` of the packet. */
  readonly from: Pick<PacketAgency, 'organId' | 'organName'>
  /** Under which code the hub took it. */
  readonly hubOrganId: string
  /** That code in the directory. */
  readonly known: Agency | undefined
}

/**
 * Compares the signers with the sender, and the packet with the hub.
 *
 * @returns what speaks against the sender, or is missing; nothing for a document that nobody signed
 */
export function senderReasons(verdict: DocumentVerdict, sender: Sender): ReasonCode[] {
  const reasons: ReasonCode[] = []
  const { from, hubOrganId, known } = sender
  const codes = [hubOrganId, known?.organId, known?.oldCode].map((code) => code?.trim().toUpperCase())
  if (from.organId !== '' && hubOrganId !== '' && !codes.includes(from.organId.trim().toUpperCase())) {
    reasons.push('sender-code-differs')
  }
  const names = [from.organName, known?.name ?? ''].filter((name) => name !== '')
  if (verdict.signatures.length === 0 || names.length === 0) return reasons
  const seals = verdict.signatures.filter(({ signer }) => signer?.kind === 'agency')
  const asked = seals.length > 0 ? seals : verdict.signatures
  const borne = asked.flatMap((signature) => namesBorne(signature, seals.length > 0))
  if (borne.some((name) => names.some((other) => isSameAgency(name, other)))) return reasons
  reasons.push(borne.length === 0 || seals.length === 0 ? 'sender-unsealed-note' : 'sender-differs')
  return reasons
}

/** The agency's own name; for a person the agency that the certificate says he belongs to. */
function namesBorne({ signer }: SignatureVerdict, isSeal: boolean): string[] {
  if (signer === undefined) return []
  return [isSeal ? signer.name : undefined, signer.organization].flatMap((name) => name ?? [])
}

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
