import { PassThrough } from 'node:stream'
import { once } from 'node:events'
import { AppError, codeOf, type ErrorCode } from '../../shared/errors.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { DocumentFile, Sha256 } from '../../shared/document/fields.ts'
import {
  affectedDocumentId,
  BUSINESS_TYPE,
  type DocumentMessage,
  type PacketWarning,
  type StatusMessage,
} from '../../shared/document/packet.ts'
import { RECALL_STATUS } from '../../shared/document/request.ts'
import type { SignatureVerdict } from '../../shared/verdict.ts'
import { readPacket, type AttachmentSink, type ReadPacket } from '../envelope/read.ts'
import type { PacketXmlSignature } from '../envelope/xml-signature.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import { bearsSecrecyMark } from '../secrecy.ts'
import { documentLeftOpen } from '../signing/verdicts.ts'
import type { DecryptionKey } from '../signing/recipient-info.ts'
import type { FileStore, Packet, Store } from '../store/index.ts'
import type { JobHandler } from '../job-handler.ts'
import { addAcknowledgement } from './acknowledge.ts'
import { judgeFiles, type FileJudges } from './judge-files.ts'
import { addJudging } from './judge.ts'
import { addReport } from './report.ts'
import { openEncrypted, type OpenedFiles } from './open-encrypted.ts'
import { isRepetition } from './repetition.ts'
import { noteReplacements } from './replacements.ts'
import { addsUs, concernsUs, recallOfStatus, requestOf, takeEarly, takeRequest } from './requests.ts'
import { senderReasons } from './sender.ts'

/** What admitting needs of the world. */
export interface AdmitPorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
  readonly judges: FileJudges
  /** Judges the signature that a packet bears on itself. */
  readonly verifyPacket: (
    open: () => AsyncIterable<Uint8Array>,
    signature: PacketXmlSignature,
  ) => Promise<SignatureVerdict>
  /** Our private keys, for files that were encrypted to us. */
  readonly decryptionKeys: () => readonly DecryptionKey[]
  /** What the sender's agency states about its key; `keep` runs inside the transaction. */
  readonly judgeStatement: (
    statement: Uint8Array,
    sender: {
      readonly from: { readonly organId: string; readonly organName: string }
      readonly hubOrganId: string
    },
  ) => Promise<{ readonly keep: () => void; readonly refusal?: AppError }>
  /** What a recipient answered about a document of ours; runs inside the transaction. */
  readonly onStatus: (message: StatusMessage, packet: { packetId: string; sha256: Sha256 }) => void
}

/** A packet that carries a document, or a request about one. */
type DocumentPacket = Extract<ReadPacket<Sha256>, { kind: 'document' }>

/** A disk that loses what is written to it is given time. */
const FETCH_AGAIN_AFTER_MS = 60_000

/** What the clerk of the other office reads beside status 01. */
const ARRIVED = 'Đã đến'

/**
 * collected → admitted, or quarantined. Reads a packet that is on disk, judges its PDF, and commits the
 * document together with the errands that tell the hub and the sender. Whatever cannot be read lands in
 * quarantine with its bytes kept, and the queue goes on.
 */
