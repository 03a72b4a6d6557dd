import { createHash } from 'node:crypto'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { OutgoingPacket, SendOptions } from './transport.ts'

const PIECE_BYTES = 64 * 1024

/** How far an upload got: nothing taken, some pieces, everything up to the closing boundary. */
export type UploadState = 'waiting' | 'begun' | 'complete'

/** How a protocol wraps the packet into a form. */
export interface UploadForm {
  /** Name of the part that holds the packet. */
  readonly part: string
  /** Plain fields before it. */
  readonly fields?: Readonly<Record<string, string>>
  readonly boundary: string
}

/** A packet as the body of one multipart request. */
export interface Upload {
  readonly contentType: string
  readonly lengthBytes: number
  readonly state: UploadState
  body(): AsyncGenerator<Uint8Array>
}

/**
 * The packet's bytes from `fromByte` on, in pieces. Ends only when there were as many as announced; read whole,
 * their hash is compared too.
 *
 * @throws AppError `store/file-damaged` when the packet is not the one that was frozen
 */
export async function* piecesOf(packet: OutgoingPacket, fromByte: number): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let end = fromByte
  for await (const chunk of packet.open(fromByte)) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES)
      hash.update(piece)
      end += piece.length
      if (end > packet.sizeBytes) break
      yield piece
    }
  }
  if (end !== packet.sizeBytes || (fromByte === 0 && hash.digest('hex') !== packet.sha256)) {
    throw new AppError('store/file-damaged', 'the packet is not the one that was frozen')
  }
}

/**
 * The packet as it is, in one part. The closing boundary goes out only when the bytes are right.
 * `onMove` is called when the line has taken a piece.
 */
export function multipart(
  packet: OutgoingPacket,
  form: UploadForm,
  { onMove, onProgress }: { readonly onMove: () => void; readonly onProgress: SendOptions['onProgress'] },
): Upload {
  const fields = Object.entries(form.fields ?? {}).map(
    ([name, value]) =>
      `--${form.boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${fields.join('')}--${form.boundary}\r\n` +
      `Content-Disposition: form-data; name="${form.part}"; filename="packet.edxml"\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${form.boundary}--\r\n`)
  const upload = {
    contentType: `multipart/form-data; boundary=${form.boundary}`,
    lengthBytes: head.length + packet.sizeBytes + tail.length,
    state: 'waiting' as UploadState,
    async *body(): AsyncGenerator<Uint8Array> {
      upload.state = 'begun'
      yield head
      let sent = 0
      for await (const piece of piecesOf(packet, 0)) {
        yield piece
        // Asked for more: the line has taken this piece.
        sent += piece.length
        onMove()
        onProgress?.(sent, packet.sizeBytes)
      }
      upload.state = 'complete'
      yield tail
    },
  }
  return upload
}

/** How a connection ends that had begun to carry something. */
const BROKEN_LINE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'hub/unreachable',
  'hub/no-network',
  'hub/secure-line-failed',
  'hub/client-certificate-refused',
  'hub/proxy-unreachable',
  'hub/connection-refused',
])

/** What says nothing about a packet that went out whole: it may have been accepted before this happened. */
const OPEN_AFTER_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'hub/server-error',
  'hub/cancelled',
  'road/own-server-failed',
  'road/far-server-failed',
])

/**
 * What a failure during `send` says about the packet. Before the first piece the hub cannot have it. After
 * that a broken line leaves it open, and so does a gateway's 5xx: it may stand between us and a hub that
 * accepted. An upload that we ourselves stopped short of its announced length cannot have been accepted.
 */
export function outcomeOf(cause: unknown, state: UploadState): unknown {
  if (!(cause instanceof AppError) || state === 'waiting') return cause
  const open = BROKEN_LINE.has(cause.code) || (state === 'complete' && OPEN_AFTER_ALL.has(cause.code))
  if (!open) return cause
  return new AppError('hub/outcome-unknown', `after sending: ${cause.message}`, {
    cause,
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
    ...(cause.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }),
  })
}
