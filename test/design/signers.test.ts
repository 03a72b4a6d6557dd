import { describe, expect, test } from 'vitest'
import { fieldProblems, outgoingFields, type CoSigner } from '../../src/shared/document/fields.ts'
import { fieldsOfSigners, isSamePerson, signersOf } from '../../src/shared/document/signers.ts'

const co = (fullName: string, part: CoSigner['part'] = 'joint') => ({ fullName, part })
const fields = (coSigners: readonly ReturnType<typeof co>[], signerTurn = 0) =>
  outgoingFields.parse({ signer: { fullName: 'Nguyễn Văn Mẫu' }, coSigners, signerTurn })
const namesOf = (...given: Parameters<typeof fields>) =>
  signersOf(fields(...given)).map(({ fullName, part }) => `${part} ${fullName}`)

describe('who signs a document', () => {
  test('is one person as a rule, also in a draft of a version that knew no others', () => {
    expect(namesOf([])).toEqual(['main Nguyễn Văn Mẫu'])
    expect(signersOf(outgoingFields.parse({}))).toHaveLength(1)
  })

  test('signs in the order that was given, the main signer wherever he stands', () => {
    const others = [co('A', 'initials'), co('B')]
    expect(namesOf(others, 0)).toEqual(['main Nguyễn Văn Mẫu', 'initials A', 'joint B'])
    expect(namesOf(others, 1)).toEqual(['initials A', 'main Nguyễn Văn Mẫu', 'joint B'])
    // Somebody was taken off in another way: he signs last.
    expect(namesOf(others, 7)).toEqual(['initials A', 'joint B', 'main Nguyễn Văn Mẫu'])
  })

  test.each([0, 1, 2])(
    'is written into the fields as it was read, with the main signer at turn %i',
    (turn) => {
      const { signer, coSigners, signerTurn } = fields([co('A', 'initials'), co('B')], turn)
      expect(fieldsOfSigners(signersOf({ signer, coSigners, signerTurn }))).toEqual({
        signer,
        coSigners,
        signerTurn,
      })
    },
  )

  test('must be named before the draft is frozen', () => {
    const named = (name: string) => fieldProblems(fields([co('A'), co(name)]), true).map(({ field }) => field)
    expect(named(' ')).toContain('coSigners')
    expect(named('B')).not.toContain('coSigners')
  })
})

test('a name is the same with other letters, spaces and marks, and another with another word', () => {
  expect(isSamePerson('Nguyễn Văn Mẫu', ' NGUYEN  VAN MAU')).toBe(true)
  expect(isSamePerson('Đỗ Thị Ánh', 'Do Thi Anh')).toBe(true)
  expect(isSamePerson('Nguyễn Văn Mẫu', 'Nguyễn Văn Mẫu Hai')).toBe(false)
})
