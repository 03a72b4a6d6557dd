import type { DesktopPolicy } from '../../shared/desktop.ts'

/** The program on the desktop: notices, the tray, starting with Windows. */
export const DESKTOP_TEXT = {
  desktop: {
    intro:
      'Khi cửa sổ không ở trước mặt, chương trình báo ở góc màn hình: văn bản đến, văn bản bị trả lại, hạn sắp tới và việc cần bạn xử lý để gửi, nhận tiếp. Bấm vào thông báo để mở văn bản.',
    notices: 'Thông báo ngoài cửa sổ',
    noticeKinds: {
      off: { name: 'Không thông báo', rest: 'Chỉ xem trong chương trình.' },
      code: {
        name: 'Không hiện nội dung',
        rest: 'Chỉ hiện số ký hiệu và tên cơ quan. Nên dùng, vì người khác có thể nhìn thấy màn hình.',
      },
      subject: {
        name: 'Hiện cả trích yếu',
        rest: 'Khi chưa có ai vào làm việc, trích yếu vẫn không hiện.',
      },
    } satisfies Record<DesktopPolicy['notices'], { name: string; rest: string }>,
    staysInTray: 'Đóng cửa sổ thì vẫn chạy ở khay hệ thống',
    staysInTrayHint:
      'Văn bản chờ gửi tiếp tục được gửi, văn bản đến tiếp tục được nhận. Muốn tắt hẳn, bấm chuột phải vào biểu tượng ở khay và chọn Thoát.',
    noTray: 'Máy này không có khay hệ thống, nên đóng cửa sổ là tắt chương trình.',
    startsWithSystem: 'Tự chạy khi mở máy',
    startsWithSystemHint: 'Chương trình nằm ở khay hệ thống, sẵn sàng nhận văn bản.',
    save: 'Lưu cách thông báo',
  },
} as const
