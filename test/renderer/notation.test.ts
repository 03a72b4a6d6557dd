import { expect, test } from 'vitest'

import { fieldProblems, outgoingFields } from '../../src/shared/document/fields.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { fold } from '../../src/shared/fold.ts'
import { suggestNotations, suggestPlace } from '../../src/renderer/lib/notation.ts'

test('a named type is offered its abbreviation and the agency', () => {
  expect(suggestNotations('Quyết định (cá biệt)', 'UBND xã Suối Ngọc')).toEqual(['QĐ-UBND'])
  expect(suggestNotations('Tờ trình', 'Ủy ban nhân dân xã Suối Ngọc')).toEqual(['TTr-UBND'])
  expect(suggestNotations('Báo cáo', 'Sở Nông nghiệp và Môi trường tỉnh Thanh Vân')).toEqual(['BC-SNNMT'])
  expect(suggestNotations('Nghị quyết (cá biệt)', 'HĐND xã Suối Ngọc')).toEqual(['NQ-HĐND'])
})

test('a công văn is offered the agency and its drafting unit', () => {
  expect(suggestNotations('Công văn', 'UBND xã Suối Ngọc')[0]).toBe('UBND-VP')
  expect(suggestNotations('Công văn', 'Sở Nội vụ tỉnh Thanh Vân')).toEqual(['SNV-VP'])
})

test('no suggestion is made without the agency’s name', () => {
  expect(suggestNotations('Công văn', '  ')).toEqual([])
})

test('every type is offered a notation that the form accepts', () => {
  for (const { name } of DOCUMENT_TYPES) {
    for (const agency of ['UBND xã Suối Ngọc', 'Sở Nội vụ tỉnh Thanh Vân', 'Ban Chỉ huy Quân sự xã']) {
      const suggestions = suggestNotations(name, agency)
      expect(suggestions.length, name).toBeGreaterThan(0)
      for (const codeNotation of suggestions) {
        const problems = fieldProblems(outgoingFields.parse({ typeName: name, codeNotation }), true)
        expect(
          problems.filter(({ field }) => field === 'codeNotation'),
          codeNotation,
        ).toEqual([])
      }
    }
  }
})

test('the place of the date line is taken from the agency’s name', () => {
  expect(suggestPlace('UBND xã Suối Ngọc')).toBe('Suối Ngọc')
  expect(suggestPlace('Sở Nội vụ tỉnh Thanh Vân')).toBe('Thanh Vân')
  expect(suggestPlace('Cục Thử Nghiệm')).toBe('')
})

test('the filter finds a word without its marks, in either Unicode form', () => {
  const subject = 'V/v đăng ký lớp tập huấn'
  for (const typed of ['dang ky', 'ĐĂNG KÝ', 'tap  huan', 'tập huấn'.normalize('NFD')]) {
    expect(fold(subject)).toContain(fold(typed))
  }
})
