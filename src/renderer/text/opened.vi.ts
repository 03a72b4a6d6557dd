import type { OpenedReport } from '../../shared/opened.ts'

/** Packets and evidence files that were opened outside the window. */
export const OPENED_TEXT = {
  opened: {
    none: 'Chưa mở tệp nào',
    noneHint:
      'Chọn tệp, hoặc bấm đúp vào gói tin (.edxml), hồ sơ chứng cứ (.vtcc) trong Windows để xem ở đây.',
    choose: 'Mở tệp từ máy…',
    unreadableHint: 'Tệp vẫn ở nguyên chỗ cũ, không bị sửa. Hãy đề nghị nơi đã gửi tệp gửi lại.',
    titles: {
      evidence: 'Hồ sơ chứng cứ',
      document: 'Gói tin văn bản',
      status: 'Gói tin trạng thái',
    } satisfies Record<OpenedReport['kind'], string>,
    onlyLooked: 'Chỉ xem, không vào sổ.',
    onlyLookedHint:
      'Tệp này được mở từ máy, không đến qua trục liên thông. Văn bản chính thức gửi cho cơ quan nằm ở mục Mới đến.',
    sound: 'Hồ sơ nguyên vẹn.',
    soundHint: 'Không có gì bị sửa từ khi xuất, và mọi phần khớp với nhau.',
    unsound: 'Hồ sơ có điểm không khớp.',
    unsoundHint: 'Không dùng làm chứng cứ trước khi hỏi lại cơ quan đã xuất hồ sơ.',
    clock: 'Thời điểm theo đồng hồ máy của cơ quan xuất hồ sơ, trừ dấu thời gian trong chữ ký.',
    parts: {
      problems: 'Điểm không khớp',
      about: 'Nội dung tệp',
      course: 'Đường đi của văn bản',
    } satisfies Record<OpenedReport['parts'][number]['part'], string>,
  },
} as const
