import type { PacketWarningCode } from './packet.ts'

/** What the clerk reads about an oddity of a received packet. A warning without a text does not compile. */
export const PACKET_WARNING_TEXT: Readonly<Record<PacketWarningCode, string>> = {
  'legacy-namespace': 'Gói tin theo quy cách cũ của bên gửi.',
  'field-missing': 'Bên gửi để trống một mục thông tin.',
  'field-too-long': 'Một mục thông tin dài hơn quy định.',
  'field-unreadable': 'Một mục thông tin ghi sai cách nên không đọc được.',
  'agency-id-unusual': 'Mã định danh cơ quan không theo mẫu thường gặp.',
  'attachment-missing': 'Có tệp được kê trong gói nhưng không có nội dung kèm theo.',
  'attachment-unlisted': 'Có tệp kèm theo nhưng không được kê trong gói.',
  'attachment-mismatched': 'Tên tệp kèm theo không khớp với bảng kê trong gói.',
  'attachment-damaged': 'Tệp bị hỏng trước khi đến đây; nên trả lại và đề nghị bên gửi gửi lại.',
  'attachment-empty': 'Tệp kèm theo rỗng.',
  'attachment-renamed': 'Tên tệp đã được đổi cho an toàn khi lưu.',
  'attachment-encrypted': 'Tệp kèm theo được mã hóa bằng khóa không có ở máy này nên không mở được.',
  'document-differs':
    'Văn bản cùng số, ký hiệu đã đến trước với nội dung khác; hãy đối chiếu và hỏi lại bên gửi.',
  'signature-unverifiable':
    'Gói tin có chữ ký nhưng không kiểm được; chữ ký trong tệp văn bản mới có giá trị.',
  'signature-undetermined':
    'Gói tin có chữ ký khớp với nội dung, nhưng chưa đủ căn cứ về người ký; chữ ký trong tệp văn bản mới có giá trị.',
  'signature-broken':
    'Chữ ký của gói tin không khớp, có thể do gói được ghi lại trên đường truyền; hãy dựa vào chữ ký trong tệp văn bản.',
  'key-refused': 'Gói tin kèm khóa mã hóa của bên gửi nhưng khóa không được dùng.',
}
