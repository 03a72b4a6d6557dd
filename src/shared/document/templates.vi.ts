/**
 * Mẫu: what a new document of each type begins with. The words follow the samples of the decree; dots are
 * what the drafter fills in.
 *
 * @source Decree 30/2020/NĐ-CP App. III (samples of the administrative documents)
 */
import type { z } from 'zod'
import { composition, type Composition } from './composition.ts'
import type { Agency, OutgoingFields } from './fields.ts'
import { formOf, type TypeName } from './form.ts'

type NewBlock = NonNullable<NonNullable<z.input<typeof composition>['body']>['content']>[number]
type NewCell = {
  type: 'tableCell' | 'tableHeader'
  content: { type: 'paragraph'; attrs?: { align: 'center' }; content?: { type: 'text'; text: string }[] }[]
}

const DOTS = '……………………'

/** Text in which `**…**` is bold. */
function words(text: string): { type: 'text'; text: string; marks?: { type: 'bold' }[] }[] {
  return text
    .split('**')
    .map((part, index) => ({
      type: 'text' as const,
      text: part,
      ...(index % 2 === 1 ? { marks: [{ type: 'bold' as const }] } : {}),
    }))
    .filter((part) => part.text !== '')
}
const line = (text: string): NewBlock => ({ type: 'paragraph', content: words(text) })
const centred = (text: string): NewBlock => ({
  type: 'paragraph',
  attrs: { align: 'center' },
  content: words(`**${text}**`),
})
const basis = (text: string): NewBlock => ({ type: 'basis', content: words(text) })
const article = (text: string): NewBlock => ({ type: 'article', content: words(text) })
const chapter = (text: string): NewBlock => ({
  type: 'division',
  attrs: { kind: 'chapter' },
  content: words(text),
})
const numeral = (text: string): NewBlock => ({ type: 'numeral', content: words(text) })
const clause = (text: string): NewBlock => ({ type: 'clause', content: words(text) })
const point = (text: string): NewBlock => ({ type: 'point', content: words(text) })
const cell = (type: NewCell['type'], text: string): NewCell => ({
  type,
  content: [{ type: 'paragraph', ...(text === '' ? {} : { content: [{ type: 'text', text }] }) }],
})
const table = (heads: readonly string[], rows: number): NewBlock => ({
  type: 'table',
  content: [
    { type: 'tableRow', content: heads.map((text) => cell('tableHeader', text)) },
    ...Array.from({ length: rows }, () => ({
      type: 'tableRow' as const,
      content: heads.map(() => cell('tableCell', '')),
    })),
  ],
})

/** The agency's name in full, as the page shows it. */
function agencyInFull(name: string): string {
  return name
    .normalize('NFC')
    .trim()
    .replace(/^UBND\b/u, 'Ủy ban nhân dân')
    .replace(/^HĐND\b/u, 'Hội đồng nhân dân')
}

interface Told {
  /** In full. */
  readonly agency: string
  readonly head: string
}

const LAW = 'Căn cứ Luật Tổ chức chính quyền địa phương;'
const END = './.'

const decision = ({ head, agency }: Told): NewBlock[] => [
  centred(`${head} ${agency}`.toLocaleUpperCase('vi')),
  basis(LAW),
  basis(`Căn cứ ${DOTS};`),
  basis(`Theo đề nghị của ${DOTS}.`),
  centred('QUYẾT ĐỊNH:'),
  article(DOTS),
  article(DOTS),
  article(`Quyết định này có hiệu lực kể từ ngày ký. ${DOTS} chịu trách nhiệm thi hành Quyết định này${END}`),
]

