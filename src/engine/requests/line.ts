import type { Office } from '../office.ts'
import type { AnswersTo } from './area.ts'

/** The line to the hub, and in which order and at which hours documents take it. */
export function lineAnswers(office: Office): AnswersTo<'line' | 'queue'> {
  const { store } = office
  return {
    'line.status': () => office.lineStatus(),
    'line.dismissForgotten': () => {
      store.settings.remove('forgottenByHub')
      office.tell('line')
      return office.lineStatus()
    },
    'line.syncNow': () => {
      office.queue.tryNow()
      return office.lineStatus()
    },
    'queue.policy': () => office.queuePolicy(),
    'queue.savePolicy': (policy) => {
      store.settings.set('queuePolicy', policy)
      office.queue.policyChanged()
      office.tell('line')
      return office.queuePolicy()
    },
  }
}
