import { hopOf, type ErrorCode } from './errors.ts'
import { ERROR_TEXT, HOP_TEXT } from './errors.vi.ts'

/** What the clerk reads of one failure. */
export interface FailureWords {
  readonly title: string
  readonly hint: string
  /** What is special about this one: a length, a file's name, the other side's own words. */
  readonly special?: string
  /** Where on the way to the recipient it went wrong. */
  readonly hop?: string
}

/** Why a certificate may not sign, by the detail of `certificate/unusable`. */
const UNUSABLE: Readonly<Record<string, Omit<FailureWords, 'special'>>> = {
  expired: {
    title: 'Chứng thư số đã hết hạn',
    hint: 'Hãy chọn chứng thư còn hạn, hoặc liên hệ nơi cấp để gia hạn. Mã PIN chưa được hỏi.',
  },
  'not-yet-valid': {
    title: 'Chứng thư số chưa đến ngày hiệu lực',
    hint: 'Hãy kiểm tra ngày giờ của máy tính, hoặc chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },
  'not-for-signing': {
    title: 'Chứng thư số không dành cho ký văn bản',
    hint: 'Nơi cấp không cho dùng chứng thư này để ký. Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },
  'weak-key': {
    title: 'Khóa của chứng thư số quá ngắn để ký an toàn',
    hint: 'Hãy liên hệ nơi cấp để đổi chứng thư, hoặc chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },
  'unsupported-key': {
    title: 'Chương trình chưa dùng được loại khóa của chứng thư số này',
    hint: 'Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },
}

const SPECIAL: Readonly<Partial<Record<ErrorCode, (detail: string) => string>>> = {
  'sign/pin-length': (allowed) => `Token này nhận mã PIN dài ${allowed} ký tự.`,
  'scan/version-too-old': (version) => `Tệp này là PDF ${version}.`,
  'scan/too-coarse': (pages) => `Trang: ${pages}.`,
  'scan/not-colour': (pages) => `Trang: ${pages}.`,
  'sign/module-dependency': (names) => `Tệp còn thiếu: ${names}`,
  'hub/recipient-keyless': (names) => `Nơi nhận: ${names}.`,
  'hub/line-intercepted': (issuer) => `Nơi cấp ghi trên chứng thư: ${issuer}.`,
  'hub/certificate-expired': (dates) => `Hạn ghi trên chứng thư: ${dates}.`,
}

/** The sentences for a failure, with its detail put into words where we know what it is. */
export function failureWords({
  code,
  detail,
}: {
  readonly code: ErrorCode
  readonly detail?: string | undefined
}): FailureWords {
  const words = wordsOf(code)
  if (detail === undefined || detail === '') return words
  if (code === 'certificate/unusable') return UNUSABLE[detail] ?? words
  // The driver's name for what our own sentence has said better; support finds it in the log.
  if (detail.startsWith('CKR_') && code !== 'sign/driver-failed') return words
  return { ...words, special: (SPECIAL[code] ?? verbatim)(detail) }
}

function wordsOf(code: ErrorCode): FailureWords {
  const hop = hopOf(code)
  return hop === undefined ? ERROR_TEXT[code] : { ...ERROR_TEXT[code], hop: `Vướng ở: ${HOP_TEXT[hop]}.` }
}

/** The other side's own words, marked as such. */
export function verbatim(words: string): string {
  return `Nguyên văn: ${words}`
}
