import type { Place } from './route.ts'

/** Where the user guide tells of each place of the window, as {@link anchorOf} writes headings. */
export const GUIDE_OF_PLACE = {
  home: '3-cửa-sổ-làm-việc',
  drafts: '4-soạn-văn-bản',
  'sent-back': 'trình-duyệt',
  'to-approve': 'trình-duyệt',
  'to-sign': '5-ký-cấp-số-và-đóng-dấu',
  outbox: '6-hộp-gửi-và-lúc-mất-mạng',
  sent: '7-đã-gửi',
  new: '8-văn-bản-đến',
  asked: 'thu-hồi-văn-bản',
  handling: 'giao-việc-và-theo-dõi',
  registered: '8-văn-bản-đến',
  quarantine: '9-cách-ly',
  returned: '8-văn-bản-đến',
  registers: 'sổ-đăng-ký',
  search: 'tìm-văn-bản',
  settings: '10-cài-đặt',
  opened: 'gói-tin-mở-từ-máy',
} as const satisfies Record<Place, string>

/** Where it tells of the first run. */
export const GUIDE_OF_WIZARD = '2-thiết-lập-lần-đầu'
