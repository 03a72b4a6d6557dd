import { vietnamClock } from './document/vietnam-time.ts'
import { PRIORITIES } from './document/types.ts'
import { ERROR_TEXT } from './errors.vi.ts'
import type { ErrorCode } from './errors.ts'
import type { DocumentNews } from './news.ts'

/** What the tray and the jump list say. */
export const TRAY_TEXT = {
  open: 'Mở Văn Thư',
  compose: 'Soạn văn bản',
  sync: 'Gửi nhận ngay',
  quit: 'Thoát',
  name: 'Văn Thư',
  counts: (arrived: number, toSend: number) =>
    `Văn Thư: ${String(arrived)} văn bản mới, ${String(toSend)} chờ gửi`,
  /** Of the overlay on the button of the taskbar, for screen readers. */
  arrived: (arrived: number) => `${String(arrived)} văn bản mới`,
  stays: {
    title: 'Văn Thư vẫn đang chạy',
    body: 'Chương trình ở khay hệ thống để tiếp tục gửi và nhận văn bản. Bấm vào biểu tượng để mở lại; muốn tắt hẳn, chọn Thoát.',
  },
} as const

/** The title of a notice in practice, so that nobody takes an exercise for the day's work. */
export function practisedTitle(title: string): string {
  return `Tập dùng: ${title}`
}

type Topic = DocumentNews['topic']

const ONE: Readonly<Record<Exclude<Topic, 'urgent' | 'deadline'>, string>> = {
  arrived: 'Văn bản mới đến',
  returned: 'Nơi nhận trả lại văn bản',
  refused: 'Trục liên thông không nhận văn bản',
  held: 'Một văn bản chờ gửi cần bạn xử lý',
}

const MANY: Readonly<Record<Exclude<Topic, 'deadline'>, (count: number) => string>> = {
  urgent: (count) => `${String(count)} văn bản khẩn vừa đến`,
  arrived: (count) => `${String(count)} văn bản mới đến`,
  returned: (count) => `${String(count)} văn bản bị nơi nhận trả lại`,
  refused: (count) => `Trục liên thông không nhận ${String(count)} văn bản`,
  held: (count) => `${String(count)} văn bản chờ gửi cần bạn xử lý`,
}

/** So many names stand in a notice before the rest is counted. */
const NAMED = 2

/** What a notice says, without the abstract. */
export const NOTICE_TEXT = {
  /** Of one document. */
  one(news: DocumentNews, now: number): { title: string; body: string } {
    const { topic, code, agency, reason, deadline } = news
    const named = [code, agency ?? ''].filter((part) => part !== '').join(', ')
    if (topic === 'deadline') {
      const at = deadline?.at ?? now
      return {
        title: at < now ? 'Văn bản quá hạn' : 'Văn bản sắp đến hạn',
        // Seconds say nothing of a deadline.
        body: `${named}\nHạn ${vietnamClock(at).slice(0, 16)}`,
      }
    }
    return {
      title: topic === 'urgent' ? `Văn bản ${priorityName(news)} vừa đến` : ONE[topic],
      body: reason === undefined ? named : `${named}\n${ERROR_TEXT[reason].title}`,
    }
  },
  /** Of several, of one topic. */
  many(news: readonly DocumentNews[], now: number): { title: string; body: string } {
    const topic = news[0]?.topic ?? 'arrived'
    if (topic === 'deadline') {
      const passed = news.filter(({ deadline }) => (deadline?.at ?? now) < now).length
      const near = news.length - passed
      return {
        title: [
          near === 0 ? '' : `${String(near)} văn bản sắp đến hạn`,
          passed === 0 ? '' : `${String(passed)} văn bản quá hạn`,
        ]
          .filter((part) => part !== '')
          .join(', '),
        body: names(codesOf(news), 'văn bản'),
      }
    }
    const agencies = news.map(({ agency }) => agency ?? '').filter((name) => name !== '')
    const body = agencies.length === 0 ? names(codesOf(news), 'văn bản') : names(agencies, 'nơi')
    return { title: MANY[topic](news.length), body }
  },
  /** Nothing is sent or received until somebody does something. */
  line: (reason: ErrorCode) => ({
    title: 'Gửi, nhận văn bản đang dừng',
    body: `${ERROR_TEXT[reason].title}. ${ERROR_TEXT[reason].hint}`,
  }),
}

function codesOf(news: readonly DocumentNews[]): string[] {
  return news.map(({ code }) => code)
}

/** `Sở Nội vụ, UBND tỉnh Thanh Vân và 3 nơi khác`; each name once. */
function names(all: readonly string[], what: 'nơi' | 'văn bản'): string {
  const different = [...new Set(all)]
  const shown = different.slice(0, NAMED).join(', ')
  const more = different.length - NAMED
  return more > 0 ? `${shown} và ${String(more)} ${what} khác` : shown
}

function priorityName({ priority }: DocumentNews): string {
  return (PRIORITIES.find(({ code }) => code === priority) ?? PRIORITIES[3]).name.toLowerCase()
}
