import { describe, expect, test } from 'vitest'
import { bearsSecrecyMark } from '../../src/engine/secrecy.ts'

const bears = (text: string, codeNotation = 'UBND-VP') =>
  bearsSecrecyMark({ codeNotation, texts: ['V/v họp', text] })

describe('a mark of state secrecy', () => {
  test.each([
    'MẬT',
    'TỐI MẬT',
    'TUYỆT MẬT',
    ' (MẬT) ',
    '[TỐI  MẬT]',
    '* TUYỆT MẬT *',
    'Độ mật:\nMẬT\n',
    'MẬT.',
  ])('is seen in "%s"', (text) => {
    expect(bears(text)).toBe(true)
    expect(bears(text.normalize('NFD'))).toBe(true)
  })

  test.each([
    'V/v bảo mật thông tin',
    'Luật Bảo vệ bí mật nhà nước',
    'TĂNG CƯỜNG BẢO MẬT',
    'BẢO VỆ BÍ MẬT NHÀ NƯỚC',
    'Hợp tác xã mật ong',
    'mật',
    '',
  ])('is not seen in "%s"', (text) => {
    expect(bears(text)).toBe(false)
  })

  test.each(['BC-UBND-M', 'UBND-TM', 'CV-TuM', 'BC-MẬT'])('is seen in the notation %s', (notation) => {
    expect(bears('V/v họp', notation)).toBe(true)
  })

  test.each(['UBND-VP', 'QĐ-UBND', 'BC-TMDV', 'KH-BCĐ', ''])('is not seen in the notation %s', (notation) => {
    expect(bears('V/v họp', notation)).toBe(false)
  })
})
