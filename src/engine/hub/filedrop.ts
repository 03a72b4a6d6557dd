import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, codeOf, type ErrorCode } from '../../shared/errors.ts'
import { exchangeFolder, packageName, type FoundFile, type HalfPackage } from './exchange-folder.ts'
import type { PackageLabel, Sealing } from './sealing.ts'
import type {
  Accepted,
  CallOptions,
  Delivery,
  ListedPacket,
  OutgoingPacket,
  SendOptions,
  Transport,
} from './transport.ts'

/** An exchange folder, and how packages are closed and opened here. */
export interface FiledropOptions {
  /** Absolute path of the stick, or of the folder on a share. */
  readonly folder: string
  readonly sealing: Sealing
  readonly clock: () => number
}

/** A file in the folder that is taken for nothing, and why. */
export interface StrangeFile {
  readonly name: string
  readonly code: ErrorCode
}

/** The folder as a transport, which alone can say what it did not take. */
export interface FiledropTransport extends Transport {
  /** As of the last look. */
  strangeFiles(): readonly StrangeFile[]
}

/** What a file in the folder is, as long as it stays the same. */
type Known = { readonly mark: string } & (
  | { readonly kind: 'ours'; readonly id: string; readonly label: PackageLabel; readonly file: FoundFile }
  /** Sealed for somebody else. */
  | { readonly kind: 'of-others' }
  | { readonly kind: 'strange'; readonly code: ErrorCode; readonly lookAgainAt: number }
)

/** What was not taken may be later: its sender's root is imported, or it was a bad read of a bad stick. */
const LOOK_AGAIN_MS = 10 * 60_000

/**
 * A folder that is carried or shared, in place of a hub. A packet becomes one sealed package for each recipient.
 * Whoever it is for takes it out when it is safe with him, so what lies there has not arrived.
 *
 * Everything about a package is told by what is signed inside it, nothing by its file's name: copies, renamed
 * ones and ones that come again are the same package.
 *
 * @throws {AppError} `hub/not-configured` unless the path is absolute
 */
