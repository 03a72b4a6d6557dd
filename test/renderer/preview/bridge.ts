import { recipientGroupId, type RecipientGroup } from '../../../src/shared/document/recipient-group.ts'
import { foldedWords, wordsOf } from '../../../src/shared/fold.ts'
import type { SavedSearch, SearchHit, SearchQuery } from '../../../src/shared/search.ts'
import type { ConnectionCheck } from '../../../src/shared/connection-check.ts'
import type { ConnectionSettings } from '../../../src/shared/connection.ts'
import type { HistoryEntry } from '../../../src/shared/document/history.ts'
import { DEFAULT_ENCRYPTION, type EncryptionStatus } from '../../../src/shared/encryption.ts'
import { OUTGOING_BOXES, type OutgoingState } from '../../../src/shared/document/outgoing.ts'
import { INCOMING_BOXES, UNFINISHED, type IncomingState } from '../../../src/shared/document/incoming.ts'
import type { NoteKind } from '../../../src/shared/document/note.ts'
import type { RequestState } from '../../../src/shared/document/request.ts'
import { templateId } from '../../../src/shared/document/drafting.ts'
import { startOf } from '../../../src/shared/document/templates.vi.ts'
import { signersOf } from '../../../src/shared/document/signers.ts'
import { DEFAULT_CALENDAR } from '../../../src/shared/document/working-days.ts'
import { DEFAULT_NUMBERING, seriesIn, type NumberGap } from '../../../src/shared/document/numbering.ts'
import { AppError, codeOf } from '../../../src/shared/errors.ts'
import {
  contract,
  isMethod,
  type DraftTemplate,
  type DraftVersion,
  type Handlers,
  type IncomingDetail,
  type Input,
  type LineStatus,
  type OfficeStatus,
  type OutgoingDetail,
  type TokenStatus,
} from '../../../src/shared/ipc/contract.ts'
import {
  agency,
  documentId,
  outgoingFields,
  sha256Hex,
  type DocumentId,
  type Sha256,
} from '../../../src/shared/document/fields.ts'
import {
  REGISTER_COLUMNS,
  type RegisterColumn,
  type RegisterKind,
  type RegisterRow,
} from '../../../src/shared/register.ts'
import { DEFAULT_BACKUP_POLICY, type BackupStatus, type BackupSummary } from '../../../src/shared/backup.ts'
import { DEFAULT_QUEUE_POLICY } from '../../../src/shared/queue-policy.ts'
import { DEFAULT_DESKTOP_POLICY } from '../../../src/shared/desktop.ts'
import { DEFAULT_POLICY } from '../../../src/shared/signature-policy.ts'
import type { DocumentVerdict } from '../../../src/shared/verdict.ts'
import { samplePeople } from './people.ts'
import samplePdf from './sample.pdf?url'

/*
 * A bridge without an engine: invented sample data, answered through the real contract. Which office it
 * shows is told by the address: ?phase=new|locked, ?line=down|off, ?pin=low|final|locked, ?rows=100000,
 * ?empty, ?fail, ?loading, ?clock=none, ?people=locked|leader|drafter.
 */
const ask = new URLSearchParams(window.location.search)
const MINUTE = 60_000
const DAY = 86_400_000
const now = Date.now()

let ids = 0
const newId = () => documentId.parse(`00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`)
const hash = (seed: number) => sha256Hex.parse(seed.toString(16).padStart(64, 'a'))

const agencies = [
  ['H99.88.01', 'UBND xã Suối Ngọc', 'UBND tỉnh Thanh Vân'],
  ['H99.07', 'Sở Nội vụ tỉnh Thanh Vân', 'UBND tỉnh Thanh Vân'],
  ['H99', 'UBND tỉnh Thanh Vân', ''],
  ['H99.88.02', 'UBND xã Thượng Giang', 'UBND tỉnh Thanh Vân'],
  ['H99.09', 'Sở Nông nghiệp và Môi trường tỉnh Thanh Vân', 'UBND tỉnh Thanh Vân'],
  ['H99.11', 'Sở Tài chính tỉnh Thanh Vân', 'UBND tỉnh Thanh Vân'],
  ['H99.88.03', 'UBND phường Đồng Tâm', 'UBND tỉnh Thanh Vân'],
  ['H99.21', 'Ban Chỉ huy phòng, chống thiên tai tỉnh Thanh Vân', 'UBND tỉnh Thanh Vân'],
].map(([organId, name, parentName]) =>
  agency.parse({ organId, name, parentName, address: 'Thôn Suối, xã Suối Ngọc, tỉnh Thanh Vân' }),
)
const own = agencies[0]
if (own === undefined) throw new Error('no agency')
const nameOf = (organId: string) => agencies.find((found) => found.organId === organId)?.name ?? organId

const signerOf = (name: string, kind: 'person' | 'agency') => ({
  name,
  kind,
  issuer: 'CA thử nghiệm Thanh Vân',
  serialNumber: '54:01:9b:77',
  certificateSha256: 'a'.repeat(64),
  notBefore: '2025-08-12T00:00:00Z',
  notAfter: '2027-08-12T00:00:00Z',
})
const dates = { notBefore: '2025-08-12T00:00:00Z', notAfter: '2027-08-12T00:00:00Z' }
const valid: DocumentVerdict = {
  verdict: 'valid',
  reasons: ['signing-time-claimed-note'],
  signatures: [
    {
      fieldName: 'Signature1',
      verdict: 'valid',
      reasons: ['signing-time-claimed-note'],
      signer: { ...signerOf('Trần Thị Mẫu', 'person'), title: 'Phó Giám đốc' },
      signedAt: new Date(now - 42 * MINUTE).toISOString(),
      coversWholeDocument: false,
      coveredBytes: 164_230,
      laterChanges: [{ kind: 'signature', allowed: true }],
      chain: [
        { ...dates, name: 'Trần Thị Mẫu', sha256: 'a'.repeat(64), trusted: false },
        { ...dates, name: 'CA thử nghiệm Thanh Vân', sha256: 'b'.repeat(64), trusted: false },
        { ...dates, name: 'CA gốc thử nghiệm Thanh Vân', sha256: 'c'.repeat(64), trusted: true },
      ],
      algorithm: { scheme: 'rsa-pkcs1', digest: 'sha256', keyBits: 2048 },
    },
    {
      fieldName: 'Signature2',
      verdict: 'valid',
      reasons: ['revocation-unknown-note'],
      signer: signerOf('Sở Nội vụ tỉnh Thanh Vân', 'agency'),
      signedAt: new Date(now - 31 * MINUTE).toISOString(),
      coversWholeDocument: true,
    },
  ],
}
const doubtful: DocumentVerdict = {
  verdict: 'undetermined',
  reasons: ['root-unknown'],
  signatures: valid.signatures.map((signature) => ({
    ...signature,
    verdict: 'undetermined' as const,
    reasons: ['root-unknown' as const],
  })),
}

