import { AppError, codeOf, type ErrorCode } from '../shared/errors.ts'
import type { ConnectionCheck } from '../shared/connection-check.ts'
import type {
  DriverSummary,
  Handlers,
  Input,
  OfficeStatus,
  Output,
  Reply,
  Session,
} from '../shared/ipc/contract.ts'
import type { Topic } from '../shared/ipc/topics.ts'
import { PRACTICE_PIN, PRACTICE_SIDES, type PracticeOutfit, type PracticeStart } from '../shared/practice.ts'
import type { TokenModule } from '../shared/signing.ts'
import { answer, failureLog } from './answer.ts'
import { connectionChecks } from './connection-check.ts'
import { accessOf, connectionKept, connectionOptions, EXCHANGE_FOLDER_TITLE } from './connection.ts'
import { officeHandlers, type DoorMethod, type OfficeHandlers } from './requests/index.ts'
import { serverClock } from './hub/server-clock.ts'
import { openOffice, type Office, type World } from './office.ts'
import { sessionOf } from './people.ts'
import { outside, type Outside } from './outside.ts'
import { PRACTICE_REFUSALS, practiceSigner, requireOwnHub } from './practice/bounds.ts'
import { openPracticeStore, readOutfit } from './practice/furnish.ts'
import { officeRestore } from './restore.ts'
import { signerClient } from './signing/signer-client.ts'
import { tokenSummaryOf } from './signing/token-view.ts'
import {
  addOsWrap,
  createKey,
  createStore,
  hasStore,
  openStore,
  readKeyFile,
  readRecoveryCode,
  unwrapWithRecoveryCode,
  writeKeyFile,
  type Store,
} from './store/index.ts'
import { checkBackup } from './store/restore.ts'

/** What an engine is given. */
export interface EngineOptions extends World {
  readonly profileDir: string
  readonly nativeBinding?: string
  /** How long a silent token driver is waited for, in milliseconds. Default: by what it was asked. */
  readonly tokenDeadlineMs?: number
}

/** The engine as its process, a test or the command line sees it. */
export interface Engine {
  /** Answers one request of the contract; never throws. */
  answer(method: unknown, input: unknown): Promise<Reply<unknown>>
  /** Hears every topic; returns the undo. */
  onChange(listener: (topic: Topic) => void): () => void
  /** Tells every listener, for what changed outside the engine. */
  tell(topic: Topic): void
  /** The PC woke up or the network is back. */
  wake(): void
  /** See {@link outside}: the next window that can show it does. */
  readonly want: Outside['want']
  readonly openFile: Outside['openFile']
  close(): Promise<void>
}