export function filedropTransport({ folder: chosen, sealing, clock }: FiledropOptions): FiledropTransport {
  const folder = exchangeFolder(chosen)
  /** By path. */
  const known = new Map<string, Known>()
  const cards = new Map<
    string,
    { readonly mark: string; readonly sha256: string; readonly lookAgainAt: number }
  >()

  /** Sees to it that our card lies there, and that those of others are known to us. */
  async function exchangeCards(signal: AbortSignal | undefined): Promise<void> {
    const there = new Set<string>()
    for (const file of await folder.cards()) {
      requireWanted(signal)
      let card = cards.get(file.path)
      if (card?.mark !== file.mark || clock() >= card.lookAgainAt) {
        const statement = Buffer.concat(await all(folder.read(file)))
        const isGood = await sealing.learn(statement)
        const lookAgainAt = isGood ? Infinity : clock() + LOOK_AGAIN_MS
        card = { mark: file.mark, sha256: sha256Of(statement), lookAgainAt }
        cards.set(file.path, card)
        await nextTurn()
      }
      there.add(card.sha256)
    }
    const own = sealing.ownStatement()
    if (own !== undefined && !there.has(sha256Of(own.statement))) {
      await folder.writeCard(own.organId, own.statement)
    }
  }

  /** Finds out what lies in the folder; what was looked at before is not read again. */
  async function look(signal: AbortSignal | undefined): Promise<void> {
    const files = await folder.packages()
    const paths = new Set(files.map(({ path }) => path))
    for (const path of known.keys()) if (!paths.has(path)) known.delete(path)
    for (const file of files) {
      requireWanted(signal)
      const before = known.get(file.path)
      const isSame = before?.mark === file.mark
      if (isSame && (before.kind !== 'strange' || clock() < before.lookAgainAt)) continue
      known.set(file.path, await whatIs(file))
      await nextTurn()
    }
  }

  async function whatIs(file: FoundFile): Promise<Known> {
    const { mark } = file
    try {
      const opened = await sealing.open(folder.read(file))
      if (opened === undefined) return { mark, kind: 'of-others' }
      await opened.close()
      return { mark, kind: 'ours', id: packageIdOf(opened.label), label: opened.label, file }
    } catch (cause) {
      const code = codeOf(cause)
      if (!code.startsWith('package/')) throw cause
      return { mark, kind: 'strange', code, lookAgainAt: clock() + LOOK_AGAIN_MS }
    }
  }

  /** All files that are this package, without those that proved to be broken. */
  function copiesOf(packetId: string) {
    return [...known.values()].flatMap((one) => (one.kind === 'ours' && one.id === packetId ? [one] : []))
  }

  async function lookFor(packetId: string, signal: AbortSignal | undefined) {
    await folder.requireThere()
    await look(signal)
    return copiesOf(packetId)
  }

  async function list({ signal }: CallOptions = {}): Promise<ListedPacket[]> {
    await folder.requireThere()
    await exchangeCards(signal)
    await look(signal)
    const ours = [...known.values()].flatMap((one) => (one.kind === 'ours' ? [one] : []))
    return [...new Map(ours.map((one) => [one.id, one])).values()].map(({ id, label }) => ({
      packetId: id,
      ...label,
    }))
  }

  async function* fetch(packetId: string, more: Parameters<Transport['fetch']>[1] = {}) {
    const [copy] = await lookFor(packetId, more.signal)
    if (copy === undefined) throw new AppError('package/missing', `${packetId} is not in the folder now`)
    const opened = await sealing.open(folder.read(copy.file))
    if (opened === undefined) throw new AppError('package/missing', 'another file in its place')
    try {
      if (packageIdOf(opened.label) !== packetId)
        throw new AppError('package/missing', 'another package in its place')
      await more.onBegin?.({ fromByte: 0, etag: undefined })
      for await (const piece of opened.packet()) {
        requireWanted(more.signal)
        yield piece
      }
    } catch (cause) {
      if (codeOf(cause) === 'package/broken') markBroken(copy)
      throw cause
    } finally {
      await opened.close()
    }
  }

  /** Another copy of it may be whole. */
  function markBroken({ mark, file }: { readonly mark: string; readonly file: FoundFile }): void {
    known.set(file.path, {
      mark,
      kind: 'strange',
      code: 'package/broken',
      lookAgainAt: clock() + LOOK_AGAIN_MS,
    })
  }

  async function send(packet: OutgoingPacket, more: SendOptions = {}): Promise<Accepted> {
    const { kind, from, recipients, sha256, sizeBytes } = packet
    await folder.requireThere()
    const sealed = sealing.seal({ kind, from, sha256, sizeBytes }, recipients)
    const halves: HalfPackage[] = []
    let published = 0
    let sentBytes = 0

    async function* told(): AsyncGenerator<Uint8Array> {
      for await (const piece of packet.open()) {
        requireWanted(more.signal)
        yield piece
        sentBytes += piece.length
        more.onProgress?.(Math.floor(sentBytes / sealed.length), sizeBytes)
      }
    }

    try {
      for (const { label, package: one } of sealed) {
        halves.push(await folder.write(nameOf(label), one.sealed(told())))
      }
      for (const half of halves) {
        await half.publish()
        published += 1
      }
    } catch (cause) {
      await Promise.all(halves.slice(published).map((half) => half.discard()))
      if (published === 0) throw cause
      throw new AppError(
        'hub/outcome-unknown',
        `${String(published)} of ${String(halves.length)} packages are there`,
        {
          cause,
        },
      )
    }
    return { packetId: sha256 }
  }

  return {
    capabilities: () =>
      Promise.resolve({
        transport: 'filedrop',
        resumableUpload: false,
        resumableDownload: false,
        listsHashes: true,
        maxPacketBytes: undefined,
      }),

    list: (_since, more) => list(more),
    fetch,
    send,
    uploadStanding: () => Promise.resolve('gone'),

    /**
     * Sent when every package of it lies there. What was taken out already is written once more, which harms nobody:
     * it is the same package again.
     */
    async lookup({ kind, from, sha256, documentId, notation, recipients }) {
      await folder.requireThere()
      if (sha256 === undefined) return undefined
      for (const to of recipients) {
        if (((await folder.sizeOf(nameOf({ kind, from, to, sha256 }))) ?? 0) === 0) return undefined
      }
      return {
        packetId: sha256,
        kind,
        documentId,
        notation,
        from,
        to: recipients.join(' '),
        sha256,
        ...SAID_BY_NOBODY,
      }
    },

    deliveries: () =>
      Promise.reject(new AppError('hub/outcome-unaskable', 'a folder keeps no list of what was sent')),

    async acknowledge(packetId, outcome, { signal } = {}) {
      if (outcome === 'processing') return
      for (const { file } of await lookFor(packetId, signal)) {
        await folder.remove(file)
        known.delete(file.path)
      }
    },

    directory: () => Promise.resolve(undefined),
    evidence: () => undefined,

    async check({ signal } = {}) {
      const begun = performance.now()
      const waiting = await list({ signal })
      const documents = waiting.filter(({ kind }) => kind === 'edoc').length
      return {
        clockSkewMs: undefined,
        roundTripMs: Math.round(performance.now() - begun),
        waitingDocuments: documents,
        waitingStatuses: waiting.length - documents,
      }
    },

    close: () => Promise.resolve(),

    strangeFiles: () =>
      [...known].flatMap(([path, one]) =>
        one.kind === 'strange' ? [{ name: path.split(/[\\/]/).at(-1) ?? '', code: one.code }] : [],
      ),
  }
}

/** What a hub says of a packet and a folder does not. */
const SAID_BY_NOBODY = {
  sentAt: undefined,
  receivedAt: undefined,
  sendStatus: '',
  sendStatusDescription: '',
  receiveStatus: '',
  receiveStatusDescription: '',
} satisfies Partial<Delivery>

/** The same for the same packet on the same way, however often it is sealed. */
function packageIdOf({ kind, from, to, sha256 }: Omit<PackageLabel, 'sizeBytes'>): string {
  return sha256Of(JSON.stringify([kind, from, to, sha256]))
}

function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function nameOf(label: Omit<PackageLabel, 'sizeBytes'>): string {
  return packageName(label.to, packageIdOf(label))
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('hub/cancelled', 'ended by ourselves')
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of chunks) pieces.push(piece)
  return pieces
}
