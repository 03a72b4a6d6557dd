import { AsyncLocalStorage } from 'node:async_hooks'
import type { DocumentId } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import type { Method, OutgoingDetail, Output } from '../../shared/ipc/contract.ts'
import { failureLog, failureOf } from '../answer.ts'
import { requireOwnDraft } from '../may.ts'
import type { Office } from '../office.ts'
import { approve, propose, remark, sendBack, takeBack } from '../outgoing/approve.ts'
import { attach, detach } from '../outgoing/attach.ts'
import { scanOf } from '../outgoing/copy.ts'
import { begin, discard, importPdf, reopen, save, voidNumber } from '../outgoing/draft.ts'
import { freeze } from '../outgoing/freeze.ts'
import { recall } from '../outgoing/recall.ts'
import { beginReplacement } from '../outgoing/replace.ts'
import { seal, sealMany, sign, signMany, type SignOutcome } from '../outgoing/sign.ts'
import {
  hold,
  isBeforeFirstByte,
  readdress,
  release,
  sendAsItIs,
  sendFirst,
  submit,
  withdraw,
} from '../outgoing/submit.ts'
import { update } from '../outgoing/update.ts'
import type { AnswersTo } from './area.ts'
import { changedOutgoing, outgoingDetail } from './changed.ts'
import { draftingAnswers } from './drafting.ts'
import { asSigned, exportFile } from './files.ts'