const backups: BackupSummary[] = [1, 2, 3].map((day) => ({
  name: `2026-01-1${String(5 - day)}T10-02-11Z`,
  madeAt: now - day * 24 * 60 * MINUTE,
  organId: own.organId,
  agencyName: own.name,
  files: 1210 - day * 6,
  bytes: 612_000_000 - day * 3_000_000,
}))
let backupStatus: BackupStatus = {
  policy: { ...DEFAULT_BACKUP_POLICY, folder: 'E:\\Sao lưu' },
  folderPresent: true,
  last: { madeAt: now - 24 * 60 * MINUTE, folder: 'E:\\Sao lưu', files: 1204, bytes: 609_000_000 },
  overdue: false,
}

function registerRows(kind: RegisterKind): RegisterRow[] {
  const texts: Partial<Record<RegisterColumn, string>> = {
    code: '07/UBND-VP',
    issuedDate: '12/01/2026',
    title: 'Công văn. V/v rà soát hồ sơ đất đai thôn Thượng',
    signer: 'Lê Thị Ánh',
    recipients: 'Sở Nội vụ tỉnh Thanh Vân; UBND tỉnh Thanh Vân',
    kept: 'VT, VP',
    copies: '1',
    sentOn: '12/01/2026',
    receipt: '1/2 nơi đã tiếp nhận',
    note: '',
    arrivalDate: '12/01/2026',
    arrivalNumber: '41',
    author: 'Sở Nội vụ tỉnh Thanh Vân',
    handler: 'Trần Văn Mẫn',
    document: 'Công văn, 15/SNV-VTLT, 09/01/2026, Sở Nội vụ tỉnh Thanh Vân',
    handleBy: '15/01/2026',
    progress: 'Đang xử lý',
    answer: '09/UBND-VP',
  }
  return [7, 8, 11].map((number, at) => ({
    id: newId(),
    number,
    isVoid: at === 1,
    cells: {
      ...Object.fromEntries(REGISTER_COLUMNS[kind].map((column) => [column, texts[column] ?? ''])),
      ...(at === 1 ? { note: 'Hủy số: soạn nhầm nơi nhận' } : {}),
    },
    corrections:
      at === 2
        ? [
            {
              column: 'title' as const,
              was: 'Công văn. V/v rà soát hồ sơ',
              is: '',
              reason: 'thiếu tên thôn',
              by: 'Lê Thị Thử',
              at: now,
            },
          ]
        : [],
    gapsBefore:
      at === 2
        ? [{ from: 9, to: 10, kind: 'paper' as const, reason: 'sổ giấy ngày mất điện', by: 'Lê Thị Thử' }]
        : [],
  }))
}

let sequence = 0
const entry = (
  subjectKind: HistoryEntry['subjectKind'],
  event: string,
  minutesAgo: number,
  detail: HistoryEntry['detail'] = {},
): HistoryEntry => ({
  sequence: (sequence += 1),
  at: now - minutesAgo * MINUTE,
  subjectKind,
  subjectId: 'x',
  event,
  detail,
})

function outgoing(
  state: OutgoingState,
  typeName: string,
  code: string,
  subject: string,
  to: string[],
  more: Partial<OutgoingDetail> = {},
): OutgoingDetail {
  const [codeNumber, codeNotation = ''] = code.includes('/') ? code.split('/') : [undefined, code]
  const fields = outgoingFields.parse({
    typeName,
    codeNotation,
    place: 'Suối Ngọc',
    subject,
    signer: { competence: 'KT. CHỦ TỊCH', position: 'Phó Chủ tịch', fullName: 'Nguyễn Văn Mẫu' },
    toPlaces: ['Như trên', 'Lưu: VT, VP'],
    recipients: to,
    priority: more.priority ?? 0,
  })
  const file = (role: 'imported' | 'signed' | 'sealed', seed: number) => ({
    role,
    sha256: hash(seed),
    name: role === 'imported' ? 'cong-van.pdf' : `${codeNotation}-${role}.pdf`,
    contentType: 'application/pdf',
    sizeBytes: more.sizeBytes ?? 412_000,
  })
  const progressed = ['drafting', 'frozen'].includes(state) ? 0 : state === 'signed' ? 1 : 2
  return {
    id: newId(),
    state,
    typeName,
    subject,
    ...(codeNumber === undefined ? {} : { codeNumber }),
    codeNotation,
    ...(progressed === 2 ? { issuedDate: '2026-01-15' } : {}),
    signers: signersOf(fields),
    encrypted: false,
    versions: [],
    recipients: to.map((organId) => ({
      organId,
      name: nameOf(organId),
      state: 'waiting',
      stateAt: 0,
      note: '',
    })),
    sizeBytes: 412_000,
    createdAt: now - DAY,
    changedAt: now - 20 * MINUTE,
    revision: 3,
    fields,
    files: [
      file('imported', 1),
      ...(progressed > 0 ? [file('signed', 2)] : []),
      ...(progressed > 1 ? [file('sealed', 3)] : []),
    ],
    problems: [],
    history: [
      entry('outgoing', 'freeze', 90),
      ...(progressed > 0 ? [entry('outgoing', 'sign', 70, { name: 'Nguyễn Văn Mẫu' })] : []),
      ...(progressed > 1
        ? [entry('outgoing', 'number', 60, { number: 7 }), entry('outgoing', 'seal', 60)]
        : []),
    ],
    notes: [],
    nextNumber: '07',
    ...more,
    priority: more.priority ?? 0,
  }
}

const waits = (more: Partial<NonNullable<OutgoingDetail['delivery']>> = {}) => ({
  job: 'ready' as const,
  attempts: 4,
  dueAt: now + 25_000,
  since: now - 49 * MINUTE,
  late: false,
  heldByClerk: false,
  cancellable: true,
  error: 'hub/unreachable' as const,
  ...more,
})
const answered = (
  organId: string,
  state: 'registered' | 'arrived' | 'returned' | 'processing',
  note = '',
) => ({
  organId,
  name: nameOf(organId),
  state,
  stateAt: now - 12 * MINUTE,
  note,
})

