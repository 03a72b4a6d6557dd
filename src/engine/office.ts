import type { DocumentId } from '../shared/document/fields.ts'
import { AppError } from '../shared/errors.ts'
import type { LineStatus } from '../shared/ipc/contract.ts'
import type { PracticeStart } from '../shared/practice.ts'
import { DEFAULT_QUEUE_POLICY, type QueuePolicy } from '../shared/queue-policy.ts'
import type { Topic } from '../shared/ipc/topics.ts'
import { officeAuthorities } from './authorities.ts'
import { officeBackups, type BackupPorts } from './backup.ts'
import { connectionKept, connectionOptions } from './connection.ts'
import { officeEncryption } from './encryption.ts'
import { officeDesktop } from './desktop.ts'
import { draggedFiles } from './dragged.ts'
import { officeExamination } from './examination.ts'
import type { ReachFailPoint } from './fail-point.ts'
import { folderSealing } from './folder-sealing.ts'
import type { Host } from './host.ts'
import { openTransport } from './hub/open.ts'
import { serverClock, type ServerClock } from './hub/server-clock.ts'
import type { Transport } from './hub/transport.ts'
import { acknowledgeJob } from './incoming/acknowledge.ts'
import { admitJob } from './incoming/admit.ts'
import { collect, fetchJob } from './incoming/collect.ts'
import { judgeJob } from './incoming/judge.ts'
import type { RegisterPorts } from './incoming/register.ts'
import { reportJob } from './incoming/report.ts'
import { deliverJob, type Sending } from './outgoing/deliver.ts'
import { askAboutSent, forgottenByHub } from './outgoing/forgotten.ts'
import { evidenceJob } from './outgoing/road-evidence.ts'
import { applyStatus } from './outgoing/receipts.ts'
import type { SignPorts } from './outgoing/sign.ts'
import type { SubmitPorts } from './outgoing/submit.ts'
import type { TypesetPorts } from './outgoing/typeset.ts'
import type { PasswordCost } from './passwords.ts'
import { requireOwnHub } from './practice/bounds.ts'
import { keepFirstPerson } from './people.ts'
import { officeSession } from './session.ts'
import type { WordContent } from './page/word-reading.ts'
import { readWordInThread } from './page/word-thread.ts'
import { bodyReader } from './pdf/body-text.ts'
import { officeReading } from './reading.ts'
import type { SignerClient } from './signing/signer-client.ts'
import type { Job, Store } from './store/index.ts'
import { lineToHub } from './sync/line.ts'
import { lineSpeed } from './sync/speed.ts'
import { lineJournal } from './sync/line-journal.ts'
import { runner } from './sync/runner.ts'
import { tokenWatch } from './token-watch.ts'
import { unknownOutcomes } from './unknown-outcome.ts'
import { officeTrust } from './trust.ts'

/** The world as an engine meets it: real in the app, owned by the test where a test says so. */
export interface World {
  readonly now: () => number
  readonly random: () => number
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly reach: ReachFailPoint
  readonly host: Host
  /** The part that this engine plays in practice; left out, it is a real office. */
  readonly practice?: PracticeStart
  readonly pollIntervalMs?: number
  /** The thread that reads PDFs for the search: the built file, or pdf/body-worker.ts. Left out, none is read. */
  readonly bodyWorker?: string
  /** The thread that examines the store: the built file, or store/examine-worker.ts. Left out, nobody does. */
  readonly examineWorker?: string
  /** The thread that reads Word files: the built file, or page/word-worker.ts. Left out, none can be taken in. */
  readonly wordWorker?: string
  /** See unknownOutcomes; default one minute. */
  readonly settleMs?: number
  /** How dear a guess at a password is; default: dear enough for an office. */
  readonly passwordCost?: PasswordCost
}

const POLL_EVERY_MS = 60_000
const SETTLE_MS = 60_000
const PROGRESS_EVERY_MS = 250
/** A thousand errands that end are not a thousand reasons for a window to ask again. */
const TELL_EVERY_MS = 100

/** What may be worth a word outside the window. */
const NEWSWORTHY: readonly Topic[] = ['outgoing', 'incoming', 'line', 'office']

/** Where a topic of a job's kind belongs. */
const JOB_TOPICS: Readonly<Record<Job['kind'], Topic>> = {
  deliver: 'outgoing',
  fetch: 'incoming',
  admit: 'incoming',
  judge: 'incoming',
  acknowledge: 'incoming',
  report: 'incoming',
  evidence: 'outgoing',
}

/**
 * An open office: its store, its queue, its token, wired together. One per profile; it lives from
 * unlocking to goodbye.
 */
