import type { BackupProgress } from '../../shared/backup.ts'

/** Backups, and bringing an office back from one. */
export const BACKUP_TEXT = {
  backup: {
    intro:
      'Bản sao lưu giữ toàn bộ kho văn bản ở dạng mã hóa, mở được trên máy khác bằng mã khôi phục đã in. Nên cất trên USB hoặc ổ đĩa khác máy này.',
    folder: 'Nơi cất bản sao lưu',
    noFolder: 'Chưa chọn. Kho văn bản chưa được sao lưu lần nào trên máy này.',
    folderAbsent:
      'Hiện không thấy thư mục này. Cắm USB hoặc nối ổ đĩa thì chương trình tự sao lưu khi đến hạn.',
    choose: 'Chọn thư mục…',
    chooseOther: 'Chọn nơi khác…',
    every: 'Tự sao lưu',
    everyWords: { '24': 'Mỗi ngày', '72': 'Ba ngày một lần', '168': 'Mỗi tuần' },
    keep: 'Số bản giữ lại',
    keepWords: (count: number) =>
      `${String(count)} bản gần nhất; văn bản chỉ chép một lần, không tốn thêm chỗ.`,
    make: 'Sao lưu ngay',
    last: (when: string, files: number, size: string) =>
      `Bản gần nhất: ${when}, ${String(files)} tệp, ${size}.`,
    made: 'Đã sao lưu xong.',
    overdue: 'Hơn một tuần chưa có bản sao lưu nào',
    overdueHint: 'Nếu máy này hỏng, văn bản chưa sao lưu sẽ mất. Hãy cắm USB và sao lưu.',
    failed: (when: string) => `Lần sao lưu lúc ${when} không xong`,
    list: 'Các bản sao lưu ở nơi đã chọn',
    none: 'Chưa có bản sao lưu nào ở đây.',
    row: (files: number, size: string) => `${String(files)} tệp, ${size}`,
    check: 'Kiểm tra',
    checkLabel: (when: string) => `Kiểm tra bản sao lưu lúc ${when}`,
    checkedWell: (when: string, files: number) =>
      `Bản sao lưu lúc ${when} nguyên vẹn: đã đọc đủ ${String(files)} tệp.`,
    checkedBad: (when: string, problems: number) => `Bản sao lưu lúc ${when} có ${String(problems)} chỗ hỏng`,
    checkedBadHint: 'Hãy sao lưu sang USB khác. Kho văn bản trên máy này không bị ảnh hưởng.',
    stop: 'Dừng',
    doing: {
      making: 'Đang sao lưu',
      checking: 'Đang đọc bản sao lưu',
      restoring: 'Đang chép bản sao lưu về máy này',
    } satisfies Record<BackupProgress['doing'], string>,
    fileProgress: (done: number, total: number) => `${String(done)} trên ${String(total)} tệp`,
  },
  restore: {
    offer: 'Khôi phục từ bản sao lưu',
    title: 'Khôi phục kho văn bản từ bản sao lưu',
    intro:
      'Dùng khi thay máy, cài lại Windows hoặc máy cũ hỏng. Cắm USB có bản sao lưu và chuẩn bị mã khôi phục đã in của cơ quan.',
    damagedIntro:
      'Kho trên máy này bị hỏng và không mở được. Phần hỏng được cất riêng, không bị xóa; tệp văn bản còn tốt trên máy được dùng tiếp.',
    choose: 'Chọn nơi có bản sao lưu…',
    chosen: (folder: string) => `Đã xem: ${folder}`,
    none: 'Không có bản sao lưu nào ở thư mục này',
    noneHint: 'Hãy chọn thư mục có tên bắt đầu bằng “VanThu-”, hoặc thư mục chứa nó.',
    which: 'Bản sao lưu',
    option: (when: string, agencyName: string) => `${when} · ${agencyName}`,
    code: 'Mã khôi phục',
    codeMissing: 'Hãy nhập mã khôi phục đã in.',
    begin: 'Khôi phục về máy này',
    stop: 'Dừng',
    oldPc: 'Sau khi khôi phục, đừng dùng tiếp kho trên máy cũ: hai máy cùng một kho sẽ cấp trùng số.',
    banner: (when: string) => `Kho này được khôi phục từ bản sao lưu lúc ${when}`,
    bannerHint:
      'Việc làm sau lúc đó trên máy cũ không có ở đây. Trước khi cấp số hoặc vào sổ, hãy đối chiếu số cuối cùng với sổ hoặc văn bản giấy. Văn bản đang chờ gửi được hỏi lại trục trước, nên không gửi trùng.',
    bannerLost: (files: number) =>
      ` Thiếu ${String(files)} tệp so với lúc sao lưu; văn bản có tệp thiếu sẽ báo khi mở.`,
    settled: 'Đã đối chiếu',
  },
} as const
