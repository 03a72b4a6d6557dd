import type { DocumentId } from '../../shared/document/fields.ts'
import type { IncomingDetail } from '../../shared/ipc/contract.ts'
import { failureLog, failureOf } from '../answer.ts'
import { assign, finish, giveBack, noteReply, process, remark } from '../incoming/process.ts'
import { dismiss, register, sendBack } from '../incoming/register.ts'
import { replyTo } from '../incoming/reply.ts'
import { agree, refuse } from '../incoming/requests.ts'
import { placeOfStamp } from '../incoming/stamp.ts'
import type { Office } from '../office.ts'
import { begin } from '../outgoing/draft.ts'
import { memorySource } from '../pdf/source.ts'
import type { AnswersTo } from './area.ts'
import { changedIncoming, changedOutgoing, incomingDetail } from './changed.ts'
import { asSigned, exportFile, openableFile } from './files.ts'

/** Documents that came in: from arrival to the last status. */
export function incomingAnswers(office: Office): AnswersTo<'incoming'> {
  const { store, now } = office

  function changed(id: DocumentId): IncomingDetail {
    return changedIncoming(office, id)
  }

  return {
    'incoming.list': ({ box, limit, offset }) => store.incoming.list(box, limit, offset),
    'incoming.one': ({ id }) => incomingDetail(office, id),
    'incoming.file': async ({ id, sha256, signedBy }) => {
      const file = openableFile(store.incoming.get(id), sha256)
      return { bytes: await asSigned(await store.files.bytes(file.sha256), signedBy) }
    },
    'incoming.stamp': async ({ id, sha256 }) => {
      const file = openableFile(store.incoming.get(id), sha256)
      return placeOfStamp(memorySource(await store.files.bytes(file.sha256)))
    },
    'incoming.register': ({ id, arrivalNumber }) => {
      register(office.registering, id, arrivalNumber)
      office.queue.ring()
      return changed(id)
    },
    'incoming.return': ({ id, reason }) => {
      sendBack(office.registering, id, reason)
      office.queue.ring()
      return changed(id)
    },
    'incoming.dismiss': ({ id, reason }) => {
      dismiss(office.registering, id, reason)
      return changed(id)
    },
    'incoming.agree': ({ id, requestId }) => {
      agree(office.registering, id, requestId)
      office.queue.ring()
      return changed(id)
    },
    'incoming.refuse': ({ id, requestId, reason }) => {
      refuse(office.registering, id, requestId, reason)
      office.queue.ring()
      return changed(id)
    },
    'incoming.reply': ({ id, fields }) => {
      const start = { ...fields, ...replyTo(store.incoming.get(id)) }
      const draft = store.atomically(() => {
        noteReply(office.registering, id)
        return begin(store, start, now())
      })
      office.queue.ring()
      office.tell('incoming')
      return changedOutgoing(office, draft)
    },
    'incoming.assign': ({ id, ...assignment }) => {
      assign(office.registering, id, assignment)
      office.queue.ring()
      return changed(id)
    },
    'incoming.assignMany': ({ ids, ...assignment }) => {
      const done = [...new Set(ids)].map((id) => {
        try {
          assign(office.registering, id, assignment)
          return { id }
        } catch (cause) {
          return { id, error: failureOf(cause, 'incoming.assignMany', failureLog(office.host.log)) }
        }
      })
      office.queue.ring()
      office.tell('incoming')
      return done
    },
    'incoming.giveBack': ({ id, reason }) => {
      giveBack(office.registering, id, reason)
      return changed(id)
    },
    'incoming.note': ({ id, text }) => {
      remark(office.registering, id, text)
      return changed(id)
    },
    'incoming.handling': ({ of, limit, offset }) => store.incoming.handling(of, limit, offset),
    'incoming.urgent': () => store.incoming.urgentUnanswered(),
    'incoming.process': ({ id }) => {
      process(office.registering, id)
      office.queue.ring()
      return changed(id)
    },
    'incoming.finish': ({ id }) => {
      finish(office.registering, id)
      office.queue.ring()
      return changed(id)
    },
    'incoming.export': ({ id, sha256 }) => exportFile(office, openableFile(store.incoming.get(id), sha256)),
  }
}