export function openOffice(
  store: Store,
  signer: SignerClient,
  world: World,
  tellWindows: (topic: Topic) => void,
  checkBackup: BackupPorts['check'],
  onDamage: () => void,
) {
  const { now, reach, host } = world
  const trust = officeTrust(store)
  const watch = tokenWatch({
    store,
    signer,
    now,
    timer: world.timer,
    onChange: () => {
      tell('token')
    },
  })
  const authorities = officeAuthorities({
    store,
    trust: trust.current,
    now,
    log: host.log,
    held: watch.certificates,
    isClosed: world.practice !== undefined,
  })
  const { verify } = authorities
  const encryption = officeEncryption({
    store,
    signer,
    now,
    judge: (statement) => authorities.judges.beside(undefined, statement),
    manner: authorities.manner,
    requireUnrevoked: authorities.requireUnrevoked,
    onLearnt: () => {
      tell('encryption')
    },
  })
  const sealing = folderSealing({
    store,
    encryption,
    now,
    onDirectory: () => {
      tell('directory')
    },
  })
  const journal = lineJournal({ append: store.history.append, now, log: host.log })
  const line = lineToHub(now, world.random, () => {
    journal.note(line.get())
    tell('line')
  })

  function tell(topic: Topic): void {
    tellWindows(topic)
    if (topic === 'outgoing' || topic === 'incoming') reading?.ring()
    if (NEWSWORTHY.includes(topic)) desktop.ring()
  }

  const reading =
    world.bodyWorker === undefined
      ? undefined
      : officeReading({
          store,
          reader: bodyReader(world.bodyWorker),
          timer: world.timer,
          log: host.log,
          onChange: () => {
            tell('search')
          },
        })

  let transport:
    { readonly key: string; readonly open: Transport; readonly serverClock: ServerClock } | undefined
  const sending = new Map<DocumentId, Sending>()
  const speed = lineSpeed(now)
  let toldProgressAt = 0

  /** The hub as the settings name it now; a changed setting ends the old connection. */
  function hub(): Transport {
    const access = store.settings.get('hub')
    if (access === undefined) throw new AppError('hub/not-configured', 'no hub in the settings')
    requireOwnHub(access, world.practice)
    const kept = connectionKept(store.settings)
    const key = JSON.stringify([access, kept])
    if (transport?.key !== key) {
      void transport?.open.close()
      const there = serverClock(now)
      const connection = connectionOptions(kept, host.resolveProxy, world.practice)
      const open = openTransport(access, { clock: now, serverClock: there, connection, sealing })
      transport = { key, open, serverClock: there }
    }
    return transport.open
  }

  /** Our clock minus the hub's, where that is worth a word. */
  function clockSkew(): { clockSkewMs?: number } {
    const skew = transport?.serverClock.skewMs() ?? 0
    const limitMs = connectionKept(store.settings).clockLimitSeconds * 1000
    return Math.abs(skew) > limitMs ? { clockSkewMs: Math.round(skew) } : {}
  }

  function onSending(id: DocumentId, next: Sending | undefined): void {
    if (next === undefined) {
      sending.delete(id)
      speed.end(id)
    } else {
      sending.set(id, next)
      speed.note(id, next.sentBytes)
    }
    if (next === undefined || now() - toldProgressAt >= PROGRESS_EVERY_MS) {
      toldProgressAt = now()
      tell('line')
    }
  }

  function queuePolicyNow(): QueuePolicy {
    return store.settings.get('queuePolicy') ?? DEFAULT_QUEUE_POLICY
  }

  const moved = new Set<Topic>()
  let endTelling: (() => void) | undefined

  function tellSoon(topic: Topic): void {
    moved.add(topic)
    endTelling ??= world.timer(TELL_EVERY_MS, () => {
      endTelling = undefined
      const topics = [...moved]
      moved.clear()
      for (const one of topics) tell(one)
    })
  }

  const collecting = {
    store,
    transport: hub,
    now,
    reach,
    onDirectory: () => {
      tell('directory')
    },
  }
  const lookAtHub = collect(collecting)
  const lookAtSent = askAboutSent({
    store,
    transport: hub,
    now,
    isLineUp: () => line.get().state === 'up',
    settleMs: world.settleMs ?? SETTLE_MS,
    log: host.log,
    onForgotten: () => {
      tell('line')
      tell('outgoing')
    },
  })
  const outcomes = unknownOutcomes(now, world.settleMs ?? SETTLE_MS)
  const queue = runner({
    store,
    line,
    handlers: {
      deliver: deliverJob({
        store,
        transport: hub,
        now,
        reach,
        verify,
        wanted: authorities.wanted,
        extend: authorities.extend,
        outcomes,
        onSending,
      }),
      fetch: fetchJob(collecting),
      admit: admitJob({
        store,
        now,
        reach,
        judges: authorities.judges,
        verifyPacket: authorities.verifyPacket,
        decryptionKeys: encryption.decryptionKeys,
        judgeStatement: encryption.judgeStatement,
        onStatus: (message, packet) => {
          if (applyStatus(store, message, now(), packet)) tell('outgoing')
        },
      }),
      judge: judgeJob({ store, now, reach, judgesOnline: authorities.judgesOnline }),
      acknowledge: acknowledgeJob({ store, transport: hub, now, reach }),
      evidence: evidenceJob({ store, transport: hub, now, reach }),
      report: reportJob({ store, transport: hub, now, reach, outcomes }),
    },
    collect: async (signal) => {
      await lookAtHub(signal)
      await lookAtSent(signal)
      // Not waited for: the next look at the hub has nothing to do with it.
      void authorities.refresh()
    },
    now,
    random: world.random,
    timer: world.timer,
    pollIntervalMs: world.pollIntervalMs ?? POLL_EVERY_MS,
    policy: queuePolicyNow,
    reach,
    log: host.log,
    onMoved: (job) => {
      tellSoon('line')
      if (job !== undefined) tellSoon(JOB_TOPICS[job.kind])
    },
  })

  keepFirstPerson(store)
  const session = officeSession({
    store,
    signer,
    now,
    timer: world.timer,
    during: (work) => watch.during(work),
    onChange: () => {
      tell('people')
    },
    ...(world.passwordCost === undefined ? {} : { passwordCost: world.passwordCost }),
  })
  const backups = officeBackups({
    store,
    now,
    timer: world.timer,
    log: host.log,
    check: checkBackup,
    onChange: () => {
      tell('backup')
    },
  })

  const desktop = officeDesktop({
    store,
    line: () => line.get(),
    now,
    timer: world.timer,
    isUnattended: () => session.isEmpty(),
    host,
  })

  const examination =
    world.examineWorker === undefined
      ? undefined
      : officeExamination({
          store,
          worker: world.examineWorker,
          now,
          timer: world.timer,
          log: host.log,
          onDamage,
        })

  const dragged = draggedFiles({ dir: store.dir, timer: world.timer, log: host.log })

  journal.open()
  void dragged.start()
  desktop.start()
  queue.start()
  reading?.start()
  watch.start()
  backups.start()
  examination?.start()

  // Half a megabyte, written as text: not before something is to be set in it.
  const font = async () => (await import('./appearance-font.ts')).appearanceFont()
  const typesetting: TypesetPorts = { print: host.print, picture: store.files.bytes, font }
  const signing: SignPorts = {
    store,
    signer,
    now,
    reach,
    verify,
    font,
    manner: authorities.manner,
    requireUnrevoked: authorities.requireUnrevoked,
  }
  const submitting: SubmitPorts = { store, now, reach }
  const registering: RegisterPorts = { store, now, reach }

  return {
    store,
    signer,
    watch,
    trust,
    authorities,
    backups,
    desktop,
    dragged,
    encryption,
    sealing,
    queue,
    session,
    queuePolicy: queuePolicyNow,
    /** See World.practice. */
    practice: world.practice,
    now,
    host,
    signing,
    submitting,
    registering,
    typesetting,
    readWord: (file: Uint8Array): Promise<WordContent> => {
      if (world.wordWorker === undefined) throw new Error('there is no thread to read Word files')
      return readWordInThread(world.wordWorker, file)
    },
    tell,
    lineStatus(): LineStatus {
      const state = line.get()
      const lastSyncAt = store.settings.get('lastSyncAt')
      const deliveries = store.jobs.pending('deliver')
      const bytesPerSecond = speed.bytesPerSecond()
      return {
        state: store.settings.get('hub') === undefined ? 'off' : state.state,
        ...(state.since === undefined ? {} : { since: state.since }),
        ...(state.error === undefined ? {} : { error: state.error }),
        ...(state.nextTryAt === undefined ? {} : { nextTryAt: state.nextTryAt }),
        ...(lastSyncAt === undefined ? {} : { lastSyncAt }),
        waiting: deliveries.length,
        waitingBytes: deliveries.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
        paused: queuePolicyNow().paused,
        forgotten: forgottenByHub(store),
        ...clockSkew(),
        sending: [...sending.values()],
      }
    },
    /** Ends the queue and the connections, then lets the profile go. The signer is its owner's to close. */
    async close(): Promise<void> {
      session.close()
      await desktop.stop()
      await dragged.stop()
      watch.stop()
      await backups.stop()
      await examination?.stop()
      await reading?.stop()
      await queue.stop()
      endTelling?.()
      await transport?.open.close()
      await authorities.close()
      journal.close()
      store.close()
    },
  }
}
export type Office = ReturnType<typeof openOffice>
