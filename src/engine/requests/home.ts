import { DEFAULT_CALENDAR } from '../../shared/document/working-days.ts'
import { pressingDeadlines } from '../deadlines.ts'
import { today, yearAtAGlance } from '../home.ts'
import type { Office } from '../office.ts'
import type { AnswersTo, OfficeHandlers } from './area.ts'

/** What there is to do, and by when. */
export function homeAnswers({
  store,
  now,
  tell,
}: Office): AnswersTo<'home' | 'deadlines' | 'workCalendar'> & Pick<OfficeHandlers, 'counts'> {
  return {
    'home.today': () => today(store, now()),
    'home.year': ({ year }) => yearAtAGlance(store, year),
    counts: () => ({ ...store.outgoing.counts(), ...store.incoming.counts() }),
    'deadlines.pressing': () => pressingDeadlines(store, now()),
    'workCalendar.current': () => store.settings.get('workCalendar') ?? DEFAULT_CALENDAR,
    'workCalendar.save': (calendar) => {
      store.settings.set('workCalendar', calendar)
      tell('office')
      return calendar
    },
  }
}