export function admitJob(ports: AdmitPorts): JobHandler {
  const { store, reach } = ports

  return async (job) => {
    reach('admit/claimed')
    const packet = store.packets.byId(job.subjectId)
    if (packet?.state !== 'stored' || packet.sha256 === undefined) return () => undefined
    try {
      return await admitPacket(packet, packet.sha256)
    } catch (cause) {
      const { code } = cause instanceof AppError ? cause : { code: undefined }
      if (code !== 'store/file-missing' && code !== 'store/file-damaged') throw cause
      return () => {
        fetchAgain(packet.packetId, code)
      }
    }
  }

  async function admitPacket(packet: Packet, sha256: Sha256): Promise<() => void> {
    const { packetId } = packet
    const file = await store.files.open(sha256)
    let read: ReadPacket<Sha256> | undefined
    let signatureWarnings: PacketWarning[]
    let opened: OpenedFiles
    try {
      read = await readPacket(file.stream(), { attachmentSink: keepIn(store.files) })
      signatureWarnings = await warningsOf(read, () => file.stream())
      opened = await opening(read)
    } catch (cause) {
      const code = codeOf(cause)
      if (!(cause instanceof AppError) || !code.startsWith('packet/')) throw cause
      const known = read?.kind === 'document' ? read : undefined
      return () => {
        quarantine(packet, cause, 'fail', known)
      }
    } finally {
      await file.close()
    }
    reach('admit/read')
    const stated = await statementIn(read, packet)
    if (read.kind === 'status') {
      const { message } = read
      return () => {
        stated?.keep()
        if (message.statusCode === RECALL_STATUS) takeRequest(ports, recallOfStatus(packet, message))
        else ports.onStatus(message, { packetId, sha256 })
        handled(packet, 'done')
      }
    }
    const whole = {
      ...read,
      attachments: [...opened.attachments],
      warnings: [...read.warnings, ...signatureWarnings, ...opened.warnings, ...warningOf(stated?.refusal)],
    }
    const admit = isRequest(whole)
      ? () => {
          admitRequest(packet, whole)
        }
      : await admitDocument(packet, { ...whole, message: asDocument(whole.message) })
    return () => {
      stated?.keep()
      store.encryptionKeys.keepContentKeys(sha256, opened.contentKeys)
      admit()
    }
  }

  /** The files of a document for us as they can be read; those of any other packet as they came. */
  function opening(read: ReadPacket<Sha256>): Promise<OpenedFiles> {
    if (read.kind === 'status') return Promise.resolve({ attachments: [], contentKeys: [], warnings: [] })
    const { message, attachments } = read
    const isLookedAt = isForUs(message) && message.business.type !== BUSINESS_TYPE.recall
    return isLookedAt
      ? openEncrypted(store.files, attachments, ports.decryptionKeys)
      : Promise.resolve({ attachments, contentKeys: [], warnings: [] })
  }

  async function statementIn({ message, keyStatement }: ReadPacket<Sha256>, { fromOrganId }: Packet) {
    if (keyStatement === undefined) return undefined
    return ports.judgeStatement(keyStatement, { from: message.from, hubOrganId: fromOrganId })
  }

  /** The hub was told nothing yet, so it still has what a power cut or a bad disk took from us. */
  function fetchAgain(packetId: string, why: ErrorCode): void {
    const at = ports.now()
    store.packets.markLost(packetId)
    store.history.append({
      at,
      subjectKind: 'packet',
      subjectId: packetId,
      event: 'lose',
      detail: { code: why },
    })
    const fetched = store.jobs.byKey(`fetch/${packetId}`)
    if (fetched === undefined) throw new Error('what is stored was fetched')
    store.jobs.add({ ...fetched, dueAt: at + FETCH_AGAIN_AFTER_MS, again: true })
  }

  /**
   * Recalls and updates. To a recipient that was added, an update that brings files is the document itself, unless
   * that is here.
   */
  function isRequest({ message, attachments }: DocumentPacket): boolean {
    const { type } = message.business
    if (type !== BUSINESS_TYPE.update) return type === BUSINESS_TYPE.recall
    const isKnown = store.incoming.findByDocumentCode(affectedDocumentId(message)).length > 0
    return isKnown || attachments.length === 0 || !addsUs(store, message)
  }

  /** A request is kept as it came; files that a recall repeats belong to the document and are not looked at. */
  function admitRequest(packet: Packet, read: DocumentPacket): void {
    const { message, warnings } = read
    const { id } = collected(packet)
    store.incoming.setMessage(id, { message, warnings })
    if (message.business.type === BUSINESS_TYPE.update) store.incoming.setFiles(id, filesOf(read))
    const why = refusalOf(message) ?? takeRequest(ports, requestOf(store, packet, message, ports.now()))
    if (why === undefined) store.incoming.move(id, 'ask', ports.now())
    else setAside(id, why)
    handled(packet, 'done')
  }

  /**
   * What there is to say of the packet's own signature: never more than a warning, because the hub is known to
   * write packets anew on the way.
   */
  async function warningsOf(
    { kind, signature, xmlSignature }: ReadPacket<Sha256>,
    open: () => AsyncIterable<Uint8Array>,
  ): Promise<PacketWarning[]> {
    if (kind === 'status' || signature.present === 'none') return []
    if (xmlSignature === undefined) return [{ code: 'signature-unverifiable', about: 'Signature' }]
    const { verdict, signer } = await ports.verifyPacket(open, xmlSignature)
    if (verdict === 'valid') return []
    const code = verdict === 'invalid' ? 'signature-broken' : 'signature-undetermined'
    return [{ code, about: signer?.name ?? 'Signature' }]
  }

  async function admitDocument(packet: Packet, read: DocumentPacket): Promise<() => void> {
    const { message, warnings } = read
    const refusal = refusalOf(message)
    const files = filesOf(read)
    const judged = await judgeFiles(store.files, files, ports.judges)
    const verdict =
      judged &&
      documentLeftOpen(
        judged,
        senderReasons(judged, {
          from: message.from,
          hubOrganId: packet.fromOrganId,
          known: store.directory.byIds([packet.fromOrganId])[0],
        }),
      )
    return () => {
      const { id } = collected(packet)
      store.incoming.setMessage(id, { message, warnings, verdict })
      store.incoming.setFiles(id, files)
      if (refusal !== undefined) {
        setAside(id, refusal)
        handled(packet, 'done')
        return
      }
      const repeated = store.incoming.findDuplicate(
        {
          documentCode: message.documentId,
          senderOrganId: message.from.organId,
          code: `${message.code.number}/${message.code.notation}`,
        },
        id,
      )
      if (repeated !== undefined && isRepetition(store, repeated, { message, files })) {
        store.incoming.move(id, 'repeat', ports.now(), { of: repeated.id })
      } else {
        if (repeated !== undefined && repeated.state !== 'returned' && repeated.state !== 'recalled') {
          // Other content under the same name is never hidden: the clerk must see both.
          const about = repeated.code
          store.incoming.setMessage(id, {
            message,
            warnings: [...warnings, { code: 'document-differs', about }],
            verdict,
          })
        }
        store.incoming.move(
          id,
          'admit',
          ports.now(),
          verdict === undefined ? {} : { verdict: verdict.verdict },
        )
        addReport(store, id, { statusCode: '01', description: ARRIVED, at: ports.now() })
        if (verdict !== undefined) addJudging(store, id, verdict, ports.now())
        noteReplacements(ports, id)
        takeEarly(ports, id)
      }
      handled(packet, 'done')
    }
  }

  /** Why a packet that can be read is not admitted. */
  function refusalOf(message: DocumentMessage): AppError | undefined {
    if (!isForUs(message)) return notForUs()
    // What bears such a mark must be taken back all the more.
    if (message.business.type === BUSINESS_TYPE.recall) return undefined
    const secret = bearsSecrecyMark({
      codeNotation: message.code.notation,
      texts: [message.subject, message.content, ...message.toPlaces],
    })
    return secret ? new AppError('document/secret', 'the packet bears a mark of state secrecy') : undefined
  }

  function isForUs(message: DocumentMessage): boolean {
    return concernsUs(store, message)
  }

  function collected(packet: Packet) {
    if (packet.sha256 === undefined) throw new Error('a stored packet has a hash')
    return store.incoming.collect({
      packetId: packet.packetId,
      senderOrganId: packet.fromOrganId,
      sha256: packet.sha256,
      sizeBytes: packet.sizeBytes ?? 0,
      receivedAt: ports.now(),
    })
  }

  function quarantine(
    packet: Packet,
    why: AppError,
    outcome: 'done' | 'fail',
    known?: Pick<DocumentPacket, 'message' | 'warnings'>,
  ): void {
    const { id } = collected(packet)
    if (known !== undefined)
      store.incoming.setMessage(id, { message: known.message, warnings: known.warnings })
    setAside(id, why)
    handled(packet, outcome)
  }

  function setAside(id: Parameters<Store['incoming']['get']>[0], why: AppError): void {
    store.incoming.setQuarantine(id, { code: why.code, detail: why.detail })
    store.incoming.move(id, 'quarantine', ports.now(), { code: why.code })
  }

  function handled(packet: Packet, outcome: 'done' | 'fail'): void {
    store.packets.markHandled(packet.packetId, outcome)
    addAcknowledgement(store, packet.packetId, ports.now())
  }
}

