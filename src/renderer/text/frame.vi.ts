import type { IncomingBox } from '../../shared/document/incoming.ts'
import type { OutgoingBox } from '../../shared/document/outgoing.ts'
import type { Shortcut } from '../../shared/shortcuts.ts'
import type { Place } from '../lib/route.ts'

/** The frame of the window: navigation, lists, status bar, short cuts. */
export const FRAME_TEXT = {
  frame: {
    navigation: 'Mục làm việc',
    incoming: 'Văn bản đến',
    compose: 'Soạn văn bản',
    statusBar: 'Tình trạng',
    forgotten: (codes: readonly string[]) => `Trục liên thông không còn ghi nhận ${codes.join(', ')}.`,
    forgottenHint:
      'Trục từng báo đã nhận nhưng nay không còn biết, có thể vì được khôi phục từ bản sao lưu cũ. Văn bản vẫn ở mục Đã gửi và không tự gửi lại, vì nơi nhận có thể đã có. Hãy hỏi nơi nhận.',
    forgottenSeen: 'Đã biết',
    lineUp: 'Trực tuyến',
    lineUpSince: (since: string) => `Trực tuyến từ ${since}`,
    lineDown: (since: string) => `Ngoại tuyến từ ${since}`,
    lineDownPlain: 'Ngoại tuyến',
    lineOff: 'Chưa khai báo trục liên thông',
    lineUnknown: 'Đang dò đường truyền',
    lastSync: (time: string) => `Đồng bộ lúc ${time}`,
    neverSynced: 'Chưa đồng bộ lần nào',
    outboxEmpty: 'Hộp gửi trống',
    waiting: (count: number) => `${String(count)} văn bản chờ gửi`,
    sending: (code: string, percent: number) => `Đang gửi ${code}: ${String(percent)}%`,
    tokenIn: 'Token đang cắm',
    tokenPerson: 'Token người ký đang cắm',
    tokenAgency: 'Token cơ quan đang cắm',
    tokenBoth: 'Token người ký và cơ quan đang cắm',
    tokenOut: 'Chưa cắm token',
    tokenUnset: 'Chưa chọn token',
    tokenFailed: 'Token báo lỗi',
    tokenWaiting: (seconds: number) => `Token chưa trả lời, chờ thêm ${String(seconds)} giây`,
    shortcuts: 'Phím tắt',
    details: 'Diễn biến, tệp kèm theo',
  },

  places: {
    home: 'Hôm nay',
    drafts: 'Dự thảo',
    'to-sign': 'Chờ ký',
    outbox: 'Hộp gửi',
    sent: 'Đã gửi',
    new: 'Mới đến',
    asked: 'Bên gửi yêu cầu',
    registered: 'Đã vào sổ',
    quarantine: 'Cách ly',
    returned: 'Trả lại, thu hồi',
    search: 'Tìm kiếm',
    registers: 'Sổ đăng ký',
    settings: 'Cài đặt',
    'sent-back': 'Bị trả lại',
    'to-approve': 'Chờ duyệt',
    handling: 'Đang xử lý',
    opened: 'Tệp đang xem',
  } satisfies Record<Place, string>,

  list: {
    filtered: (found: number, looked: string) => `Tìm thấy ${String(found)} trong ${looked} văn bản.`,
    filteredSome: (found: number, looked: string) =>
      `Tìm thấy ${String(found)} trong ${looked} văn bản mới nhất; các văn bản cũ hơn chưa được lọc.`,
    nothingFound: 'Không có văn bản nào khớp',
    nothingFoundHint: 'Thử ít chữ hơn, hoặc bỏ lọc để xem cả danh sách.',
    choose: 'Chọn một văn bản trong danh sách',
    chooseHint: 'Dùng phím mũi tên lên, xuống để chuyển văn bản.',
    noSubject: 'Chưa có trích yếu',
    due: (day: string) => `hạn ${day}`,
    moreAgencies: (names: string, more: number) => `${names}; ${String(more)} cơ quan khác`,
  },

  empty: {
    handling: [
      'Không có văn bản đang xử lý',
      'Văn bản đã vào sổ mà chưa hoàn thành sẽ nằm ở đây, theo người được giao và hạn xử lý.',
    ],
    sentBack: [
      'Không có văn bản nào bị trả lại',
      'Dự thảo mà lãnh đạo hoặc văn thư trả lại để sửa sẽ nằm ở đây, kèm ý kiến.',
    ],
    toApprove: [
      'Không có văn bản chờ duyệt',
      'Dự thảo đã trình sẽ nằm ở đây để lãnh đạo duyệt và ký, hoặc trả lại kèm ý kiến.',
    ],
    drafts: ['Chưa có dự thảo', 'Bấm “Soạn văn bản” để bắt đầu. Dự thảo được tự lưu trên máy này.'],
    toSign: [
      'Không có văn bản chờ ký',
      'Dự thảo đã bấm “Chuyển ký” sẽ nằm ở đây để người có thẩm quyền ký và văn thư đóng dấu.',
    ],
    outbox: [
      'Hộp gửi trống',
      'Văn bản đã ký, đóng dấu sẽ chờ ở đây cho tới khi trục liên thông nhận. Không có gì phải gửi lúc này.',
    ],
    sent: [
      'Chưa gửi văn bản nào',
      'Văn bản trục liên thông đã nhận sẽ nằm ở đây, kèm tình trạng của từng nơi nhận.',
    ],
    new: ['Không có văn bản mới', 'Văn bản đến từ trục liên thông sẽ tự hiện ở đây, đã kiểm tra chữ ký.'],
    asked: [
      'Không có yêu cầu nào chờ trả lời',
      'Khi bên gửi xin thu hồi một văn bản đã vào sổ, văn bản đó hiện ở đây để văn thư quyết định.',
    ],
    registered: ['Chưa vào sổ văn bản nào', 'Văn bản đã tiếp nhận và có số đến sẽ nằm ở đây.'],
    quarantine: [
      'Không có gói tin bị cách ly',
      'Gói tin hỏng hoặc không an toàn được giữ nguyên ở đây để xem xét, không ảnh hưởng văn bản khác.',
    ],
    returned: [
      'Chưa có văn bản nào trả lại hoặc bị thu hồi',
      'Văn bản đã trả lại, đã hủy theo yêu cầu thu hồi hoặc đã bỏ khỏi mục Cách ly sẽ nằm ở đây.',
    ],
  } satisfies Record<OutgoingBox | IncomingBox | 'handling', [string, string]>,

  unlock: {
    title: 'Mở kho văn bản',
    intro: 'Nhập mã khôi phục đã in khi thiết lập để mở kho văn bản của cơ quan.',
    introNoKeyStore: 'Máy này không có nơi cất khóa của hệ điều hành nên mã khôi phục được hỏi mỗi lần mở.',
    restarted: 'Dữ liệu đã lưu vẫn an toàn. Nội dung đang soạn dở sẽ được lưu tiếp sau khi mở kho.',
    field: 'Mã khôi phục',
    missing: 'Hãy nhập mã khôi phục.',
    open: 'Mở kho văn bản',
    opening: 'Đang mở…',
  },

  shortcuts: {
    compose: 'Soạn văn bản mới',
    goTo: 'Chuyển mục theo thứ tự ở cột bên trái',
    find: 'Tìm văn bản',
    settings: 'Mở Cài đặt',
    lock: 'Khóa, đổi người làm việc',
    help: 'Xem phím tắt',
    nextPane: 'Chuyển tới phần sau của cửa sổ',
    previousPane: 'Chuyển về phần trước của cửa sổ',
    moveInList: 'Chuyển văn bản trong danh sách',
    open: 'Mở văn bản đang chọn',
    back: 'Đóng, quay lại danh sách',
    mark: 'Đánh dấu hoặc bỏ đánh dấu văn bản, nơi chọn được nhiều văn bản',
    markThrough: 'Đánh dấu liền nhiều văn bản',
    markAll: 'Đánh dấu cả danh sách',
    pastePdf: 'Dán tệp PDF hoặc Word vào dự thảo',
    moveSignature: 'Dời hình chữ ký, con dấu trên trang',
    moveSignatureFar: 'Dời hình chữ ký, con dấu bước dài',
    enlargePdf: 'Phóng to khi đang xem PDF',
    shrinkPdf: 'Thu nhỏ khi đang xem PDF',
    fitPdf: 'Vừa chiều rộng khi đang xem PDF',
    print: 'In văn bản đang xem',
    enlarge: 'Phóng to cửa sổ, tới 200 %',
    shrink: 'Thu nhỏ cửa sổ',
    usualSize: 'Cửa sổ về cỡ thường',
  } satisfies Record<Shortcut, string>,

  /** What stands on the keys. */
  keys: {
    ctrl: 'Ctrl',
    shift: 'Shift',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    PageUp: 'Page Up',
    PageDown: 'Page Down',
    Escape: 'Esc',
    ' ': 'Phím cách',
    '-': '−',
  } as Readonly<Record<string, string>>,
} as const
