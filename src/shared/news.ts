import type { NoticePlace } from './desktop.ts'
import type { DocumentId } from './document/fields.ts'
import type { Deadline } from './document/working-days.ts'
import type { ErrorCode } from './errors.ts'

/** A document that there is news of. */
export interface DocumentNews {
  readonly topic: 'urgent' | 'arrived' | 'returned' | 'refused' | 'held' | 'deadline'
  readonly place: NoticePlace
  readonly id: DocumentId
  /** Số, ký hiệu, or the type where there is no number. */
  readonly code: string
  /** Who sent it, or returned it; left out where no other agency has to do with it. */
  readonly agency?: string | undefined
  readonly subject: string
  /** Độ khẩn. */
  readonly priority: number
  /** Why the hub refused it or the queue holds it. */
  readonly reason?: ErrorCode | undefined
  /** Of topic `deadline`. */
  readonly deadline?: Deadline | undefined
}

/** The line is down, and waiting does not bring it back. */
export interface LineNews {
  readonly topic: 'line'
  readonly reason: ErrorCode
}

export type News = DocumentNews | LineNews