/** What speaks against the sender's key, where that is worth a word: an unknown root or a late packet is not. */
function warningOf(refusal: AppError | undefined): PacketWarning[] {
  if (refusal === undefined || QUIET.has(refusal.code)) return []
  return [{ code: 'key-refused', about: ERROR_TEXT[refusal.code].title }]
}

const QUIET: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'encryption/statement-unproven',
  'encryption/statement-outdated',
])

function filesOf({ attachments }: DocumentPacket): DocumentFile[] {
  return attachments.map(({ stored: sha256, name, contentType, sizeBytes }) => ({
    role: 'attachment',
    sha256,
    name,
    contentType,
    sizeBytes,
  }))
}

/** What an update says to whom it brings the document: a new one, by the document's own DocumentId. */
function asDocument(message: DocumentMessage): DocumentMessage {
  const { documentId, ...business } = message.business
  if (business.type !== BUSINESS_TYPE.update) return message
  const { type } = { type: BUSINESS_TYPE.new }
  return { ...message, documentId: documentId ?? message.documentId, business: { ...business, type } }
}

function notForUs(): AppError {
  return new AppError('packet/not-for-us', 'none of its recipients is this agency')
}

/** Files of a packet go straight into the encrypted store; one that is not finished leaves nothing. */
function keepIn(files: FileStore): AttachmentSink<Sha256> {
  return {
    begin: () => {
      const pipe = new PassThrough()
      // A file may be discarded before the store has begun to read; its pipe then has nobody else to tell.
      pipe.on('error', () => undefined)
      const kept = files.put(pipe, undefined, 'soon')
      // Whoever finishes or discards the file hears of it; until then a failure must not go unhandled.
      kept.catch(() => undefined)
      return Promise.resolve({
        write: async (content) => {
          if (!pipe.write(content)) await Promise.race([once(pipe, 'drain'), kept])
        },
        finish: async () => {
          pipe.end()
          return (await kept).sha256
        },
        discard: async () => {
          pipe.destroy(new Error('the packet was not readable to its end'))
          await kept.catch(() => undefined)
        },
      })
    },
  }
}
