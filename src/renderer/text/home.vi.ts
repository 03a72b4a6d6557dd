/** Hôm nay: the page where the day begins. */
export const HOME_TEXT = {
  home: {
    title: (weekday: string, day: string) => `Hôm nay, ${weekday} ${day}`,
    weekdays: ['Chủ nhật', 'Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy'],
    numbers: 'Việc hôm nay',
    toSign: 'Chờ ký, đóng dấu',
    toSend: 'Trong hộp gửi',
    arrived: 'Mới đến, chờ tiếp nhận',
    dueToday: 'Đến hạn hôm nay',
    late: 'Quá hạn',
    pressing: 'Cần làm trước',
    nothingPressing: 'Không có việc nào sắp đến hạn.',
    nothingPressingHint:
      'Văn bản đã ký chưa gửi, văn bản đến chưa tiếp nhận và việc được giao hiện ở đây theo hạn gần nhất.',
    placeOf: {
      'to-sign': 'Chờ ký',
      outbox: 'Hộp gửi',
      new: 'Mới đến',
      handling: 'Đang xử lý',
    },
    year: (year: number) => `Năm ${String(year)}`,
    earlier: 'Năm trước',
    later: 'Năm sau',
    print: 'In số liệu năm',
    sent: 'Đã gửi',
    received: 'Đã đến',
    onTime: 'Gửi đúng hạn',
    month: 'Tháng',
    total: 'Cả năm',
    share: (percent: number) => `${String(percent)} %`,
    noShare: '–',
    chart: (year: number) => `Biểu đồ văn bản gửi và đến theo tháng, năm ${String(year)}`,
    bar: (kind: string, month: number, count: number) => `${kind}, tháng ${String(month)}: ${String(count)}`,
    source:
      'Đúng hạn theo Quyết định 28/2018/QĐ-TTg: gửi trong ngày ký, chậm nhất buổi sáng ngày làm việc sau; văn bản khẩn gửi ngay.',
  },
} as const
