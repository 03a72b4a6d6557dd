import type { LaterChange, ReasonCode, SignatureVerdict, VerdictWord } from './verdict.ts'

/** The verdict in a few words, for the chip beside a document or a signature. */
export const VERDICT_TEXT: Readonly<Record<VerdictWord, string>> = {
  valid: 'Hợp lệ',
  invalid: 'Không hợp lệ',
  undetermined: 'Chưa đủ căn cứ',
}

/** The verdict in a sentence, for the head of the report. */
export const VERDICT_SENTENCE: Readonly<Record<VerdictWord, string>> = {
  valid: 'Chữ ký hợp lệ: nội dung còn nguyên vẹn và người ký đã được xác định.',
  invalid: 'Chữ ký không hợp lệ: không nên tiếp nhận văn bản này khi chưa làm rõ với nơi gửi.',
  undetermined: 'Chưa đủ căn cứ để kết luận về chữ ký: xem lý do và việc cần làm bên dưới.',
}

/** What the clerk reads for each reason: what was found, then what to do. A missing code does not compile. */
export const REASON_TEXT: Readonly<Record<ReasonCode, { readonly title: string; readonly hint: string }>> = {
  unsigned: {
    title: 'Văn bản chưa được ký số',
    hint: 'Văn bản chỉ có giá trị tham khảo. Nếu cần bản có giá trị pháp lý, đề nghị nơi gửi gửi lại bản đã ký số.',
  },
  'document-unreadable': {
    title: 'Không đọc được tệp văn bản',
    hint: 'Tệp có thể bị hỏng khi truyền. Tệp vẫn được giữ nguyên; đề nghị nơi gửi gửi lại.',
  },
  'signature-unreadable': {
    title: 'Không đọc được dữ liệu chữ ký',
    hint: 'Dữ liệu chữ ký bị hỏng hoặc thiếu chứng thư số của người ký. Đề nghị nơi gửi ký lại và gửi lại.',
  },
  'content-missing': {
    title: 'Không có tệp đã được ký để đối chiếu',
    hint: 'Tệp chữ ký nằm riêng và tệp mà nó ký không đi kèm. Đề nghị nơi gửi gửi lại đủ cả hai tệp.',
  },
  'content-altered': {
    title: 'Nội dung văn bản đã bị thay đổi so với lúc ký',
    hint: 'Không sử dụng văn bản này. Đề nghị nơi gửi gửi lại bản gốc.',
  },
  'signature-value-wrong': {
    title: 'Chữ ký không khớp với chứng thư số của người ký',
    hint: 'Không sử dụng văn bản này. Liên hệ nơi gửi để xác minh.',
  },
  'covered-range-wrong': {
    title: 'Phạm vi ký không bao trùm đúng nội dung văn bản',
    hint: 'Tệp có cấu trúc bất thường, có thể nhằm che giấu nội dung. Không sử dụng; liên hệ nơi gửi để xác minh.',
  },
  'changed-after-signing': {
    title: 'Văn bản đã bị thay đổi sau khi ký',
    hint: 'Phần thêm vào sau khi ký làm nội dung nhìn thấy có thể khác bản được ký. Đề nghị nơi gửi gửi lại bản gốc.',
  },
  'certification-broken': {
    title: 'Văn bản bị sửa trái với quy định của chữ ký chứng nhận',
    hint: 'Người ký đã không cho phép sửa như vậy. Đề nghị nơi gửi gửi lại bản gốc.',
  },
  'signature-hidden': {
    title: 'Tệp chứa chữ ký đã bị gỡ khỏi văn bản hoặc bị giấu đi',
    hint: 'Văn bản đang thấy có thể không phải bản đã ký. Không sử dụng; đề nghị nơi gửi gửi lại bản gốc còn chữ ký.',
  },
  'signed-attributes-wrong': {
    title: 'Thông tin kèm theo chữ ký bị thiếu hoặc mâu thuẫn',
    hint: 'Chữ ký không đúng quy chuẩn. Đề nghị nơi gửi kiểm tra phần mềm ký số và ký lại.',
  },
  'signing-certificate-mismatch': {
    title: 'Chứng thư số kèm theo không phải chứng thư số đã dùng để ký',
    hint: 'Không sử dụng văn bản này. Liên hệ nơi gửi để xác minh người ký.',
  },
  'filled-after-signing': {
    title: 'Có ô được điền thêm sau lần ký cuối cùng',
    hint: 'Phần đã ký vẫn nguyên vẹn, nhưng không rõ ai điền phần thêm. Đề nghị nơi gửi ký lại sau khi điền, hoặc liên hệ để xác nhận.',
  },
  'text-covered': {
    title: 'Nội dung mới che lên chữ đã ký',
    hint: 'Hình hoặc chữ thêm cùng chữ ký sau che một phần nội dung đã ký trước đó. Mở “Như khi ký” để xem bản chưa bị che, và hỏi lại nơi gửi trước khi sử dụng.',
  },
  'drawing-unjudged': {
    title: 'Chưa xác định được phần vẽ thêm sau khi ký có che nội dung hay không',
    hint: 'So sánh bản “Như đã nhận” với bản “Như khi ký”. Nếu nội dung giống nhau thì có thể sử dụng; nếu khác, hỏi lại nơi gửi.',
  },
  'certificate-revoked': {
    title: 'Chứng thư số đã bị thu hồi',
    hint: 'Không có bằng chứng chữ ký được tạo trước khi chứng thư số bị thu hồi. Không sử dụng văn bản này; liên hệ nơi gửi để xác minh.',
  },
  'time-stamp-wrong': {
    title: 'Dấu thời gian không khớp với văn bản',
    hint: 'Dấu thời gian bị hỏng hoặc thuộc về nội dung khác. Liên hệ nơi gửi để xác minh, hoặc đề nghị gửi lại bản gốc.',
  },
  'algorithm-weak': {
    title: 'Chữ ký dùng thuật toán cũ, không còn an toàn',
    hint: 'Không thể dựa riêng vào chữ ký này. Đề nghị nơi gửi xác nhận hoặc ký lại bằng phần mềm hiện hành.',
  },
  'algorithm-unsupported': {
    title: 'Chữ ký dùng kỹ thuật mà chương trình chưa kiểm tra được',
    hint: 'Hãy kiểm tra bằng công cụ của nơi cấp chứng thư số, hoặc đề nghị nơi gửi ký lại.',
  },
  'certificate-expired': {
    title: 'Chứng thư số đã hết hạn',
    hint: 'Không có bằng chứng chữ ký được tạo khi chứng thư số còn hạn. Đề nghị nơi gửi xác nhận hoặc ký lại.',
  },
  'certificate-not-yet-valid': {
    title: 'Chứng thư số chưa có hiệu lực',
    hint: 'Kiểm tra ngày giờ trên máy này. Nếu ngày giờ đúng, liên hệ nơi gửi để xác minh.',
  },
  'certificate-not-for-signing': {
    title: 'Chứng thư số không được cấp để ký văn bản',
    hint: 'Đề nghị nơi gửi ký lại bằng đúng chứng thư số dùng cho chữ ký số.',
  },
  'chain-broken': {
    title: 'Chứng thư số của người ký không được cấp đúng quy định',
    hint: 'Chứng thư số có thể là giả mạo. Không sử dụng văn bản này; liên hệ nơi gửi để xác minh.',
  },
  'root-unknown': {
    title: 'Chưa xác định được tổ chức gốc đã cấp chứng thư số',
    hint: 'Nội dung văn bản có thể vẫn nguyên vẹn, nhưng chưa biết người ký là ai. Đề nghị người quản trị bổ sung chứng thư số gốc tin cậy.',
  },
  'intermediate-missing': {
    title: 'Thiếu chứng thư số của tổ chức cấp trung gian',
    hint: 'Đề nghị người quản trị bổ sung chứng thư số trung gian, hoặc kiểm tra lại khi có mạng.',
  },
  'sender-differs': {
    title: 'Cơ quan ký số không phải cơ quan gửi ghi trong gói tin',
    hint: 'Có thể do tên ghi khác nhau, hoặc văn bản được gửi thay. Đối chiếu tên cơ quan ký với nơi gửi; nếu chưa rõ, liên hệ nơi gửi trước khi tiếp nhận.',
  },
  'sender-code-differs': {
    title: 'Mã cơ quan gửi ghi trong gói tin khác mã mà trục liên thông ghi nhận',
    hint: 'Liên hệ nơi gửi để xác minh văn bản do chính nơi đó gửi, rồi mới tiếp nhận.',
  },
  'sender-unsealed-note': {
    title: 'Không có chữ ký số của cơ quan để đối chiếu với nơi gửi',
    hint: 'Văn bản chỉ có chữ ký của cá nhân. Khi cần, hỏi nơi gửi về việc thiếu chữ ký của cơ quan.',
  },
  'revocation-unknown-note': {
    title: 'Chưa kiểm tra trực tuyến việc thu hồi chứng thư số',
    hint: 'Kết luận dựa trên thông tin có trên máy này. Với văn bản quan trọng, kiểm tra thêm khi có mạng.',
  },
  'revocation-cached-note': {
    title: 'Việc thu hồi được xét theo danh sách lưu trên máy này',
    hint: 'Danh sách do nơi cấp chứng thư số ban hành và còn hiệu lực; thời điểm của danh sách ghi ở phần thu hồi của chữ ký. Khi có mạng, chương trình tự kiểm tra lại.',
  },
  'time-stamp-untrusted-note': {
    title: 'Chưa xác minh được nơi cấp dấu thời gian',
    hint: 'Thời gian ký chỉ để tham khảo. Đề nghị người quản trị bổ sung chứng thư số gốc của dịch vụ cấp dấu thời gian.',
  },
  'signing-time-claimed-note': {
    title: 'Thời gian ký do máy của người ký ghi',
    hint: 'Chữ ký không kèm dấu thời gian của bên thứ ba, nên thời gian ký chỉ để tham khảo.',
  },
  'signing-time-off-note': {
    title: 'Thời gian ký ghi trong tệp có thể lệch',
    hint: 'Một số phần mềm ghi giờ Việt Nam như giờ quốc tế nên lệch 7 giờ. Không ảnh hưởng đến chữ ký; khi cần, đối chiếu với ngày ghi trên văn bản.',
  },
  'bytes-added-note': {
    title: 'Tệp có thêm dữ liệu sau phần đã ký, không làm thay đổi nội dung',
    hint: 'Không cần làm gì. Nội dung được ký vẫn nguyên vẹn.',
  },
  'signature-removed-note': {
    title: 'Trước lần ký này, tệp từng có một chữ ký khác đã được gỡ',
    hint: 'Người ký sau chịu trách nhiệm về toàn bộ nội dung hiện có. Có thể xem lại bản mà chữ ký đã gỡ từng ký.',
  },
}

