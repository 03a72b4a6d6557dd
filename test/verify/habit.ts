import type { Pki } from '../helpers/pki.ts'
import { handSigned, type HandSigning } from './forge.ts'

/**
 * A document in the habit of the government's signing program: the leader certifies at level 2, the clerk
 * adds number, date and seal with the agency's token, each the drawing of a signature of its own; only the
 * signer's own certificate is embedded.
 *
 * @param times /M and signingTime of all four
 */
export function inGovernmentHabit(
  plain: Buffer,
  pki: Pick<Pki, 'person' | 'agency'>,
  times: Pick<HandSigning, 'claims' | 'signingTime'>,
): Buffer {
  const shown = (text: string) => `BT /Helv 13 Tf 0 g 2 4 Td (${text}) Tj ET`
  const leader: HandSigning = {
    ...times,
    signer: pki.person,
    fieldName: 'Lanhdao',
    docMdp: 2,
    rect: [350, 300, 450, 350],
    drawing: '0 0 1 rg 0 0 60 20 re f',
  }
  const byAgency = (
    fieldName: string,
    rect: NonNullable<HandSigning['rect']>,
    drawing: string,
  ): HandSigning => ({
    ...times,
    signer: pki.agency,
    fieldName,
    rect,
    drawing,
  })
  return [
    leader,
    byAgency('So', [120, 760, 160, 776], shown('12')),
    byAgency('Ngay', [400, 740, 540, 756], shown('23')),
    byAgency('Dau', [300, 280, 402, 382], '1 0 0 rg 9 9 84 84 re f'),
  ].reduce(handSigned, plain)
}