const sending = outgoing(
  'queued',
  'Báo cáo',
  '09/BC-UBND',
  'Báo cáo nhanh thiệt hại do mưa lũ ngày 14/01/2026',
  ['H99', 'H99.21'],
  {
    priority: 3,
    sizeBytes: 1_240_000,
    delivery: waits({ job: 'leased' }),
  },
)
const documents: OutgoingDetail[] = ask.has('empty')
  ? []
  : [
      outgoing(
        'drafting',
        'Công văn',
        'UBND-VP',
        'V/v đăng ký lớp tập huấn nghiệp vụ văn thư, lưu trữ và ký số năm 2026',
        ['H99.07'],
      ),
      outgoing(
        'drafting',
        'Kế hoạch',
        'KH-UBND',
        'Kế hoạch sử dụng đất xã Suối Ngọc năm 2026 (kèm bản đồ quét)',
        ['H99.09', 'H99.11', 'H99'],
        { priority: 1 },
      ),
      outgoing('drafting', 'Thông báo', 'TB-UBND', '', [], { files: [] }),
      outgoing(
        'frozen',
        'Quyết định (cá biệt)',
        'QĐ-UBND',
        'Quyết định về việc phê duyệt kế hoạch phòng chống thiên tai và tìm kiếm cứu nạn năm 2026',
        ['H99.21', 'H99'],
        { priority: 2 },
      ),
      outgoing('signed', 'Công văn', 'UBND-VP', 'V/v đăng ký lớp tập huấn văn thư năm 2026', ['H99.07']),
      sending,
      outgoing('queued', 'Công văn', '07/UBND-VP', 'V/v đăng ký lớp tập huấn văn thư năm 2026', ['H99.07'], {
        delivery: waits(),
        dueDate: '2026-01-16',
      }),
      outgoing(
        'queued',
        'Kế hoạch',
        '03/KH-UBND',
        'Kế hoạch sử dụng đất xã Suối Ngọc năm 2026 (kèm bản đồ quét)',
        ['H99.09', 'H99.11', 'H99', 'H99.07'],
        {
          sizeBytes: 51_800_000,
          delivery: waits({
            job: 'held',
            error: 'hub/refused',
            errorDetail: 'Một cơ quan nhận tối đa 50 MB',
            late: true,
          }),
        },
      ),
      outgoing('queued', 'Giấy mời', '02/GM-UBND', 'Giấy mời họp giao ban tuần 03', ['H99.88.02'], {
        delivery: waits({ job: 'held', heldByClerk: true }),
      }),
      outgoing('sealed', 'Thông báo', '05/TB-UBND', 'Thông báo lịch tiếp công dân tháng 01 năm 2026', [
        'H99',
      ]),
      outgoing(
        'sent',
        'Công văn',
        '06/UBND-KT',
        'V/v báo cáo tình hình thực hiện dự toán thu, chi ngân sách xã quý IV',
        ['H99.11', 'H99'],
        {
          sentAt: now - 3 * 60 * MINUTE,
          recipients: [answered('H99.11', 'registered'), answered('H99', 'arrived')],
        },
      ),
      outgoing(
        'confirmed',
        'Báo cáo',
        '08/BC-UBND',
        'Báo cáo kết quả công tác cải cách hành chính tháng 12 năm 2025',
        ['H99.07'],
        {
          sentAt: now - DAY,
          recipients: [answered('H99.07', 'processing')],
        },
      ),
      outgoing(
        'returned',
        'Tờ trình',
        '01/TTr-UBND',
        'Tờ trình về việc điều chỉnh địa giới thôn Suối',
        ['H99'],
        {
          sentAt: now - 3 * DAY,
          recipients: [answered('H99', 'returned', 'Thiếu bản đồ kèm theo')],
        },
      ),
    ]

function incoming(
  code: string,
  typeName: string,
  subject: string,
  from: string,
  more: Partial<IncomingDetail> = {},
): IncomingDetail {
  const base: IncomingDetail = {
    id: newId(),
    state: 'admitted',
    typeName,
    subject,
    code,
    issuedDate: '2026-01-15',
    senderOrganId: from,
    senderName: nameOf(from),
    priority: 0,
    receivedAt: now - 26 * MINUTE,
    signer: { competence: 'KT. GIÁM ĐỐC', position: 'Phó Giám đốc', fullName: 'Trần Thị Mẫu' },
    place: 'Thanh Vân',
    encrypted: false,
    wantedChanges: [],
    versions: [],
    toPlaces: ['Như trên', 'Lưu: VT'],
    content: '',
    files: [
      {
        role: 'attachment',
        sha256: hash(ids * 2 + 100),
        name: `${code.replace('/', '-')}.pdf`,
        contentType: 'application/pdf',
        sizeBytes: 412_000,
      },
      {
        role: 'attachment',
        sha256: hash(ids * 2 + 101),
        name: 'Mau-dang-ky.xlsx',
        contentType: 'application/octet-stream',
        sizeBytes: 38_000,
      },
    ],
    warnings: [],
    verdict: 'valid',
    verdictDetail: valid,
    history: [
      entry('incoming', 'collect', 33),
      entry('incoming', 'admit', 26),
      entry('incoming', 'reported', 26, { code: '01' }),
    ],
    notes: [],
    nextArrivalNumber: 41,
    paperFollows: false,
    answers: [],
    replaces: [],
  }
  return { ...base, ...more }
}
const received: IncomingDetail[] = ask.has('empty')
  ? []
  : [
      incoming(
        '15/SNV-VTLT',
        'Công văn',
        'V/v đăng ký lớp tập huấn nghiệp vụ văn thư, lưu trữ và ký số năm 2026',
        'H99.07',
        {
          priority: 3,
          dueDate: new Date(now + 7 * 3_600_000).toISOString().slice(0, 10),
        },
      ),
      incoming(
        '204/QĐ-UBND',
        'Quyết định',
        'Quyết định về việc phê duyệt kế hoạch phòng chống thiên tai và tìm kiếm cứu nạn năm 2026 trên địa bàn tỉnh',
        'H99',
        { receivedAt: now - 50 * MINUTE },
      ),
      incoming('07/TB-UBND', 'Thông báo', 'Thông báo kết luận cuộc họp giao ban tuần 03', 'H99.88.02', {
        verdict: 'undetermined',
        verdictDetail: doubtful,
        warnings: [{ code: 'attachment-renamed', about: 'Mau-dang-ky.xlsx' }],
        receivedAt: now - 70 * MINUTE,
      }),
      incoming(
        '31/GM-SNV',
        'Giấy mời',
        'Giấy mời dự hội nghị tổng kết công tác cải cách hành chính',
        'H99.07',
        { receivedAt: now - DAY },
      ),
      incoming(
        '88/STC-NS',
        'Công văn',
        'V/v báo cáo tình hình thực hiện dự toán thu, chi ngân sách xã quý IV',
        'H99.11',
        { receivedAt: now - DAY, dueDate: '2027-01-31' },
      ),
      incoming('12/UBND-VP', 'Công văn', 'V/v lịch công tác tuần', 'H99', {
        state: 'registered',
        arrivalNumber: 40,
        arrivalDate: '2026-01-14',
        receivedAt: now - DAY,
      }),
      incoming('', '', '', 'H99.09', {
        state: 'quarantined',
        quarantine: { code: 'packet/forbidden-xml' },
        files: [],
      }),
      incoming('44/BC-UBND', 'Báo cáo', 'Báo cáo thiếu phụ lục', 'H99.88.03', {
        state: 'returned',
        returnReason: 'Thiếu phụ lục 2',
      }),
    ]
const many = Number(ask.get('rows') ?? 0)

