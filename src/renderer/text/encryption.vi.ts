import type { EncryptionPolicy, KeyLack } from '../../shared/encryption.ts'

/** Encryption between offices: the settings, and the form in which a document goes. */
export const ENCRYPTION_TEXT = {
  encryption: {
    intro:
      'Tệp văn bản và tệp kèm theo được mã hóa đến đúng nơi nhận cùng dùng cách này; trục liên thông chỉ chuyển, không mở được. Số ký hiệu, trích yếu, tên tệp và nơi nhận vẫn đọc được trên đường truyền.',
    own: 'Khóa của cơ quan',
    none: 'Cơ quan chưa có khóa, nên nơi khác chưa gửi mã hóa đến đây được.',
    serving: 'Đang dùng',
    ending: 'Sắp hết hạn',
    ended: 'Hết hạn',
    older: (count: number) => `${String(count)} khóa cũ vẫn được giữ để mở văn bản đến muộn.`,
    ownFacts: (signer: string, until: string) => `${signer} ký xác nhận · dùng đến ${until}`,
    make: 'Tạo khóa mã hóa',
    makeAgain: 'Tạo khóa mới',
    makeTitle: 'Ký xác nhận khóa mã hóa',
    makeHint:
      'Khóa được tạo ngay trên máy này và không rời khỏi máy. Chứng thư của cơ quan ký xác nhận khóa là của cơ quan mình, một lần nhập mã PIN.',
    made: 'Đã tạo khóa mã hóa của cơ quan.',
    exportKey: 'Xuất khóa để gửi nơi khác…',
    exported: (path: string) => `Đã lưu khóa vào ${path}.`,
    policy: 'Khi gửi',
    policies: {
      'when-possible': {
        name: 'Mã hóa khi mọi nơi nhận đều có khóa',
        rest: 'Có nơi nhận chưa có khóa thì gửi bản rõ cho tất cả, và báo rõ trước khi ký. Nên dùng.',
      },
      demanded: {
        name: 'Chỉ gửi bản mã hóa',
        rest: 'Có nơi nhận chưa có khóa thì dừng lại trước khi nhập mã PIN.',
      },
      off: { name: 'Không mã hóa', rest: 'Luôn gửi bản rõ.' },
    } satisfies Record<EncryptionPolicy, { name: string; rest: string }>,
    announce: 'Kèm khóa của cơ quan trong gói tin gửi đi',
    announceHint: 'Nhờ vậy nơi nhận biết khóa để gửi mã hóa lại. Phần mềm khác bỏ qua phần này.',
    save: 'Lưu cách gửi',
    others: 'Khóa của nơi nhận',
    othersNone: 'Chưa biết khóa của cơ quan nào. Khóa đến cùng văn bản và trạng thái của nơi có khóa.',
    otherFacts: (from: string, until: string, source: string) =>
      `Ký ngày ${from} · dùng đến ${until} · ${source}`,
    source: { packet: 'đến cùng gói tin', file: 'nhập từ tệp' },
    changed: (count: number) => `Đã thay khóa ${String(count)} lần.`,
    importKey: 'Nhập khóa của nơi nhận…',
    importAsk: 'Nhập khóa của nơi nhận?',
    importHint: (name: string) =>
      `Chỉ nhập tệp “${name}” khi nhận trực tiếp từ cán bộ văn thư của nơi nhận. Chữ ký của cơ quan trên khóa vẫn được kiểm.`,
    importYes: 'Nhập khóa',
    importNo: 'Không nhập',
    imported: (organId: string) => `Đã nhập khóa của ${organId}.`,
    lacks: {
      'no-key': 'Chưa có khóa',
      'key-expired': 'Khóa hết hạn',
      'name-differs': 'Khóa khác tên cơ quan',
    } satisfies Record<KeyLack, string>,
    encrypted: 'Mã hóa',
    plain: 'Bản rõ',
    willEncrypt: 'Tệp sẽ được mã hóa; chỉ nơi nhận mở được.',
    willBePlain: (count: number) =>
      `Gửi bản rõ cho tất cả nơi nhận, vì ${String(count)} nơi chưa có khóa mã hóa dùng được.`,
    willBeRefused: (count: number) =>
      `Cơ quan chỉ cho gửi bản mã hóa, mà ${String(count)} nơi nhận chưa có khóa dùng được.`,
    arrivedEncrypted: 'Đến dạng mã hóa',
  },
} as const