/** Quy chế, quy định: issued with a decision, in chapters and articles. */
const regulation = (): NewBlock[] => [
  chapter('Quy định chung'),
  article('**Phạm vi điều chỉnh**'),
  line(DOTS),
  article('**Đối tượng áp dụng**'),
  clause(DOTS),
  clause(DOTS),
  chapter('Quy định cụ thể'),
  article(`**${DOTS}**`),
  clause(`${DOTS}:`),
  point(`${DOTS};`),
  point(`${DOTS}.`),
  chapter('Tổ chức thực hiện'),
  article('**Điều khoản thi hành**'),
  line(`${DOTS}${END}`),
]

/** Chương trình, kế hoạch, phương án, đề án, dự án. */
const plan = (first: string, middle: string) => (): NewBlock[] => [
  line(`Căn cứ ${DOTS}, ${DOTS} như sau:`),
  numeral(first),
  clause('Mục đích'),
  line(DOTS),
  clause('Yêu cầu'),
  line(DOTS),
  numeral(middle),
  clause(DOTS),
  clause(DOTS),
  numeral('TỔ CHỨC THỰC HIỆN'),
  clause(DOTS),
  line(
    `Trong quá trình thực hiện, nếu có vướng mắc, các cơ quan, đơn vị báo cáo để xem xét, giải quyết${END}`,
  ),
]

const parties = (first: string, second: string): NewBlock[] => [
  line(`**${first}:** ${DOTS}`),
  line(`Địa chỉ: ${DOTS}`),
  line(`Người đại diện: ${DOTS} Chức vụ: ${DOTS}`),
  line(`**${second}:** ${DOTS}`),
  line(`Địa chỉ: ${DOTS}`),
  line(`Người đại diện: ${DOTS} Chức vụ: ${DOTS}`),
]

const agreement = (what: string) => (): NewBlock[] => [
  basis(`Căn cứ ${DOTS}.`),
  line(`Hôm nay, ngày … tháng … năm …, tại ${DOTS}, chúng tôi gồm:`),
  ...parties('BÊN A', 'BÊN B'),
  line(`Hai bên ${what} những nội dung sau:`),
  article(DOTS),
  article(DOTS),
  article(`${DOTS} được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản${END}`),
]

