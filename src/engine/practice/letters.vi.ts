/** What the practice correspondent writes, in turn. Everything in it is invented. */
export interface PracticeLetter {
  readonly subject: string
  /** Độ khẩn, 0–3. */
  readonly priority: number
  /** How many days the agency of the clerk has to answer; left out, no answer is asked for. */
  readonly answerInDays?: number
  readonly paragraphs: readonly string[]
}

const END = './.'

/** In the order in which they are written; after the last one the first comes again. */
export const PRACTICE_LETTERS: readonly PracticeLetter[] = [
  {
    subject: 'V/v đăng ký lớp tập huấn công tác văn thư, lưu trữ',
    priority: 0,
    answerInDays: 7,
    paragraphs: [
      'Sở Nội vụ tổ chức lớp tập huấn công tác văn thư, lưu trữ cho công chức văn thư các xã. Lớp học một ngày, không thu phí.',
      `Đề nghị Ủy ban nhân dân xã cử một công chức tham dự và gửi danh sách về Sở Nội vụ đúng hạn${END}`,
    ],
  },
  {
    subject: 'V/v trực ban ứng phó mưa lớn trên địa bàn',
    priority: 3,
    answerInDays: 1,
    paragraphs: [
      'Dự báo trong 24 giờ tới trên địa bàn tỉnh có mưa to đến rất to, nguy cơ xảy ra sạt lở đất ở vùng núi.',
      'Đề nghị Ủy ban nhân dân xã phân công trực ban 24/24 giờ, rà soát các hộ dân ở nơi có nguy cơ sạt lở.',
      `Báo cáo tình hình về Sở Nội vụ ngay khi nhận được văn bản này${END}`,
    ],
  },
  {
    subject: 'V/v báo cáo kết quả cải cách hành chính quý này',
    priority: 1,
    answerInDays: 3,
    paragraphs: [
      'Để tổng hợp báo cáo Ủy ban nhân dân tỉnh, đề nghị Ủy ban nhân dân xã báo cáo kết quả cải cách hành chính của quý này.',
      `Báo cáo nêu rõ số hồ sơ đã tiếp nhận, đã giải quyết đúng hạn và quá hạn${END}`,
    ],
  },
]
