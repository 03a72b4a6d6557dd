import { z } from 'zod'
import { isoDate } from '../../document/fields.ts'
import { autoLockMinutes, newPassword, person, personCard, personId } from '../../people.ts'
import { certificateChoice, nothing, pinUse, type Requests } from './values.ts'

/** Who is at work on this PC, and who could be. */
const session = z.object({
  /** Left out while the place is empty: nothing else is answered then. */
  person: person.optional(),
  /** Everybody who works here, to choose from. */
  people: z.array(person),
  /** Whether there is anybody to change places with. */
  isShared: z.boolean(),
  autoLockMinutes,
})
export type Session = z.output<typeof session>

const everybody = z.array(person)
const password = z.string().min(1).max(200)

/** The people of the office, and who of them is at work. */
export const peopleContract = {
  'session.current': { input: nothing, output: session },
  /** "Vào làm việc" by password. */
  'session.enter': { input: z.object({ id: personId, password }), output: session },
  /** "Vào làm việc" by the person's own token, which signs a random challenge. */
  'session.enterByToken': { input: z.object({ id: personId, ...pinUse }), output: session },
  /** "Khóa": the place is empty until somebody shows who they are. */
  'session.leave': { input: nothing, output: session },
  /** Somebody touched a key or the mouse. */
  'session.stay': { input: nothing, output: nothing },
  /** The password of whoever is at work. `current` is left out where there was none. */
  'session.setPassword': {
    input: z.object({ current: password.optional(), next: newPassword }),
    output: session,
  },
  /** A new password for one who forgot theirs, by the recovery code of the office. */
  'session.recover': {
    input: z.object({ id: personId, recoveryCode: z.string().max(200), password: newPassword }),
    output: session,
  },

  /** Everybody, those who have left last. */
  'people.list': { input: nothing, output: everybody },
  /** A new person. Refused as `person/own-password-first` while whoever adds them could be taken for another. */
  'people.add': { input: personCard.extend({ password: newPassword.optional() }), output: everybody },
  'people.change': { input: personCard.extend({ id: personId }), output: everybody },
  /** The administrator gives somebody a new password. */
  'people.setPassword': { input: z.object({ id: personId, password: newPassword }), output: everybody },
  /** Whose token a certificate is on; left out, nobody's any more. */
  'people.setToken': {
    input: z.object({ id: personId, certificate: certificateChoice.optional() }),
    output: everybody,
  },
  /** "Bàn giao": the clerk's duty goes from one person to another, for ever in the history. */
  'people.handOver': {
    input: z.object({
      from: personId,
      to: personId,
      /** From which day on. */
      since: isoDate,
      /** Số biên bản, what was handed over. */
      note: z.string().trim().max(500),
    }),
    output: everybody,
  },
  'people.saveAutoLock': { input: z.object({ minutes: autoLockMinutes }), output: session },
} satisfies Requests
