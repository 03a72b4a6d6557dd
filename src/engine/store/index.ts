import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { documentId, type Sha256 } from '../../shared/document/fields.ts'
import { AppError, codeOf, type ErrorCode } from '../../shared/errors.ts'
import { actorContext, type ActorContext } from './actor.ts'
import { makeBackup, type BackupTarget, type FoundBackup } from './backup.ts'
import { authorityFileStore, type AuthorityFileStore } from './authority-files.ts'
import { compositionStore, type CompositionStore } from './compositions.ts'
import { correctionStore, type CorrectionStore } from './corrections.ts'
import { openDatabase, type Database } from './database.ts'
import { directoryStore, type DirectoryStore } from './directory.ts'
import { syncNow, type Durability } from './durable.ts'
import { encryptionKeyStore, type EncryptionKeyStore } from './encryption-keys.ts'
import { examineInThread, isMarkedDamaged, markDamaged, unmarkDamaged } from './examine.ts'
import { fileStore, type FileStore, type FileStoreOptions } from './files.ts'
import { groupFlush } from './group-flush.ts'
import { historyStore, type HistoryStore } from './history.ts'
import { incomingStore, type IncomingStore } from './incoming.ts'
import { incomingRequestStore, type IncomingRequestStore } from './incoming-requests.ts'
import { jobStore, type JobStore } from './jobs.ts'
import { hasStore, storeKeys, type StoreKeys } from './keys.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { noteStore, type NoteStore } from './notes.ts'
import { outgoingStore, type OutgoingStore } from './outgoing.ts'
import { outgoingRequestStore, type OutgoingRequestStore } from './outgoing-requests.ts'
import { packetStore, type PacketStore } from './packets.ts'
import { peopleStore, type PeopleStore } from './people.ts'
import { pictureStore, type PictureStore } from './pictures.ts'
import { lockProfile, type ProfileLock } from './profile-lock.ts'
import { registerStore, type RegisterStore } from './registers.ts'
import { SEARCH_TABLES, searchStore, type SearchStore } from './search.ts'
import { searchedIncoming, searchedOutgoing } from './searched.ts'
import { settingStore, type SettingStore } from './settings.ts'
import { recipientGroupStore, type RecipientGroupStore } from './recipient-groups.ts'
import { versionStore, type VersionStore } from './versions.ts'

export type { Actor } from './actor.ts'
export type { AuthorityFile } from './authority-files.ts'
export type { AgencyKey, OfficeKey } from './encryption-keys.ts'
export type { Job } from './jobs.ts'
export type { FileStore } from './files.ts'
export type { Incoming } from './incoming.ts'
export type { IncomingRequest } from './incoming-requests.ts'
export type { Outgoing } from './outgoing.ts'
export type { OutgoingRequest } from './outgoing-requests.ts'
export type { Packet } from './packets.ts'
export type { KeptPassword, StoredPerson } from './people.ts'
export { BODY_UNITS_LIMIT, type BodyText, type Unread } from './search.ts'
export { ARRIVALS, type Book, type GivenNumber } from './registers.ts'
export {
  addOsWrap,
  createKey,
  hasStore,
  readKeyFile,
  readRecoveryCode,
  unwrapWithRecoveryCode,
  writeKeyFile,
} from './keys.ts'

export interface StoreOptions {
  /** The profile's folder: key.json, store.db, files/, lock. */
  readonly dir: string
  /** 32 bytes, unwrapped from key.json. */
  readonly masterKey: Uint8Array
  /** The clock, epoch milliseconds. */
  readonly now: () => number
  /** See DatabaseOptions.nativeBinding. */
  readonly nativeBinding?: string | undefined
  /** Called with the name of a statement that took more than 10 ms. */
  readonly onSlow?: ((statement: string, ms: number) => void) | undefined
  /** Called when a document could not be taken into the search. */
  readonly onUnsearchable?: ((cause: unknown) => void) | undefined
  /**
   * A store to practise with: made with its mark, and only one with the mark is opened. Left out, only one without
   * it is.
   */
  readonly practice?: boolean | undefined
  /** See FileStoreOptions.failPoint. */
  readonly failPoint?: FileStoreOptions['failPoint']
}

/** One thing {@link Store.check} found wrong. `about` names a file by its hash, a history line by its number. */
export interface StoreProblem {
  readonly code: ErrorCode
  readonly about: string
}

/** What {@link Store.check} looked at, and what was wrong with it; no problems: all is well. */
export interface StoreReport {
  readonly historyLines: number
  readonly files: number
  readonly problems: readonly StoreProblem[]
}

