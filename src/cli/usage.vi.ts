/** The commands there are. */
export type CommandName =
  'verify' | 'sign' | 'edxml check' | 'hub' | 'hub check' | 'store check' | 'evidence check'

/** The help of each command. */
export const COMMAND_USAGE: Readonly<Record<CommandName, string>> = {
  verify: `vanthu verify FILE [--content FILE] [--from NAME] [--json] [--trust DIR] [--online]

Kiểm tra chữ ký số trên một tệp PDF, hoặc một tệp chữ ký tách rời (.p7s, .p7m), và nói rõ lý do.
  --content FILE  tệp mà chữ ký tách rời đã ký; không nêu thì lấy tệp cùng tên bỏ đuôi .p7s,
                  nằm cùng thư mục
  --from NAME  so tên cơ quan ký với tên cơ quan gửi NAME; khác nhau thì chưa đủ căn cứ
  --json       in kết quả cho máy đọc: file, sha256, sizeBytes, verdict (valid, invalid,
               undetermined), reasons, signatures (fieldName, verdict, reasons, signer,
               signedAt, provenAt, revocation, coversWholeDocument, coveredBytes, laterChanges,
               chain, algorithm), hiddenSignatures (như signatures), timeStamps (fieldName,
               verdict, reasons, at, authority), content (file, sha256, sizeBytes) nếu chữ ký
               tách rời; lý do nặng nhất đứng trước
  --trust DIR  tin thêm các chứng thư số gốc (.pem .crt .cer .der) trong thư mục DIR, ngoài các
               chứng thư số gốc đã công bố có trên máy này
  --online     hỏi nơi cấp chứng thư số (OCSP, danh sách thu hồi, chứng thư số trung gian) tại
               các địa chỉ ghi trong chứng thư số; không nêu thì không dùng mạng
  --host A=B   với --online: thay máy chủ A ghi trong chứng thư số bằng B; nêu được nhiều lần
Mã thoát: 0 hợp lệ; 1 không hợp lệ hoặc chưa đủ căn cứ; 2 sai cách dùng hoặc không đọc được tệp.`,

  sign: `vanthu sign IN OUT --module SO (--cert SHA256 | --label TEXT) --pin-env NAME [...]
vanthu sign IN... --batch DIR --module SO (--cert SHA256 | --label TEXT) --pin-env NAME [...]

Ký một tệp PDF bằng chứng thư số trên thiết bị (PAdES); IN giữ nguyên, kết quả ghi vào OUT.
  --module SO      thư viện PKCS#11 của thiết bị, hoặc tệp .p12/.pfx để thử nghiệm
  --cert SHA256    dấu vân tay SHA-256 của chứng thư số, 64 chữ số thập lục phân
  --label TEXT     nhãn của thiết bị; dùng khi thiết bị chỉ có một chứng thư số ký được
  --pin-env NAME   tên biến môi trường chứa mã PIN; mã PIN không bao giờ ghi trên dòng lệnh
  --batch DIR      ký nhiều tệp với một lần nhập mã PIN; kết quả vào thư mục DIR, giữ nguyên tên.
                   Có một tệp không ký được thì dừng trước khi dùng mã PIN
  --detached       ký tệp bất kỳ, chữ ký nằm riêng trong tệp .p7s (CAdES); với --batch, tên là
                   tên tệp thêm .p7s
  --level MỨC      mức ký: b-b (mặc định), b-t (dấu thời gian), b-lt (thêm thông tin thu hồi),
                   b-lta (thêm dấu thời gian lưu trữ). Chưa đạt mức đã nêu thì tệp vẫn được ghi ở
                   mức cao nhất đạt được, kèm lý do, và mã thoát là 1; với mức trên b-b, kèm theo được:
    --tsa URL        dịch vụ dấu thời gian; mặc định http://tsa.ca.gov.vn
    --trust DIR      tin thêm các chứng thư số gốc trong thư mục DIR
    --host A=B       thay máy chủ A ghi trong chứng thư số bằng B; nêu được nhiều lần
  --pss            ký RSA theo RSASSA-PSS; thiết bị không hỗ trợ thì từ chối trước khi dùng mã PIN
  --digest TÊN     sha256 (mặc định), sha384 hoặc sha512
  --packet         ký gói tin edXML chưa có chữ ký (XMLDSig, nằm cuối phần đầu gói); các phần khác
                   của gói giữ nguyên từng byte
  --visible        thêm khung chữ ký, mặc định ở góc dưới bên phải trang cuối; kèm theo được:
    --page N         trang số N, hoặc last
    --at X,Y         góc trên bên trái của khung, tính từ mép trái và mép trên trang (mm)
    --width MM       chiều rộng của khung hoặc của ảnh
    --picture PNG    ảnh chữ ký hoặc con dấu thay cho khung chữ; cần --at và --width
  --reason TEXT    lý do ký;  --location TEXT  nơi ký
  --force          ghi đè kết quả nếu đã có
  --last-try       dùng cả lần thử mã PIN mà thiết bị báo là cuối cùng; không có thì dừng trước lần đó
Mã PIN chỉ được dùng một lần; nhập sai thì dừng, không tự thử lại. Rút thiết bị giữa chừng thì các
tệp đã ký vẫn còn, các tệp chưa ký được kê ra.
Mã thoát: 0 đã ký; 1 thiết bị hoặc tệp không cho ký; 2 sai cách dùng hoặc không đọc được tệp.`,

  'edxml check': `vanthu edxml check FILE [--trust DIR]

Đọc một gói tin edXML như khi nhận từ trục liên thông và nói gói có gì, có gì lạ; chữ ký của gói nếu có
thì được kiểm tra, chỉ để tham khảo: chữ ký có giá trị pháp lý nằm trong tệp văn bản.
  --trust DIR  tin thêm các chứng thư số gốc (.pem .crt .cer .der) trong thư mục DIR
Mã thoát: 0 đọc được; 1 gói tin hỏng hoặc không được nhận; 2 sai cách dùng hoặc không mở được tệp.`,

  hub: `vanthu hub --port N --data DIR [--resumable]

Chạy trục liên thông thử nghiệm tại 127.0.0.1 cho đến khi được dừng (Ctrl+C).
  --port N    cổng; 0 để máy tự chọn
  --data DIR  thư mục dữ liệu của trục; phải có sẵn tệp offices.json kê các cơ quan
  --resumable cho gửi, nhận tiếp từ chỗ bị đứt
Mã thoát: 0 đã dừng; 1 lỗi khi chạy; 2 sai cách dùng.`,

  'hub check': `vanthu hub check --url URL --system-id ID --secret-env NAME [...]

Đi từng bước tới trục liên thông và in kết quả từng bước: mạng, tên máy chủ, kết nối, chứng thư máy chủ,
máy chủ trả lời, đồng hồ, mã hệ thống và khóa, danh sách. Khóa bí mật chỉ được dùng khi máy chủ đáng tin.
  --url URL              địa chỉ trục, như trong Cài đặt
  --kind KIỂU            vxp (mặc định) hoặc lgsp
  --system-id ID         mã hệ thống do tỉnh cấp
  --secret-env NAME      tên biến môi trường chứa khóa bí mật
  --pin SHA256           dấu vân tay chứng thư máy chủ đã đối chiếu; khi đó không tin chứng thư nào khác
  --ca FILE              chỉ tin máy chủ có chứng thư do các nơi cấp trong tệp PEM này cấp
  --certificate P12      tệp chứng thư của cơ quan, khi máy chủ đòi; --password-env NAME: mật khẩu của tệp
  --proxy P              none, system (mặc định: theo HTTPS_PROXY, HTTP_PROXY, NO_PROXY) hoặc [TÊN@]MÁY:CỔNG;
                         --proxy-password-env NAME: mật khẩu proxy
  --road-client ID, --road-service ID   mã X-Road của cơ quan và của dịch vụ, khi đi qua X-Road
Mã thoát: 0 thông suốt; 1 có bước không được; 2 sai cách dùng hoặc không đọc được tệp.`,

  'store check': `vanthu store check DIR [--code-env NAME]

Kiểm tra toàn bộ kho văn bản trong thư mục DIR: cơ sở dữ liệu, chuỗi lịch sử, từng tệp đã lưu. DIR cũng có thể là
nơi cất bản sao lưu; khi đó bản mới nhất được kiểm tra, không có gì ở đó bị thay đổi.
  --code-env NAME  tên biến môi trường chứa mã khôi phục; không có thì chương trình hỏi trên màn hình
                   và không hiện lại những gì được gõ
Chương trình Văn Thư phải được đóng trước khi kiểm tra.
Mã thoát: 0 kho còn nguyên vẹn; 1 có chỗ hỏng; 2 sai cách dùng, sai mã hoặc không mở được kho.`,

  'evidence check': `vanthu evidence check FILE [--json] [--trust DIR]

Kiểm tra một hồ sơ chứng cứ do Văn Thư xuất ra, không cần chương trình và kho của cơ quan xuất:
từng tệp, các dòng lịch sử và vị trí của chúng trong toàn bộ lịch sử, gói tin có đúng các tệp kèm theo,
chữ ký số, trạng thái, và thời hạn gửi. Nội dung hồ sơ và điều hồ sơ chứng minh được: docs/evidence.md.
  --json       in kết quả cho máy đọc
  --trust DIR  tin thêm các chứng thư số gốc (.pem .crt .cer .der) trong thư mục DIR
Mã thoát: 0 hồ sơ nguyên vẹn và chữ ký hợp lệ; 1 hồ sơ bị sửa, có điểm không khớp, hoặc chữ ký chưa
hợp lệ; 2 sai cách dùng hoặc không mở được tệp.`,
}

/** The help of the whole program. */
export const USAGE = `Văn Thư trên dòng lệnh, dành cho người hỗ trợ kỹ thuật.

Cách dùng:
  vanthu verify FILE [--content FILE] [--from NAME] [--json] [--trust DIR] [--online]
  vanthu sign IN OUT --module SO (--cert SHA256 | --label TEXT) --pin-env NAME
  vanthu sign IN... --batch DIR --module SO (--cert SHA256 | --label TEXT) --pin-env NAME
  vanthu edxml check FILE [--trust DIR]
  vanthu hub --port N --data DIR [--resumable]
  vanthu store check DIR [--code-env NAME]
  vanthu evidence check FILE [--json] [--trust DIR]

Chi tiết từng lệnh: vanthu LỆNH --help
Mã thoát: 0 tốt; 1 kết quả xấu; 2 sai cách dùng hoặc không đọc được.`

/** Whether that is what a command is called. */
export function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(COMMAND_USAGE, text)
}
