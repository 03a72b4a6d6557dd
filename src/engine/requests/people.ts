import type { Office } from '../office.ts'
import { peopleSection } from '../people.ts'
import type { AnswersTo } from './area.ts'

/** Who works here, and who is at work. */
export function peopleAnswers(office: Office): AnswersTo<'session' | 'people'> {
  const people = peopleSection(office)
  return {
    'session.current': () => people.session(),
    'session.enter': ({ id, password }) => people.enter(id, password),
    'session.enterByToken': ({ id, ...proof }) => people.enterByToken(id, proof),
    'session.leave': () => people.leave(),
    'session.stay': () => people.stay(),
    'session.setPassword': (input) => people.setOwnPassword(input),
    'people.list': () => people.list(),
    'people.add': (input) => people.add(input),
    'people.change': (input) => people.change(input),
    'people.setPassword': ({ id, password }) => people.setPassword(id, password),
    'people.setToken': ({ id, certificate }) => people.setToken(id, certificate),
    'people.handOver': (input) => people.handOver(input),
    'people.saveAutoLock': ({ minutes }) => people.saveAutoLock(minutes),
  }
}