/** Documents that go out: from the draft to the hub. */
export function outgoingAnswers(office: Office): AnswersTo<'outgoing' | 'drafting'> {
  const { store, now } = office

  function changed(id: DocumentId): OutgoingDetail {
    return changedOutgoing(office, id)
  }

  function tellOutgoing(): void {
    office.tell('outgoing')
  }

  /** The draft, for who may change it. */
  function own(id: DocumentId): DocumentId {
    requireOwnDraft(store, store.outgoing.get(id))
    return id
  }

  /** Runs a batch while nobody else asks the token, and tells what failed under an incident each. */
  async function outcomes(
    method: Method,
    work: () => Promise<SignOutcome[]>,
  ): Promise<Output<'outgoing.signMany'>> {
    try {
      const done = await office.watch.during(work)
      return done.map(({ id, failure }) =>
        failure === undefined
          ? { id }
          : { id, error: failureOf(failure, method, failureLog(office.host.log)) },
      )
    } finally {
      tellOutgoing()
    }
  }

  return {
    ...draftingAnswers(office, own, changed),
    'outgoing.list': ({ box, limit, offset }) => store.outgoing.list(box, limit, offset),
    'outgoing.one': ({ id }) => outgoingDetail(office, id),
    'outgoing.pdf': async ({ id, role, signedBy }) => {
      const { files } = store.outgoing.get(id)
      const roles = role === undefined ? (['sealed', 'signed', 'imported'] as const) : [role]
      const file = roles.flatMap((wanted) => files.findLast((one) => one.role === wanted) ?? [])[0]
      if (file === undefined) throw new AppError('document/not-found', 'the document has no PDF yet')
      return { bytes: await asSigned(await store.files.bytes(file.sha256), signedBy) }
    },
    'outgoing.draft': ({ fields }) => changed(begin(store, fields, now())),
    'outgoing.save': ({ id, revision, fields, composition }) => {
      save(store, own(id), { revision, fields, composition }, now())
      return changed(id)
    },
    'outgoing.importPdf': async ({ id, name, bytes }) => {
      await importPdf(store, own(id), name, bytes)
      return changed(id)
    },
    'outgoing.attach': async ({ id, name, bytes }) => {
      await attach(store, own(id), name, bytes)
      return changed(id)
    },
    'outgoing.detach': ({ id, sha256 }) => {
      detach(store, own(id), sha256)
      return changed(id)
    },
    'outgoing.discard': ({ id, reason }) => {
      discard(store, own(id), now(), reason)
      return changed(id)
    },
    'outgoing.voidNumber': ({ id, reason }) => {
      voidNumber(store, id, reason, now())
      return changed(id)
    },
    'outgoing.scan': ({ id }) => scanOf(store, id),
    'outgoing.freeze': async ({ id, revision }) => {
      await freeze(store, id, revision, now(), office.typesetting)
      return changed(id)
    },
    'outgoing.propose': async ({ id, revision, leaderId }) => {
      await propose(store, own(id), revision, leaderId, now(), office.typesetting)
      return changed(id)
    },
    'outgoing.takeBack': ({ id }) => {
      takeBack(store, own(id), now())
      return changed(id)
    },
    'outgoing.approve': ({ id }) => {
      approve(store, id, now())
      return changed(id)
    },
    'outgoing.sendBack': ({ id, reason }) => {
      sendBack(store, id, reason, now())
      return changed(id)
    },
    'outgoing.note': ({ id, text }) => {
      remark(store, id, text, now())
      return changed(id)
    },
    'outgoing.reopen': ({ id }) => {
      reopen(store, id, now())
      return changed(id)
    },
    'outgoing.signingPlace': async ({ id, certificate, place }) => {
      const { signingPlace } = await import('../outgoing/show.ts')
      return signingPlace(store, id, certificate.certificateSha256, place)
    },
    'outgoing.sign': async ({ id, place, ...choice }) => {
      await office.watch.during(() => sign(office.signing, id, choice, { place }))
      return changed(id)
    },
    'outgoing.seal': async ({ id, number, issuedDate, skips, place, ...choice }) => {
      const issue = { wanted: number, issuedDate, skips, place }
      await office.watch.during(() => seal(office.signing, id, choice, issue)).finally(tellOutgoing)
      return changed(id)
    },
    'outgoing.signMany': ({ ids, ...choice }) =>
      outcomes('outgoing.signMany', () => signMany(office.signing, ids, choice, tellOutgoing)),
    'outgoing.sealMany': ({ ids, issuedDate, ...choice }) =>
      outcomes('outgoing.sealMany', () =>
        sealMany(office.signing, ids, choice, { issuedDate }, tellOutgoing),
      ),
    'outgoing.readdress': ({ id, recipients }) => {
      readdress(store, id, recipients)
      return changed(id)
    },
    'outgoing.submit': async ({ id }) => {
      await submit(office.submitting, id)
      office.queue.ring()
      return changed(id)
    },
    'outgoing.hold': async ({ id }) => {
      await office.queue.interrupt(
        id,
        // In the name of whoever asked, though the errand it waits for has nobody's.
        AsyncLocalStorage.bind(() => {
          hold(store, id)
        }),
      )
      return changed(id)
    },
    'outgoing.sendFirst': ({ id }) => {
      sendFirst(store, id, now())
      office.queue.ring()
      return changed(id)
    },
    'outgoing.release': ({ id }) => {
      release(store, id, now())
      office.queue.ring()
      return changed(id)
    },
    'outgoing.sendAsItIs': ({ id }) => {
      sendAsItIs(store, id, now())
      office.queue.ring()
      return changed(id)
    },
    'outgoing.recall': async ({ id, reason }) => {
      await recall(office.submitting, id, reason)
      office.queue.ring()
      return changed(id)
    },
    'outgoing.update': async ({ id, ...wanted }) => {
      await update(office.submitting, id, wanted)
      office.queue.ring()
      return changed(id)
    },
    'outgoing.replace': ({ id, reason }) => changed(beginReplacement(store, id, reason, now())),
    'outgoing.withdraw': async ({ id }) => {
      const work = AsyncLocalStorage.bind(() => {
        withdraw(store, id, now())
      })
      if (isBeforeFirstByte(store, id)) await office.queue.interrupt(id, work)
      else work()
      return changed(id)
    },
    'outgoing.export': ({ id, sha256 }) =>
      exportFile(
        office,
        store.outgoing.get(id).files.find((file) => file.sha256 === sha256),
      ),
  }
}
