import type { Office } from '../office.ts'
import type { Outside } from '../outside.ts'
import type { OfficeHandlers } from './area.ts'
import { backupAnswers } from './backup.ts'
import { desktopAnswers } from './desktop.ts'
import { encryptionAnswers } from './encryption.ts'
import { evidenceAnswers } from './evidence.ts'
import { homeAnswers } from './home.ts'
import { incomingAnswers } from './incoming.ts'
import { lineAnswers } from './line.ts'
import { openedAnswers } from './opened.ts'
import { outgoingAnswers } from './outgoing.ts'
import { peopleAnswers } from './people.ts'
import { registerAnswers } from './registers.ts'
import { searchAnswers } from './search.ts'
import { settingsAnswers } from './settings.ts'
import { tokenAnswers } from './token.ts'

export type { DoorMethod, OfficeHandlers } from './area.ts'

/** Every request of an open office, by area; each answer is a line or two, the work is in the stages. */
export function officeHandlers(office: Office, outside: Outside): OfficeHandlers {
  return {
    ...homeAnswers(office),
    ...desktopAnswers(office, outside),
    ...openedAnswers(office, outside),
    ...outgoingAnswers(office),
    ...incomingAnswers(office),
    ...searchAnswers(office),
    ...registerAnswers(office),
    ...evidenceAnswers(office),
    ...lineAnswers(office),
    ...tokenAnswers(office),
    ...encryptionAnswers(office),
    ...peopleAnswers(office),
    ...backupAnswers(office),
    ...settingsAnswers(office),
  }
}
