import { z } from 'zod'
import { documentId } from './document/fields.ts'

/** How the program behaves on the desktop of the PC. */
export const desktopPolicy = z.object({
  /** Whether news is told outside the window, and how much of it: never, number and agency only, the abstract too. */
  notices: z.enum(['off', 'code', 'subject']),
  /** Whether closing the window leaves the program in the tray, so that the queue goes on. */
  staysInTray: z.boolean(),
})
export type DesktopPolicy = z.output<typeof desktopPolicy>

/** What holds where the office has set nothing. */
export const DEFAULT_DESKTOP_POLICY: DesktopPolicy = { notices: 'code', staysInTray: true }

/** Where the clerk finds what a notice tells of. */
export const noticePlace = z.enum(['new', 'sent', 'outbox', 'to-sign', 'handling'])
export type NoticePlace = z.output<typeof noticePlace>

/** What somebody outside the window asked it to show: with a click on a notice, in the tray, in the jump list. */
export const wanted = z.discriminatedUnion('what', [
  z.object({ what: z.literal('place'), place: noticePlace, id: documentId.optional() }),
  z.object({ what: z.literal('compose') }),
  /** The file that was just opened. */
  z.object({ what: z.literal('file') }),
])
export type Wanted = z.output<typeof wanted>

/** What news is about. A later notice takes the place of an earlier one of the same topic, unless it is urgent. */
export const noticeTopic = z.enum(['urgent', 'arrived', 'returned', 'refused', 'held', 'line', 'deadline'])
export type NoticeTopic = z.output<typeof noticeTopic>

/** One notice in the corner of the screen, as it is shown. */
export const notice = z.object({
  topic: noticeTopic,
  title: z.string().max(200),
  body: z.string().max(500),
  wanted,
})
export type Notice = z.output<typeof notice>

/** What the tray shows, and what main must know before the window is closed. */
export const standing = z.object({
  /** `closed`: no office is open yet, so that nothing is sent or received. */
  office: z.enum(['open', 'closed']),
  arrived: z.int().min(0),
  toSend: z.int().min(0),
  staysInTray: z.boolean(),
})
export type Standing = z.output<typeof standing>

/** What this desktop can do; `startsWithSystem` is left out where it cannot be asked to start a program. */
export const desktopAbilities = z.object({
  tray: z.boolean(),
  startsWithSystem: z.boolean().optional(),
})
export type DesktopAbilities = z.output<typeof desktopAbilities>