/** What was added after a signature, in the words of a list. */
const LATER_CHANGE_TEXT: Readonly<Record<LaterChange['kind'], string>> = {
  page: 'trang',
  content: 'nội dung của trang',
  annotation: 'chú thích trên trang',
  action: 'lệnh tự chạy',
  'form-field': 'ô được điền',
  signature: 'chữ ký tiếp theo',
  dss: 'dữ liệu để kiểm tra lâu dài',
  metadata: 'thông tin mô tả tệp',
  other: 'dữ liệu khác',
}

/** “RSA 3072 bit, SHA-256”. */
export function algorithmText({
  scheme,
  digest,
  keyBits,
}: NonNullable<SignatureVerdict['algorithm']>): string {
  const name = { 'rsa-pkcs1': 'RSA', 'rsa-pss': 'RSA-PSS', ecdsa: 'ECDSA' }[scheme]
  const key = keyBits === 0 ? '' : ` ${String(keyBits)} bit`
  return `${name}${key}, ${digest.toUpperCase().replace(/^(SHA|MD)(?=\d)/, '$1-')}`
}

const REVOCATION_SOURCE: Readonly<Record<NonNullable<SignatureVerdict['revocation']>['source'], string>> = {
  file: 'theo dữ liệu kèm trong tệp',
  cache: 'theo danh sách đã tải về máy này',
  online: 'theo nơi cấp trả lời qua mạng',
}

/** “chưa bị thu hồi, theo dữ liệu kèm trong tệp”; the time is told beside it. */
export function revocationText(revocation: SignatureVerdict['revocation']): string {
  if (revocation === undefined) return 'chưa biết'
  const word = revocation.status === 'good' ? 'chưa bị thu hồi' : 'đã bị thu hồi'
  return `${word}, ${REVOCATION_SOURCE[revocation.source]}`
}

/** “Được phép: chữ ký tiếp theo, ô được điền.” An empty list where nothing was added. */
export function laterChangeLines(changes: readonly LaterChange[] = []): string[] {
  const listed = (wanted: boolean) =>
    changes
      .filter(({ allowed }) => allowed === wanted)
      .map(({ kind }) => LATER_CHANGE_TEXT[kind])
      .join(', ')
  return [
    ...(listed(false) === '' ? [] : [`Không được phép: ${listed(false)}`]),
    ...(listed(true) === '' ? [] : [`Được phép: ${listed(true)}`]),
  ]
}
