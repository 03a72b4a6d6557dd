/** Practice: what is said on the way in, on every screen of it, and on the way out. */
export const PRACTICE_TEXT = {
  exercise: {
    enter: 'Dùng thử với cơ quan giả định',
    entering: 'Đang mở cơ quan giả định…',
    intro:
      'Làm thử mọi việc với một cơ quan giả định trên máy này: soạn, ký, đóng dấu, gửi, nhận. Kho, token và trục đều là của phần tập dùng; không văn bản nào rời khỏi máy. Trong lúc tập dùng, kho của cơ quan được đóng lại: máy không nhận và không gửi văn bản thật cho tới khi thoát.',
    here: (correspondent: string) =>
      `Đang tập dùng. ${correspondent} (giả định) nhận văn bản, vào sổ, trả lời, và thỉnh thoảng gửi văn bản đến.`,
    band: 'Chế độ tập dùng',
    chip: 'Tập dùng',
    stays: 'Cơ quan giả định, không văn bản nào rời khỏi máy này.',
    pin: (pin: string) => `Mã PIN của token tập dùng: ${pin}`,
    data: 'Dữ liệu tập dùng…',
    leave: 'Thoát tập dùng',
    leaving: 'Đang thoát tập dùng…',
    dataTitle: 'Xóa dữ liệu tập dùng',
    dataHint:
      'Mọi văn bản đã tập trong cơ quan giả định sẽ bị xóa và không lấy lại được. Kho của cơ quan không bị ảnh hưởng.',
    failed:
      'Phần tập dùng chưa mở được. Kho của cơ quan không bị ảnh hưởng. Bấm “Dữ liệu tập dùng…” để tập lại từ đầu, hoặc “Thoát tập dùng”.',
    keep: 'Giữ lại',
    renew: 'Xóa và tập lại từ đầu',
    discard: 'Xóa và thoát',
    windowTitle: 'Tập dùng',
  },
} as const
