import type { SearchFilters } from '../../shared/search.ts'

/** Finding documents: the box on top, its results, the screen of all results. */
export const SEARCH_TEXT = {
  search: {
    label: 'Tìm văn bản',
    hint: 'Tìm số ký hiệu, trích yếu, cơ quan, nội dung…',
    clear: 'Xóa',
    results: 'Kết quả tìm kiếm',
    title: 'Tìm kiếm',
    all: (total: number, more: boolean) =>
      more ? `Xem tất cả kết quả (hơn ${String(total)})` : `Xem tất cả ${String(total)} kết quả`,
    filterHere: (place: string, text: string) => `Chỉ lọc mục ${place} theo “${text}”`,
    filtering: (text: string) => `Đang lọc: ${text}`,
    stopFiltering: 'Bỏ lọc',
    nothing: 'Không tìm thấy văn bản nào',
    nothingHint:
      'Gõ ít chữ hơn. Không cần dấu; có thể gõ một phần số ký hiệu như 12/QĐ, hoặc đặt cụm từ trong dấu ngoặc kép.',
    start: 'Gõ để tìm trong mọi văn bản',
    startHint:
      'Không cần dấu, chữ nào trước cũng được. Gõ 12/QĐ để tìm theo số ký hiệu, “cụm từ” để tìm đúng thứ tự.',
    found: (total: number, more: boolean) =>
      more
        ? `Hơn ${String(total)} văn bản; chỉ hiện ${String(total)} văn bản đầu. Hãy thêm chữ hoặc bộ lọc.`
        : `${String(total)} văn bản`,
    groups: { incoming: 'Văn bản đến', outgoing: 'Văn bản đi' },
    savedSearches: 'Tìm kiếm đã lưu',
    save: 'Lưu tìm kiếm này',
    saveName: 'Tên của tìm kiếm',
    saved: (name: string) => `Đã lưu tìm kiếm “${name}”.`,
    forget: (name: string) => `Bỏ tìm kiếm “${name}”`,
    filters: 'Bộ lọc',
    direction: 'Loại sổ',
    anyDirection: 'Đi và đến',
    typeName: 'Tên loại',
    anyType: 'Mọi tên loại',
    agency: 'Cơ quan',
    box: 'Ở mục',
    anyBox: 'Mọi mục',
    from: 'Từ ngày',
    to: 'Đến ngày',
    clearFilters: 'Bỏ các bộ lọc',
    scanned: (blank: number, pages: number) =>
      blank === pages
        ? 'Bản quét, không tìm được chữ'
        : `${String(blank)}/${String(pages)} trang là bản quét`,
    unreadable: 'Không đọc được tệp PDF',
    waiting: 'Chưa đọc xong tệp PDF',
    cut: 'Chỉ tìm trong phần đầu',
    notReady: (count: number) =>
      `Đang chuẩn bị tìm kiếm: còn ${String(count)} văn bản chưa tìm được hoặc mới tìm được theo trích yếu.`,
  } satisfies Record<string, unknown> & { groups: Record<NonNullable<SearchFilters['direction']>, string> },
} as const
