/** Who signs a document, in which order, and whose certificate is whose. */
import { z } from 'zod'
import { fold } from '../fold.ts'
import { instant, sha256Hex, signerInfo, type OutgoingFields } from './fields.ts'
import type { OutgoingState } from './outgoing.ts'
import { copyFormOf } from './types.ts'

/** One who signs, and as what: `main` is the one whom the packet and the register name. */
export const signer = signerInfo.extend({ part: z.enum(['main', 'joint', 'initials']) })
export type Signer = z.output<typeof signer>

/** What one person has signed with. */
export const personalSignature = z.object({
  certificateSha256: sha256Hex,
  /** The common name of the certificate. */
  name: z.string(),
  signedAt: instant,
})
export type PersonalSignature = z.output<typeof personalSignature>

/** The fields of a draft that say who signs. */
export type SignerFields = Pick<OutgoingFields, 'signer' | 'coSigners' | 'signerTurn'>

/** Everybody who signs, in the order of signing: usually one. The agency signs after all of them. */
export function signersOf({ signer, coSigners, signerTurn }: SignerFields): Signer[] {
  const signers: Signer[] = [...coSigners]
  return signers.toSpliced(mainTurn({ coSigners, signerTurn }), 0, { ...signer, part: 'main' })
}

/** How many sign before the main signer. */
export function mainTurn({ coSigners, signerTurn }: Omit<SignerFields, 'signer'>): number {
  return Math.min(signerTurn, coSigners.length)
}

/** {@link signersOf} the other way round. */
export function fieldsOfSigners(signers: readonly Signer[]): SignerFields {
  const signerTurn = signers.findIndex(({ part }) => part === 'main')
  const main = signers[signerTurn]
  if (main === undefined) throw new Error('somebody is the main signer')
  const { part: _, ...signer } = main
  const coSigners = signers.flatMap(({ part, ...one }) => (part === 'main' ? [] : { ...one, part }))
  return { signer, coSigners, signerTurn }
}

/**
 * Whose signature a document waits for, if it waits for one. A copy of a paper document is signed by the
 * agency alone.
 *
 * @source Decree 30/2020/NĐ-CP Art 25(1)c: digitised, and the agency's signature
 */
export function signsNext(state: OutgoingState, typeName: string): 'person' | 'agency' | undefined {
  if (state === 'frozen') return copyFormOf(typeName) === undefined ? 'person' : 'agency'
  return state === 'signed' || state === 'numbered' ? 'agency' : undefined
}

/** Whether the agency's next step is to give it a number. */
export function waitsForNumber(state: OutgoingState, typeName: string): boolean {
  return state !== 'numbered' && signsNext(state, typeName) === 'agency'
}

/** Whether two ways of writing a person's name are one: letter case, marks and spaces aside. */
export function isSamePerson(one: string, other: string): boolean {
  return fold(one) === fold(other)
}
