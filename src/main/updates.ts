import { createHash, type KeyObject } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { app, net } from 'electron'
import { autoUpdater, CancellationToken, Provider } from 'electron-updater'
import type { ProgressInfo, ResolvedUpdateFileInfo, UpdateInfo } from 'electron-updater'
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js'
import { AppError, codeOf } from '../shared/errors.ts'
import type { UpdateStatus } from '../shared/ipc/contract.ts'
import { logLine } from './log.ts'
import { feedFolder, feedKeys, readFeed } from './update-feed.ts'

const FEED_DEADLINE_MS = 30_000
const FEED_MAX_BYTES = 65_536
/** Chromium waits without end for a server that is there and says nothing. */
const STALL_MS = 120_000

/** The publisher's public keys, in the archive with the program. Without the file nothing is ever updated. */
const PACKED_KEYS = Object.values(
  import.meta.glob<string>('../../resources/update-feed-key.pem', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
).join('')

/** Where updates come from, and who must have signed them. */
interface Source {
  readonly folder: URL
  readonly keys: readonly KeyObject[]
}

/** What the updates need of the desktop. */
export interface UpdatesOptions {
  /** The status is another one. */
  readonly onChange: () => void
  /** Closes the engine's store; the installer replaces files that the engine has open. */
  readonly leave: () => Promise<void>
}

export type Updates = ReturnType<typeof updates>

/**
 * New versions of the program: looked for, fetched and installed only when the clerk says so, never at the
 * end of the program or of Windows (electron-builder#7807: an installer cut off by a shutdown leaves no
 * working program). What is believed of a feed, and what is not: docs/decisions/0004-updates.md
 *
 * Failures of the feed are a state of the status, not exceptions: `update/feed-unreachable`,
 * `update/refused`, `store/disk-full`.
 */
export function updates({ onChange, leave }: UpdatesOptions) {
  let current: Omit<UpdateStatus, 'currentVersion'> = { state: prepare() ? 'idle' : 'off' }
  let found: UpdateInfo | undefined
  let installer: string | undefined

  function move(next: typeof current): void {
    current = next
    onChange()
  }

  function status(): UpdateStatus {
    return { currentVersion: app.getVersion(), ...current }
  }

  function fail(cause: unknown): void {
    logLine('warn', 'updates', String(cause))
    move({ state: 'failed', error: codeOf(cause) })
  }

  /** Asks the feed for a newer version than this one. */
  async function check(): Promise<UpdateStatus> {
    if (current.state !== 'idle' && current.state !== 'available' && current.state !== 'failed')
      return status()
    move({ state: 'checking' })
    try {
      const result = await autoUpdater.checkForUpdates()
      found = result?.isUpdateAvailable === true ? result.updateInfo : undefined
      move(found === undefined ? { state: 'idle' } : { state: 'available', version: found.version })
    } catch (cause) {
      fail(named(cause))
    }
    return status()
  }

  /** Starts to fetch the version that was found. Returns at once: on a bad line it takes an hour. */
  function download(): UpdateStatus {
    if (current.state !== 'available' || found === undefined) return status()
    const { version } = found
    const cancellation = new CancellationToken()
    const stall = setTimeout(() => {
      cancellation.cancel()
    }, STALL_MS)
    function progress({ transferred, total }: ProgressInfo): void {
      stall.refresh()
      move({ state: 'downloading', version, receivedBytes: transferred, totalBytes: total })
    }
    autoUpdater.on('download-progress', progress)
    move({ state: 'downloading', version })
    autoUpdater
      .downloadUpdate(cancellation)
      .then(
        ([file]) => {
          installer = file
          move({ state: 'ready', version })
        },
        (cause: unknown) => {
          fail(named(cause))
        },
      )
      .finally(() => {
        clearTimeout(stall)
        autoUpdater.off('download-progress', progress)
      })
      .catch((cause: unknown) => {
        logLine('error', 'updates', String(cause))
      })
    return status()
  }

  /**
   * Ends the program and starts the installer. The engine has made sure that nothing is on its way out.
   * The file is hashed again: it may have lain in the user's cache for weeks.
   */
  async function install(): Promise<UpdateStatus> {
    const file = installer
    if (current.state !== 'ready' || file === undefined || found === undefined) return status()
    installer = undefined
    const hash = await sha512(file).catch(() => undefined)
    if (!found.files.some((expected) => expected.sha512 === hash)) {
      await rm(file, { force: true })
      fail(new AppError('update/refused', 'the downloaded installer was changed on the disk'))
      return status()
    }
    await leave()
    // The engine is gone: if the installer cannot start, only a new start gives the clerk a working program.
    autoUpdater.once('error', () => {
      app.relaunch()
      app.quit()
    })
    autoUpdater.quitAndInstall(false, true)
    return status()
  }

  return { status, check, download, install }
}

/** Sets the updater up; `false` where this program is not updated by itself. */
function prepare(): boolean {
  const source = sourceOfUpdates()
  if (source === undefined) return false
  autoUpdater.logger = {
    info: (text: unknown) => {
      logLine('info', 'updates', String(text))
    },
    warn: (text: unknown) => {
      logLine('warn', 'updates', String(text))
    },
    error: (text: unknown) => {
      logLine('error', 'updates', String(text))
    },
  }
  autoUpdater.autoDownload = false
  autoUpdater.autoInstallOnAppQuit = false
  autoUpdater.allowDowngrade = false
  autoUpdater.disableWebInstaller = true
  // Elsewhere the block map is inside the installer, at a place that our feed does not name.
  autoUpdater.disableDifferentialDownload = process.platform !== 'win32'
  autoUpdater.setFeedURL({ provider: 'custom', updateProvider: signedFeed(source) })
  return autoUpdater.isUpdaterActive()
}

function sourceOfUpdates(): Source | undefined {
  try {
    return app.isPackaged ? packedSource() : namedSource()
  } catch (cause) {
    // A spoilt file of the package must not keep an office from its documents.
    logLine('error', 'updates', String(cause))
    return undefined
  }
}

function packedSource(): Source | undefined {
  const config = join(process.resourcesPath, 'app-update.yml')
  if (!existsSync(config)) return undefined
  const folder = feedFolder(readFileSync(config, 'utf8'))
  const keys = feedKeys(PACKED_KEYS)
  return folder === undefined || keys.length === 0 ? undefined : { folder, keys }
}

/** A program that is not packed may be told a feed and the file of its key, to try updates out. */
function namedSource(): Source | undefined {
  const { VANTHU_UPDATE_FEED: url, VANTHU_UPDATE_KEY: keyFile } = process.env
  // An empty variable is how some shells take one back.
  if (!url || !keyFile) return undefined
  const config = JSON.stringify({ provider: 'generic', url, updaterCacheDirName: 'van-thu-unpacked-updater' })
  const file = join(app.getPath('userData'), 'app-update.yml')
  mkdirSync(app.getPath('userData'), { recursive: true })
  writeFileSync(file, config)
  autoUpdater.forceDevUpdateConfig = true
  autoUpdater.updateConfigPath = file
  const folder = feedFolder(config)
  return folder === undefined ? undefined : { folder, keys: feedKeys(readFileSync(keyFile, 'utf8')) }
}

/** The provider that electron-updater asks: the generic feed, with a signature beside it that must hold. */
function signedFeed({ folder, keys }: Source) {
  return class SignedFeed extends Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtimeOptions: ProviderRuntimeOptions) {
      super(runtimeOptions)
    }

    override async getLatestVersion(): Promise<UpdateInfo> {
      const name = `${this.getDefaultChannelName()}.yml`
      const [bytes, signature] = await Promise.all([
        fetchSmall(new URL(name, folder)),
        fetchSmall(new URL(`${name}.sig`, folder)),
      ])
      if (bytes === undefined) throw new AppError('update/feed-unreachable', `there is no ${name}`)
      if (signature === undefined) throw new AppError('update/refused', `${name} is not signed`)
      const feed = readFeed(bytes, Buffer.from(signature).toString('latin1'), keys)
      const [first] = feed.files
      return { ...feed, path: first?.url ?? '', sha512: first?.sha512 ?? '' }
    }

    override resolveFiles(info: UpdateInfo): ResolvedUpdateFileInfo[] {
      return info.files.map((file) => ({ url: new URL(file.url, folder), info: file }))
    }
  }
}

