import type { ChangedField } from '../../shared/document/change.ts'
import type { AskedEvent, AskedState, RequestEvent } from '../../shared/document/request.ts'

/** What is put right about a document after it was sent, on both sides. */
export const UPDATES_TEXT = {
  updates: {
    field: {
      subject: 'Trích yếu',
      content: 'Nội dung tóm tắt',
      signer: 'Người ký',
      place: 'Địa danh',
      dueDate: 'Hạn trả lời',
      priority: 'Độ khẩn',
      steeringType: 'Chỉ đạo',
      sphere: 'Phạm vi lưu hành',
      pageAmount: 'Số trang',
      issuedAmount: 'Số bản',
      typerNotation: 'Ký hiệu người soạn thảo',
      appendixes: 'Phụ lục',
      toPlaces: 'Nơi nhận ghi trên văn bản',
      answers: 'Trả lời văn bản',
      recipients: 'Cơ quan nhận',
      files: 'Tệp gửi thêm',
    } satisfies Record<ChangedField, string>,
    none: 'để trống',
    becomes: 'đổi thành',
    versions: 'Các lần cập nhật',
    reason: (reason: string) => (reason === '' ? 'Không ghi lý do.' : `Lý do: “${reason}”.`),

    act: 'Cập nhật…',
    title: (code: string) => `Cập nhật văn bản ${code}`,
    intro:
      'Tệp văn bản đã ký, số, ngày và tên loại không thay đổi. Nơi đang giữ văn bản được hỏi có nhận bản cập nhật không; nơi thêm vào được gửi văn bản; nơi bỏ ra được yêu cầu hủy văn bản.',
    printed:
      'Trích yếu và độ khẩn đã in trên văn bản đã ký nên không sửa được ở đây; hãy soạn văn bản thay thế.',
    subjectMissing: 'Cần điền trích yếu.',
    recipientsMissing: 'Cần còn ít nhất một nơi nhận. Muốn lấy lại từ mọi nơi, hãy dùng “Thu hồi…”.',
    why: 'Lý do cập nhật',
    whyMissing: 'Cần ghi lý do: nơi nhận phải biết vì sao văn bản được cập nhật.',
    send: 'Gửi cập nhật',
    done: 'Đã lập bản cập nhật; sẽ tự gửi khi có mạng.',
    askedState: {
      waiting: 'Chờ gửi bản cập nhật',
      asked: 'Chờ trả lời cập nhật',
      refused: 'Từ chối cập nhật',
      agreed: 'Đã nhận cập nhật',
      failed: 'Trục không nhận bản cập nhật',
    } satisfies Record<AskedState, string>,
    additionState: {
      waiting: 'Chờ gửi văn bản',
      asked: 'Đã gửi văn bản',
      refused: 'Từ chối',
      agreed: 'Đã gửi văn bản',
      failed: 'Trục không nhận văn bản gửi nơi này',
    } satisfies Record<AskedState, string>,

    asked: 'Bên gửi đề nghị cập nhật văn bản này.',
    askedChip: 'Bên gửi đề nghị cập nhật',
    askedHint: 'Văn bản đã vào sổ nên chương trình không tự sửa.',
    taken: 'Bên gửi đã cập nhật văn bản này.',
    agree: 'Đồng ý cập nhật',
    agreeDone: 'Đã cập nhật văn bản và báo cho bên gửi.',
    refuse: 'Từ chối…',
    refuseAsk: 'Từ chối cập nhật?',
    refuseHint: 'Văn bản giữ nguyên như đã vào sổ. Bên gửi sẽ nhận được lý do dưới đây.',
    refuseMissing: 'Cần ghi lý do: bên gửi phải biết vì sao không cập nhật được.',
    refuseDo: 'Từ chối cập nhật',
    refused: 'Đã từ chối cập nhật.',

    history: {
      answer: {
        accept: 'Bản cập nhật đã chuyển tới trục',
        agree: 'Nơi nhận đồng ý cập nhật',
        refuse: 'Nơi nhận từ chối cập nhật',
        fail: 'Trục không nhận bản cập nhật',
      } satisfies Record<AskedEvent, string>,
      addition: {
        accept: 'Văn bản đã chuyển tới trục cho nơi nhận thêm',
        agree: 'Văn bản đã chuyển tới trục cho nơi nhận thêm',
        refuse: 'Nơi nhận thêm từ chối',
        fail: 'Trục không nhận văn bản gửi nơi nhận thêm',
      } satisfies Record<AskedEvent, string>,
      request: {
        ask: 'Bên gửi đề nghị cập nhật',
        agree: 'Đồng ý cập nhật',
        refuse: 'Từ chối cập nhật',
        wait: 'Bên gửi cập nhật trước khi văn bản đến',
        void: 'Bản cập nhật gửi lặp lại hoặc đến quá muộn',
        foreign: 'Cơ quan không phải bên gửi đề nghị cập nhật, không thực hiện',
      } satisfies Record<RequestEvent | 'foreign', string>,
    },
  },
} as const