/** Everything an office keeps. One per profile, one process at a time. */
export interface Store {
  readonly dir: string
  readonly settings: SettingStore
  readonly directory: DirectoryStore
  readonly history: HistoryStore
  /** In whose name things are done now. */
  readonly actor: ActorContext
  readonly people: PeopleStore
  /** What the people write to each other about documents. */
  readonly notes: NoteStore
  readonly versions: VersionStore
  readonly recipientGroups: RecipientGroupStore
  readonly jobs: JobStore
  readonly outgoing: OutgoingStore
  /** What those of them hold that are written here. */
  readonly compositions: CompositionStore
  /** Ours, about documents that were sent. */
  readonly requests: OutgoingRequestStore
  readonly incoming: IncomingStore
  /** Others', about documents that they sent us. */
  readonly receivedRequests: IncomingRequestStore
  readonly packets: PacketStore
  readonly pictures: PictureStore
  readonly registers: RegisterStore
  readonly corrections: CorrectionStore
  readonly search: Omit<SearchStore, 'follow'> & {
    /** Takes in some of the documents that wait for it; answers how many there were. */
    readonly indexSome: (limit: number) => number
  }
  readonly authorityFiles: AuthorityFileStore
  readonly encryptionKeys: EncryptionKeyStore
  readonly files: FileStore
  /** See Database.atomically: synchronous, nestable, all or nothing. */
  atomically<T>(work: () => T, durability?: Durability): T
  /**
   * Resolves when everything that was kept and committed before the call is on the disk: rows, contents and their
   * names. One flush serves all who wait (group-flush.ts). Nobody outside may be told of what was kept or
   * done `soon` before this.
   *
   * @throws AppError `store/disk-full` where something of it is undone; what the system says of a broken disk
   */
  readonly durable: () => Promise<void>
  /** See Database.lost. Whoever finds that it grew begins anew, as after a crash. */
  readonly lost: () => number
  /**
   * Reads everything: the file itself, the history's chain, every file a row refers to.
   *
   * @param contents where the files are read; left out, the store's own
   */
  check(options?: {
    readonly contents?: Pick<FileStore, 'verify'>
    readonly onFile?: (doneFiles: number, allFiles: number) => void
    readonly signal?: AbortSignal
  }): Promise<StoreReport>
  /**
   * Looks for damage in the file without holding anybody up, see examineInThread; not in the search index, which is
   * large and with which nothing is lost. Where there is some, the next opening says `store/damaged`.
   */
  examine(worker: string, signal: AbortSignal): Promise<string[]>
  /** See makeBackup. One at a time. */
  backup(target: BackupTarget): Promise<FoundBackup>
  /** Folds the log into the file and lets the profile go. */
  close(): void
}

/**
 * Makes the store of a new office and opens it. Write its key.json first (keys.ts): a store whose key is
 * nowhere could never be opened again. The file is made beside and renamed when it is whole, so a crash
 * leaves either no office or one with everything `first` wrote.
 *
 * @param first writes what an office must have from its first moment, in one transaction
 * @throws AppError `office/exists`, and what {@link openStore} throws
 */
export function createStore(
  options: StoreOptions,
  first: (store: Pick<Store, 'settings' | 'history'>) => void = () => undefined,
): Store {
  const { dir, now, nativeBinding } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = lockProfile(dir, nativeBinding)
  try {
    if (hasStore(dir)) throw new AppError('office/exists', 'this profile has a store already')
    const half = join(dir, 'store.db.part')
    for (const ending of ['', '-wal', '-shm']) rmSync(half + ending, { force: true })
    const key = storeKeys(options.masterKey).database
    const db = openDatabase({ path: half, key, nativeBinding, create: true })
    try {
      migrate(db, half, MIGRATIONS)
      const begun = { settings: settingStore(db, now), history: historyStore(db) }
      db.atomically(() => {
        if (options.practice === true) begun.settings.set('practice', true)
        first(begun)
      })
    } finally {
      db.close()
    }
    if (existsSync(`${half}-wal`)) throw new Error('the log of the new store could not be folded in')
    syncNow(half, 'file')
    renameSync(half, join(dir, 'store.db'))
    mkdirSync(join(dir, 'files'), { recursive: true })
    syncNow(dir, 'folder')
  } finally {
    lock.release()
  }
  return openStore(options)
}

/**
 * Opens an office: takes the profile's lock, brings the file up to date, clears half-written files away. Takes as long
 * for many documents as for few: whether all of the file is whole is looked at later (`examine`), and here only
 * where damage was found before.
 *
 * @throws AppError `store/in-use`, `store/wrong-key`, `store/file-missing`, `store/newer-than-app`,
 *   `store/damaged`, `store/disk-full`; `practice/store-is-practice`, `practice/store-is-real` for one of the other side
 */
export function openStore(options: StoreOptions): Store {
  const { dir } = options
  const path = join(dir, 'store.db')
  if (!hasStore(dir)) throw new AppError('store/file-missing', 'there is no store.db in this profile')
  // SQLite takes an empty file for a new database, which would look like an office that has lost everything.
  if (statSync(path).size === 0) throw new AppError('store/damaged', 'store.db is empty')
  const keys = storeKeys(options.masterKey)
  const lock = lockProfile(dir, options.nativeBinding)
  let db: Database | undefined
  try {
    db = openDatabase({
      path,
      key: keys.database,
      nativeBinding: options.nativeBinding,
      onSlow: options.onSlow,
    })
    if (isMarkedDamaged(dir)) requireWhole(db, dir)
    requireOwnSide(db, options)
    migrate(db, path, MIGRATIONS)
    const files = fileStore({
      dir: join(dir, 'files'),
      fileKey: keys.file,
      nameKey: keys.fileName,
      failPoint: options.failPoint,
    })
    files.sweepTemporary()
    return assemble({ dir, db, keys, files, lock, options })
  } catch (cause) {
    db?.close()
    lock.release()
    throw cause
  }
}

