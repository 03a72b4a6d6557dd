import type { ConnectionSettings } from '../shared/connection.ts'
import { AppError } from '../shared/errors.ts'
import { fieldProblems, type DocumentFile, type DocumentId, type Sha256 } from '../shared/document/fields.ts'
import type {
  Handlers,
  IncomingDetail,
  Input,
  Method,
  OutgoingDetail,
  Output,
  Settings,
} from '../shared/ipc/contract.ts'
import { DEFAULT_CALENDAR } from '../shared/document/working-days.ts'
import { waitsForNumber } from '../shared/document/signers.ts'
import { MAX_SAVED_SEARCHES, type SavedSearch } from '../shared/search.ts'
import { diagnosisText } from '../shared/token-diagnosis.vi.ts'
import { failureLog, failureOf } from './answer.ts'
import { AsyncLocalStorage } from 'node:async_hooks'
import { connectionSection } from './connection.ts'
import { BACKUP_FOLDER_TITLE } from './backup.ts'
import { today, yearAtAGlance } from './home.ts'
import { correct, registerPage, seriesOfYear } from './register-book.ts'
import { printRegister } from './register-print.ts'
import { assign, finish, giveBack, noteReply, process, remark as remarkIncoming } from './incoming/process.ts'
import { draftingSection } from './drafting.ts'
import { pressingDeadlines } from './deadlines.ts'
import { nextArrivalNumber, dismiss, register, sendBack } from './incoming/register.ts'
import { placeOfStamp } from './incoming/stamp.ts'
import { replyTo } from './incoming/reply.ts'
import { agree, refuse } from './incoming/requests.ts'
import { approve, propose, remark, sendBack as sendBackDraft, takeBack } from './outgoing/approve.ts'
import { attach, detach } from './outgoing/attach.ts'
import { scanOf } from './outgoing/copy.ts'
import { begin, discard, importPdf, reopen, save, voidNumber } from './outgoing/draft.ts'
import { freeze, hasPage } from './outgoing/freeze.ts'
import { nextNumber, previewNumber } from './outgoing/number.ts'
import { currentNumbering, explainGap, gapsOf, saveNumbering } from './outgoing/numbering.ts'
import { seal, sealMany, sign, signMany, type SignOutcome } from './outgoing/sign.ts'
import { keepPicture } from './outgoing/pictures.ts'
import { recall } from './outgoing/recall.ts'
import { beginReplacement } from './outgoing/replace.ts'
import {
  hold,
  isBeforeFirstByte,
  readdress,
  release,
  sendAsItIs,
  sendFirst,
  submit,
  withdraw,
} from './outgoing/submit.ts'
import type { Office } from './office.ts'
import { requireOwnDraft } from './may.ts'
import { memorySource } from './pdf/source.ts'
import { peopleSection } from './people.ts'
import { diagnoseToken } from './token-diagnosis.ts'
import type { Incoming } from './store/index.ts'
import { signedLength } from './verify-pdf.ts'

/** The requests that are answered before any office is open: by its door (index.ts). */
export type DoorMethod =
  | 'office.status'
  | 'office.newRecoveryCode'
  | 'office.create'
  | 'office.unlock'
  | 'session.recover'
  | 'connection.startCheck'
  | 'connection.check'
  | 'connection.cancelCheck'
  | 'connection.exportCheck'
  | 'restore.choose'
  | 'restore.begin'
  | 'restore.progress'
  | 'restore.cancel'
  | 'token.drivers'
  | 'token.list'
  | 'token.browse'
  | 'update.status'
  | 'update.check'
  | 'update.download'
  | 'update.install'

/** The requests that only an open office answers. */
type OfficeHandlers = Omit<Handlers, DoorMethod>

