import { formatCodeNumber } from './document/fields.ts'
import type { NumberGap } from './document/numbering.ts'
import type { RegisterColumn, RegisterKind } from './register.ts'

/** What the registers are called, and their columns. @source Decree 30/2020/NĐ-CP App. IV */
export const REGISTER_TEXT = {
  title: {
    outgoing: 'Sổ đăng ký văn bản đi',
    incoming: 'Sổ đăng ký văn bản đến',
    handling: 'Sổ theo dõi giải quyết văn bản đến',
  } satisfies Record<RegisterKind, string>,
  column: {
    code: 'Số, ký hiệu',
    issuedDate: 'Ngày tháng văn bản',
    title: 'Tên loại và trích yếu nội dung',
    signer: 'Người ký',
    recipients: 'Nơi nhận văn bản',
    kept: 'Đơn vị, người nhận bản lưu',
    copies: 'Số lượng bản',
    sentOn: 'Ngày chuyển',
    receipt: 'Ký nhận',
    note: 'Ghi chú',
    arrivalDate: 'Ngày đến',
    arrivalNumber: 'Số đến',
    author: 'Tác giả',
    handler: 'Đơn vị hoặc người nhận',
    handedOn: 'Ngày chuyển',
    document: 'Tên loại, số và ký hiệu, ngày tháng và tác giả văn bản',
    handleBy: 'Thời hạn giải quyết',
    progress: 'Tiến độ giải quyết',
    answer: 'Số và ký hiệu văn bản trả lời',
  } satisfies Record<RegisterColumn, string>,
  year: (year: number) => `Năm ${String(year)}`,
  /** Notes of a line. */
  voided: (reason: string) => `Hủy số: ${reason}`,
  recalled: 'Đã thu hồi',
  replaced: 'Đã được thay thế',
  notSent: 'Chưa gửi',
  accepted: (accepted: number, all: number) => `${String(accepted)}/${String(all)} nơi đã tiếp nhận`,
  gap: (numbers: string, reason: string) => `Số ${numbers}: ${reason}`,
  gapKind: {
    void: 'đã hủy',
    'left-out': 'bỏ trống',
    paper: 'đã cấp cho văn bản giấy',
    elsewhere: 'đã cấp ở sổ khác',
    unexplained: 'chưa ghi lý do',
  },
  progress: {
    registered: 'Chưa giao',
    assigned: 'Đã giao',
    processing: 'Đang xử lý',
    finished: 'Hoàn thành',
    recalled: 'Đã hủy theo yêu cầu thu hồi',
  },
  correction: (was: string, by: string, when: string, reason: string) =>
    `Đính chính: trước là “${was}”. ${by}, ${when}. Lý do: ${reason}`,
  corrections: 'Đính chính',
  printedAt: (when: string) => `In từ hệ thống lúc ${when}`,
} as const

/** Numbers that no document bears, as the register and its print say them. */
export function gapWords({
  from,
  to,
  kind,
  reason,
}: Pick<NumberGap, 'from' | 'to' | 'kind' | 'reason'>): string {
  const why = reason === '' ? REGISTER_TEXT.gapKind[kind] : `${REGISTER_TEXT.gapKind[kind]}, ${reason}`
  return REGISTER_TEXT.gap(gapNumbers({ from, to }), why)
}

/** The first and the last number of a gap, or the only one. */
export function gapNumbers({ from, to }: Pick<NumberGap, 'from' | 'to'>): string {
  return from === to ? formatCodeNumber(from) : `${formatCodeNumber(from)}–${formatCodeNumber(to)}`
}
