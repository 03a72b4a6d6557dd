import { describe, expect, test } from 'vitest'
import { senderReasons } from '../../src/engine/incoming/sender.ts'
import { isSameAgency } from '../../src/shared/document/agency-name.ts'
import type { DocumentVerdict, SignatureVerdict } from '../../src/shared/verdict.ts'

function signedBy(
  ...signers: readonly Pick<NonNullable<SignatureVerdict['signer']>, 'name' | 'kind' | 'organization'>[]
): DocumentVerdict {
  return {
    verdict: 'valid',
    reasons: [],
    signatures: signers.map((signer) => ({
      fieldName: 'Chữ ký',
      verdict: 'valid',
      reasons: [],
      signer: {
        ...signer,
        issuer: 'Chứng thực thử nghiệm',
        serialNumber: '01',
        certificateSha256: '00',
        notBefore: '2026-01-01T00:00:00Z',
        notAfter: '2028-01-01T00:00:00Z',
      },
      coversWholeDocument: true,
    })),
  }
}
const person = { name: 'Nguyễn Văn Mẫu', kind: 'person', organization: 'UBND xã Suối Ngọc' } as const
const agency = { name: 'UBND xã Suối Ngọc', kind: 'agency', organization: 'UBND tỉnh Thanh Vân' } as const
const from = (organName: string, organId = 'H99.88.01') => ({
  from: { organId, organName },
  hubOrganId: 'H99.88.01',
  known: undefined,
})

describe('the names of one agency', () => {
  test.each([
    ['UBND xã Suối Ngọc', 'Ủy ban nhân dân xã Suối Ngọc'],
    ['UBND xã Suối Ngọc', 'UỶ BAN NHÂN DÂN XÃ SUỐI NGỌC'],
    ['UBND xa Suoi Ngoc', 'Ủy ban nhân dân xã Suối Ngọc'],
    ['U.B.N.D xã Suối Ngọc', 'UBND  xã  Suối Ngọc.'],
    ['UBND xã Suối Ngọc', 'UBND xã Suối Ngọc, tỉnh Thanh Vân'],
    ['Sở Nội vụ', 'Sở Nội vụ tỉnh Thanh Vân'],
    ['Sở GD-ĐT tỉnh Thanh Vân', 'Sở Giáo dục và Đào tạo tỉnh Thanh Vân'],
    ['Sở KH-CN TP Thanh Vân', 'Sở Khoa học và Công nghệ thành phố Thanh Vân'],
  ])('%s is %s', (first, second) => {
    expect(isSameAgency(first, second)).toBe(true)
    expect(isSameAgency(second, first)).toBe(true)
  })

  test.each([
    ['UBND xã Suối Ngọc', 'UBND xã Thượng Giang'],
    ['UBND', 'UBND xã Suối Ngọc'],
    ['UBND xã', 'UBND xã Suối Ngọc'],
    ['Sở Nội vụ tỉnh Thanh Vân', 'Sở Nội vụ tỉnh Thanh Hà'],
    ['HĐND xã Suối Ngọc', 'UBND xã Suối Ngọc'],
    ['', 'UBND xã Suối Ngọc'],
  ])('%s is not %s', (first, second) => {
    expect(isSameAgency(first, second)).toBe(false)
  })
})

describe('the sender of a packet', () => {
  test('is the agency that sealed, however its name is written', () => {
    expect(senderReasons(signedBy(person, agency), from('Ủy ban nhân dân xã Suối Ngọc'))).toEqual([])
  })

  test('who is another than the agency that sealed is pointed out', () => {
    expect(senderReasons(signedBy(person, agency), from('UBND xã Thượng Giang'))).toEqual(['sender-differs'])
  })

  test('is taken by the name of the directory too', () => {
    const known = {
      organId: 'H99.88.01',
      name: 'UBND xã Suối Ngọc',
      parentName: '',
      address: '',
      email: '',
      telephone: '',
    }
    expect(senderReasons(signedBy(agency), { ...from('Xã Suối Ngọc'), known })).toEqual([])
  })

  test('of a document that only a person signed is told by the person’s agency, or noted', () => {
    expect(senderReasons(signedBy(person), from('UBND xã Suối Ngọc'))).toEqual([])
    expect(senderReasons(signedBy(person), from('UBND xã Thượng Giang'))).toEqual(['sender-unsealed-note'])
  })

  test('whose code in the packet is not the hub’s is pointed out, an earlier code is not', () => {
    expect(senderReasons(signedBy(agency), from('UBND xã Suối Ngọc', 'H98.1'))).toEqual([
      'sender-code-differs',
    ])
    const known = {
      organId: 'H99.88.01',
      oldCode: '000.01.88.H99',
      name: 'UBND xã Suối Ngọc',
      parentName: '',
      address: '',
      email: '',
      telephone: '',
    }
    const sender = { ...from('UBND xã Suối Ngọc', '000.01.88.h99'), known }
    expect(senderReasons(signedBy(agency), sender)).toEqual([])
  })

  test('of an unsigned document is not compared with anybody', () => {
    const unsigned: DocumentVerdict = { verdict: 'undetermined', reasons: ['unsigned'], signatures: [] }
    expect(senderReasons(unsigned, from('UBND xã Suối Ngọc'))).toEqual([])
  })
})
