import type { CheckedStep, CheckStep, ConnectionCheck } from './connection-check.ts'
import type { ServerCertificate } from './connection.ts'
import { formatDate, vietnamClock, vietnamDate } from './document/vietnam-time.ts'
import { failureWords } from './failure.vi.ts'
import { plain } from './plain.ts'

/** What each step looks at. */
export const STEP_TITLE: Readonly<Record<CheckStep, string>> = {
  network: 'Máy này có mạng',
  name: 'Tên máy chủ',
  connection: 'Mở kết nối',
  security: 'Đường truyền bảo mật và chứng thư máy chủ',
  server: 'Máy chủ trả lời',
  clock: 'Đồng hồ của máy này',
  access: 'Trục nhận mã hệ thống và khóa',
  lists: 'Danh sách trên trục',
  folder: 'Thư mục trao đổi ở máy này',
  writing: 'Ghi và đọc lại',
  'own-key': 'Khóa của cơ quan để niêm phong gói',
  packages: 'Gói trong thư mục',
}

/** How a step stands. */
export const STEP_STATE: Readonly<Record<CheckedStep['state'], string>> = {
  waiting: 'chưa đến',
  running: 'đang kiểm tra',
  good: 'tốt',
  warning: 'cần lưu ý',
  failed: 'không được',
  passed: 'không cần kiểm tra',
  skipped: 'chưa kiểm tra',
}

const TRUSTED_BY: Readonly<Record<NonNullable<CheckedStep['trustedBy']>, string>> = {
  pin: 'Đúng chứng thư đã đối chiếu.',
  office: 'Do nơi cấp mà cơ quan chọn tin cấp.',
  web: 'Do nơi cấp được tin cậy chung cấp.',
}

/** "F04B A4B4 …": groups of four, as they are read out and compared. */
export function fingerprintGroups(sha256: string): string {
  return (
    sha256
      .toUpperCase()
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  )
}

/** What people compare of a certificate. */
export function certificateLines({
  subject,
  issuer,
  notBefore,
  notAfter,
  sha256,
}: ServerCertificate): string[] {
  const [from, to] = [notBefore, notAfter].map((at) => formatDate(vietnamDate(at)))
  return [
    `Chứng thư của: ${subject}`,
    `Nơi cấp: ${issuer === subject ? 'tự cấp' : issuer}`,
    `Hiệu lực: từ ${from ?? ''} đến ${to ?? ''}`,
    `Dấu vân tay SHA-256: ${fingerprintGroups(sha256)}`,
  ]
}

/** What a step found, and where it failed what happened, what to do and where. */
export function stepLines(step: CheckedStep): string[] {
  return [...failureLines(step), ...factLines(step)]
}

function failureLines({ error, detail }: CheckedStep): string[] {
  if (error === undefined) return []
  const { title, hint, special, hop } = failureWords({ code: error, detail })
  return [`${title}. ${hint}`, special, hop].filter((line) => line !== undefined)
}

function factLines(step: CheckedStep): string[] {
  const { addresses, proxy, milliseconds, certificate, trustedBy, clockSkewMs } = step
  const { documents, statuses, agencies, strange = [] } = step
  return [
    ...(proxy === undefined ? [] : [`Đi qua proxy ${proxy}.`]),
    ...(addresses === undefined ? [] : [`Địa chỉ: ${addresses.join(', ')}`]),
    ...(milliseconds === undefined ? [] : [`Mất ${String(milliseconds)} mili giây.`]),
    ...(step.step === 'security' && step.state === 'warning' ? [OPEN_LINE] : []),
    ...(trustedBy === undefined ? [] : [TRUSTED_BY[trustedBy]]),
    ...(certificate === undefined ? [] : certificateLines(certificate)),
    ...(clockSkewMs === undefined ? [] : [skewLine(clockSkewMs)]),
    ...(documents === undefined ? [] : [`Văn bản đang chờ nhận: ${String(documents)}`]),
    ...(statuses === undefined ? [] : [`Trạng thái đang chờ nhận: ${String(statuses)}`]),
    ...(agencies === undefined ? [] : [`Danh bạ của trục có ${String(agencies)} cơ quan.`]),
    ...strange.map(({ name, code }) => {
      const { title, hint } = failureWords({ code })
      return `“${plain(name)}”: ${title}. ${hint}`
    }),
  ]
}

const OPEN_LINE =
  'Địa chỉ http:// không mã hóa đường truyền: ai ở giữa cũng đọc được. Chỉ dùng trong mạng nội bộ của cơ quan.'

function skewLine(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (seconds < 2) return 'Đúng giờ với máy chủ.'
  const side = skewMs > 0 ? 'nhanh' : 'chậm'
  return `Máy này ${side} ${spanWords(seconds)} so với máy chủ. Chương trình tự bù khi gửi; giờ ghi trên văn bản vẫn theo máy này, hãy chỉnh lại ngày giờ của máy.`
}

function spanWords(seconds: number): string {
  if (seconds < 120) return `${String(seconds)} giây`
  if (seconds < 7_200) return `${String(Math.round(seconds / 60))} phút`
  if (seconds < 172_800) return `${String(Math.round(seconds / 3_600))} giờ`
  return `${String(Math.round(seconds / 86_400))} ngày`
}

/** Whether the way can be gone to its end. */
export function isWayOpen({ running, steps }: Pick<ConnectionCheck, 'running' | 'steps'>): boolean {
  return !running && steps.every(({ state }) => state === 'good' || state === 'warning' || state === 'passed')
}

/** The check as a text for support. It holds no secret, and no word of any document. */
export function checkReport(check: ConnectionCheck, system: string): string {
  const { startedAt, kind, url, systemId, steps } = check
  const lines = [
    'KIỂM TRA KẾT NỐI TRỤC LIÊN THÔNG',
    `Thời điểm: ${vietnamClock(startedAt)} (giờ của máy này) · ${system}`,
    `Kiểu kết nối: ${kind} · Địa chỉ: ${url}${systemId === '' ? '' : ` · Mã hệ thống: ${systemId}`}`,
    '',
    ...steps.flatMap((step, index) => [
      `${String(index + 1)}. ${STEP_TITLE[step.step]}: ${STEP_STATE[step.state]}`,
      ...stepLines(step).map((line) => `   ${line}`),
      ...(step.error === undefined ? [] : [`   Mã lỗi: ${step.error}`]),
    ]),
  ]
  return `${lines.join('\r\n')}\r\n`
}
