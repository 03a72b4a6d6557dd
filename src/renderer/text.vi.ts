import { BACKUP_TEXT } from './text/backup.vi.ts'
import { DESKTOP_TEXT } from './text/desktop.vi.ts'
import { ENCRYPTION_TEXT } from './text/encryption.vi.ts'
import { DRAFTING_TEXT } from './text/drafting.vi.ts'
import { FRAME_TEXT } from './text/frame.vi.ts'
import { HISTORY_TEXT } from './text/history.vi.ts'
import { HOME_TEXT } from './text/home.vi.ts'
import { INCOMING_TEXT } from './text/incoming.vi.ts'
import { PEOPLE_TEXT } from './text/people.vi.ts'
import { OPENED_TEXT } from './text/opened.vi.ts'
import { OUTGOING_TEXT } from './text/outgoing.vi.ts'
import { PRACTICE_TEXT } from './text/practice.vi.ts'
import { RECIPIENTS_TEXT } from './text/recipients.vi.ts'
import { REGISTERS_TEXT } from './text/registers.vi.ts'
import { SEARCH_TEXT } from './text/search.vi.ts'
import { SETTINGS_TEXT } from './text/settings.vi.ts'
import { SIGNING_TEXT } from './text/signing.vi.ts'
import { UPDATES_TEXT } from './text/updates.vi.ts'
import { WIZARD_TEXT } from './text/wizard.vi.ts'

/** Every word of the window that is not an error, a verdict or a packet's oddity, by the part of the window that says it. */
export const TEXT = {
  appName: 'Văn Thư',
  loading: 'Đang tải…',
  practice: 'Thử nghiệm',
  practiceHint: 'Đang dùng chứng thư phần mềm để thử nghiệm. Văn bản ký ở đây không có giá trị pháp lý.',
  restarted: 'Phần xử lý vừa khởi động lại. Dữ liệu đã lưu vẫn an toàn.',
  close: 'Đóng',
  cancel: 'Thôi',
  back: 'Quay lại',
  next: 'Tiếp tục',
  later: 'Để sau',
  save: 'Lưu',
  saved: 'Đã lưu.',
  retry: 'Thử lại',
  copy: 'Chép',
  copied: 'Đã chép.',
  optional: 'không bắt buộc',
  required: 'bắt buộc',
  incident: (incident: string) => `Mã sự cố: ${incident}`,
  copyIncident: 'Chép mã sự cố',
  boundaryTitle: 'Cửa sổ gặp lỗi',
  boundaryHint: 'Dữ liệu đã lưu vẫn an toàn. Hãy mở lại cửa sổ; nếu còn lỗi, hãy báo cho bộ phận hỗ trợ.',
  reload: 'Mở lại cửa sổ',
  characters: (used: number, most: number) => `${String(used)}/${String(most)}`,
  countOf: (count: number) => `${String(count)} văn bản`,
  ...FRAME_TEXT,
  ...OUTGOING_TEXT,
  ...DRAFTING_TEXT,
  ...SIGNING_TEXT,
  ...INCOMING_TEXT,
  ...SETTINGS_TEXT,
  ...ENCRYPTION_TEXT,
  ...DESKTOP_TEXT,
  ...HISTORY_TEXT,
  ...HOME_TEXT,
  ...OPENED_TEXT,
  ...SEARCH_TEXT,
  ...BACKUP_TEXT,
  ...REGISTERS_TEXT,
  ...PEOPLE_TEXT,
  ...PRACTICE_TEXT,
  ...UPDATES_TEXT,
  ...RECIPIENTS_TEXT,
  ...WIZARD_TEXT,
} as const
