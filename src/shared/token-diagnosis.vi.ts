import { formatDate, vietnamClock, vietnamDate } from './document/vietnam-time.ts'
import { isErrorCode } from './errors.ts'
import { ERROR_TEXT } from './errors.vi.ts'
import { failureWords, type FailureWords } from './failure.vi.ts'
import type { CertificateSummary, RoleDiagnosis, TokenDiagnosis } from './ipc/contract.ts'
import type { ModuleState } from './signing.ts'

type Problem = NonNullable<CertificateSummary['problem']>

const PROBLEM: Readonly<Record<Exclude<Problem, keyof typeof ERROR_TEXT>, string>> = {
  expired: 'đã hết hạn',
  'not-yet-valid': 'chưa đến ngày hiệu lực',
  'no-key': 'không có khóa ký đi cùng',
  'not-for-signing': 'không dành cho ký số',
}

/** Why a certificate cannot sign, in words. */
export function certificateProblem(problem: Problem): string {
  return isErrorCode(problem) ? ERROR_TEXT[problem].title : PROBLEM[problem]
}

const MODULE_STATE: Readonly<Record<ModuleState, string>> = {
  ready: 'dùng được',
  'wrong-architecture': 'khác kiến trúc với chương trình, cần bản 64 bit',
  'not-pkcs11': 'không phải trình điều khiển token',
  unreadable: 'không có tệp hoặc không đọc được',
}

/** What could make a signature; a token lists dozens of other mechanisms beside. */
const SIGNING_MECHANISM = /^CKM_(SHA\d+_)?RSA_PKCS(_PSS)?$|^CKM_ECDSA(_SHA\d+)?$/

/** A part of the diagnosis, for the window and for the exported file alike. */
export interface DiagnosisPart {
  readonly title: string
  readonly lines: readonly string[]
}

/** The diagnosis in words a clerk can read aloud to support, with the driver's own names where they help. */
export function diagnosisParts(diagnosis: TokenDiagnosis): DiagnosisPart[] {
  const { at, system, modulePath, error, errorDetail, modules, tokens, roles } = diagnosis
  return [
    {
      title: 'Kết luận',
      lines: [
        `Người ký: ${roleLine(roles.person)}`,
        `Cơ quan: ${roleLine(roles.agency)}`,
        `Thời điểm: ${vietnamClock(at)} · ${system}`,
      ],
    },
    {
      title: 'Trình điều khiển đang chọn',
      lines: [
        modulePath ?? 'chưa chọn',
        ...(error === undefined ? [] : failureLines(failureWords({ code: error, detail: errorDetail }))),
      ],
    },
    {
      title: 'Trình điều khiển tìm thấy trên máy',
      lines:
        modules.length === 0
          ? ['không thấy']
          : modules.map(({ path, label, state }) => `${label}: ${path} (${MODULE_STATE[state]})`),
    },
    ...(tokens.length === 0 ? [{ title: 'Token', lines: ['không thấy token nào được cắm'] }] : []),
    ...tokens.map((token) => ({
      title: `Token ${token.label}`,
      lines: [
        `Số hiệu ${token.serial}${token.manufacturer === '' ? '' : ` · ${token.manufacturer}`} ${token.model}`.trim(),
        `Mã PIN: ${pinLine(token.pin)}`,
        ...token.certificates.map(certificateLine),
        ...(token.others === 0 ? [] : [`Chứng thư khác (nơi cấp, không đọc được): ${String(token.others)}`]),
        `Cờ: ${listOf(token.flags)}`,
        `Cơ chế ký: ${listOf(token.mechanisms.filter((name) => SIGNING_MECHANISM.test(name)))}`,
      ],
    })),
  ]
}

function failureLines({ title, hint, special }: FailureWords): string[] {
  return [`${title}. ${hint}`, ...(special === undefined ? [] : [special])]
}

/** The same as a text file, with the long lists that only support reads. */
export function diagnosisText(diagnosis: TokenDiagnosis): string {
  const mechanisms = diagnosis.tokens.map(({ label, mechanisms: all }) => ({
    title: `Mọi cơ chế của token ${label}`,
    lines: [listOf(all)],
  }))
  const parts = [...diagnosisParts(diagnosis), ...mechanisms].map(({ title, lines }) =>
    [title.toUpperCase(), ...lines.map((line) => `  ${line}`)].join('\r\n'),
  )
  return `${['CHẨN ĐOÁN TOKEN', ...parts].join('\r\n\r\n')}\r\n`
}

function roleLine({ outcome, detail, name, token, mechanism }: RoleDiagnosis): string {
  const who = [name, token === undefined ? undefined : `trên token ${token}`, mechanism]
  const words = who.filter((word) => word !== undefined).join(' · ')
  if (outcome === 'ready') return `ký được, ${words}`
  if (outcome === 'unset') return 'chưa chọn chứng thư'
  const { title, special } = failureWords({ code: outcome, detail })
  const because = special === undefined ? '' : ` (${special})`
  return `chưa ký được: ${title}${because}${words === '' ? '' : ` · ${words}`}`
}

function pinLine({
  minLength,
  maxLength,
  countLow,
  finalTry,
  locked,
  pinPad,
}: TokenDiagnosis['tokens'][number]['pin']): string {
  if (locked) return 'đã bị khóa'
  const length = pinPad
    ? 'nhập trên bàn phím của token'
    : maxLength === 0
      ? 'token không nói độ dài'
      : `dài ${String(minLength)}–${String(maxLength)} ký tự`
  if (finalTry) return `${length}, lần thử cuối`
  return countLow ? `${length}, đã có lần nhập sai` : length
}

function certificateLine(certificate: CertificateSummary): string {
  const { name, issuer, notBefore, notAfter, problem, kind, asksEachTime } = certificate
  const whose = { person: 'cá nhân', agency: 'cơ quan', unknown: 'chưa rõ của ai' }[kind]
  const days = `${formatDate(vietnamDate(notBefore))}–${formatDate(vietnamDate(notAfter))}`
  const state = problem === undefined ? 'dùng được' : certificateProblem(problem)
  const each = asksEachTime === true ? ', hỏi mã PIN ở từng chữ ký' : ''
  return `Chứng thư ${name} (${whose}), ${issuer} cấp, ${days}: ${state}${each}`
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'không có' : names.join(', ')
}
