/** One realistic document of each of the 29 types, from its own template, as a drafter would have finished it. */
import type { Block } from '../../src/shared/document/body.ts'
import { composition, type Composed } from '../../src/shared/document/composition.ts'
import { outgoingFields, type Agency } from '../../src/shared/document/fields.ts'
import { formOf } from '../../src/shared/document/form.ts'
import { startOf } from '../../src/shared/document/templates.vi.ts'
import { DOCUMENT_TYPES } from '../../src/shared/document/types.ts'

/** The invented office that writes them. */
export const OFFICE: Agency = {
  organId: 'H99.88.01',
  name: 'UBND xã Suối Ngọc',
  parentName: 'UBND tỉnh Thanh Vân',
  address: 'Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân',
  email: 'vanthu@suoingoc.example',
  telephone: '0200 000 001',
}

const SUBJECTS: Readonly<Record<string, string>> = {
  'Công văn': 'phối hợp rà soát, cập nhật dữ liệu dân cư phục vụ chi trả an sinh xã hội năm 2026',
  'Quyết định (cá biệt)': 'Về việc thành lập Tổ công nghệ số cộng đồng xã Suối Ngọc',
  'Tờ trình': 'Về việc phê duyệt dự toán sửa chữa trụ sở làm việc của xã',
  'Báo cáo': 'Kết quả thực hiện nhiệm vụ phát triển kinh tế - xã hội 9 tháng đầu năm 2026',
  'Kế hoạch': 'Phòng, chống thiên tai và tìm kiếm cứu nạn năm 2026',
}
const FILLING =
  'Việc tiếp nhận hồ sơ, xử lý văn bản và trả kết quả cho tổ chức, cá nhân trên địa bàn xã bảo đảm đúng quy trình, đúng thời hạn và thuận lợi cho người dân'

/** The document of a type, with its dots filled in. */
export function sampleOf(typeName: string, changes: Partial<Composed['composition']> = {}): Composed {
  const started = startOf(typeName, OFFICE)
  const { abbreviation } = DOCUMENT_TYPES.find(({ name }) => name === typeName) ?? { abbreviation: '' }
  const { twoSided, addressed } = formOf(typeName)
  return {
    fields: outgoingFields.parse({
      ...started.fields,
      typeName,
      codeNotation: abbreviation === '' ? 'UBND-VP' : `${abbreviation}-UBND`,
      place: 'Suối Ngọc',
      subject: SUBJECTS[typeName] ?? 'Về việc tiếp nhận, xử lý văn bản trên môi trường mạng',
      signer: { ...started.fields.signer, fullName: 'Nguyễn Văn Thử' },
      coSigners: twoSided
        ? [{ competence: '', position: 'ĐẠI DIỆN BÊN B', fullName: 'Trần Thị Mẫu', part: 'joint' }]
        : [],
      toPlaces: [
        addressed === 'always' ? 'Như trên' : 'Thường trực Đảng ủy, HĐND xã',
        'Chủ tịch, các Phó Chủ tịch UBND xã',
        'Các phòng, trung tâm thuộc xã',
        'Lưu: VT, VP',
      ],
    }),
    composition: composition.parse({
      ...started.composition,
      addressees: addressed === 'always' ? ['Ủy ban nhân dân tỉnh Thanh Vân'] : [],
      body: { type: 'doc', content: started.composition.body.content.map(filled) },
      ...changes,
    }),
  }
}

function filled(block: Block): Block {
  if (block.type === 'table' || block.type === 'picture' || block.type === 'pageBreak') return block
  const content = block.content.map((one) =>
    one.type === 'text'
      ? { ...one, text: one.text.replace(/^…{5,}/u, FILLING).replace(/…{5,}/gu, 'theo quy định hiện hành') }
      : one,
  )
  return { ...block, content }
}
