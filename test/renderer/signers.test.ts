import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import type { OutgoingSummary, TokenStatus } from '../../src/shared/ipc/contract.ts'
import {
  certificateFor,
  nextOfSeveral,
  ownerOf,
  signedCount,
  waitsForOther,
} from '../../src/renderer/lib/signers.ts'

type Kind = TokenStatus['tokens'][number]['certificates'][number]['kind']

const hash = (letter: string) => sha256Hex.parse(letter.repeat(64))
const choice = (letter: string) => ({ tokenSerial: `token ${letter}`, certificateSha256: hash(letter) })

/** Tokens by letter, with one certificate each. */
function plugged(
  owners: Readonly<Record<string, string>>,
  { kind = 'person', usable = true }: { kind?: Kind; usable?: boolean } = {},
): TokenStatus {
  const tokens = Object.entries(owners).map(([letter, name]) => ({
    serial: `token ${letter}`,
    label: '',
    manufacturer: '',
    model: '',
    software: false,
    pin: { minLength: 4, maxLength: 8, countLow: false, finalTry: false, locked: false, pinPad: false },
    certificates: [{ sha256: hash(letter), name, issuer: '', kind, notBefore: 0, notAfter: 1, usable }],
  }))
  return { state: 'present', tokens, chosen: { person: choice('a') } }
}

const turns = (...names: readonly (readonly [string, boolean])[]): Pick<OutgoingSummary, 'signers'> => ({
  signers: names.map(([fullName, isSigned]) => ({
    fullName,
    competence: '',
    position: '',
    part: 'main',
    ...(isSigned ? { signed: { certificateSha256: hash('a'), name: fullName, signedAt: 1 } } : {}),
  })),
})

describe('whose turn it is', () => {
  test('is nobody in particular where one signs alone, or where all have', () => {
    expect(nextOfSeveral(turns(['Mẫu', false]))).toBeUndefined()
    expect(nextOfSeveral(turns(['Mẫu', true], ['Đồng', true]))).toBeUndefined()
  })
  test('is the first who has not signed', () => {
    const document = turns(['Mẫu', true], ['Đồng', false], ['Nháy', false])
    expect(nextOfSeveral(document)?.fullName).toBe('Đồng')
    expect(signedCount(document)).toBe(1)
  })
})

describe('for whom a document in Chờ ký waits', () => {
  const document = { ...turns(['Mẫu', false]), typeName: 'Công văn' }
  test('is the leader before the person’s signature, and the clerk after it, whoever looks', () => {
    expect(waitsForOther({ ...document, state: 'frozen' }, ['drafter', 'clerk'])).toBe('leader')
    expect(waitsForOther({ ...document, state: 'frozen' }, ['leader'])).toBeUndefined()
    expect(waitsForOther({ ...document, state: 'signed' }, ['leader', 'drafter'])).toBe('clerk')
    expect(waitsForOther({ ...document, state: 'numbered' }, ['clerk'])).toBeUndefined()
  })
  test('is the clerk alone where a paper document is copied', () => {
    expect(waitsForOther({ ...document, typeName: 'Sao y', state: 'frozen' }, ['clerk'])).toBeUndefined()
    expect(waitsForOther({ ...document, typeName: 'Sao y', state: 'frozen' }, ['leader'])).toBe('clerk')
  })
  test('is nobody else where initials are asked for, which may be the drafter’s', () => {
    const signers = document.signers.map((signer) => ({ ...signer, part: 'initials' as const }))
    expect(waitsForOther({ ...document, signers, state: 'frozen' }, ['drafter'])).toBeUndefined()
  })
})

describe('the certificate that is offered', () => {
  const both = plugged({ a: 'Nguyễn Văn Mẫu', b: 'Tran Thi Dong' })

  test('is that of the settings where one signs alone', () => {
    expect(certificateFor(both, undefined)).toEqual(choice('a'))
    expect(certificateFor(plugged({}), undefined)).toEqual(choice('a'))
  })
  test('is one that bears the name of the next signer, however it is written', () => {
    expect(certificateFor(both, { fullName: 'Trần Thị Đồng' })).toEqual(choice('b'))
    expect(certificateFor(both, { fullName: 'Nguyễn Văn Mẫu' })).toEqual(choice('a'))
  })
  test('is the usual one of several with that name', () => {
    const twice = plugged({ b: 'Nguyễn Văn Mẫu', a: 'Nguyễn Văn Mẫu' })
    expect(certificateFor(twice, { fullName: 'Nguyễn Văn Mẫu' })).toEqual(choice('a'))
  })
  test('is none while only others are plugged in, or only an unusable one or the agency of that name', () => {
    expect(certificateFor(both, { fullName: 'Phạm Văn Nháy' })).toBeUndefined()
    const owners = { a: 'Nguyễn Văn Mẫu', b: 'Trần Thị Đồng' }
    expect(certificateFor(plugged(owners, { usable: false }), { fullName: 'Trần Thị Đồng' })).toBeUndefined()
    expect(certificateFor(plugged(owners, { kind: 'agency' }), { fullName: 'Trần Thị Đồng' })).toBeUndefined()
  })
  test('is that of the settings while it shows no name: a closed file may be anybody’s', () => {
    expect(ownerOf(plugged({}), choice('a'))).toBeUndefined()
    expect(certificateFor(plugged({}), { fullName: 'Trần Thị Đồng' })).toEqual(choice('a'))
  })
})
