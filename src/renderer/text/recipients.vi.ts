/** Recipients that the directory knows otherwise, and groups of them. */
export const RECIPIENTS_TEXT = {
  recipients: {
    struckOff: 'Không còn trong danh mục',
    struckOffNote: (count: number) =>
      `${String(count)} cơ quan nhận không còn trong danh mục của trục (đã sáp nhập, giải thể hoặc đổi mã). Bỏ ra, hoặc chọn cơ quan thay thế.`,
    renamed: (organId: string) => `Mã mới ${organId}`,
    useNew: (name: string) => `Dùng mã mới của ${name}`,
    signingTitle: 'Có nơi nhận không còn trong danh mục của trục.',
    signingNote: (names: string) =>
      `${names}: văn bản chưa gửi được tới nơi này. Ký xong vẫn sửa được nơi nhận trong Hộp gửi, vì nơi nhận điện tử không nằm trong phần được ký.`,

    groups: 'Nhóm nơi nhận…',
    groupsTitle: 'Nhóm nơi nhận',
    groupsEmpty: 'Chưa có nhóm nào. Chọn nơi nhận của văn bản rồi lưu thành nhóm để lần sau chỉ bấm một lần.',
    use: 'Dùng',
    useGroup: (name: string) => `Dùng nhóm ${name}`,
    used: (name: string, count: number) => `Đã thêm ${String(count)} nơi nhận của nhóm ${name}.`,
    edit: (name: string) => `Sửa nhóm ${name}`,
    remove: (name: string) => `Xóa nhóm ${name}`,
    removeAsk: (name: string) => `Xóa nhóm “${name}”?`,
    removeHint: 'Chỉ xóa nhóm; nơi nhận của các văn bản không thay đổi.',
    removeNo: 'Giữ nhóm',
    removeDo: 'Xóa nhóm',
    fresh: 'Lưu nơi nhận thành nhóm',
    freshTitle: 'Nhóm mới',
    name: 'Tên nhóm',
    nameMissing: 'Cần đặt tên cho nhóm.',
    membersMissing: 'Cần chọn ít nhất một cơ quan.',
    saved: (name: string) => `Đã lưu nhóm ${name}.`,
    count: (count: number) => `${String(count)} cơ quan`,
  },
} as const