const BODIES: Readonly<Record<TypeName, (told: Told) => NewBlock[]>> = {
  'Nghị quyết (cá biệt)': ({ agency }) => [
    centred(agency.toLocaleUpperCase('vi')),
    basis(LAW),
    basis(`Căn cứ ${DOTS};`),
    basis(`Xét ${DOTS}.`),
    centred('QUYẾT NGHỊ:'),
    article(DOTS),
    article(`Tổ chức thực hiện`),
    line(`${DOTS} chịu trách nhiệm tổ chức thực hiện Nghị quyết này${END}`),
  ],
  'Quyết định (cá biệt)': decision,
  'Chỉ thị': ({ head, agency }) => [
    line(`Trong thời gian qua, ${DOTS}.`),
    line(`Để ${DOTS}, ${head} ${agency} yêu cầu:`),
    clause(DOTS),
    clause(DOTS),
    clause(`Giao ${DOTS} theo dõi, đôn đốc việc thực hiện Chỉ thị này${END}`),
  ],
  'Quy chế': regulation,
  'Quy định': regulation,
  'Thông cáo': () => [line(DOTS), line(`${DOTS}${END}`)],
  'Thông báo': ({ agency }) => [
    line(`${agency} thông báo ${DOTS} như sau:`),
    clause(DOTS),
    clause(`${DOTS}${END}`),
  ],
  'Hướng dẫn': ({ agency }) => [
    line(`Căn cứ ${DOTS}, ${agency} hướng dẫn ${DOTS} như sau:`),
    numeral('NỘI DUNG HƯỚNG DẪN'),
    clause(DOTS),
    clause(DOTS),
    numeral('TỔ CHỨC THỰC HIỆN'),
    line(`${DOTS}${END}`),
  ],
  'Chương trình': plan('MỤC ĐÍCH, YÊU CẦU', 'NỘI DUNG CHƯƠNG TRÌNH'),
  'Kế hoạch': plan('MỤC ĐÍCH, YÊU CẦU', 'NỘI DUNG, TIẾN ĐỘ THỰC HIỆN'),
  'Phương án': plan('MỤC ĐÍCH, YÊU CẦU', 'NỘI DUNG PHƯƠNG ÁN'),
  'Đề án': plan('SỰ CẦN THIẾT, MỤC TIÊU', 'NHIỆM VỤ VÀ GIẢI PHÁP'),
  'Dự án': plan('SỰ CẦN THIẾT, MỤC TIÊU', 'NỘI DUNG, KINH PHÍ, TIẾN ĐỘ'),
  'Báo cáo': ({ agency }) => [
    line(`Thực hiện ${DOTS}, ${agency} báo cáo ${DOTS} như sau:`),
    numeral('KẾT QUẢ THỰC HIỆN'),
    clause(DOTS),
    table(['STT', 'Nội dung', 'Kết quả', 'Ghi chú'], 2),
    clause(DOTS),
    numeral('TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN'),
    line(DOTS),
    numeral('PHƯƠNG HƯỚNG, KIẾN NGHỊ'),
    line(`${DOTS}${END}`),
  ],
  'Biên bản': () => [
    line(`Thời gian bắt đầu: ${DOTS}`),
    line(`Địa điểm: ${DOTS}`),
    line(`Thành phần tham dự: ${DOTS}`),
    line(`Chủ trì (chủ tọa): ${DOTS}`),
    line(`Thư ký (người ghi biên bản): ${DOTS}`),
    line('Nội dung (theo diễn biến cuộc họp, hội nghị, hội thảo):'),
    line(DOTS),
    line(`Cuộc họp (hội nghị, hội thảo) kết thúc vào … giờ …, ngày … tháng … năm …${END}`),
  ],
  'Tờ trình': ({ agency }) => [
    line(`Căn cứ ${DOTS}, ${agency} kính trình ${DOTS} như sau:`),
    clause('Sự cần thiết'),
    line(DOTS),
    clause('Nội dung trình'),
    line(DOTS),
    clause('Kiến nghị'),
    line(`${agency} kính trình ${DOTS} xem xét, quyết định${END}`),
  ],
  'Hợp đồng': agreement('thống nhất ký kết hợp đồng với'),
  'Công văn': ({ agency }) => [line(DOTS), line(`${agency} đề nghị ${DOTS}${END}`)],
  'Công điện': ({ head, agency }) => [
    centred(`${head} ${agency} điện:`),
    line(`- ${DOTS};`),
    line(`- ${DOTS}.`),
    line(DOTS),
    line(`${head} ${agency} yêu cầu ${DOTS}${END}`),
  ],
  'Bản ghi nhớ': agreement('cùng ghi nhớ'),
  'Bản thỏa thuận': agreement('cùng thỏa thuận'),
  'Giấy ủy quyền': ({ head, agency }) => [
    basis(`Căn cứ ${DOTS}.`),
    line(`${head} ${agency} ủy quyền cho:`),
    line(`Ông (bà): ${DOTS} Chức vụ: ${DOTS}`),
    line(`Được ${DOTS}.`),
    line(`Giấy ủy quyền này có hiệu lực từ ngày … đến hết ngày …${END}`),
  ],
  'Giấy mời': ({ agency }) => [
    line(`${agency} trân trọng kính mời: ${DOTS}`),
    line(`Tới dự: ${DOTS}`),
    line(`Chủ trì: ${DOTS}`),
    line('Thời gian: … giờ …, ngày … tháng … năm …'),
    line(`Địa điểm: ${DOTS}`),
    line(`Đề nghị các đại biểu đến dự họp đầy đủ, đúng thành phần${END}`),
  ],
  'Giấy giới thiệu': ({ agency }) => [
    line(`${agency} trân trọng giới thiệu:`),
    line(`Ông (bà): ${DOTS}`),
    line(`Chức vụ: ${DOTS}`),
    line(`Được cử đến: ${DOTS}`),
    line(`Về việc: ${DOTS}`),
    line('Đề nghị Quý cơ quan tạo điều kiện để ông (bà) có tên ở trên hoàn thành nhiệm vụ.'),
    line(`Giấy này có giá trị đến hết ngày …${END}`),
  ],
  'Giấy nghỉ phép': ({ agency }) => [
    line(`Xét Đơn đề nghị nghỉ phép ngày … của ông (bà) ${DOTS}, ${agency} cấp cho:`),
    line(`Ông (bà): ${DOTS}`),
    line(`Chức vụ: ${DOTS}`),
    line('Nghỉ phép trong thời gian: …, kể từ ngày … đến hết ngày …'),
    line(`Nơi nghỉ phép: ${DOTS}${END}`),
  ],
  'Phiếu gửi': ({ agency }) => [
    line(`${agency} gửi kèm theo phiếu này các văn bản, tài liệu sau:`),
    clause(DOTS),
    clause(DOTS),
    line(`Sau khi nhận được, đề nghị ${DOTS} gửi lại phiếu này cho ${agency}${END}`),
  ],
  'Phiếu chuyển': ({ agency }) => [
    line(`${agency} có nhận được: ${DOTS}`),
    line(`Kính chuyển: ${DOTS} xem xét, giải quyết theo thẩm quyền${END}`),
  ],
  'Phiếu báo': ({ agency }) => [line(`${agency} báo để ${DOTS} biết:`), line(`${DOTS}${END}`)],
  'Thư công': () => [line(`Kính thưa ${DOTS},`), line(DOTS), line('Trân trọng./.')],
}

