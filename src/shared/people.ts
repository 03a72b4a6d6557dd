import { z } from 'zod'

/**
 * What a person of the office may do. Persisted.
 *
 * - `drafter`: soạn thảo, chuyên viên
 * - `leader`: lãnh đạo, who approves and signs
 * - `clerk`: văn thư, who numbers, seals, sends, and keeps the registers
 * - `administrator`: quản trị, who keeps the settings and the people
 *
 * @source Decree 30/2020/NĐ-CP Arts 13–14, 32: who drafts, checks, signs, numbers, seals
 */
export const personRole = z.enum(['drafter', 'leader', 'clerk', 'administrator'])
export type PersonRole = z.output<typeof personRole>

export const personId = z.uuid().brand<'PersonId'>()
export type PersonId = z.output<typeof personId>

const LEAST_PASSWORD = 8
/** A new password. What was chosen before is never shown again. */
export const newPassword = z.string().min(LEAST_PASSWORD).max(200)

/** What the administrator writes down of a person. */
export const personCard = z.object({
  name: z.string().trim().min(1).max(50),
  position: z.string().trim().max(100),
  roles: z
    .array(personRole)
    .min(1)
    .refine((roles) => new Set(roles).size === roles.length),
  /** Whether they still work here. Nobody is ever deleted: the history names them. */
  isActive: z.boolean(),
})
export type PersonCard = z.output<typeof personCard>

/** A person of the office as the window sees one. */
export const person = personCard.extend({
  id: personId,
  /** By what they can show who they are. */
  hasPassword: z.boolean(),
  hasToken: z.boolean(),
})
export type Person = z.output<typeof person>

/** Whether anybody could take this person's place at the PC without being asked for anything. */
export function isOpen({ hasPassword, hasToken }: Pick<Person, 'hasPassword' | 'hasToken'>): boolean {
  return !hasPassword && !hasToken
}

/** Minutes without key or mouse after which the person at work has to show who they are again. 0: never. */
export const autoLockMinutes = z.int().min(0).max(240)
export const DEFAULT_AUTO_LOCK_MINUTES = 10
