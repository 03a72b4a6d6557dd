import { z } from 'zod'

/** Over this a packet is a large one: it leaves a place to small ones, and may have hours of its own. */
export const LARGE_PACKET_BYTES = 2_000_000

const HOUR_MS = 3_600_000
/** Vietnam keeps UTC+7 all year. */
const VIETNAM_MS = 7 * HOUR_MS

const hour = z.int().min(0).max(23)

/** How the office lets its line be used. */
export const queuePolicy = z.object({
  /** So many errands at once; one place of them is kept for what is small. */
  parallel: z.int().min(2).max(6),
  /** "Tạm dừng gửi": no document leaves until that is taken back. */
  paused: z.boolean(),
  /**
   * The hours of the day, in Vietnam, at which large documents that are not urgent go: from the beginning of one
   * to the beginning of the other, over midnight where `to` is the earlier. Undefined: at any time.
   */
  largeHours: z.object({ from: hour, to: hour }).optional(),
})
export type QueuePolicy = z.output<typeof queuePolicy>

/** What holds where the office has set nothing. */
export const DEFAULT_QUEUE_POLICY: QueuePolicy = { parallel: 3, paused: false }

/**
 * Whether large documents that are not urgent may go now.
 *
 * @param at epoch milliseconds
 */
export function isLargeHour({ largeHours }: QueuePolicy, at: number): boolean {
  if (largeHours === undefined) return true
  const { from, to } = largeHours
  const now = Math.floor((at + VIETNAM_MS) / HOUR_MS) % 24
  return from <= to ? from <= now && now < to : now >= from || now < to
}