/** Reads all of the file, which takes long: only where there is a reason to. */
function requireWhole(db: Database, dir: string): void {
  const damage = db.findDamage(SEARCH_TABLES)
  if (damage.length > 0) throw new AppError('store/damaged', `quick_check: ${damage.slice(0, 5).join('; ')}`)
  unmarkDamaged(dir)
}

/** Before anything of it is changed, and wherever it came from: a copied folder, a backup. */
function requireOwnSide(db: Database, { now, practice = false }: StoreOptions): void {
  const isPractice = settingStore(db, now).get('practice') === true
  if (isPractice === practice) return
  throw isPractice
    ? new AppError('practice/store-is-practice', 'a real office does not open a practice store')
    : new AppError('practice/store-is-real', 'practice does not open the store of an office')
}

function assemble({
  dir,
  db,
  keys,
  files,
  lock,
  options,
}: {
  dir: string
  db: Database
  keys: StoreKeys
  files: FileStore
  lock: ProfileLock
  options: StoreOptions
}): Store {
  const { now, onUnsearchable = () => undefined } = options
  const actor = actorContext()
  const history = historyStore(db, actor)
  const jobs = jobStore(db, history, now)
  const directory = directoryStore(db, options.now)
  const requests = outgoingRequestStore(db, history, now)
  const receivedRequests = incomingRequestStore(db, history, now)
  const outgoing = outgoingStore(db, { history, jobs, directory, requests, actor }, now)
  const incoming = incomingStore(db, { history, requests: receivedRequests, actor }, now)
  const packets = packetStore(db, now)
  const { follow, ...search } = searchStore(db)
  const indexSome = follow(
    (direction, id) =>
      direction === 'outgoing'
        ? searchedOutgoing(outgoing.get(documentId.parse(id)))
        : searchedIncoming(incoming.get(documentId.parse(id))),
    onUnsearchable,
  )
  const compositions = compositionStore(db, now)
  files.sweepPartial(jobs.pending('fetch').map(({ subjectId }) => subjectId))

  async function check({
    contents = files,
    onFile = () => undefined,
    signal,
  }: Parameters<Store['check']>[0] = {}): Promise<StoreReport> {
    const problems: StoreProblem[] = db.findDamage().map((about) => ({ code: 'store/damaged', about }))
    const chain = history.verifyChain()
    if (!chain.ok) problems.push({ code: 'store/damaged', about: `history ${String(chain.sequence)}` })
    const hashes = new Set<Sha256>([
      ...outgoing.fileHashes(),
      ...compositions.fileHashes(),
      ...requests.fileHashes(),
      ...incoming.fileHashes(),
      ...packets.fileHashes(),
      ...history.fileHashes(),
    ])
    let done = 0
    for (const sha256 of hashes) {
      if (signal?.aborted === true) throw new AppError('backup/cancelled', 'stopped by the clerk')
      try {
        await contents.verify(sha256)
      } catch (cause) {
        problems.push({ code: codeOf(cause), about: sha256 })
      }
      onFile((done += 1), hashes.size)
    }
    return { historyLines: chain.ok ? chain.lines : chain.sequence - 1, files: hashes.size, problems }
  }

  return {
    dir,
    settings: settingStore(db, now),
    directory,
    history,
    actor,
    people: peopleStore(db, history, now),
    notes: noteStore(db, actor),
    versions: versionStore(db),
    recipientGroups: recipientGroupStore(db, now),
    jobs,
    outgoing,
    compositions,
    requests,
    incoming,
    receivedRequests,
    packets,
    pictures: pictureStore(db, now),
    registers: registerStore(db, now),
    corrections: correctionStore(db),
    search: { ...search, indexSome },
    authorityFiles: authorityFileStore(db),
    encryptionKeys: encryptionKeyStore(db),
    files,
    atomically: (work, durability) => db.atomically(work, durability),
    durable: groupFlush(async () => {
      await files.flushNames()
      await db.flush()
    }, db.lost),
    lost: db.lost,
    check,
    async examine(worker, signal) {
      const { nativeBinding } = options
      const asked = { path: join(dir, 'store.db'), key: keys.database, nativeBinding, except: SEARCH_TABLES }
      const damage = await examineInThread(worker, asked, signal)
      if (damage.length > 0) markDamaged(dir)
      return damage
    },
    backup: (target) =>
      makeBackup({ db, dir, keys, historyLines: () => history.head()?.sequence ?? 0 }, target),
    close() {
      try {
        db.close()
      } finally {
        lock.release()
      }
    },
  }
}