const certificate = (name: string, kind: 'person' | 'agency', seed: number) => ({
  sha256: hash(seed),
  name,
  ...(kind === 'person' ? { title: 'Phó Chủ tịch', organization: 'UBND xã Suối Ngọc' } : {}),
  issuer: 'CA thử nghiệm Thanh Vân',
  kind,
  notBefore: now - 300 * DAY,
  notAfter: now + 500 * DAY,
  usable: true,
})
const pinState = ask.get('pin')
const token: TokenStatus = {
  modulePath: '/usr/lib/token/libtoken.so',
  state: ask.has('notoken') ? 'absent' : 'present',
  tokens: ask.has('notoken')
    ? []
    : [
        {
          serial: '54001',
          label: 'UBND xã Suối Ngọc',
          manufacturer: 'Thử nghiệm',
          model: 'T1',
          software: false,
          pin: {
            minLength: 6,
            maxLength: 16,
            countLow: pinState === 'low',
            finalTry: pinState === 'final',
            locked: pinState === 'locked',
            pinPad: pinState === 'pad',
          },
          certificates: [
            certificate('UBND xã Suối Ngọc', 'agency', 201),
            certificate('Nguyễn Văn Mẫu', 'person', 202),
          ],
        },
      ],
  chosen: {
    person: { tokenSerial: '54001', certificateSha256: hash(202) },
    agency: { tokenSerial: '54001', certificateSha256: hash(201) },
  },
}
let phase = ask.get('phase') ?? 'open'
const lineState = ask.get('line') ?? 'up'
const pictures = new Map<Sha256, { png: Uint8Array; widthMm: number; heightMm: number }>()
const listeners = new Set<(topic: string) => void>()
const tell = (...topics: string[]) => {
  for (const topic of topics) for (const listener of listeners) listener(topic)
}

const one = (id: string) => {
  const found = documents.find((document) => document.id === id)
  if (found === undefined) throw new AppError('document/not-found', id)
  return found
}
const oneIn = (id: string) => {
  const found = received.find((document) => document.id === id)
  if (found === undefined) throw new AppError('document/not-found', id)
  return found
}
const moveIn = (id: string, state: IncomingState) => {
  const document = Object.assign(oneIn(id), { state })
  tell('incoming')
  return document
}
const answerRequest = (
  id: string,
  state: RequestState,
  more: Partial<IncomingDetail>,
  answer = '',
): IncomingDetail => {
  const { request } = oneIn(id)
  const document = Object.assign(oneIn(id), more, {
    request: request === undefined ? undefined : { ...request, state, answer },
  })
  tell('incoming')
  return document
}
const move = (id: string, state: OutgoingState, event: string, more: Partial<OutgoingDetail> = {}) => {
  const document = one(id)
  Object.assign(document, more, { state, history: [...document.history, entry('outgoing', event, 0)] })
  tell('outgoing')
  return document
}
const sentBack = () =>
  documents.filter(({ state, sentBackAt }) => state === 'drafting' && sentBackAt !== undefined)
const handling = () => received.filter(({ state }) => UNFINISHED.some((known) => known === state))
const noted = (document: OutgoingDetail | IncomingDetail, kind: NoteKind, text: string) => {
  document.notes = [...document.notes, { at: now, personName: 'Nguyễn Văn Mẫu', kind, text }]
}
const given = (id: string, { personId, to, handleBy }: Omit<Input<'incoming.assign'>, 'id'>) => {
  const person = sample.people.find((each) => each.id === personId)
  Object.assign(oneIn(id), {
    assignee: person === undefined ? { name: to ?? '' } : { id: person.id, name: person.name },
    handleBy,
  })
  return moveIn(id, 'assigned')
}
const status = (): OfficeStatus => ({
  phase: phase === 'new' || phase === 'locked' ? phase : 'open',
  keyStore: ask.has('nokeys') ? ('none' as const) : ('os' as const),
  ...(phase === 'new' ? {} : { agency: own, clerkName: 'Lê Thị Thử' }),
  practice: ask.has('practice'),
  ...(ask.has('exercise') ? { exercise: { pin: '123456', correspondent: 'Sở Nội vụ tỉnh Thanh Vân' } } : {}),
})
const pdf = async () => ({ bytes: new Uint8Array(await (await fetch(samplePdf)).arrayBuffer()) })
const settings = () => ({
  agency: own,
  clerkName: 'Lê Thị Thử',
  hub: { kind: 'vxp' as const, url: 'https://truc.thanhvan.example', systemId: 'H99.88.01-VT' },
  token: { modulePath: '/usr/lib/token/libtoken.so', ...token.chosen },
  numberPlacement: 'signature-fields' as const,
  recallRoute: 'edoc' as const,
})
const line = (): LineStatus => ({
  state: lineState === 'down' || lineState === 'off' ? lineState : ('up' as const),
  since: now - 49 * MINUTE,
  lastSyncAt: now - 2 * MINUTE,
  nextTryAt: now + 25_000,
  waiting: documents.filter(({ state }) => state === 'queued').length,
  waitingBytes: 3_400_000,
  bytesPerSecond: 42_000,
  paused: ask.has('paused'),
  sending: ask.has('empty')
    ? []
    : [{ id: sending.id, code: '09/BC-UBND', sentBytes: 794_000, totalBytes: 1_240_000 }],
  forgotten: [],
})
const update = {
  currentVersion: '0.1.0',
  state: 'downloading' as const,
  version: '0.2.0',
  receivedBytes: 41_000_000,
  totalBytes: 96_000_000,
}

const roots = [
  {
    sha256: hash(301),
    name: 'CA gốc thử nghiệm Thanh Vân',
    organization: 'Tỉnh Thanh Vân',
    notBefore: now - 900 * DAY,
    notAfter: now + 2000 * DAY,
    source: 'imported' as const,
    forTimeStamps: false,
  },
  {
    sha256: hash(302),
    name: 'Gốc thử nghiệm mới công bố',
    notBefore: now - 30 * DAY,
    notAfter: now + 9000 * DAY,
    source: 'unconfirmed' as const,
    forTimeStamps: false,
  },
]

/** A batch; with ?batch=removed the token is pulled after the second document. */
function eachOf(
  ids: readonly DocumentId[],
  pin: string | undefined,
  sign: (id: DocumentId, at: number) => void,
) {
  const incident = '3f0c6a52-0d7e-4c55-9a3e-6f1f0d1c2b3a'
  return ids.map((id, at) => {
    if (pin !== '12345678') return { id, error: { code: 'sign/pin-wrong' as const, incident } }
    if (ask.get('batch') === 'removed' && at >= 2) {
      return { id, error: { code: 'sign/token-removed' as const, incident } }
    }
    sign(id, at)
    return { id }
  })
}

let rules = DEFAULT_NUMBERING
const numbering = () => ({
  rules,
  year: 2026,
  series: seriesIn(rules).map((series, at) => ({
    ...series,
    first: 1,
    next: at === 0 ? 7 : 1,
    begun: at === 0,
  })),
})
const gaps: NumberGap[] = [
  {
    series: { key: 'outgoing' },
    from: 2,
    to: 3,
    kind: 'paper',
    reason: 'Cấp cho giấy mời in giấy trong ngày mất điện',
    by: 'Lê Thị Ánh',
    at: now - 4 * DAY,
  },
  {
    series: { key: 'outgoing' },
    from: 5,
    to: 5,
    kind: 'void',
    reason: 'Văn bản không ban hành nữa',
    by: 'Lê Thị Ánh',
    at: now - DAY,
    code: '05/TB-UBND',
  },
  { series: { key: 'copies' }, from: 1, to: 1, kind: 'unexplained', reason: '', by: '' },
]

const CONNECTION: ConnectionSettings = {
  proxy: { by: 'office', host: 'proxy.suoingoc.example', port: 3128, userName: 'vanthu' },
  hasProxyPassword: true,
  clockLimitSeconds: 60,
}