/**
 * The composition root: opens the office of a profile if the operating system gives its key, else waits
 * at the door for the wizard or the recovery code.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { profileDir, host, now } = options
  const listeners = new Set<(topic: Topic) => void>()
  const { practice } = options
  const outfit = practice === undefined ? undefined : await readOutfit(practice)
  const everySigner = signerClient(host.startSigner, {
    log: host.log,
    ...(options.tokenDeadlineMs === undefined ? {} : { deadlineMs: options.tokenDeadlineMs }),
    onSlow: () => {
      tell('token')
    },
  })
  const signer = outfit === undefined ? everySigner : practiceSigner(everySigner, outfit.tokenPath)
  let office: Office | undefined
  let inOffice: OfficeHandlers | undefined
  let lockedBy: ErrorCode | undefined
  /** A new office's key and code, between showing the code and hearing it back. */
  let promised: { readonly masterKey: Uint8Array; readonly recoveryCode: string } | undefined

  const fromOutside = outside(() => {
    tell('wanted')
  })

  function tell(topic: Topic): void {
    for (const listener of listeners) listener(topic)
  }

  function storeOptions(masterKey: Uint8Array) {
    return {
      dir: profileDir,
      masterKey,
      now,
      practice: practice !== undefined,
      nativeBinding: options.nativeBinding,
      onSlow: (statement: string, ms: number) => {
        host.log('warn', `slow statement ${statement}: ${ms.toFixed(1)} ms`)
      },
      onUnsearchable: (cause: unknown) => {
        host.log('error', `a document was not taken into the search: ${codeOf(cause)}`)
      },
    }
  }

  function enter(store: Store, masterKey: Uint8Array): void {
    office = openOffice(
      store,
      signer,
      options,
      tell,
      (backup, how) => checkBackup(backup, { ...how, masterKey, now, nativeBinding: options.nativeBinding }),
      () => void shutDamaged(),
    )
    inOffice = officeHandlers(office, fromOutside)
    lockedBy = undefined
    tell('office')
  }

  /** Nothing more is written into a damaged store: the window shows what it shows when such a one does not open. */
  async function shutDamaged(): Promise<void> {
    const damaged = office
    office = undefined
    inOffice = undefined
    lockedBy = 'store/damaged'
    tell('office')
    await damaged?.close()
  }

  async function openByOs(): Promise<void> {
    if (!hasStore(profileDir)) return
    try {
      const wrapped = (await readKeyFile(profileDir))?.os
      const masterKey = wrapped === undefined ? undefined : await host.unwrapKey(wrapped)
      if (masterKey !== undefined) enter(openStore(storeOptions(masterKey)), masterKey)
    } catch (cause) {
      lockedBy = codeOf(cause)
      host.log('error', `the office cannot be opened: ${lockedBy} ${String(cause)}`)
    }
  }

  async function openPractice(part: PracticeStart, its: PracticeOutfit): Promise<void> {
    try {
      const { store, masterKey } = await openPracticeStore({
        profileDir,
        practice: part,
        outfit: its,
        signer,
        storeOptions,
        now,
      })
      enter(store, masterKey)
    } catch (cause) {
      lockedBy = codeOf(cause)
      host.log('error', `the practice cannot be opened: ${lockedBy} ${String(cause)}`)
    }
  }

  async function status(): Promise<OfficeStatus> {
    const agency = office?.store.settings.get('agency')
    const clerkName = office?.store.settings.get('clerkName')
    const restored = office?.store.settings.get('restored')
    return {
      phase: office !== undefined ? 'open' : hasStore(profileDir) ? 'locked' : 'new',
      keyStore: await host.keyStore(),
      ...(lockedBy === undefined ? {} : { error: lockedBy }),
      ...(agency === undefined ? {} : { agency }),
      ...(clerkName === undefined ? {} : { clerkName }),
      ...(restored === undefined || restored.settled ? {} : { restored }),
      practice: office?.watch.isPractice() ?? false,
      ...(practice === undefined
        ? {}
        : { exercise: { pin: PRACTICE_PIN, correspondent: PRACTICE_SIDES.correspondent.agency.name } }),
    }
  }

  async function create(input: Input<'office.create'>): Promise<OfficeStatus> {
    if (hasStore(profileDir)) throw new AppError('office/exists', 'this profile has a store already')
    if (input.hub !== undefined) requireOwnHub(input.hub, practice)
    if (promised === undefined || readRecoveryCode(input.recoveryCode) !== promised.recoveryCode) {
      throw new AppError('office/recovery-code-mismatch', 'the code typed back is not the one shown')
    }
    const { masterKey, recoveryCode } = promised
    await writeKeyFile(profileDir, { masterKey, recoveryCode, osWrapped: await host.wrapKey(masterKey) })
    const store = createStore(storeOptions(masterKey), ({ settings, history }) => {
      settings.set('agency', input.agency)
      settings.set('clerkName', input.clerkName)
      if (input.hub !== undefined) settings.set('hub', input.hub)
      if (input.token !== undefined) settings.set('token', input.token)
      history.append({
        at: now(),
        subjectKind: 'office',
        subjectId: input.agency.organId,
        event: 'create',
      })
    })
    promised = undefined
    enter(store, masterKey)
    return status()
  }

  async function unlock(recoveryCode: string): Promise<OfficeStatus> {
    if (office !== undefined) return status()
    const keyFile = await readKeyFile(profileDir)
    if (keyFile === undefined)
      throw new AppError('store/file-missing', 'there is no key.json in this profile')
    const masterKey = await unwrapWithRecoveryCode(keyFile, recoveryCode)
    enter(openStore(storeOptions(masterKey)), masterKey)
    await keepInSystem(masterKey)
    return status()
  }

  /** A reinstalled Windows or a new PC: from now on its own key store opens the office again. */
  async function keepInSystem(masterKey: Uint8Array): Promise<void> {
    try {
      const wrapped = await host.wrapKey(masterKey)
      if (wrapped !== undefined) await addOsWrap(profileDir, wrapped)
    } catch (cause) {
      // The office is open; next time the code will be asked for again, and that is all.
      host.log('warn', `the system does not keep the key: ${String(cause)}`)
    }
  }

  const restore = officeRestore({
    profileDir,
    now,
    nativeBinding: options.nativeBinding,
    host,
    insteadOfDamaged: () => office === undefined && lockedBy === 'store/damaged',
    onChange: () => {
      tell('backup')
    },
  })

  async function restoreOffice({
    name,
    recoveryCode,
  }: Input<'restore.begin'>): Promise<Output<'restore.begin'>> {
    const { masterKey, report } = await restore.begin(name, recoveryCode)
    enter(openStore(storeOptions(masterKey)), masterKey)
    await keepInSystem(masterKey)
    const lostFiles = office?.store.settings.get('restored')?.lostFiles ?? 0
    return { files: report.files, lostFiles }
  }

  /** Who has the office's recovery code may give anybody a new password: the store itself opens with it. */
  async function recover({ id, recoveryCode, password }: Input<'session.recover'>): Promise<Session> {
    if (office === undefined) throw new AppError('office/not-open', 'session.recover')
    const keyFile = await readKeyFile(profileDir)
    if (keyFile === undefined) throw new AppError('store/file-missing', 'there is no key.json')
    await unwrapWithRecoveryCode(keyFile, recoveryCode)
    await office.session.recover(id, password)
    return sessionOf(office)
  }

  const checks = connectionChecks({
    now,
    host,
    surroundings() {
      const kept = connectionKept(office?.store.settings)
      return {
        clock: now,
        serverClock: serverClock(now),
        connection: connectionOptions(kept, host.resolveProxy, practice),
        sealing: office?.sealing,
        clockLimitMs: kept.clockLimitSeconds * 1000,
      }
    },
    onChange: () => {
      tell('connection')
    },
  })

  function startCheck(input: Input<'connection.startCheck'>): ConnectionCheck {
    const access = accessOf(input, office?.store.settings.get('hub'))
    requireOwnHub(access, practice)
    return checks.start(access)
  }

  const done = () => ({})
  const door: Pick<Handlers, DoorMethod> = {
    'practice.enter': () => host.practice.enter().then(done),
    'practice.leave': ({ discard }) => host.practice.leave(discard).then(done),
    'practice.renew': () => host.practice.renew().then(done),
    'office.status': status,
    'office.newRecoveryCode': () => {
      promised = createKey()
      return { recoveryCode: promised.recoveryCode }
    },
    'office.create': create,
    'office.unlock': ({ recoveryCode }) => unlock(recoveryCode),
    'session.recover': recover,
    'connection.startCheck': startCheck,
    'connection.check': () => ({ check: checks.current() }),
    'connection.cancelCheck': () => {
      checks.cancel()
      return {}
    },
    'connection.chooseFolder': async () => ({ folder: await host.chooseFolder(EXCHANGE_FOLDER_TITLE) }),
    'connection.exportCheck': () => checks.save(`${process.platform} ${process.arch}`),
    'restore.choose': () => restore.choose(),
    'restore.begin': restoreOffice,
    'restore.progress': () => restore.progress(),
    'restore.cancel': () => {
      restore.cancel()
      return {}
    },
    'token.drivers': async () => driversOf(await signer.modules()),
    'token.list': async ({ modulePath, password }) => {
      signer.reset()
      const at = new Date(now())
      return (await signer.tokens(modulePath, password)).map((token) => tokenSummaryOf(token, at))
    },
    'token.browse': async () => ({ path: await host.chooseModule() }),
    'update.status': host.update.status,
    'update.check': host.update.check,
    'update.download': host.update.download,
    'update.install': () => {
      if ((office?.store.jobs.leasedCount() ?? 0) > 0) {
        throw new AppError('update/busy', 'a job is leased')
      }
      return host.update.install()
    },
  }

  if (practice !== undefined && outfit !== undefined) await openPractice(practice, outfit)
  else await openByOs()
  if (office === undefined) {
    host.desktop.showStanding({ office: 'closed', arrived: 0, toSend: 0, staysInTray: false })
  }

  return {
    answer(method, input) {
      const refusals = practice === undefined ? {} : PRACTICE_REFUSALS
      return answer(
        { ...door, ...inOffice, ...refusals },
        method,
        input,
        failureLog(host.log),
        (asked, work) =>
          office === undefined || asked in door ? work() : office.session.perform(asked, work),
      )
    },
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    tell,
    wake() {
      office?.queue.tryNow()
    },
    want: fromOutside.want,
    openFile: fromOutside.openFile,
    async close() {
      restore.cancel()
      await checks.close()
      await office?.close()
      await signer.close()
    },
  }
}

function driversOf(modules: readonly TokenModule[]): DriverSummary[] {
  return modules.map(({ path, label, state }) => ({
    path,
    name: label,
    usable: state === 'ready',
    ...(state === 'ready'
      ? {}
      : { problem: state === 'wrong-architecture' ? 'wrong-architecture' : 'not-a-module' }),
  }))
}
