/**
 * Invented Vietnamese text whose words are as common and as rare as those of real text are: by Zipf's law over some
 * 6,000 syllables, the first of them those that offices write most. The same seed gives the same text.
 */
import { chance, type Chance } from './chance.ts'

/** What offices write, the most common first. */
const OFFICE_WORDS =
  'của và các về trong theo được cho có thực hiện ủy ban nhân dân xã công tác quy định số ngày năm cơ quan tổ chức ' +
  'văn bản quản lý nhà nước tỉnh đơn vị phòng hội đồng kế hoạch báo cáo việc hành chính chính phủ luật nghị quyết ' +
  'thông báo đề nghị quyết cán bộ người hoạt động phát triển kinh tế xây dựng đất đai hồ sơ thủ tục giải quyết địa ' +
  'phương trách nhiệm thời gian tháng nội dung hướng dẫn triển khai kiểm tra giám sát tăng cường đảm bảo an toàn ' +
  'phòng chống thiên tai cháy chữa giáo dục y tế văn hóa thể thao du lịch nông nghiệp môi trường tài nguyên tài chính ' +
  'ngân sách dự án đầu tư hỗ trợ chính sách người có công bảo trợ trẻ em phụ nữ thanh niên mặt trận đoàn thể khu vực ' +
  'thôn tổ dân phố hòa giải tiếp công dân khiếu nại tố cáo hộ tịch chứng thực tư pháp quốc phòng quân sự trật tự ' +
  'giao thông thủy lợi khoáng sản rừng cây trồng vật nuôi dịch bệnh khuyến nông hợp tác doanh nghiệp thuế phí lệ phí ' +
  'chuyển đổi số hóa dữ liệu điện tử chữ ký lưu trữ tập huấn nghiệp vụ bồi dưỡng đánh giá xếp loại thi đua khen thưởng ' +
  'kỷ luật tuyển dụng tiền lương bảo hiểm hội nghị cuộc họp giao ban chủ tịch phó giám đốc trưởng ký thay mặt'
const ONSETS = 'b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x'.split(' ')
/** Rimes, each with its tones: level, grave, hook, tilde, acute, dot. */
const RIMES = (
  'a à ả ã á ạ|ai ài ải ãi ái ại|am àm ảm ãm ám ạm|an àn ản ãn án ạn|ang àng ảng ãng áng ạng|anh ành ảnh ãnh ánh ạnh|' +
  'ao ào ảo ão áo ạo|au àu ảu ãu áu ạu|ay ày ảy ãy áy ạy|ăm ằm ẳm ẵm ắm ặm|ăn ằn ẳn ẵn ắn ặn|ăng ằng ẳng ẵng ắng ặng|' +
  'âm ầm ẩm ẫm ấm ậm|ân ần ẩn ẫn ấn ận|âng ầng ẩng ẫng ấng ậng|âu ầu ẩu ẫu ấu ậu|ây ầy ẩy ẫy ấy ậy|e è ẻ ẽ é ẹ|' +
  'em èm ẻm ẽm ém ẹm|en èn ẻn ẽn én ẹn|ê ề ể ễ ế ệ|êm ềm ểm ễm ếm ệm|ên ền ển ễn ến ện|i ì ỉ ĩ í ị|ia ìa ỉa ĩa ía ịa|' +
  'iên iền iển iễn iến iện|iêu iều iểu iễu iếu iệu|im ìm ỉm ĩm ím ịm|in ìn ỉn ĩn ín ịn|inh ình ỉnh ĩnh ính ịnh|' +
  'o ò ỏ õ ó ọ|oa òa ỏa õa óa ọa|oai oài oải oãi oái oại|oan oàn oản oãn oán oạn|oe òe ỏe õe óe ọe|oi òi ỏi õi ói ọi|' +
  'om òm ỏm õm óm ọm|on òn ỏn õn ón ọn|ong òng ỏng õng óng ọng|ô ồ ổ ỗ ố ộ|ôi ồi ổi ỗi ối ội|ôn ồn ổn ỗn ốn ộn|' +
  'ông ồng ổng ỗng ống ộng|ơ ờ ở ỡ ớ ợ|ơi ời ởi ỡi ới ợi|ơn ờn ởn ỡn ớn ợn|u ù ủ ũ ú ụ|ua ùa ủa ũa úa ụa|ui ùi ủi ũi úi ụi|' +
  'ung ùng ủng ũng úng ụng|uôn uồn uổn uỗn uốn uộn|ương ường ưởng ưỡng ướng ượng|uy ùy ủy ũy úy ụy|ư ừ ử ữ ứ ự'
)
  .split('|')
  .map((tones) => tones.split(' '))