/** A small file of the feed, past every cache; `undefined` where there is none. */
async function fetchSmall(url: URL): Promise<Uint8Array | undefined> {
  try {
    const answer = await net.fetch(url.href, {
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(FEED_DEADLINE_MS),
    })
    if (answer.status === 404) return undefined
    if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`)
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of answer.body) {
      if (!(chunk instanceof Uint8Array)) throw new Error('not bytes')
      length += chunk.length
      if (length > FEED_MAX_BYTES) throw new Error(`more than ${FEED_MAX_BYTES} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    throw new AppError('update/feed-unreachable', `${url.href} could not be read`, { cause })
  }
}

/** The failure of ours that a failure of electron-updater amounts to. */
function named(cause: unknown): unknown {
  if (cause instanceof AppError || !(cause instanceof Error)) return cause
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC') return new AppError('store/disk-full', 'no room for the update', { cause })
  // Of a file, not of the network: failures of Chromium's network name no system call.
  if ('syscall' in cause) return cause
  const isRefusal =
    code === 'ERR_CHECKSUM_MISMATCH' || (typeof code === 'string' && code.startsWith('ERR_UPDATER_'))
  return isRefusal
    ? new AppError('update/refused', cause.message, { cause })
    : new AppError('update/feed-unreachable', cause.message, { cause })
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}
