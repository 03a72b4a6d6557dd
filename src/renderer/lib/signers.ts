import { isSamePerson, signsNext } from '../../shared/document/signers.ts'
import type { CertificateChoice, OutgoingSummary, TokenStatus } from '../../shared/ipc/contract.ts'
import { mayAsk } from '../../shared/rights.ts'
import type { PersonRole } from '../../shared/people.ts'

/** Who signs: the authorised person, or the agency with its seal. */
export type Role = 'person' | 'agency'

/** Whose turn it is to sign, of several; undefined where one signs alone, or all have. */
export function nextOfSeveral({ signers }: Pick<OutgoingSummary, 'signers'>) {
  return signers.length < 2 ? undefined : signers.find(({ signed }) => signed === undefined)
}

/** How many persons have signed. */
export function signedCount({ signers }: Pick<OutgoingSummary, 'signers'>): number {
  return signers.filter(({ signed }) => signed !== undefined).length
}

/**
 * For whom a document in Chờ ký waits; undefined where it is somebody with these roles. The engine refuses anybody
 * else (outgoing/sign.ts).
 */
export function waitsForOther(
  { state, typeName, signers }: Pick<OutgoingSummary, 'state' | 'typeName' | 'signers'>,
  roles: readonly PersonRole[],
): 'leader' | 'clerk' | undefined {
  if (signsNext(state, typeName) === 'agency') return mayAsk('outgoing.seal', roles) ? undefined : 'clerk'
  const isInitials = signers.find(({ signed }) => signed === undefined)?.part === 'initials'
  return isInitials || roles.includes('leader') ? undefined : 'leader'
}

/** The certificate's owner as far as it can be seen now. */
export function ownerOf(
  token: TokenStatus | undefined,
  { tokenSerial, certificateSha256 }: CertificateChoice,
): string | undefined {
  return token?.tokens
    .find(({ serial }) => serial === tokenSerial)
    ?.certificates.find(({ sha256 }) => sha256 === certificateSha256)?.name
}

/**
 * The certificate that a person's signature begins with: that of the settings; where several sign, one that
 * bears the next signer's name. Undefined where what is plugged in is another's.
 *
 * @param next the next of several signers; undefined where one signs alone
 */
export function certificateFor(
  token: TokenStatus | undefined,
  next: { readonly fullName: string } | undefined,
): CertificateChoice | undefined {
  const usual = token?.chosen.person
  if (token === undefined || next === undefined) return usual
  const isNext = (name: string) => isSamePerson(name, next.fullName)
  const theirs = token.tokens.flatMap(({ serial, certificates }) =>
    certificates
      .filter(({ kind, usable, name }) => kind !== 'agency' && usable && isNext(name))
      .map(({ sha256 }) => ({ tokenSerial: serial, certificateSha256: sha256 })),
  )
  if (theirs.some(({ certificateSha256 }) => certificateSha256 === usual?.certificateSha256)) return usual
  // A closed file shows no names: it may be the next signer's.
  return theirs[0] ?? (usual !== undefined && ownerOf(token, usual) === undefined ? usual : undefined)
}

/** With whose token the document goes on. */
export function roleFor({ state, typeName }: OutgoingSummary): Role {
  return signsNext(state, typeName) ?? 'person'
}