const CHECK: ConnectionCheck = {
  startedAt: now,
  running: false,
  kind: 'vxp',
  url: 'https://maychubaomat.thanhvan.example/vxp',
  systemId: 'H99.88.01',
  steps: [
    { step: 'network', state: 'good' },
    { step: 'name', state: 'good', addresses: ['10.99.0.4'], proxy: 'proxy.suoingoc.example:3128' },
    { step: 'connection', state: 'good', milliseconds: 41 },
    {
      step: 'security',
      state: 'failed',
      error: 'hub/certificate-untrusted',
      certificate: {
        sha256: hash(7),
        subject: 'maychubaomat.thanhvan.example',
        issuer: 'maychubaomat.thanhvan.example',
        notBefore: now - 90 * DAY,
        notAfter: now + 900 * DAY,
      },
    },
    { step: 'server', state: 'skipped' },
    { step: 'clock', state: 'skipped' },
    { step: 'access', state: 'skipped' },
    { step: 'lists', state: 'skipped' },
  ],
}

const sample = samplePeople(ask, tell)
let savedSearches: SavedSearch[] = [
  { name: 'Đất đai năm nay', query: { text: 'đất đai', filters: { from: '2026-01-01' } } },
]

/** Marks the words of the query in the samples, as the engine does. */
function searchHits({ text, filters }: SearchQuery): SearchHit[] {
  const wanted = foldedWords(text)
  const marked = (shown: string) => ({
    text: shown,
    marks: wordsOf(shown).flatMap(({ folded, from, to }): [number, number][] =>
      wanted.some((word) => folded.startsWith(word)) ? [[from, to]] : [],
    ),
  })
  const all: SearchHit[] = [
    ...documents.map(({ id, state, typeName, codeNotation, codeNumber, subject, recipients }) => ({
      id,
      direction: 'outgoing' as const,
      state,
      typeName,
      day: '2026-01-14',
      code: marked(`${codeNumber ?? '…'}/${codeNotation}`),
      subject: marked(subject),
      agency: marked(recipients.map(({ name }) => name).join('; ')),
      body: { state: 'read' as const, pages: 2, blankPages: 0, cut: false },
    })),
    ...received.map(({ id, state, typeName, code, subject, senderName }, index) => ({
      id,
      direction: 'incoming' as const,
      state,
      typeName,
      day: '2026-01-15',
      code: marked(code),
      subject: marked(subject),
      agency: marked(senderName),
      excerpt: marked(
        '… đề nghị Ủy ban nhân dân các xã rà soát hồ sơ đất đai, gửi báo cáo trước ngày 30/01/2026 …',
      ),
      body: { state: 'read' as const, pages: 3, blankPages: index % 3, cut: false },
    })),
  ]
  return all.filter(
    ({ direction, code, subject, agency, excerpt }) =>
      (filters.direction ?? direction) === direction &&
      wanted.every((word) =>
        foldedWords([code, subject, agency, excerpt].map((part) => part?.text ?? '').join(' ')).some((one) =>
          one.startsWith(word),
        ),
      ),
  )
}
let versions: DraftVersion[] = []
let groups: RecipientGroup[] = []
const newGroupId = () => recipientGroupId.parse(crypto.randomUUID())
let templates: DraftTemplate[] = []

let encryption: EncryptionStatus = {
  ...DEFAULT_ENCRYPTION,
  own: [
    {
      fingerprint: hash(90),
      signer: 'UBND xã Suối Ngọc',
      madeAt: now - 90 * 24 * 60 * MINUTE,
      validUntil: now + 40 * 24 * 60 * MINUTE,
    },
  ],
  agencies: [
    {
      organId: 'H99.07',
      name: nameOf('H99.07'),
      keys: [
        {
          fingerprint: hash(91),
          signer: nameOf('H99.07'),
          issuedAt: now - 20 * 24 * 60 * MINUTE,
          validUntil: now + 700 * 24 * 60 * MINUTE,
          learntAt: now - 19 * 24 * 60 * MINUTE,
          source: 'packet',
        },
      ],
    },
  ],
}

/** An exchange folder with a package to take and one that is not taken. */
const FOLDER_CHECK: ConnectionCheck = {
  startedAt: now,
  running: false,
  kind: 'filedrop',
  url: 'E:\\',
  systemId: '',
  steps: [
    { step: 'folder', state: 'good' },
    { step: 'writing', state: 'good', milliseconds: 41 },
    { step: 'own-key', state: 'good' },
    {
      step: 'packages',
      state: 'warning',
      documents: 1,
      statuses: 2,
      strange: [{ name: 'Gui-H99.88.01-4f02a1c29be7d3385e61f0d7a94b6c12.vtgoi', code: 'package/broken' }],
    },
  ],
}
let check: ConnectionCheck = CHECK

