import { z } from 'zod'
import { agency, organId } from './fields.ts'

/** The id of a group of recipients on this machine. */
export const recipientGroupId = z.uuid().brand<'RecipientGroupId'>()
export type RecipientGroupId = z.output<typeof recipientGroupId>

/** How many groups an office may keep. */
export const MAX_RECIPIENT_GROUPS = 200

/** Nhóm nơi nhận: agencies that are often written to together, under a name. */
export const recipientGroup = z.object({
  id: recipientGroupId,
  name: z.string().trim().min(1).max(100),
  /** In the clerk's order. */
  organIds: z.array(organId).min(1).max(500),
})
export type RecipientGroup = z.output<typeof recipientGroup>

/**
 * How the directory knows a recipient that a draft or a group names: as it is named; under a new code (`now`); or not
 * any more.
 *
 * @source Decision 20/2020/QĐ-TTg, Decision 09/2025/QĐ-TTg: codes are changed and closed
 */
export const recipientStanding = z.object({
  organId,
  /** As the directory has it, or had it last; the id where it never was there. */
  name: z.string(),
  standing: z.enum(['current', 'renamed', 'struck-off']),
  /** The agency under its new code, where it has one. */
  now: agency.optional(),
})
export type RecipientStanding = z.output<typeof recipientStanding>