/** A few words that are no Vietnamese: names and abbreviations, of which there is no end. */
const STRANGE_SHARE = 40

const SYLLABLES = 6_000

/** Every syllable, the most common first. */
const vocabulary: readonly string[] = (() => {
  const draw = chance(20260115)
  const all = new Set(OFFICE_WORDS.split(' '))
  const rest = ONSETS.flatMap((onset) => RIMES.flat().map((rime) => onset + rime))
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const other = draw(at + 1)
    const [one = '', two = ''] = [rest[at], rest[other]]
    rest[at] = two
    rest[other] = one
  }
  for (const syllable of rest) all.add(syllable)
  return [...all].slice(0, SYLLABLES)
})()

/** The sum of 1/rank up to each rank. */
const shares: readonly number[] = (() => {
  let sum = 0
  return vocabulary.map((_, index) => (sum += 1 / (index + 1)))
})()
const WHOLE = shares.at(-1) ?? 1
const FINE = 1_000_000_007

/** A word, common ones more often. */
function zipfWord(draw: Chance): string {
  if (draw(STRANGE_SHARE) === 0) return strangeWord(draw)
  const wanted = (draw(FINE) / FINE) * WHOLE
  let [low, high] = [0, shares.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shares[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return vocabulary[low] ?? ''
}

/** A year, an amount, a letter with a number. */
function strangeWord(draw: Chance): string {
  switch (draw(3)) {
    case 0:
      return String(2015 + draw(12))
    case 1:
      return String(draw(100_000))
    default:
      return `${String.fromCharCode(65 + draw(26))}${String(draw(500))}`
  }
}

/** So many words with commas and full stops, the first of each sentence in capitals as it begins. */
export function zipfText(draw: Chance, words: number): string {
  const parts: string[] = []
  let begins = true
  for (let count = 0; count < words; count += 1) {
    const word = zipfWord(draw)
    const ends = draw(14) === 0
    parts.push(
      `${begins ? word.charAt(0).toUpperCase() + word.slice(1) : word}${ends ? '.' : draw(9) === 0 ? ',' : ''}`,
    )
    begins = ends
  }
  return parts.join(' ')
}

const FAMILIES = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Huỳnh',
  'Phan',
  'Vũ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Hồ',
  'Ngô',
  'Dương',
]
const MIDDLES = ['Văn', 'Thị', 'Hữu', 'Đức', 'Minh', 'Ngọc', 'Thanh', 'Quốc', 'Xuân', 'Thúy']
const GIVEN = [
  'Ánh',
  'Bình',
  'Chi',
  'Dũng',
  'Đạt',
  'Giang',
  'Hòa',
  'Hương',
  'Khánh',
  'Lan',
  'Mẫu',
  'Ngân',
  'Oanh',
  'Phúc',
  'Quý',
  'Sơn',
  'Thủy',
  'Uyên',
  'Vinh',
  'Ước',
]

/** An invented person. */
export function personName(draw: Chance): string {
  const pick = (names: readonly string[]) => names[draw(names.length)] ?? ''
  return `${pick(FAMILIES)} ${pick(MIDDLES)} ${pick(GIVEN)}`
}
