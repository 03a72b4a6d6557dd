import type { WorkCalendar } from '../../shared/document/working-days.ts'
import { useLive } from './useLive.ts'

/** The office's working days; undefined until they are there. */
export function useCalendar(): WorkCalendar | undefined {
  const calendar = useLive('workCalendar.current', {}, 'office')
  return calendar.status === 'ready' ? calendar.value : undefined
}
