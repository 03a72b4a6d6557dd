/**
 * Whether the agency that signed is the one that the packet comes from. Names are written in many ways, so
 * this never makes a document invalid: it asks the clerk to look.
 */
import type { Agency } from '../../shared/document/fields.ts'
import { isSameAgency } from '../../shared/document/agency-name.ts'
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