const handlers: Handlers = {
  ...sample.handlers,
  'office.status': status,
  'office.newRecoveryCode': () => ({ recoveryCode: 'K7QM-3XPA-9TWD-4HRC-8NVE-2JBY-6FSG-5ZLU' }),
  'office.create': () => {
    phase = 'open'
    return status()
  },
  'practice.enter': () => ({}),
  'practice.leave': () => ({}),
  'practice.renew': () => ({}),
  'office.unlock': ({ recoveryCode }) => {
    if (recoveryCode === 'sai') throw new AppError('office/recovery-code-wrong', 'wrong')
    phase = 'open'
    return status()
  },
  'settings.current': settings,
  'settings.save': settings,
  'line.dismissForgotten': () => line(),
  'connection.current': () => CONNECTION,
  'connection.save': () => CONNECTION,
  'connection.keepAuthorities': () => CONNECTION,
  'connection.removeAuthorities': () => CONNECTION,
  'connection.keepCertificate': () => CONNECTION,
  'connection.removeCertificate': () => CONNECTION,
  'connection.startCheck': ({ kind }) => {
    check = kind === 'filedrop' ? FOLDER_CHECK : CHECK
    tell('connection')
    return check
  },
  'connection.check': () => ({ check }),
  'connection.cancelCheck': () => ({}),
  'connection.exportCheck': () => ({}),
  'connection.chooseFolder': () => ({ folder: 'E:\\' }),
  'line.status': line,
  'line.syncNow': line,
  'numbering.current': numbering,
  'outgoing.scan': () => [],
  'numbering.save': (next) => {
    rules = next
    return numbering()
  },
  'numbering.preview': ({ number = 7, issuedDate = '2026-01-15' }) => ({
    series: { key: 'outgoing' },
    year: 2026,
    number,
    held: false,
    taken: number < 7,
    wrongYear: !issuedDate.startsWith('2026'),
    ...(number > 7 ? { skips: { from: 7, to: number - 1 } } : {}),
    ...(issuedDate < '2026-01-14' ? { earlierThan: '2026-01-14' } : {}),
  }),
  'numbering.gaps': () => gaps,
  'numbering.explain': () => gaps,
  'backup.status': () => backupStatus,
  'backup.chooseFolder': () => ({ folder: 'E:\\Sao lưu' }),
  'backup.save': (policy) => (backupStatus = { ...backupStatus, policy }),
  'backup.make': () => backupStatus,
  'backup.cancel': () => ({}),
  'backup.list': () => backups,
  'backup.check': ({ name }) =>
    (backupStatus = {
      ...backupStatus,
      check: { name, checkedAt: now, files: 1204, historyLines: 9120, problems: 0 },
    }),
  'backup.settleRestored': () => ({}),
  'restore.choose': () => ({ folder: 'E:\\Sao lưu', backups }),
  'restore.begin': () => ({ files: 1204, lostFiles: 0 }),
  'restore.progress': () => ({}),
  'restore.cancel': () => ({}),
  'queue.policy': () => DEFAULT_QUEUE_POLICY,
  'queue.savePolicy': (policy) => policy,
  'workCalendar.current': () => DEFAULT_CALENDAR,
  'workCalendar.save': (calendar) => calendar,
  'deadlines.pressing': () => [],
  'desktop.current': () => ({
    policy: DEFAULT_DESKTOP_POLICY,
    abilities: { tray: true, startsWithSystem: true },
  }),
  'desktop.save': ({ policy }) => ({ policy, abilities: { tray: true } }),
  'desktop.takeWanted': () => ({}),
  'desktop.drag': () => ({}),
  'opened.choose': () => ({}),
  'opened.report': () => ({}),
  'opened.pdf': () => {
    throw new AppError('document/not-found', 'sample')
  },
  'registers.series': () => [{ key: 'outgoing' }, { key: 'copies', name: 'Bản sao' }],
  'registers.rows': ({ book }) => ({ total: 3, rows: registerRows(book.kind) }),
  'registers.correct': ({ book }) => {
    const [row] = registerRows(book.kind)
    if (row === undefined) throw new AppError('document/not-found', 'sample')
    return row
  },
  'registers.print': () => ({ path: 'D:\\so-van-ban-2026.pdf' }),
  'registers.export': () => ({ path: 'D:\\so-van-ban-2026.xlsx' }),
  'home.today': () => ({
    toSign: 2,
    toSend: 3,
    arrived: 5,
    dueToday: 4,
    late: 1,
    pressing: [
      {
        place: 'outbox',
        id: newId(),
        code: '118/UBND-VP',
        subject: 'V/v báo cáo thiệt hại do mưa lũ trên địa bàn xã Suối Ngọc',
        priority: 3,
        deadline: {
          at: now - 12 * MINUTE,
          warnAt: now - 72 * MINUTE,
          rule: 'at-once',
          calendarMissing: false,
        },
      },
      {
        place: 'new',
        id: newId(),
        code: '15/SNV-VTLT',
        subject: 'V/v đăng ký lớp tập huấn nghiệp vụ văn thư, lưu trữ và ký số năm 2026',
        priority: 0,
        deadline: {
          at: now + 40 * MINUTE,
          warnAt: now - 20 * MINUTE,
          rule: 'same-day',
          calendarMissing: false,
        },
      },
    ],
  }),
  'home.year': ({ year }) => ({
    year,
    months: Array.from({ length: 12 }, (_, at) => {
      const sent = at > 10 ? 0 : 38 + ((at * 17) % 29)
      return {
        month: at + 1,
        sent,
        received: at > 10 ? 0 : 90 + ((at * 31) % 57),
        timed: sent,
        onTime: Math.max(0, sent - (at % 3)),
      }
    }),
  }),
  'signaturePolicy.current': () => DEFAULT_POLICY,
  'signaturePolicy.save': (policy) => policy,
  'token.status': () => token,
  'token.diagnosis': () => ({
    at: now,
    system: 'win32 x64',
    modulePath: settings().token.modulePath,
    modules: [
      {
        path: '/usr/lib/token/libtoken.so',
        label: 'Chứng thư số chuyên dùng Chính phủ',
        state: 'ready' as const,
        software: false,
      },
    ],
    tokens: token.tokens.map((held) => ({
      ...held,
      flags: ['CKF_LOGIN_REQUIRED', 'CKF_TOKEN_INITIALIZED'],
      mechanisms: ['CKM_RSA_PKCS', 'CKM_SHA256_RSA_PKCS'],
      others: 1,
    })),
    roles: {
      person: {
        outcome: 'ready' as const,
        name: 'Nguyễn Văn Mẫu',
        token: 'UBND xã Suối Ngọc',
        mechanism: 'CKM_SHA256_RSA_PKCS',
      },
      agency: { outcome: 'certificate/unusable' as const, detail: 'expired' },
    },
  }),
  'token.exportDiagnosis': () => ({ path: '/home/clerk/chan-doan-token.txt' }),
  'token.drivers': () => [
    { path: '/usr/lib/token/libtoken.so', name: 'Chứng thư số chuyên dùng Chính phủ', usable: true },
    { path: '/usr/lib/token/lib32.so', name: 'VNPT-CA', usable: false, problem: 'wrong-architecture' },
  ],
  'token.list': () => token.tokens,
  'token.browse': () => ({}),
  'trust.list': () => roots,
  'trust.import': () => roots,
  'trust.confirm': () => roots,
  'trust.remove': () => roots,
  'encryption.status': () => encryption,
  'encryption.save': (settings) => {
    encryption = { ...encryption, ...settings }
    return encryption
  },
  'encryption.makeKey': () => {
    encryption = {
      ...encryption,
      own: [
        {
          fingerprint: hash(90 + encryption.own.length),
          signer: 'UBND xã Suối Ngọc',
          madeAt: now,
          validUntil: now + 730 * 24 * 60 * MINUTE,
        },
        ...encryption.own,
      ],
    }
    return encryption
  },
  'encryption.exportKey': () => ({ path: 'D:\\khoa-ma-hoa-co-quan.p7m' }),
  'encryption.importKey': () => ({ organId: 'H99.07' }),
  'encryption.form': ({ recipients }) => ({
    encrypted: recipients.every((organId) => organId === 'H99.07'),
    refused: false,
    recipients: recipients.map((organId) => ({
      organId,
      name: nameOf(organId),
      ...(organId === 'H99.07' ? {} : { lack: 'no-key' as const }),
    })),
  }),

  'appearance.pictures': () =>
    [...pictures].map(([certificateSha256, { widthMm, heightMm }]) => ({
      certificateSha256,
      widthMm,
      heightMm,
      keptAt: now,
    })),
  'appearance.picture': ({ certificateSha256 }) => ({ picture: pictures.get(certificateSha256) }),
  'appearance.keepPicture': ({ certificateSha256, png, widthMm }) => {
    const size = new DataView(png.buffer, png.byteOffset + 16, 8)
    const heightMm = (widthMm * size.getUint32(4)) / size.getUint32(0)
    pictures.set(certificateSha256, { png, widthMm, heightMm })
    tell('appearance')
    return handlers['appearance.pictures']({})
  },
  'appearance.removePicture': ({ certificateSha256 }) => {
    pictures.delete(certificateSha256)
    tell('appearance')
    return handlers['appearance.pictures']({})
  },
  'directory.search': ({ text, limit }) =>
    agencies
      .filter(({ name, organId }) => `${name} ${organId}`.toLowerCase().includes(text.toLowerCase()))
      .slice(0, limit),
  'search.find': ({ query, limit, offset }) => {
    const hits = searchHits(query)
    return { hits: hits.slice(offset, offset + limit), total: hits.length, more: false }
  },
  'search.status': () => ({ notIndexed: 0, notRead: 12, notSearchable: 3 }),
  'search.saved': () => savedSearches,
  'search.save': (search) => {
    savedSearches = [...savedSearches.filter(({ name }) => name !== search.name), search]
    tell('search')
    return savedSearches
  },
  'search.forget': ({ name: forgotten }) => {
    savedSearches = savedSearches.filter(({ name }) => name !== forgotten)
    tell('search')
    return savedSearches
  },
  'directory.standings': ({ ids: asked }) =>
    asked.map((organId) => {
      const known = agencies.find((agency) => agency.organId === organId)
      return {
        organId,
        name: known?.name ?? organId,
        standing: known === undefined ? 'struck-off' : 'current',
      }
    }),
  'directory.groups': () => groups,
  'directory.saveGroup': ({ id, ...group }) => {
    groups = [{ ...group, id: id ?? newGroupId() }, ...groups.filter((other) => other.id !== id)]
    tell('directory')
    return groups
  },
  'directory.useGroup': () => groups,
  'directory.removeGroup': ({ id }) => {
    groups = groups.filter((other) => other.id !== id)
    tell('directory')
    return groups
  },
  counts: () => ({
    drafts: documents.filter(({ state }) => state === 'drafting').length,
    sentBack: sentBack().length,
    toApprove: documents.filter(({ state }) => state === 'proposed').length,
    toSign: documents.filter(({ state }) => OUTGOING_BOXES.toSign.some((known) => known === state)).length,
    outbox: documents.filter(({ state }) => OUTGOING_BOXES.outbox.some((known) => known === state)).length,
    new: received.filter(({ state }) => state === 'admitted').length,
    asked: received.filter(({ request }) => request?.state === 'asked').length,
    handling: handling().length,
    quarantine: received.filter(({ state }) => state === 'quarantined').length,
  }),
  'outgoing.list': ({ box, limit, offset }) => {
    const rows =
      box === 'sentBack'
        ? sentBack()
        : documents.filter(({ state }) => OUTGOING_BOXES[box].some((known) => known === state))
    return { total: rows.length, rows: rows.slice(offset, offset + limit) }
  },
  'outgoing.one': ({ id }) => one(id),
  'outgoing.pdf': pdf,
  'outgoing.propose': ({ id, leaderId }) => {
    const leader = sample.people.find((person) => person.id === leaderId)
    return move(id, 'proposed', 'propose', {
      leader: leader === undefined ? undefined : { id: leader.id, name: leader.name },
      sentBackAt: undefined,
    })
  },
  'outgoing.takeBack': ({ id }) => move(id, 'drafting', 'takeBack'),
  'outgoing.approve': ({ id }) => move(id, 'frozen', 'approve'),
  'outgoing.sendBack': ({ id, reason }) => {
    noted(one(id), 'sentBack', reason)
    return move(id, 'drafting', 'sendBack', { sentBackAt: now })
  },
  'outgoing.note': ({ id, text }) => {
    noted(one(id), 'remark', text)
    tell('outgoing')
    return one(id)
  },
  'outgoing.draft': ({ fields }) => {
    const made = outgoing('drafting', 'Công văn', fields.codeNotation ?? '', '', [], { files: [] })
    made.fields = outgoingFields.parse(fields)
    documents.unshift(made)
    tell('outgoing')
    return made
  },
  'outgoing.save': ({ id, revision, fields, composition }) => {
    const document = one(id)
    if (document.revision !== revision) throw new AppError('document/changed', id)
    Object.assign(document, {
      fields,
      ...(composition === undefined ? {} : { composition }),
      subject: fields.subject,
      revision: revision + 1,
      changedAt: Date.now(),
    })
    tell('outgoing')
    return document
  },
  'drafting.begin': ({ id, revision }) => {
    const document = one(id)
    if (document.revision !== revision) throw new AppError('document/changed', id)
    const started = startOf(document.fields.typeName, own)
    Object.assign(document, {
      fields: { ...document.fields, toPlaces: started.fields.toPlaces },
      composition: started.composition,
      revision: revision + 1,
      changedAt: Date.now(),
    })
    tell('outgoing')
    return document
  },
  'drafting.stop': ({ id, revision }) => {
    const document = one(id)
    Object.assign(document, { composition: undefined, revision: revision + 1, changedAt: Date.now() })
    tell('outgoing')
    return document
  },
  'drafting.takeWord': ({ id }) => {
    const document = one(id)
    const { composition } = startOf(document.fields.typeName, own)
    Object.assign(document, { composition, revision: document.revision + 1, changedAt: Date.now() })
    return { detail: document, recognised: ['typeName', 'subject', 'signer'], lostPictures: 1 }
  },
  'drafting.exportWord': () => ({ path: 'D:\\Công văn.docx' }),
  'drafting.preview': async () => ({ bytes: (await pdf()).bytes, pages: 1 }),
  'drafting.keepPicture': ({ bytes }) => ({ sha256: hash(bytes.byteLength), widthMm: 80 }),
  'drafting.picture': () => {
    throw new AppError('document/not-found', 'there are no pictures in the preview')
  },
  'drafting.versions': () => versions,
  'drafting.version': ({ id }) => {
    const { fields, composition } = one(id)
    if (composition === undefined) throw new AppError('document/not-found', id)
    return { fields, composition }
  },
  'drafting.keepVersion': ({ note }) => {
    versions = [
      { number: versions.length + 1, keptAt: Date.now(), reason: 'asked', by: 'Lê Thị Mẫu', note },
      ...versions,
    ]
    return versions
  },
  'drafting.templates': () => templates,
  'drafting.keepTemplate': ({ id, name }) => {
    const keptId = templateId.parse(crypto.randomUUID())
    templates = [...templates, { id: keptId, name, typeName: one(id).typeName, keptAt: Date.now() }]
    return templates
  },
  'drafting.removeTemplate': ({ id }) => {
    templates = templates.filter((one) => one.id !== id)
    return templates
  },
  'outgoing.importPdf': ({ id, name, bytes }) => {
    const document = one(id)
    document.files = [
      {
        role: 'imported',
        sha256: hash(bytes.byteLength),
        name,
        contentType: 'application/pdf',
        sizeBytes: bytes.byteLength,
      },
    ]
    document.revision += 1
    document.fields = { ...document.fields, pageAmount: 2 }
    return document
  },
  'outgoing.attach': ({ id, name, bytes }) => {
    const document = one(id)
    const sizeBytes = bytes.byteLength
    document.files.push({
      role: 'attachment',
      sha256: hash(sizeBytes + document.files.length),
      name,
      contentType: 'application/octet-stream',
      sizeBytes,
    })
    return document
  },
  'outgoing.detach': ({ id, sha256 }) => {
    const document = one(id)
    document.files = document.files.filter((file) => file.sha256 !== sha256)
    return document
  },
  'outgoing.discard': ({ id }) => move(id, 'discarded', 'discard'),
  'outgoing.voidNumber': ({ id }) => move(id, 'signed', 'void', { codeNumber: undefined }),
  'outgoing.freeze': ({ id }) => move(id, 'frozen', 'freeze'),
  'outgoing.reopen': ({ id }) => move(id, 'drafting', 'reopen'),
  'outgoing.signingPlace': ({ id, certificate }) => {
    const picture = pictures.get(certificate.certificateSha256)
    const person = one(id).state === 'frozen'
    const { widthMm, heightMm } = picture ?? { widthMm: 40, heightMm: 20 }
    return {
      page: 1,
      box: { centreXMm: person ? 154 : 129, centreYMm: 163, widthMm, heightMm },
      pageBoxMm: { widthMm: 210, heightMm: 297 },
      found: true,
      coversText: false,
      ...(picture === undefined ? {} : { picture: picture.png }),
    }
  },
  'outgoing.sign': ({ id, pin }) => {
    if (pin !== '12345678') throw new AppError('sign/pin-wrong', 'wrong')
    return move(id, 'signed', 'sign')
  },
  'outgoing.seal': ({ id, pin, number }) => {
    if (pin !== '12345678') throw new AppError('sign/pin-wrong', 'wrong')
    return move(id, 'sealed', 'seal', { codeNumber: String(number ?? 7).padStart(2, '0') })
  },
  'outgoing.signMany': ({ ids, pin }) => eachOf(ids, pin, (id) => move(id, 'signed', 'sign')),
  'outgoing.sealMany': ({ ids, pin }) =>
    eachOf(ids, pin, (id, at) => move(id, 'sealed', 'seal', { codeNumber: String(7 + at).padStart(2, '0') })),
  'outgoing.readdress': ({ id }) => move(id, 'sealed', 'readdress'),
  'outgoing.submit': ({ id }) => move(id, 'queued', 'submit', { delivery: waits({ attempts: 0 }) }),
  'outgoing.hold': ({ id }) =>
    move(id, 'queued', 'hold', { delivery: waits({ job: 'held', heldByClerk: true }) }),
  'outgoing.sendFirst': ({ id }) => move(id, 'queued', 'first', { delivery: waits() }),
  'outgoing.release': ({ id }) => move(id, 'queued', 'release', { delivery: waits() }),
  'outgoing.sendAsItIs': ({ id }) => move(id, 'queued', 'waive-level', { delivery: waits() }),
  'outgoing.withdraw': ({ id }) => move(id, 'sealed', 'withdraw'),
  'outgoing.replace': ({ id }) => handlers['outgoing.draft']({ fields: one(id).fields }),
  'outgoing.recall': ({ id }) => move(id, 'recalling', 'recall'),
  'outgoing.update': ({ id, fields }) => {
    const document = one(id)
    Object.assign(document, { ...fields, fields: { ...document.fields, ...fields } })
    return move(id, document.state, 'update')
  },
  'outgoing.export': () => ({ path: '/home/clerk/van-ban.pdf' }),
  'incoming.list': ({ box, limit, offset }) => {
    const real = received.filter(({ state, request }) =>
      box === 'asked' ? request?.state === 'asked' : INCOMING_BOXES[box].some((known) => known === state),
    )
    if (many === 0 || box !== 'registered')
      return { total: real.length, rows: real.slice(offset, offset + limit) }
    const count = Math.max(0, Math.min(limit, many - offset))
    return {
      total: many,
      rows: Array.from({ length: count }, (_, index) => ({
        ...incoming(
          `${String(many - offset - index)}/SNV-VP`,
          'Công văn',
          `Văn bản thứ ${String(offset + index + 1)}`,
          'H99.07',
        ),
        arrivalNumber: many - offset - index,
        state: 'registered' as const,
      })),
    }
  },
  'incoming.one': ({ id }) => oneIn(id),
  'incoming.file': pdf,
  'incoming.register': ({ id }) => {
    const document = oneIn(id)
    Object.assign(document, {
      state: 'registered',
      arrivalNumber: 41,
      history: [...document.history, entry('incoming', 'register', 0, { arrivalNumber: 41 })],
    })
    tell('incoming')
    return document
  },
  'incoming.return': ({ id, reason }) => {
    const document = Object.assign(oneIn(id), { state: 'returned' as const, returnReason: reason })
    tell('incoming')
    return document
  },
  'incoming.dismiss': ({ id, reason }) => {
    const document = Object.assign(oneIn(id), { state: 'dismissed' as const, returnReason: reason })
    tell('incoming')
    return document
  },
  'incoming.reply': ({ id, fields }) =>
    handlers['outgoing.draft']({
      fields: { ...fields, subject: `V/v trả lời ${oneIn(id).code}` },
    }),
  'incoming.agree': ({ id }) => answerRequest(id, 'agreed', { state: 'recalled' }),
  'incoming.refuse': ({ id, reason }) => answerRequest(id, 'refused', {}, reason),
  'incoming.assign': ({ id, ...to }) => given(id, to),
  'incoming.assignMany': ({ ids, ...to }) =>
    ids.map((id) => {
      given(id, to)
      return { id }
    }),
  'incoming.giveBack': ({ id, reason }) => {
    noted(oneIn(id), 'givenBack', reason)
    Object.assign(oneIn(id), { assignee: undefined })
    return moveIn(id, 'registered')
  },
  'incoming.note': ({ id, text }) => {
    noted(oneIn(id), 'remark', text)
    tell('incoming')
    return oneIn(id)
  },
  'incoming.handling': ({ of }) => {
    const rows = handling().filter(({ assignee, state }) =>
      of === undefined ? true : of === 'nobody' ? state === 'registered' : assignee?.id === of,
    )
    return { total: rows.length, rows }
  },
  'incoming.stamp': () => ({ leftMm: 30, topMm: 70, pageWidthMm: 210 }),
  'incoming.urgent': () => received.filter(({ state, priority }) => state === 'admitted' && priority > 0),
  'incoming.process': ({ id }) => moveIn(id, 'processing'),
  'incoming.finish': ({ id }) => moveIn(id, 'finished'),
  'evidence.export': () => ({ path: '/home/clerk/chung-cu.zip' }),
  'incoming.export': () => ({ path: '/home/clerk/tep.pdf' }),
  'update.status': () => update,
  'update.check': () => update,
  'update.download': () => update,
  'update.install': () => update,
}

async function call(method: string, raw: unknown): Promise<unknown> {
  if (ask.has('loading') && method !== 'office.status') return new Promise(() => undefined)
  try {
    if (!isMethod(method)) throw new Error(`unknown method ${method}`)
    if (ask.has('fail') && /list|counts/.test(method)) throw new AppError('store/damaged', 'sample')
    const handler = handlers[method] as (input: unknown) => unknown
    const value = contract[method].output.parse(await handler(contract[method].input.parse(raw)))
    return { ok: true, value }
  } catch (caught) {
    if (!(caught instanceof AppError)) reportError(caught)
    return { ok: false, error: { code: codeOf(caught), incident: '5f0c1c2e-8a1b-4b52-9d0e-3f6f0d5a7c11' } }
  }
}

Object.assign(window, {
  bridge: {
    call,
    onChange(listener: (topic: string) => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  },
})