/** Who signs for an agency of this name, and by what authority. */
function signingFor(agency: string): { head: string; competence: string; position: string } {
  const isCommittee = agency.toLocaleLowerCase('vi').startsWith('ủy ban nhân dân')
  const isCouncil = agency.toLocaleLowerCase('vi').startsWith('hội đồng nhân dân')
  if (isCommittee) return { head: 'Chủ tịch', competence: 'TM. ỦY BAN NHÂN DÂN', position: 'CHỦ TỊCH' }
  if (isCouncil) return { head: 'Chủ tịch', competence: 'TM. HỘI ĐỒNG NHÂN DÂN', position: 'CHỦ TỊCH' }
  return { head: 'Thủ trưởng', competence: '', position: 'THỦ TRƯỞNG' }
}

/** Signed by the head in person and not for a collective. */
const PERSONAL: readonly string[] = ['Quyết định (cá biệt)', 'Chỉ thị', 'Công điện', 'Thư công']

/** What a template gives a new draft. */
export interface Started {
  readonly fields: Pick<OutgoingFields, 'toPlaces'> & { readonly signer: OutgoingFields['signer'] }
  readonly composition: Composition
}

/** The composition that a new draft of this type begins with, in the name of the agency. */
export function startOf(typeName: string, agency: Pick<Agency, 'name' | 'parentName'>): Started {
  const inFull = agencyInFull(agency.name)
  const { head, competence, position } = signingFor(inFull)
  const { addressed } = formOf(typeName)
  const blocks = isTypeName(typeName) ? BODIES[typeName]({ agency: inFull, head }) : [line(DOTS)]
  return {
    fields: {
      toPlaces: [addressed === 'always' ? 'Như trên' : DOTS, 'Lưu: VT'],
      signer: { competence: PERSONAL.includes(typeName) ? '' : competence, position, fullName: '' },
    },
    composition: composition.parse({
      parentName: agencyInFull(agency.parentName),
      agencyName: inFull,
      addressees: addressed === 'always' ? [DOTS] : [],
      body: { type: 'doc', content: blocks },
    }),
  }
}

function isTypeName(typeName: string): typeName is TypeName {
  return Object.hasOwn(BODIES, typeName)
}