/** Every request of an open office, each a line or two: the work is in the stages. */
export function officeHandlers(office: Office): OfficeHandlers {
  const { store, now, host } = office

  function outgoing(id: DocumentId): OutgoingDetail {
    const document = store.outgoing.get(id)
    return {
      ...store.outgoing.summary(document),
      revision: document.revision,
      fields: document.fields,
      composition: store.compositions.get(id),
      files: document.files,
      problems: document.state === 'drafting' ? fieldProblems(document.fields, hasPage(store, document)) : [],
      verdict: document.verdict,
      history: store.history.about(id),
      notes: store.notes.of(id),
      encrypted: store.encryptionKeys.isEncrypted(document.packetSha256),
      nextNumber: waitsForNumber(document.state, document.fields.typeName)
        ? nextNumber(store, id, now())
        : undefined,
    }
  }

  function incoming(id: DocumentId): IncomingDetail {
    const document = store.incoming.get(id)
    const { message } = document
    return {
      ...store.incoming.summary({ ...document, verdictWord: document.verdict?.verdict }),
      signer: message?.signer ?? { competence: '', position: '', fullName: '' },
      place: message?.place ?? '',
      toPlaces: message?.toPlaces ?? [],
      content: message?.content ?? '',
      paperFollows: message?.business.paper ?? false,
      steeringType: message?.steeringType,
      answers: message?.responseFor.map((answered) => answered.code) ?? [],
      replaces: message?.business.replacementInfo?.map((replaced) => replaced.documentId) ?? [],
      files: document.files,
      warnings: document.warnings,
      verdictDetail: document.verdict,
      history: store.history.about(id),
      notes: store.notes.of(id),
      encrypted: store.encryptionKeys.isEncrypted(document.packetSha256),
      nextArrivalNumber: nextArrivalNumber(store, now()),
    }
  }

  function changedOutgoing(id: DocumentId): OutgoingDetail {
    office.tell('outgoing')
    office.tell('line')
    return outgoing(id)
  }

  function diagnosis(): Promise<Output<'token.diagnosis'>> {
    return diagnoseToken(office.signer, store.settings.get('token'), now())
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
        failure === undefined ? { id } : { id, error: failureOf(failure, method, failureLog(host.log)) },
      )
    } finally {
      tellOutgoing()
    }
  }

  function changedEncryption(): Output<'encryption.status'> {
    office.tell('encryption')
    return office.encryption.status()
  }

  function changedIncoming(id: DocumentId): IncomingDetail {
    office.tell('incoming')
    return incoming(id)
  }

  function settings(): Settings {
    const agency = store.settings.get('agency')
    if (agency === undefined) throw new Error('an open office has an agency')
    const hub = store.settings.get('hub')
    const token = store.settings.get('token')
    return {
      agency,
      clerkName: store.settings.get('clerkName') ?? '',
      ...(hub === undefined ? {} : { hub }),
      ...(token === undefined ? {} : { token }),
      numberPlacement: store.settings.get('numberPlacement') ?? 'signature-fields',
      recallRoute: store.settings.get('recallRoute') ?? 'edoc',
    }
  }

  function saveSettings(input: Input<'settings.save'>): Settings {
    const { agency, clerkName, hub, token, numberPlacement, numberFields, recallRoute } = input
    store.atomically(() => {
      store.settings.set('agency', agency)
      store.settings.set('clerkName', clerkName)
      people.renameSole(clerkName)
      if (hub === undefined) {
        store.settings.remove('hub')
      } else {
        const secret = hub.secret ?? store.settings.get('hub')?.secret
        if (secret === undefined) {
          throw new AppError('hub/not-configured', 'the hub needs its secret', { detail: 'secret' })
        }
        store.settings.set('hub', { ...hub, secret })
        store.settings.remove('directoryAt')
      }
      if (token === undefined) store.settings.remove('token')
      else store.settings.set('token', token)
      if (numberPlacement !== undefined) store.settings.set('numberPlacement', numberPlacement)
      if (numberFields !== undefined) store.settings.set('numberFields', numberFields)
      if (recallRoute !== undefined) store.settings.set('recallRoute', recallRoute)
    })
    office.signer.reset()
    void office.watch.lookNow()
    office.queue.tryNow()
    office.tell('office')
    office.tell('token')
    office.tell('line')
    return settings()
  }

  function savedSearches(): SavedSearch[] {
    return store.settings.get('savedSearches') ?? []
  }

  function searchesBut(name: string): SavedSearch[] {
    return savedSearches().filter((search) => search.name !== name)
  }

  function keepSearches(searches: SavedSearch[]): SavedSearch[] {
    if (searches.length > MAX_SAVED_SEARCHES) {
      throw new AppError('search/too-many-saved', `${String(searches.length)} searches`)
    }
    store.settings.set('savedSearches', searches)
    office.tell('search')
    return searches
  }

  const connection = connectionSection(store.settings)
  const people = peopleSection(office)

  /** The line may be another one now. */
  function reconnected(changed: ConnectionSettings): ConnectionSettings {
    office.queue.tryNow()
    office.tell('office')
    office.tell('line')
    return changed
  }

  /** The document as it stood when one of its signatures was made. */
  async function asSigned(bytes: Uint8Array, signedBy: number | undefined): Promise<Uint8Array> {
    if (signedBy === undefined) return bytes
    const length = await signedLength(memorySource(bytes), signedBy)
    // A copy: a view would carry the rest along to the window.
    return Uint8Array.from(bytes.subarray(0, length))
  }

  async function exportFile(file: DocumentFile | undefined): Promise<{ path?: string | undefined }> {
    if (file === undefined) throw new AppError('document/not-found', 'the document has no such file')
    return { path: await host.saveFile(file.name, await store.files.bytes(file.sha256)) }
  }

  return {
    'settings.current': settings,
    'settings.save': saveSettings,
    'connection.current': () => connection.current(),
    'connection.save': (input) => reconnected(connection.save(input)),
    'connection.keepAuthorities': (input) => reconnected(connection.keepAuthorities(input)),
    'connection.removeAuthorities': () => reconnected(connection.removeAuthorities()),
    'connection.keepCertificate': (input) => reconnected(connection.keepCertificate(input)),
    'connection.removeCertificate': () => reconnected(connection.removeCertificate()),
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

    'token.status': () => office.watch.status(),
    'token.diagnosis': () => diagnosis(),
    'token.exportDiagnosis': async () => {
      const text = diagnosisText(await diagnosis())
      return { path: await host.saveFile('chan-doan-token.txt', Buffer.from(text)) }
    },

    'numbering.current': () => currentNumbering(store, now()),
    'numbering.save': (rules) => {
      saveNumbering(store, rules, now())
      office.tell('office')
      office.tell('outgoing')
      return currentNumbering(store, now())
    },
    'numbering.preview': ({ id, number, issuedDate }) =>
      previewNumber(store, id, { wanted: number, issuedDate }, now()),
    'numbering.gaps': ({ year }) => gapsOf(store, year),
    'numbering.explain': ({ from, to, series, year, why }) => {
      explainGap(store, series, year, { from, to }, why, now())
      office.tell('outgoing')
      return gapsOf(store, year)
    },
    'backup.status': () => office.backups.status(),
    'backup.chooseFolder': async () => ({ folder: await host.chooseFolder(BACKUP_FOLDER_TITLE) }),
    'backup.save': (policy) => office.backups.save(policy),
    'backup.make': () => office.backups.make(),
    'backup.cancel': () => {
      office.backups.cancel()
      return {}
    },
    'backup.list': () => office.backups.list(),
    'backup.check': ({ name }) => office.backups.check(name),
    'backup.settleRestored': () => {
      const restored = store.settings.get('restored')
      if (restored !== undefined) store.settings.set('restored', { ...restored, settled: true })
      office.tell('office')
      return {}
    },
    'queue.policy': () => office.queuePolicy(),
    'queue.savePolicy': (policy) => {
      store.settings.set('queuePolicy', policy)
      office.queue.policyChanged()
      office.tell('line')
      return office.queuePolicy()
    },
    'signaturePolicy.current': () => office.authorities.policy(),
    'signaturePolicy.save': (policy) => {
      office.authorities.setPolicy(policy)
      office.queue.tryNow()
      office.tell('office')
      return office.authorities.policy()
    },

    'workCalendar.current': () => store.settings.get('workCalendar') ?? DEFAULT_CALENDAR,
    'workCalendar.save': (calendar) => {
      store.settings.set('workCalendar', calendar)
      office.tell('office')
      return calendar
    },
    'deadlines.pressing': () => pressingDeadlines(store, now()),

    'trust.list': () => office.trust.list(),
    'trust.import': ({ file }) => {
      office.trust.add(file)
      office.tell('office')
      return office.trust.list()
    },
    'trust.confirm': ({ sha256 }) => {
      office.trust.confirm(sha256)
      office.tell('office')
      return office.trust.list()
    },
    'trust.remove': ({ sha256 }) => {
      office.trust.remove(sha256)
      office.tell('office')
      return office.trust.list()
    },

    'encryption.status': () => office.encryption.status(),
    'encryption.save': (settings) => {
      office.encryption.saveSettings(settings)
      return changedEncryption()
    },
    'encryption.makeKey': async ({ certificate, pin, lastTry }) => {
      await office.watch.during(() => office.encryption.certify({ certificate, pin, lastTry }))
      return changedEncryption()
    },
    'encryption.exportKey': async () => {
      const statement = office.encryption.ownStatement()
      if (statement === undefined) throw new AppError('encryption/own-key-missing', 'no key was made yet')
      return { path: await host.saveFile('khoa-ma-hoa-co-quan.p7m', statement) }
    },
    'encryption.importKey': async ({ file }) => {
      const organId = await office.encryption.importStatement(file)
      office.tell('encryption')
      return { organId }
    },
    'encryption.form': ({ recipients }) => office.encryption.formTo(recipients),

    'appearance.pictures': () => store.pictures.list(),
    'appearance.picture': ({ certificateSha256 }) => ({ picture: store.pictures.get(certificateSha256) }),
    'appearance.keepPicture': async ({ certificateSha256, png, widthMm }) => {
      await keepPicture(store, certificateSha256, { png, widthMm })
      office.tell('appearance')
      return store.pictures.list()
    },
    'appearance.removePicture': ({ certificateSha256 }) => {
      store.pictures.remove(certificateSha256)
      office.tell('appearance')
      return store.pictures.list()
    },

    'directory.search': ({ text, limit }) => store.directory.search(text, limit),
    'directory.byIds': ({ ids }) => store.directory.byIds(ids),

    'search.find': ({ query, limit, offset }) => store.search.find(query, limit, offset),
    'search.status': () => store.search.status(),
    'search.saved': savedSearches,
    'search.save': (search) => keepSearches([...searchesBut(search.name), search]),
    'search.forget': ({ name }) => keepSearches(searchesBut(name)),

    'registers.series': ({ year }) => seriesOfYear(store, year),
    'registers.rows': ({ book, offset, limit }) => registerPage(store, book, { offset, limit }),
    'registers.correct': ({ book, id, number, ...change }) => {
      const row = correct(store, book, { id, number }, change, now())
      office.tell('outgoing')
      office.tell('incoming')
      return row
    },
    'registers.print': async ({ book }) => {
      const bytes = await printRegister(
        { store, now, print: host.print, font: office.typesetting.font },
        book,
      )
      return { path: await host.saveFile(`so-van-ban-${String(book.year)}.pdf`, bytes) }
    },
    'home.today': () => today(store, now()),
    'home.year': ({ year }) => yearAtAGlance(store, year),
    counts: () => ({ ...store.outgoing.counts(), ...store.incoming.counts() }),

    ...draftingSection(office, own, changedOutgoing),
    'outgoing.list': ({ box, limit, offset }) => store.outgoing.list(box, limit, offset),
    'outgoing.one': ({ id }) => outgoing(id),
    'outgoing.pdf': async ({ id, role, signedBy }) => {
      const { files } = store.outgoing.get(id)
      const roles = role === undefined ? (['sealed', 'signed', 'imported'] as const) : [role]
      const file = roles.flatMap((wanted) => files.findLast((one) => one.role === wanted) ?? [])[0]
      if (file === undefined) throw new AppError('document/not-found', 'the document has no PDF yet')
      return { bytes: await asSigned(await store.files.bytes(file.sha256), signedBy) }
    },
    'outgoing.draft': ({ fields }) => changedOutgoing(begin(store, fields, now())),
    'outgoing.save': ({ id, revision, fields, composition }) => {
      save(store, own(id), { revision, fields, composition }, now())
      return changedOutgoing(id)
    },
    'outgoing.importPdf': async ({ id, name, bytes }) => {
      await importPdf(store, own(id), name, bytes)
      return changedOutgoing(id)
    },
    'outgoing.attach': async ({ id, name, bytes }) => {
      await attach(store, own(id), name, bytes)
      return changedOutgoing(id)
    },
    'outgoing.detach': ({ id, sha256 }) => {
      detach(store, own(id), sha256)
      return changedOutgoing(id)
    },
    'outgoing.discard': ({ id, reason }) => {
      discard(store, own(id), now(), reason)
      return changedOutgoing(id)
    },
    'outgoing.voidNumber': ({ id, reason }) => {
      voidNumber(store, id, reason, now())
      return changedOutgoing(id)
    },
    'outgoing.scan': ({ id }) => scanOf(store, id),
    'outgoing.freeze': async ({ id, revision }) => {
      await freeze(store, id, revision, now(), office.typesetting)
      return changedOutgoing(id)
    },
    'outgoing.propose': async ({ id, revision, leaderId }) => {
      await propose(store, own(id), revision, leaderId, now(), office.typesetting)
      return changedOutgoing(id)
    },
    'outgoing.takeBack': ({ id }) => {
      takeBack(store, own(id), now())
      return changedOutgoing(id)
    },
    'outgoing.approve': ({ id }) => {
      approve(store, id, now())
      return changedOutgoing(id)
    },
    'outgoing.sendBack': ({ id, reason }) => {
      sendBackDraft(store, id, reason, now())
      return changedOutgoing(id)
    },
    'outgoing.note': ({ id, text }) => {
      remark(store, id, text, now())
      return changedOutgoing(id)
    },
    'outgoing.reopen': ({ id }) => {
      reopen(store, id, now())
      return changedOutgoing(id)
    },
    'outgoing.signingPlace': async ({ id, certificate, place }) => {
      const { signingPlace } = await import('./outgoing/show.ts')
      return signingPlace(store, id, certificate.certificateSha256, place)
    },
    'outgoing.sign': async ({ id, place, ...choice }) => {
      await office.watch.during(() => sign(office.signing, id, choice, { place }))
      return changedOutgoing(id)
    },
    'outgoing.seal': async ({ id, number, issuedDate, skips, place, ...choice }) => {
      const issue = { wanted: number, issuedDate, skips, place }
      await office.watch.during(() => seal(office.signing, id, choice, issue)).finally(tellOutgoing)
      return changedOutgoing(id)
    },
    'outgoing.signMany': ({ ids, ...choice }) =>
      outcomes('outgoing.signMany', () => signMany(office.signing, ids, choice, tellOutgoing)),
    'outgoing.sealMany': ({ ids, issuedDate, ...choice }) =>
      outcomes('outgoing.sealMany', () =>
        sealMany(office.signing, ids, choice, { issuedDate }, tellOutgoing),
      ),
    'outgoing.readdress': ({ id, recipients }) => {
      readdress(store, id, recipients)
      return changedOutgoing(id)
    },
    'outgoing.submit': async ({ id }) => {
      await submit(office.submitting, id)
      office.queue.ring()
      return changedOutgoing(id)
    },
    'outgoing.hold': async ({ id }) => {
      await office.queue.interrupt(
        id,
        // In the name of whoever asked, though the errand it waits for has nobody's.
        AsyncLocalStorage.bind(() => {
          hold(store, id)
        }),
      )
      return changedOutgoing(id)
    },
    'outgoing.sendFirst': ({ id }) => {
      sendFirst(store, id, now())
      office.queue.ring()
      return changedOutgoing(id)
    },
    'outgoing.release': ({ id }) => {
      release(store, id, now())
      office.queue.ring()
      return changedOutgoing(id)
    },
    'outgoing.sendAsItIs': ({ id }) => {
      sendAsItIs(store, id, now())
      office.queue.ring()
      return changedOutgoing(id)
    },
    'outgoing.recall': async ({ id, reason }) => {
      await recall(office.submitting, id, reason)
      office.queue.ring()
      return changedOutgoing(id)
    },
    'outgoing.replace': ({ id, reason }) => changedOutgoing(beginReplacement(store, id, reason, now())),
    'outgoing.withdraw': async ({ id }) => {
      const work = AsyncLocalStorage.bind(() => {
        withdraw(store, id, now())
      })
      if (isBeforeFirstByte(store, id)) await office.queue.interrupt(id, work)
      else work()
      return changedOutgoing(id)
    },
    'evidence.export': async ({ direction, id }) => {
      const { gatherEvidenceOf, writeEvidence } = await import('./proof/export.ts')
      const evidence = await gatherEvidenceOf(store, direction, id, now())
      const path = await host.choosePath(evidence.name)
      if (path === undefined) return {}
      await writeEvidence(evidence, path)
      const { fingerprint } = evidence
      store.history.append({
        at: now(),
        subjectKind: direction,
        subjectId: id,
        event: 'export-evidence',
        detail: { fingerprint },
      })
      office.tell(direction)
      return { path, fingerprint }
    },

    'outgoing.export': ({ id, role }) =>
      exportFile(store.outgoing.get(id).files.findLast((file) => file.role === role)),

    'incoming.list': ({ box, limit, offset }) => store.incoming.list(box, limit, offset),
    'incoming.one': ({ id }) => incoming(id),
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
      return changedIncoming(id)
    },
    'incoming.return': ({ id, reason }) => {
      sendBack(office.registering, id, reason)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.dismiss': ({ id, reason }) => {
      dismiss(office.registering, id, reason)
      return changedIncoming(id)
    },
    'incoming.agree': ({ id }) => {
      agree(office.registering, id)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.refuse': ({ id, reason }) => {
      refuse(office.registering, id, reason)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.reply': ({ id, fields }) => {
      const start = { ...fields, ...replyTo(store.incoming.get(id)) }
      const draft = store.atomically(() => {
        noteReply(office.registering, id)
        return begin(store, start, now())
      })
      office.queue.ring()
      office.tell('incoming')
      return changedOutgoing(draft)
    },
    'incoming.assign': ({ id, ...assignment }) => {
      assign(office.registering, id, assignment)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.assignMany': ({ ids, ...assignment }) => {
      const done = [...new Set(ids)].map((id) => {
        try {
          assign(office.registering, id, assignment)
          return { id }
        } catch (cause) {
          return { id, error: failureOf(cause, 'incoming.assignMany', failureLog(host.log)) }
        }
      })
      office.queue.ring()
      office.tell('incoming')
      return done
    },
    'incoming.giveBack': ({ id, reason }) => {
      giveBack(office.registering, id, reason)
      return changedIncoming(id)
    },
    'incoming.note': ({ id, text }) => {
      remarkIncoming(office.registering, id, text)
      return changedIncoming(id)
    },
    'incoming.handling': ({ of, limit, offset }) => store.incoming.handling(of, limit, offset),
    'incoming.urgent': () => store.incoming.urgentUnanswered(),
    'incoming.process': ({ id }) => {
      process(office.registering, id)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.finish': ({ id }) => {
      finish(office.registering, id)
      office.queue.ring()
      return changedIncoming(id)
    },
    'incoming.export': ({ id, sha256 }) => exportFile(openableFile(store.incoming.get(id), sha256)),
  }
}

/** @throws {AppError} document/recalled: only what is known of it was kept; document/not-found */
function openableFile({ state, files }: Incoming, sha256: Sha256): DocumentFile {
  if (state === 'recalled') throw new AppError('document/recalled', 'its content is cancelled')
  const file = files.find((one) => one.sha256 === sha256)
  if (file === undefined) throw new AppError('document/not-found', 'the document has no such file')
  return file
}
