/** What each step of the first run looks at, and what it found. */
export const WIZARD_TEXT = {
  stepCheck: {
    title: 'Đã kiểm tra',
    state: {
      waiting: 'chưa kiểm tra',
      running: 'đang kiểm tra',
      good: 'tốt',
      warning: 'nên xem lại',
      failed: 'chưa được',
    },
    notTyped: 'chưa nhập.',
    notYet: 'chờ chọn phần mềm token.',
    notChosen: 'chưa chọn.',
    codeGood: 'đúng dạng mã định danh cơ quan.',
    codeOdd: 'dùng được, nhưng khác dạng thường gặp.',
    codeWrong: 'chưa đúng dạng.',
    needed: 'Thông tin bắt buộc',
    neededAll: 'đã đủ.',
    neededMissing: (fields: readonly string[]) => `còn thiếu ${fields.join(', ')}.`,
    driver: 'Phần mềm token',
    token: 'Token đang cắm',
    driversFound: (count: number) =>
      count === 0 ? 'chưa thấy trên máy này.' : `thấy ${String(count)} phần mềm trên máy này, hãy chọn một.`,
    driverGood: 'nạp được.',
    tokensFound: (labels: readonly string[]) => `đọc được ${labels.join(', ')}.`,
    kind: { person: 'chứng thư cá nhân', agency: 'chứng thư của cơ quan' },
    certificateGood: (kind: string, name: string, day: string) =>
      `${kind}, mang tên ${name}, còn hạn đến ${day}.`,
    kindUnknown: 'Không rõ là chứng thư của cá nhân hay của cơ quan.',
    otherName: (name: string, agencyName: string) =>
      `Mang tên “${name}”, khác tên cơ quan “${agencyName}”. Chỉ dùng khi đúng là chứng thư của cơ quan.`,
    endsSoon: (day: string) => `Hết hạn ngày ${day}, nên xin cấp lại sớm.`,
    codeMatches: 'khớp với mã đã hiện.',
    codeSoFar: (done: number, all: number) => `đúng ${String(done)} trong ${String(all)} nhóm.`,
    codeDiffers: 'chưa khớp. Hãy đối chiếu từng nhóm với bản đã cất.',
  },
} as const
