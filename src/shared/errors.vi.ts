import type { ErrorCode, Hop } from './errors.ts'

/** Whom to turn to: the part of the way that a failure belongs to. */
export const HOP_TEXT: Readonly<Record<Hop, string>> = {
  pc: 'máy tính này',
  line: 'đường mạng của cơ quan',
  folder: 'thư mục trao đổi (USB hoặc thư mục chung)',
  proxy: 'máy chủ proxy của cơ quan',
  'security-server': 'máy chủ bảo mật',
  hub: 'trục liên thông',
  recipient: 'nơi nhận',
}

/** What the clerk reads: what happened, then what is safe and what to do. A missing code does not compile. */
export const ERROR_TEXT: Readonly<Record<ErrorCode, { readonly title: string; readonly hint: string }>> = {
  'app/unexpected': {
    title: 'Có lỗi ngoài dự kiến',
    hint: 'Dữ liệu đã lưu vẫn an toàn. Hãy thử lại; nếu còn lỗi, báo mã sự cố cho bộ phận hỗ trợ.',
  },
  'app/engine-lost': {
    title: 'Phần xử lý vừa khởi động lại',
    hint: 'Dữ liệu đã lưu vẫn an toàn. Hãy thực hiện lại thao tác vừa rồi.',
  },
  'app/bad-request': {
    title: 'Thao tác không hợp lệ',
    hint: 'Hãy kiểm tra lại nội dung vừa nhập. Chưa có gì bị thay đổi.',
  },

  'office/not-open': {
    title: 'Kho văn bản chưa được mở',
    hint: 'Nhập mã khôi phục để mở kho văn bản của cơ quan.',
  },
  'office/exists': {
    title: 'Máy này đã có kho văn bản của cơ quan',
    hint: 'Hãy mở kho đã có; không thể tạo đè lên.',
  },
  'office/recovery-code-wrong': {
    title: 'Mã khôi phục không đúng',
    hint: 'Hãy đối chiếu từng nhóm ký tự với bản đã in. Kho văn bản không bị thay đổi.',
  },
  'office/recovery-code-mismatch': {
    title: 'Mã vừa nhập lại chưa khớp',
    hint: 'Hãy xem lại bản đã chép và nhập đúng từng nhóm. Mã này cần để mở kho khi thay máy.',
  },

  'practice/store-is-practice': {
    title: 'Đây là kho tập dùng, không phải kho của cơ quan',
    hint: 'Kho tập dùng chỉ mở được trong chế độ tập dùng. Hãy chọn kho hoặc bản sao lưu của cơ quan.',
  },
  'practice/store-is-real': {
    title: 'Đây là kho của cơ quan, không phải kho tập dùng',
    hint: 'Kho của cơ quan không bị thay đổi. Hãy thoát tập dùng để làm việc với kho đó.',
  },
  'practice/hub-is-practice': {
    title: 'Đây là địa chỉ của trục tập dùng',
    hint: 'Văn bản thật không gửi qua trục tập dùng. Chưa có gì được gửi đi; hãy điền địa chỉ do tỉnh cấp.',
  },
  'practice/stays-here': {
    title: 'Không làm được việc này khi đang tập dùng',
    hint: 'Tập dùng chỉ dùng trục, token và kho của cơ quan giả định trên máy này. Thoát tập dùng để làm việc thật.',
  },

  'person/nobody-at-work': {
    title: 'Chưa có ai vào làm việc',
    hint: 'Chọn tên của mình rồi nhập mật khẩu hoặc cắm token để làm việc tiếp.',
  },
  'person/may-not': {
    title: 'Vai trò của người đang làm việc không được làm việc này',
    hint: 'Chưa có gì bị thay đổi. Hãy để người có vai trò phù hợp (lãnh đạo, văn thư hoặc quản trị) vào làm việc rồi thực hiện.',
  },
  'person/not-yours': {
    title: 'Việc này đang do người khác phụ trách',
    hint: 'Chưa có gì bị thay đổi. Người được giao, lãnh đạo hoặc văn thư mới thực hiện được.',
  },
  'person/not-a-leader': {
    title: 'Người được trình không có vai trò lãnh đạo',
    hint: 'Hãy chọn người có vai trò lãnh đạo để duyệt văn bản này.',
  },
  'person/unknown': {
    title: 'Không tìm thấy người này trong danh sách đang làm việc',
    hint: 'Người này có thể đã thôi làm việc tại cơ quan. Hãy chọn người khác.',
  },
  'person/password-wrong': {
    title: 'Mật khẩu không đúng',
    hint: 'Hãy nhập lại. Nếu quên, quản trị đặt lại trong Cài đặt, hoặc dùng mã khôi phục của cơ quan.',
  },
  'person/wait': {
    title: 'Đã nhập sai mật khẩu nhiều lần',
    hint: 'Chương trình tạm ngừng nhận mật khẩu của người này. Hãy chờ một lúc rồi thử lại, hoặc dùng token.',
  },
  'person/no-password': {
    title: 'Người này chưa có mật khẩu',
    hint: 'Hãy dùng token, hoặc nhờ quản trị đặt mật khẩu trong Cài đặt, mục Người dùng.',
  },
  'person/no-token': {
    title: 'Người này chưa gắn với token nào',
    hint: 'Hãy dùng mật khẩu, hoặc nhờ quản trị gắn token trong Cài đặt, mục Người dùng.',
  },
  'person/token-taken': {
    title: 'Chứng thư này đã gắn với người khác',
    hint: 'Mỗi token chỉ gắn với một người. Hãy bỏ gắn ở người kia trước.',
  },
  'person/own-password-first': {
    title: 'Cần đặt mật khẩu của mình trước',
    hint: 'Khi máy có nhiều người dùng chung, ai cũng phải có mật khẩu hoặc token. Hãy đặt mật khẩu của mình rồi thêm người.',
  },
  'person/role-needed': {
    title: 'Cơ quan phải luôn có lãnh đạo, văn thư và quản trị',
    hint: 'Chưa có gì bị thay đổi. Hãy giao vai trò này cho người khác trước.',
  },

  'store/newer-than-app': {
    title: 'Kho văn bản thuộc phiên bản mới hơn',
    hint: 'Hãy cập nhật chương trình rồi mở lại. Kho văn bản không bị thay đổi.',
  },
  'store/wrong-key': {
    title: 'Không mở được kho văn bản bằng khóa hiện có',
    hint: 'Nhập mã khôi phục đã in khi cài đặt. Kho văn bản không bị thay đổi.',
  },
  'store/damaged': {
    title: 'Kho văn bản có dấu hiệu hỏng',
    hint: 'Chương trình dừng ghi để giữ nguyên dữ liệu. Hãy báo mã sự cố cho bộ phận hỗ trợ trước khi làm tiếp.',
  },
  'store/file-damaged': {
    title: 'Tệp lưu trên máy đã bị hỏng',
    hint: 'Nội dung đọc được không còn khớp với lúc lưu nên không được dùng. Hãy nhập lại tệp hoặc báo bộ phận hỗ trợ.',
  },
  'store/file-missing': {
    title: 'Không tìm thấy tệp đã lưu',
    hint: 'Tệp có thể đã bị xóa khỏi máy. Hãy nhập lại tệp hoặc báo bộ phận hỗ trợ.',
  },
  'store/disk-full': {
    title: 'Ổ đĩa đã đầy',
    hint: 'Văn bản đã lưu vẫn an toàn. Hãy giải phóng dung lượng rồi thử lại.',
  },
  'store/in-use': {
    title: 'Kho văn bản đang được mở ở cửa sổ khác',
    hint: 'Hãy đóng cửa sổ kia, hoặc làm việc tiếp ở đó.',
  },

  'backup/folder-missing': {
    title: 'Không thấy thư mục sao lưu',
    hint: 'Hãy cắm USB hoặc nối ổ đĩa đã chọn, rồi thử lại. Các bản sao lưu trước không bị thay đổi.',
  },
  'backup/unwritable': {
    title: 'Không ghi được vào nơi sao lưu',
    hint: 'USB có thể bị khóa ghi, bị rút giữa chừng hoặc đã hỏng. Các bản sao lưu trước còn nguyên; hãy thử lại hoặc chọn nơi khác.',
  },
  'backup/full': {
    title: 'Không đủ chỗ cho bản sao lưu',
    hint: 'Hãy dọn bớt tệp hoặc chọn nơi rộng hơn. Các bản sao lưu trước còn nguyên.',
  },
  'backup/damaged': {
    title: 'Bản sao lưu này không dùng được',
    hint: 'Nội dung không khớp với lúc sao lưu, hoặc là của cơ quan khác. Hãy chọn bản khác.',
  },
  'backup/cancelled': {
    title: 'Đã dừng theo yêu cầu',
    hint: 'Phần đã chép được giữ lại; lần sau sẽ chép tiếp.',
  },
  'backup/busy': {
    title: 'Đang sao lưu hoặc kiểm tra bản sao lưu',
    hint: 'Hãy đợi việc đang làm xong hoặc dừng nó trước.',
  },

  'document/not-found': {
    title: 'Không tìm thấy văn bản',
    hint: 'Văn bản có thể đã được chuyển sang mục khác. Hãy mở lại danh sách.',
  },
  'document/changed': {
    title: 'Văn bản vừa thay đổi',
    hint: 'Hãy xem lại nội dung mới nhất rồi thực hiện lại thao tác.',
  },
  'document/wrong-state': {
    title: 'Văn bản đang ở bước khác',
    hint: 'Thao tác này không áp dụng cho bước hiện tại của văn bản. Hãy xem lại danh sách.',
  },
  'document/incomplete': {
    title: 'Văn bản còn thiếu thông tin',
    hint: 'Hãy bổ sung các mục được đánh dấu rồi thử lại.',
  },
  'document/secret': {
    title: 'Văn bản có dấu hiệu bí mật nhà nước',
    hint: 'Không soạn, lưu hoặc gửi văn bản mật trên máy nối mạng. Nội dung không được giữ lại; hãy báo người phụ trách.',
  },
  'document/attachment-empty': {
    title: 'Tệp đính kèm rỗng',
    hint: 'Tệp không có nội dung nào. Hãy mở kiểm tra tệp trên máy rồi chọn lại.',
  },
  'document/attachment-is-signature': {
    title: 'Không đính kèm tệp chữ ký',
    hint: 'Khi đóng dấu, chương trình tự ký và kèm tệp chữ ký cho từng tệp đính kèm. Chỉ cần chọn tệp gốc.',
  },
  'document/attachments-too-large': {
    title: 'Tệp đính kèm quá lớn',
    hint: 'Mỗi tệp tối đa 50 MB, cả văn bản và các tệp đính kèm tối đa 70 MB. Hãy giảm kích thước, chẳng hạn quét lại ở độ phân giải thấp hơn, hoặc tách thành văn bản khác.',
  },
  'document/too-large-for-hub': {
    title: 'Văn bản lớn hơn mức trục liên thông nhận',
    hint: 'Chưa ai ký nên chưa mất gì. Hãy giảm kích thước tệp, chẳng hạn quét lại ở độ phân giải thấp hơn, hoặc tách thành văn bản khác.',
  },
  'document/attachments-too-many': {
    title: 'Đã đủ số tệp đính kèm',
    hint: 'Một văn bản mang được tối đa 20 tệp. Hãy gộp các tệp cùng loại thành một tệp.',
  },
  'document/number-taken': {
    title: 'Số này đã cấp cho văn bản khác',
    hint: 'Hãy dùng số tiếp theo mà chương trình gợi ý.',
  },
  'document/number-held': {
    title: 'Văn bản này đang giữ một số đã cấp',
    hint: 'Số đã cấp đi cùng văn bản. Hãy hủy số kèm lý do trước, rồi làm lại thao tác vừa rồi.',
  },
  'document/gap-unexplained': {
    title: 'Có số bị bỏ qua mà chưa ghi lý do',
    hint: 'Hãy ghi lý do bỏ trống các số đứng trước, hoặc dùng số tiếp theo trong sổ.',
  },
  'document/date-out-of-year': {
    title: 'Ngày ban hành thuộc năm khác',
    hint: 'Số được cấp theo năm của ngày ban hành. Hãy kiểm tra lại ngày; năm trước chỉ còn được dùng trong tháng 1.',
  },

  'request/nobody-has-it': {
    title: 'Không còn nơi nào giữ văn bản này',
    hint: 'Mọi nơi nhận đã trả lại hoặc đã hủy theo yêu cầu thu hồi, nên không cần thu hồi nữa.',
  },
  'document/recalled': {
    title: 'Văn bản đã được thu hồi',
    hint: 'Theo quy định, văn bản đã hủy trên máy này; chỉ giữ lại thông tin và diễn biến, không mở nội dung được nữa.',
  },

  'scan/version-too-old': {
    title: 'Tệp quét có định dạng PDF quá cũ',
    hint: 'Bản sao điện tử cần tệp PDF phiên bản 1.4 trở lên. Hãy đặt lại máy quét hoặc lưu lại tệp rồi chọn lại. Mã PIN chưa được hỏi.',
  },
  'scan/too-coarse': {
    title: 'Bản quét chưa đủ nét',
    hint: 'Bản sao điện tử cần ảnh quét từ 200 dpi trở lên. Hãy đặt máy quét ở 200 dpi hoặc cao hơn, quét lại rồi thay tệp. Mã PIN chưa được hỏi.',
  },
  'scan/not-colour': {
    title: 'Bản quét không phải ảnh màu',
    hint: 'Bản sao điện tử cần ảnh quét màu, kể cả khi giấy chỉ có chữ đen. Hãy đặt máy quét ở chế độ màu, quét lại rồi thay tệp. Mã PIN chưa được hỏi.',
  },

  'numbering/in-use': {
    title: 'Sổ này đã cấp số trong năm',
    hint: 'Số bắt đầu chỉ đặt được khi sổ chưa cấp số nào trong năm đó. Cách đánh số chưa bị thay đổi.',
  },

  'pdf/unreadable': {
    title: 'Không đọc được tệp PDF',
    hint: 'Tệp có thể bị hỏng. Hãy xuất lại PDF từ bản gốc rồi nhập lại.',
  },
  'pdf/encrypted': {
    title: 'Tệp PDF có đặt mật khẩu',
    hint: 'Hãy bỏ mật khẩu bảo vệ của tệp rồi nhập lại.',
  },
  'pdf/no-pages': {
    title: 'Tệp PDF không có trang nào',
    hint: 'Hãy xuất lại PDF từ bản gốc rồi nhập lại.',
  },
  'pdf/certified-no-changes': {
    title: 'Văn bản đã được chứng thực, không cho ký thêm',
    hint: 'Chữ ký có sẵn trong tệp cấm mọi thay đổi. Hãy dùng bản chưa chứng thực.',
  },
  'pdf/signature-too-large': {
    title: 'Chữ ký vượt quá chỗ dành sẵn',
    hint: 'Chuỗi chứng thư của token dài bất thường. Hãy báo mã sự cố cho bộ phận hỗ trợ; văn bản chưa bị thay đổi.',
  },
  'pdf/too-large': {
    title: 'Tệp PDF quá lớn',
    hint: 'Hãy giảm dung lượng tệp (quét 200 dpi là đủ) rồi nhập lại.',
  },

  'print/failed': {
    title: 'Chưa dựng được trang văn bản',
    hint: 'Nội dung đang soạn đã được lưu. Hãy thử lại; nếu vẫn chưa được, báo mã sự cố cho bộ phận hỗ trợ.',
  },
  'print/unreadable': {
    title: 'Chưa in được văn bản này',
    hint: 'Có trang không dựng được, nên chưa trang nào được gửi tới máy in. Lưu tệp ra máy và in bằng chương trình khác.',
  },

  'word/unreadable': {
    title: 'Không đọc được tệp Word này',
    hint: 'Chỉ đọc được tệp .docx không có mật khẩu. Hãy mở tệp bằng Word, chọn Lưu thành .docx rồi nhập lại. Dự thảo vẫn như trước.',
  },
  'word/empty': {
    title: 'Tệp Word không có nội dung',
    hint: 'Trong tệp không có chữ nào ngoài phần đầu và phần ký. Hãy kiểm tra lại tệp. Dự thảo vẫn như trước.',
  },
  'word/too-large': {
    title: 'Tệp Word quá dài',
    hint: 'Nội dung nhiều hơn mức soạn được trong chương trình. Hãy chuyển tệp thành PDF rồi dùng Chọn tệp PDF. Dự thảo vẫn như trước.',
  },
  'image/unusable': {
    title: 'Không dùng được hình này',
    hint: 'Hãy chọn tệp PNG nền trong suốt, lưu theo kiểu thông thường (không xen kẽ dòng). Hình đang dùng vẫn giữ nguyên.',
  },
  'image/too-large': {
    title: 'Hình quá lớn',
    hint: 'Hãy cắt sát hình và thu nhỏ dưới 2 MB, nhiều nhất 4 triệu điểm ảnh (ví dụ 2000 × 2000). Hình đang dùng vẫn giữ nguyên.',
  },
  'image/wrong-size': {
    title: 'Kích thước hình trên giấy không phù hợp',
    hint: 'Chiều rộng và chiều cao trên giấy phải từ 5 đến 100 mm. Hãy sửa chiều rộng hoặc cắt lại hình. Hình đang dùng vẫn giữ nguyên.',
  },

  'cms/unreadable': {
    title: 'Không đọc được chữ ký trong tệp',
    hint: 'Chữ ký có thể bị hỏng. Hãy đề nghị bên gửi gửi lại văn bản.',
  },
  'certificate/unreadable': {
    title: 'Không đọc được chứng thư số',
    hint: 'Hãy rút và cắm lại token, hoặc chọn chứng thư khác.',
  },
  'certificate/unusable': {
    title: 'Chứng thư số không dùng để ký được',
    hint: 'Chứng thư hết hạn, chưa đến hạn hoặc không dành cho ký số. Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },

  'certificate/wrong-holder': {
    title: 'Chứng thư số không đúng người ký của bước này',
    hint: 'Người có thẩm quyền ký trước bằng chứng thư của mình, cơ quan ký sau bằng chứng thư của cơ quan. Hãy chọn chứng thư khác. Mã PIN chưa được hỏi.',
  },
  'certificate/not-next-signer': {
    title: 'Chưa đến lượt người giữ chứng thư này ký',
    hint: 'Những người ký ký theo thứ tự ghi trong dự thảo, mỗi người bằng chứng thư mang tên mình. Hãy chọn chứng thư của người ký tiếp theo. Mã PIN chưa được hỏi.',
  },
  'certificate/signed-already': {
    title: 'Chứng thư này đã ký văn bản',
    hint: 'Mỗi chứng thư ký một văn bản một lần. Hãy cắm token của người ký tiếp theo. Mã PIN chưa được hỏi.',
  },

  'certificate/not-a-root': {
    title: 'Tệp này không chứa chứng thư của nơi cấp chứng thư',
    hint: 'Hãy chọn tệp chứng thư gốc hoặc trung gian (.crt, .cer, .pem) do cơ quan chứng thực công bố. Chưa có gì thay đổi.',
  },

  'certificate/revoked': {
    title: 'Chứng thư số đã bị thu hồi',
    hint: 'Văn bản chưa có gì thay đổi. Hãy ký lại bằng chứng thư số còn hiệu lực.',
  },
  'certificate/revocation-unknown': {
    title: 'Chưa lấy được thông tin thu hồi của chứng thư số',
    hint: 'Chữ ký đã có vẫn giữ nguyên. Hãy thử lại khi mạng thông suốt, hoặc gửi ở mức ký thấp hơn.',
  },

  'authority/unreachable': {
    title: 'Chưa liên lạc được với cơ quan cấp dấu thời gian, chứng thư số',
    hint: 'Máy không có đường ra mạng, hoặc dịch vụ đang ngừng. Chữ ký đã có vẫn giữ nguyên; chương trình tự thử lại.',
  },
  'authority/address-refused': {
    title: 'Địa chỉ của dịch vụ không được phép truy cập',
    hint: 'Địa chỉ ghi trong chứng thư số dẫn vào mạng nội bộ hoặc không phải địa chỉ web. Nếu đúng là dịch vụ của cơ quan, người quản trị khai báo máy chủ thay thế trong Cài đặt.',
  },

  'level/not-reached': {
    title: 'Chưa bổ sung được dấu thời gian hoặc thông tin thu hồi',
    hint: 'Theo cài đặt, văn bản được giữ lại để anh/chị quyết định: bấm “Tiếp tục gửi” để thử lại, hoặc “Gửi không chờ” để gửi với chữ ký hiện có.',
  },

  'time-stamp/refused': {
    title: 'Chưa lấy được dấu thời gian',
    hint: 'Dịch vụ cấp dấu thời gian trả lời không đúng yêu cầu. Chữ ký đã có vẫn giữ nguyên; hãy thử lại sau.',
  },
  'time-stamp/untrusted': {
    title: 'Dịch vụ cấp dấu thời gian chưa được tin cậy',
    hint: 'Chữ ký đã có vẫn giữ nguyên. Đề nghị người quản trị kiểm tra địa chỉ dịch vụ, hoặc bổ sung chứng thư gốc của dịch vụ.',
  },

  'sign/module-missing': {
    title: 'Không tìm thấy trình điều khiển token',
    hint: 'Hãy cài phần mềm của nhà cung cấp token, hoặc chọn lại tệp trong Cài đặt.',
  },
  'sign/module-failed': {
    title: 'Trình điều khiển token không khởi động được',
    hint: 'Hãy cài lại phần mềm của nhà cung cấp token, hoặc chọn tệp khác trong Cài đặt. Mã PIN chưa được dùng.',
  },
  'sign/module-architecture': {
    title: 'Trình điều khiển token không hợp với chương trình này',
    hint: 'Tệp đang chọn là bản 32 bit hoặc dành cho loại máy khác. Hãy cài bản 64 bit của nhà cung cấp token rồi chọn lại trong Cài đặt. Mã PIN chưa được dùng.',
  },
  'sign/module-not-pkcs11': {
    title: 'Tệp đang chọn không phải trình điều khiển token',
    hint: 'Hãy chọn lại tệp trong Cài đặt, mục Token ký số. Mã PIN chưa được dùng.',
  },
  'sign/module-dependency': {
    title: 'Trình điều khiển token thiếu tệp đi kèm',
    hint: 'Hãy cài lại đầy đủ phần mềm của nhà cung cấp token. Mã PIN chưa được dùng.',
  },
  'sign/token-missing': {
    title: 'Chưa cắm USB token',
    hint: 'Cắm token ký số rồi thử lại. Mã PIN chưa được dùng.',
  },
  'sign/token-removed': {
    title: 'USB token bị rút khi đang ký',
    hint: 'Văn bản giữ nguyên như trước khi ký. Cắm lại token rồi ký lại.',
  },
  'sign/certificate-missing': {
    title: 'Token đang cắm không có chứng thư đã chọn',
    hint: 'Hãy cắm đúng token của người ký hoặc của cơ quan. Mã PIN chưa được dùng.',
  },
  'sign/key-missing': {
    title: 'Không tìm thấy khóa ký trên token',
    hint: 'Token không có khóa riêng đi cùng chứng thư này. Hãy liên hệ nơi cấp token.',
  },
  'sign/pin-wrong': {
    title: 'Mã PIN không đúng',
    hint: 'Đã dùng một lần thử. Hãy chắc chắn mã PIN trước khi nhập lại; nhập sai nhiều lần token sẽ bị khóa.',
  },
  'sign/pin-locked': {
    title: 'Token đã bị khóa mã PIN',
    hint: 'Hãy liên hệ nơi cấp token để mở khóa. Văn bản vẫn an toàn trên máy này.',
  },
  'sign/pin-length': {
    title: 'Độ dài mã PIN không phù hợp',
    hint: 'Hãy kiểm tra lại mã PIN. Mã này chưa được gửi tới token nên không mất lần thử.',
  },
  'sign/pin-final-try': {
    title: 'Token báo chỉ còn lần thử mã PIN cuối cùng',
    hint: 'Mã PIN chưa được gửi tới token. Nếu chắc chắn mã đúng, hãy nhập lại và xác nhận; nếu không, hãy liên hệ nơi cấp token.',
  },
  'sign/pin-expired': {
    title: 'Mã PIN đã hết hạn',
    hint: 'Hãy đổi mã PIN bằng phần mềm của nhà cung cấp token rồi ký lại.',
  },
  'sign/mechanism-missing': {
    title: 'Token không hỗ trợ kiểu ký cần dùng',
    hint: 'Hãy dùng token khác hoặc liên hệ nơi cấp token.',
  },
  'sign/driver-failed': {
    title: 'Trình điều khiển token báo lỗi',
    hint: 'Rút token, cắm lại rồi thử ký lại. Văn bản giữ nguyên như trước khi ký.',
  },
  'sign/process-lost': {
    title: 'Phần ký số dừng đột ngột',
    hint: 'Trình điều khiển token gặp lỗi; chỉ lần ký này bị hỏng. Hãy thử ký lại.',
  },
  'sign/timed-out': {
    title: 'Token không trả lời',
    hint: 'Đã dừng chờ trình điều khiển. Rút token, cắm lại rồi thử ký lại.',
  },
  'sign/session-expired': {
    title: 'Phiên ký đã tự kết thúc',
    hint: 'Máy chuẩn bị chữ ký tiếp theo quá lâu nên phiên đăng nhập USB Token đã đóng để giữ an toàn. Văn bản đã ký xong vẫn được giữ; hãy ký lại những văn bản còn lại.',
  },
  'sign/covers-text': {
    title: 'Hình chữ ký hoặc con dấu che chữ trên văn bản',
    hint: 'Nơi nhận sẽ nghi ngờ một văn bản như vậy, nên chưa lưu gì. Kéo hình sang chỗ trống gần tên người ký rồi ký lại.',
  },
  'sign/self-check-failed': {
    title: 'Chữ ký vừa tạo không kiểm tra được',
    hint: 'Văn bản giữ nguyên như trước khi ký. Hãy thử lại; nếu còn lỗi, báo mã sự cố cho bộ phận hỗ trợ.',
  },

  'evidence/unreadable': {
    title: 'Tệp không phải hồ sơ chứng cứ nguyên vẹn',
    hint: 'Tệp bị cắt, bị sửa hoặc do phần mềm khác tạo ra. Hãy xin lại hồ sơ từ cơ quan đã xuất.',
  },
  'evidence/changed': {
    title: 'Nội dung hồ sơ chứng cứ đã bị thay đổi',
    hint: 'Có tệp trong hồ sơ không còn như khi xuất. Không dùng hồ sơ này; hãy xin lại từ cơ quan đã xuất.',
  },
  'evidence/too-large': {
    title: 'Hồ sơ chứng cứ quá lớn',
    hint: 'Hồ sơ vượt quá 4 GB hoặc 5.000 tệp. Hãy liên hệ hỗ trợ kỹ thuật.',
  },
  'evidence/unwritable': {
    title: 'Chưa ghi được hồ sơ chứng cứ',
    hint: 'Chọn thư mục khác còn chỗ trống và được phép ghi, rồi xuất lại.',
  },
  'group/name-taken': {
    title: 'Đã có nhóm nơi nhận mang tên này',
    hint: 'Đặt tên khác, hoặc sửa nhóm đã có.',
  },
  'group/too-many': {
    title: 'Đã có quá nhiều nhóm nơi nhận',
    hint: 'Xóa bớt nhóm không dùng nữa rồi lưu lại.',
  },
  'update/nothing': {
    title: 'Chưa có gì thay đổi',
    hint: 'Sửa thông tin hoặc nơi nhận rồi gửi cập nhật; nếu không cần sửa, bấm “Thôi”.',
  },
  'update/printed': {
    title: 'Trích yếu, độ khẩn đã in trên văn bản đã ký',
    hint: 'Văn bản đã ký không sửa được dưới số cũ. Hãy soạn văn bản thay thế, hoặc đính chính bằng công văn.',
  },
  'update/gave-back': {
    title: 'Có nơi nhận đã trả lại hoặc đã hủy văn bản này',
    hint: 'Bỏ nơi đó khỏi danh sách; nếu cần gửi lại cho họ, hãy soạn văn bản thay thế.',
  },
  'packet/unreadable': {
    title: 'Không đọc được gói tin',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi gửi lại.',
  },
  'packet/too-large': {
    title: 'Gói tin vượt quá giới hạn',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi chia nhỏ tệp.',
  },
  'encryption/statement-unreadable': {
    title: 'Tệp này không phải khóa mã hóa của cơ quan',
    hint: 'Hãy đề nghị cơ quan đó xuất lại tệp khóa trong mục Cài đặt, Mã hóa giữa các cơ quan.',
  },
  'encryption/statement-broken': {
    title: 'Chữ ký trên khóa mã hóa không hợp lệ',
    hint: 'Khóa không được dùng. Hãy gọi điện hỏi lại cơ quan gửi khóa.',
  },
  'encryption/statement-unproven': {
    title: 'Chưa đủ căn cứ về chữ ký trên khóa mã hóa',
    hint: 'Khóa chưa được dùng. Hãy thêm chứng thư số gốc của bên ký vào mục Cài đặt rồi nhập lại khóa.',
  },
  'encryption/statement-of-another': {
    title: 'Khóa mã hóa do cơ quan khác ký',
    hint: 'Khóa không được dùng. Hãy gọi điện hỏi lại cơ quan gửi khóa.',
  },
  'encryption/statement-outdated': {
    title: 'Khóa mã hóa đã hết hạn hoặc đã có khóa mới hơn',
    hint: 'Khóa không được dùng. Hãy đề nghị cơ quan đó gửi khóa mới.',
  },
  'encryption/own-key-missing': {
    title: 'Cơ quan chưa có khóa mã hóa',
    hint: 'Hãy tạo khóa trong mục Cài đặt, Mã hóa giữa các cơ quan.',
  },
  'encryption/key-missing': {
    title: 'Không còn khóa mã hóa của nơi nhận',
    hint: 'Văn bản đã soạn để gửi mã hóa nhưng khóa của nơi nhận không còn dùng được. Hãy rút văn bản khỏi hộp gửi rồi gửi lại.',
  },
  'encryption/demanded': {
    title: 'Có nơi nhận chưa có khóa mã hóa',
    hint: 'Cài đặt của cơ quan chỉ cho gửi bản mã hóa. Hãy xin khóa của nơi nhận, bỏ nơi nhận đó, hoặc đổi cài đặt.',
  },
  'packet/encryption-unreadable': {
    title: 'Không đọc được lớp mã hóa của tệp',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi gửi lại, hoặc gửi bản không mã hóa.',
  },
  'packet/encrypted-for-another': {
    title: 'Tệp được mã hóa bằng khóa không có ở máy này',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy gửi lại khóa mã hóa của cơ quan cho bên gửi rồi đề nghị gửi lại.',
  },
  'packet/encryption-broken': {
    title: 'Tệp mã hóa đã bị thay đổi hoặc bị cắt trên đường truyền',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly và không được mở. Hãy đề nghị bên gửi gửi lại.',
  },
  'package/unreadable': {
    title: 'Tệp không phải gói niêm phong',
    hint: 'Tệp để nguyên trong thư mục trao đổi, không được mở. Nếu không rõ tệp này ở đâu ra, hãy hỏi người mang USB.',
  },
  'package/broken': {
    title: 'Gói niêm phong bị hỏng hoặc chép chưa hết',
    hint: 'Gói để nguyên trong thư mục trao đổi và không được nhận. Hãy chép lại gói, hoặc đề nghị bên gửi gửi lại.',
  },
  'package/missing': {
    title: 'Gói không còn trong thư mục trao đổi',
    hint: 'Hãy cắm lại USB đã mang gói đến. Chương trình tự nhận khi thấy gói.',
  },
  'package/unproven': {
    title: 'Không rõ ai niêm phong gói này',
    hint: 'Gói để nguyên trong thư mục trao đổi và không được nhận. Nếu nơi gửi là cơ quan quen, hãy thêm chứng thư số gốc của họ trong mục Cài đặt; không thì hỏi lại người mang USB.',
  },
  'package/misaddressed': {
    title: 'Gói ghi tên nơi nhận khác',
    hint: 'Gói mở được bằng khóa của cơ quan nhưng bên trong ghi gửi cho cơ quan khác, nên không được nhận. Hãy báo cho bên gửi.',
  },
  'packet/forbidden-xml': {
    title: 'Gói tin chứa thành phần không an toàn',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly và không được mở. Hãy báo cho bên gửi.',
  },
  'packet/incomplete': {
    title: 'Gói tin thiếu thông tin bắt buộc',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi bổ sung và gửi lại.',
  },
  'packet/attachment-unreadable': {
    title: 'Không mở được tệp kèm theo gói tin',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi gửi lại.',
  },
  'packet/not-the-sender': {
    title: 'Yêu cầu không đến từ cơ quan đã gửi văn bản',
    hint: 'Chỉ bên gửi mới được thu hồi, cập nhật văn bản của mình. Văn bản không thay đổi; gói tin được giữ nguyên trong mục Cách ly.',
  },
  'packet/document-unknown': {
    title: 'Yêu cầu thu hồi hoặc cập nhật một văn bản chưa đến đây',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Nếu văn bản đó đến sau, chương trình tự thực hiện yêu cầu và báo cho bên gửi.',
  },
  'packet/not-for-us': {
    title: 'Gói tin không gửi cho cơ quan này',
    hint: 'Gói tin được giữ trong mục Cách ly. Hãy báo cho bên gửi nếu cần.',
  },
  'packet/wrong-encoding': {
    title: 'Gói tin dùng bảng mã chữ khác quy định',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi gửi lại theo bảng mã UTF-8.',
  },
  'packet/junk-before-start': {
    title: 'Gói tin có dữ liệu lạ ở đầu tệp',
    hint: 'Gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi kiểm tra và gửi lại.',
  },
  'packet/ambiguous': {
    title: 'Gói tin có mục bị ghi lặp hoặc mâu thuẫn',
    hint: 'Không thể biết nội dung nào đúng nên gói tin được giữ nguyên trong mục Cách ly. Hãy đề nghị bên gửi gửi lại.',
  },
  'packet/text-unwritable': {
    title: 'Có ký tự không gửi được',
    hint: 'Mục được nêu có ký tự ẩn, thường do sao chép từ phần mềm khác. Hãy xóa và gõ lại mục đó.',
  },

  'hub/not-configured': {
    title: 'Chưa khai báo trục liên thông',
    hint: 'Vào Cài đặt để nhập địa chỉ và mã hệ thống. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/client-certificate-unreadable': {
    title: 'Không mở được tệp chứng thư của cơ quan',
    hint: 'Mật khẩu của tệp chưa đúng, hoặc tệp không phải .p12, .pfx. Hãy thử lại; chưa có gì thay đổi.',
  },
  'hub/no-network': {
    title: 'Máy tính này chưa có mạng',
    hint: 'Hãy kiểm tra dây mạng hoặc Wi-Fi của máy. Văn bản đã lưu an toàn và sẽ tự gửi khi có mạng.',
  },
  'hub/unreachable': {
    title: 'Chưa kết nối được trục liên thông',
    hint: 'Văn bản đã lưu an toàn trên máy này và sẽ tự gửi khi đường mạng thông. Nếu các trang mạng khác cũng không mở được, hãy báo người phụ trách mạng.',
  },
  'hub/name-unknown': {
    title: 'Không tìm thấy máy chủ theo tên đã khai báo',
    hint: 'Dịch vụ tên miền (DNS) của mạng không biết tên này. Hãy kiểm tra địa chỉ trong Cài đặt, hoặc báo người phụ trách mạng. Văn bản vẫn an toàn.',
  },
  'hub/captive-portal': {
    title: 'Mạng đang yêu cầu đăng nhập hoặc chặn đường đi',
    hint: 'Một trang web trả lời thay cho trục liên thông. Hãy mở trình duyệt để đăng nhập mạng, hoặc báo người phụ trách mạng. Văn bản chưa gửi đi và vẫn an toàn.',
  },
  'hub/line-intercepted': {
    title: 'Có phần mềm đang mở xem đường truyền bảo mật',
    hint: 'Phần mềm diệt virus hoặc tường lửa đưa chứng thư của mình thay cho máy chủ. Chưa gửi gì đi. Hãy đề nghị người phụ trách mạng cho địa chỉ của trục đi thẳng.',
  },
  'hub/proxy-unreachable': {
    title: 'Không kết nối được máy chủ proxy',
    hint: 'Hãy kiểm tra mục Kết nối trong Cài đặt, hoặc báo người phụ trách mạng. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/proxy-refused': {
    title: 'Máy chủ proxy không cho đi tới trục liên thông',
    hint: 'Hãy đề nghị người phụ trách mạng cho phép địa chỉ của trục. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/proxy-login': {
    title: 'Máy chủ proxy đòi tên và mật khẩu',
    hint: 'Hãy điền tên và mật khẩu proxy tại mục Kết nối trong Cài đặt. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/connection-refused': {
    title: 'Máy chủ không nhận kết nối',
    hint: 'Tới được máy chủ nhưng dịch vụ trên đó đang dừng, hoặc sai số cổng. Hãy kiểm tra địa chỉ trong Cài đặt, hoặc báo cán bộ kỹ thuật của tỉnh. Văn bản vẫn an toàn.',
  },
  'hub/secure-line-failed': {
    title: 'Không lập được đường truyền bảo mật với máy chủ',
    hint: 'Máy chủ không dùng TLS 1.2 trở lên, hoặc cổng này không phải cổng bảo mật. Chưa gửi gì đi. Hãy báo cán bộ kỹ thuật của tỉnh.',
  },
  'hub/client-certificate-refused': {
    title: 'Máy chủ đòi chứng thư của cơ quan, hoặc không nhận chứng thư đang dùng',
    hint: 'Hãy chọn tệp chứng thư do tỉnh cấp tại mục Kết nối trong Cài đặt. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/outcome-unknown': {
    title: 'Đã gửi nhưng chưa nhận được trả lời của trục',
    hint: 'Chương trình sẽ hỏi lại trục trước khi gửi tiếp, để văn bản không đi hai lần.',
  },
  'hub/folder-missing': {
    title: 'Chưa thấy thư mục trao đổi',
    hint: 'Hãy cắm USB hoặc mở thư mục chung; có lại là chương trình tự gửi, nhận tiếp. USB mới thì bấm “Kiểm tra kết nối” trong Cài đặt một lần để chuẩn bị. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/folder-locked': {
    title: 'Không ghi được vào thư mục trao đổi',
    hint: 'Hãy mở khóa chống ghi của USB, hoặc nhờ người quản lý cấp quyền ghi vào thư mục chung. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/folder-failed': {
    title: 'Đọc hoặc ghi thư mục trao đổi bị lỗi',
    hint: 'Hãy rút USB ra cắm lại, hoặc dùng USB khác. Gói ghi dở không ai nhận nhầm; văn bản vẫn an toàn trên máy này và sẽ được ghi lại.',
  },
  'hub/folder-full': {
    title: 'Thư mục trao đổi hết chỗ',
    hint: 'Hãy xóa bớt tệp khác trên USB. Văn bản vẫn an toàn trên máy này và sẽ được ghi lại.',
  },
  'hub/outcome-settling': {
    title: 'Đang chờ trục liên thông xử lý xong lần gửi trước',
    hint: 'Lần gửi trước bị ngắt khi chưa có trả lời. Chương trình chờ ít phút rồi hỏi lại trục; văn bản vẫn an toàn trên máy này.',
  },
  'hub/outcome-unaskable': {
    title: 'Không rõ lần gửi trước đã tới nơi chưa',
    hint: 'Trục LGSP không cho hỏi lại văn bản đã gửi. Nơi nhận trả lời thì văn bản tự chuyển sang Đã gửi. Nếu nơi nhận nói chưa có, bấm “Tiếp tục gửi” để gửi lại.',
  },
  'hub/not-json': {
    title: 'Câu trả lời không phải của trục liên thông',
    hint: 'Hãy kiểm tra địa chỉ trong Cài đặt, hoặc báo cán bộ kỹ thuật của tỉnh. Văn bản vẫn an toàn và sẽ được gửi lại.',
  },
  'hub/server-error': {
    title: 'Trục liên thông đang gặp sự cố',
    hint: 'Văn bản đã lưu an toàn trên máy này; chương trình sẽ tự thử lại.',
  },
  'hub/busy': {
    title: 'Trục liên thông đang bận',
    hint: 'Văn bản đã lưu an toàn trên máy này; chương trình sẽ tự thử lại sau ít phút.',
  },
  'hub/operation-missing': {
    title: 'Máy chủ không có dịch vụ ở địa chỉ đã khai báo',
    hint: 'Máy chủ trả lời nhưng không biết địa chỉ này (404). Hãy kiểm tra địa chỉ và kiểu kết nối trong Cài đặt, hoặc báo cán bộ kỹ thuật của tỉnh. Văn bản vẫn an toàn và sẽ được gửi lại.',
  },
  'hub/too-large': {
    title: 'Văn bản lớn hơn mức máy chủ nhận',
    hint: 'Văn bản vẫn an toàn trên máy này. Hãy rút khỏi hộp gửi và giảm dung lượng tệp, hoặc đề nghị cán bộ kỹ thuật của tỉnh nâng mức.',
  },
  'hub/packet-mismatch': {
    title: 'Gói tin tải về không nguyên vẹn',
    hint: 'Chương trình sẽ tự tải lại.',
  },
  'hub/packet-gone': {
    title: 'Gói tin không còn trên trục',
    hint: 'Hãy đề nghị bên gửi gửi lại văn bản.',
  },
  'hub/unauthorised': {
    title: 'Trục liên thông từ chối mã hệ thống hoặc khóa',
    hint: 'Hãy kiểm tra mã hệ thống, khóa bí mật và đồng hồ máy trong Cài đặt. Văn bản vẫn an toàn trên máy này.',
  },
  'hub/refused': {
    title: 'Trục liên thông không nhận gói tin',
    hint: 'Văn bản vẫn an toàn trên máy này. Hãy xem lý do của trục, sửa rồi gửi lại.',
  },
  'hub/recipient-unknown': {
    title: 'Trục không biết cơ quan nhận này',
    hint: 'Hãy kiểm tra mã định danh của cơ quan nhận rồi gửi lại.',
  },
  'hub/recipient-keyless': {
    title: 'Chưa có khóa của nơi nhận nên chưa niêm phong được gói',
    hint: 'Chưa có gì được ghi ra. Mỗi nơi nhận cần tạo khóa rồi mở thư mục trao đổi này một lần, hoặc gửi tệp khóa để nhập trong mục Cài đặt, Mã hóa giữa các cơ quan. Sau đó bấm “Tiếp tục gửi”.',
  },
  'hub/certificate-untrusted': {
    title: 'Chưa có căn cứ để tin chứng thư của máy chủ',
    hint: 'Chưa gửi gì đi. Hãy bấm “Kiểm tra kết nối” trong Cài đặt để đối chiếu dấu vân tay với cán bộ kỹ thuật của tỉnh.',
  },
  'hub/certificate-expired': {
    title: 'Chứng thư của máy chủ đã hết hạn hoặc chưa đến hạn',
    hint: 'Chưa gửi gì đi. Nếu ngày giờ của máy này đúng, hãy báo cán bộ kỹ thuật của tỉnh thay chứng thư máy chủ.',
  },
  'hub/certificate-changed': {
    title: 'Máy chủ đưa ra chứng thư khác với chứng thư đã đối chiếu',
    hint: 'Chưa gửi gì đi. Hãy hỏi cán bộ kỹ thuật của tỉnh: nếu máy chủ vừa thay chứng thư, bấm “Kiểm tra kết nối” trong Cài đặt để đối chiếu lại; nếu không, có thể có kẻ giả máy chủ.',
  },
  'hub/clock-skew': {
    title: 'Đồng hồ máy tính lệch với trục liên thông',
    hint: 'Văn bản vẫn được giữ an toàn. Hãy chỉnh lại ngày giờ của máy tính; chương trình sẽ tự thử lại.',
  },
  'hub/cancelled': {
    title: 'Đã dừng gửi',
    hint: 'Văn bản vẫn nằm trong Hộp gửi.',
  },

  'road/client-refused': {
    title: 'Máy chủ bảo mật chưa nhận cơ quan này',
    hint: 'Hãy nhờ cán bộ kỹ thuật của tỉnh kiểm tra mã X-Road của cơ quan và chứng thư của máy này. Văn bản vẫn an toàn và sẽ tự gửi lại.',
  },
  'road/service-refused': {
    title: 'Cơ quan chưa được phép dùng dịch vụ của trục',
    hint: 'Hãy nhờ cán bộ kỹ thuật của tỉnh kiểm tra mã dịch vụ và quyền của cơ quan tại máy chủ bảo mật của trục. Văn bản vẫn an toàn và sẽ tự gửi lại.',
  },
  'road/own-server-failed': {
    title: 'Máy chủ bảo mật của tỉnh đang gặp sự cố',
    hint: 'Mạng của cơ quan vẫn tốt. Văn bản đã lưu an toàn trên máy này; chương trình sẽ tự thử lại.',
  },
  'road/far-server-failed': {
    title: 'Máy chủ bảo mật phía trục liên thông đang gặp sự cố',
    hint: 'Mạng của cơ quan và máy chủ của tỉnh vẫn tốt. Văn bản đã lưu an toàn trên máy này; chương trình sẽ tự thử lại.',
  },
  'road/evidence-missing': {
    title: 'Máy chủ bảo mật chưa có biên nhận ký số của lần gửi',
    hint: 'Văn bản đã gửi xong. Chương trình sẽ tự hỏi lại biên nhận.',
  },

  'search/too-many-saved': {
    title: 'Đã lưu quá nhiều tìm kiếm',
    hint: 'Hãy bỏ bớt tìm kiếm đã lưu không còn dùng rồi lưu lại.',
  },
  'update/feed-unreachable': {
    title: 'Chưa kiểm tra được bản cập nhật',
    hint: 'Bạn vẫn làm việc bình thường. Hãy thử lại khi có mạng.',
  },
  'update/refused': {
    title: 'Bản cập nhật không đúng, đã bị từ chối',
    hint: 'Tệp tải về không khớp với thông tin công bố nên không được cài. Chương trình đang dùng không thay đổi.',
  },
  'update/busy': {
    title: 'Đang có văn bản gửi đi',
    hint: 'Hãy cài bản cập nhật sau khi gửi xong.',
  },
}
