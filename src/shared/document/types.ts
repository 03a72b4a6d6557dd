/**
 * Tên loại văn bản: the 29 administrative types with their abbreviations.
 *
 * `edxmlType` is the number that travels in DocumentType/Type. Nobody settled how a packet says which of
 * its two numberings it uses, so readers trust the name and the number stays configurable. "Phiếu báo"
 * stands in no edXML list and travels under its neighbour's number.
 *
 * @source Decree 30/2020/NĐ-CP, Art 7 and App. III; QCVN 102:2016 amendment 1:2022, annex, list B
 */
export const DOCUMENT_TYPES = [
  { name: 'Nghị quyết (cá biệt)', abbreviation: 'NQ', edxmlType: 1 },
  { name: 'Quyết định (cá biệt)', abbreviation: 'QĐ', edxmlType: 2 },
  { name: 'Chỉ thị', abbreviation: 'CT', edxmlType: 3 },
  { name: 'Quy chế', abbreviation: 'QC', edxmlType: 4 },
  { name: 'Quy định', abbreviation: 'QyĐ', edxmlType: 5 },
  { name: 'Thông cáo', abbreviation: 'TC', edxmlType: 6 },
  { name: 'Thông báo', abbreviation: 'TB', edxmlType: 7 },
  { name: 'Hướng dẫn', abbreviation: 'HD', edxmlType: 8 },
  { name: 'Chương trình', abbreviation: 'CTr', edxmlType: 9 },
  { name: 'Kế hoạch', abbreviation: 'KH', edxmlType: 10 },
  { name: 'Phương án', abbreviation: 'PA', edxmlType: 11 },
  { name: 'Đề án', abbreviation: 'ĐA', edxmlType: 12 },
  { name: 'Dự án', abbreviation: 'DA', edxmlType: 13 },
  { name: 'Báo cáo', abbreviation: 'BC', edxmlType: 14 },
  { name: 'Biên bản', abbreviation: 'BB', edxmlType: 15 },
  { name: 'Tờ trình', abbreviation: 'TTr', edxmlType: 16 },
  { name: 'Hợp đồng', abbreviation: 'HĐ', edxmlType: 17 },
  { name: 'Công văn', abbreviation: '', edxmlType: 18 },
  { name: 'Công điện', abbreviation: 'CĐ', edxmlType: 19 },
  { name: 'Bản ghi nhớ', abbreviation: 'BGN', edxmlType: 20 },
  { name: 'Bản thỏa thuận', abbreviation: 'BTT', edxmlType: 22 },
  { name: 'Giấy ủy quyền', abbreviation: 'GUQ', edxmlType: 24 },
  { name: 'Giấy mời', abbreviation: 'GM', edxmlType: 25 },
  { name: 'Giấy giới thiệu', abbreviation: 'GGT', edxmlType: 26 },
  { name: 'Giấy nghỉ phép', abbreviation: 'GNP', edxmlType: 27 },
  { name: 'Phiếu gửi', abbreviation: 'PG', edxmlType: 30 },
  { name: 'Phiếu chuyển', abbreviation: 'PC', edxmlType: 31 },
  { name: 'Phiếu báo', abbreviation: 'PB', edxmlType: 31 },
  { name: 'Thư công', abbreviation: '', edxmlType: 32 },
] as const satisfies readonly { name: string; abbreviation: string; edxmlType: number }[]

/** Bản sao. @source Decree 30/2020/NĐ-CP Arts 25–27 and App. III */
export const COPY_TYPES = [
  { name: 'Sao y', abbreviation: 'SY' },
  { name: 'Sao lục', abbreviation: 'SL' },
  { name: 'Trích sao', abbreviation: 'TrS' },
] as const

/** Hình thức sao. */
export type CopyForm = (typeof COPY_TYPES)[number]['name']

/** The form of a copy, from the name of a document's type; undefined where it is a document of its own. */
export function copyFormOf(typeName: string): CopyForm | undefined {
  return COPY_TYPES.find(({ name }) => name === typeName)?.name
}

/** The type of that name, or `undefined` for a name that only other systems use. */
export function documentTypeNamed(name: string): (typeof DOCUMENT_TYPES)[number] | undefined {
  return DOCUMENT_TYPES.find((type) => type.name === name)
}

/**
 * Độ khẩn: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc. We write 0–3 and read 4 (hỏa tốc hẹn giờ) too,
 * which Decree 30/2020 no longer knows.
 */
export const PRIORITIES = [
  { code: 0, name: 'Thường' },
  { code: 1, name: 'Khẩn' },
  { code: 2, name: 'Thượng khẩn' },
  { code: 3, name: 'Hỏa tốc' },
] as const
