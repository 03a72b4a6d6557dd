import { isErrorCode } from '../../shared/errors.ts'
import { ERROR_TEXT, HOP_TEXT } from '../../shared/errors.vi.ts'
import { vietnamClock } from '../../shared/document/vietnam-time.ts'
import type { EvidenceProblemCode, EvidenceReport } from './check.ts'
import type { Attempt, Judgement, Outage } from './course.ts'

/** What was found out about an evidence file, in words: for the command line and the window. */

const PROBLEM_TEXT: Readonly<Record<EvidenceProblemCode, string>> = {
  'line-changed': 'Dòng lịch sử không còn như khi ghi',
  'line-not-in-history': 'Dòng lịch sử không nằm trong lịch sử đã nêu',
  'line-foreign': 'Dòng lịch sử không phải của văn bản này',
  'packet-unreadable': 'Không đọc được gói tin',
  'packet-of-another-document': 'Gói tin của văn bản khác',
  'file-not-in-packet': 'Tệp không có trong gói tin',
  'file-missing': 'Thiếu tệp',
  'file-not-named': 'Tệp không được dòng lịch sử nào nhắc tới',
}

const JUDGEMENT_TEXT: Readonly<Record<Judgement, string>> = {
  'in-time': 'ĐÚNG HẠN',
  'line-down': 'ĐÃ SẴN SÀNG GỬI TRƯỚC HẠN, ĐẾN HẠN ĐƯỜNG TRUYỀN ĐANG MẤT',
  late: 'QUÁ HẠN',
  open: 'CHƯA XONG, CHƯA ĐẾN HẠN KHI XUẤT HỒ SƠ',
  'no-deadline': 'KHÔNG TÍNH ĐƯỢC HẠN',
}

const ATTEMPT_TEXT: Readonly<Partial<Record<string, string>>> = {
  deliver: 'Lần gửi',
  request: 'Lần gửi yêu cầu thu hồi',
}

const OUTCOME_TEXT: Readonly<Record<Attempt['outcome'], string>> = {
  taken: 'trục đã nhận',
  failed: 'chưa tới trục',
  unknown: 'không rõ đã tới trục chưa',
  open: 'chưa có kết quả',
}

const OUTAGE_END: Readonly<Record<Outage['end'], string>> = {
  up: '',
  closed: ' (chương trình đóng)',
  lost: ' (chương trình ngừng đột ngột trước đó)',
  open: 'khi xuất hồ sơ vẫn mất',
}

/** What does not fit together, a line each; none where everything does. */
export function problemLines({ problems }: Pick<EvidenceReport, 'problems'>): string[] {
  return problems.map(({ code, about }) => `${PROBLEM_TEXT[code]}: ${about} (${code})`)
}

/** Whose evidence it is, about what, and what it holds. */
export function aboutLines(report: EvidenceReport): string[] {
  const { manifest, fingerprint, absent } = report
  const { agency, document, head, files } = manifest
  return [
    `Vân tay hồ sơ: ${fingerprint}`,
    `Cơ quan xuất: ${agency.name} (${agency.organId}), lúc ${vietnamClock(manifest.exportedAt)}`,
    `${document.direction === 'outgoing' ? 'Văn bản đi' : 'Văn bản đến'}: ${document.code} (${document.documentCode})`,
    `Tệp: ${String(files.length)}; gói tin ${isSound(report) ? 'chứa đúng các tệp kèm theo' : 'không khớp'}`,
    ...absent.map((sha256) => `  Lịch sử có nhắc nhưng hồ sơ không có tệp: ${sha256}`),
    `Lịch sử: ${String(head.lines)} dòng; dòng cuối ${head.hash}; gốc cây ${head.root}`,
  ]
}

function isSound({ problems }: EvidenceReport): boolean {
  return !problems.some(({ code }) => /^(?:packet|file)-/.test(code))
}

/** The way of the document by the clock of the office, and how that stands to its deadline. */
export function courseLines({ course, manifest }: Pick<EvidenceReport, 'course' | 'manifest'>): string[] {
  const { beganAt, submittedAt, doneAt, deadline, judgement, attempts, outages, statuses } = course
  const isOutgoing = manifest.document.direction === 'outgoing'
  const at = (title: string, instant: number | undefined) =>
    instant === undefined ? [] : [`${title}: ${vietnamClock(instant)}`]
  return [
    ...at(isOutgoing ? 'Ký' : 'Nhận', beganAt),
    ...at('Hạn', deadline?.at),
    ...(deadline?.calendarMissing === true ? ['  Lịch nghỉ của năm này chưa được nhập ở cơ quan xuất'] : []),
    ...at('Đưa vào hộp gửi', submittedAt),
    ...attempts.map((attempt) => attemptLine(attempt)),
    ...outages.map((outage) => outageLine(outage)),
    ...at(isOutgoing ? 'Trục đã nhận' : 'Tiếp nhận hoặc trả lại', doneAt),
    ...statuses.map(({ at: instant, code, organId }) =>
      [`Trạng thái ${code}`, organId ?? '', vietnamClock(instant)].filter((part) => part !== '').join(', '),
    ),
    `Thời hạn: ${JUDGEMENT_TEXT[judgement]}`,
  ]
}

function attemptLine({ at, kind, number, id, endedAt, outcome, code, words, hop }: Attempt): string {
  const what = ATTEMPT_TEXT[kind] ?? 'Lần báo'
  const end = endedAt === undefined ? '' : `, xong ${vietnamClock(endedAt)}`
  const why = code !== undefined && isErrorCode(code) ? ` (${ERROR_TEXT[code].title})` : ''
  const where = hop === undefined ? '' : `, vướng ở ${HOP_TEXT[hop]}`
  const said = words === undefined || words === '' ? '' : `, trục nói: “${words}”`
  const named = id === undefined ? '' : ` (mã ${id})`
  return `${what} ${String(number)}${named}: ${vietnamClock(at)}${end}: ${OUTCOME_TEXT[outcome]}${why}${where}${said}`
}

function outageLine({ from, to, end }: Outage): string {
  const until = to === undefined ? '' : `đến ${vietnamClock(to)}`
  return `Mất đường truyền: từ ${vietnamClock(from)} ${until}${OUTAGE_END[end]}`
}
