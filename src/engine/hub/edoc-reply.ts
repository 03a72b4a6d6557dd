import { AppError } from '../../shared/errors.ts'

/** What stands around the packet in a `getEdoc` answer; filled while the bytes pass, complete at the end. */
export interface EdocReply {
  /** Every field but the base64 one, whose text is emptied. Undefined until the answer has ended. */
  fields: unknown
  /** The base64 field was there as text. */
  hasData: boolean
}

/** Everything but the packet fits in this; more is not an answer of a hub. */
const MAXIMUM_REST_BYTES = 1024 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x7b, 0x5b])
const CLOSING = new Set([0x7d, 0x5d])
const COLON = 0x3a
const COMMA = 0x2c

/**
 * Decodes `{"status": ..., "data": "<base64>"}` while it arrives, so that a packet of 50 MB never stands in
 * memory as text. The other fields may come before or after; escapes that JSON writers put into base64
 * (`\/`, `\u003d`, line ends) are understood.
 *
 * @param reply filled at the end of the iteration
 * @throws AppError `hub/not-json` for anything that is no JSON object, `hub/packet-mismatch` for text in the
 *   field that is no base64 (the packet was damaged on its way)
 */
export async function* decodeEdocReply(
  chunks: AsyncIterable<Uint8Array>,
  reply: EdocReply,
): AsyncGenerator<Uint8Array> {
  const rest: Buffer[] = []
  let restBytes = 0
  let depth = 0
  let inText = false
  let escaped = false
  let afterColon = false
  let key = ''
  let text = ''
  let inData = false
  const base64 = base64Decoder()

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    restBytes += bytes.length
    if (restBytes > MAXIMUM_REST_BYTES)
      throw new AppError('hub/not-json', 'the answer is too long beside its packet')
    rest.push(Buffer.from(bytes))
  }

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = 0
    let at = 0
    while (at < bytes.length) {
      if (inData) {
        const end = bytes.indexOf(QUOTE, at)
        const piece = bytes.subarray(at, end === -1 ? bytes.length : end)
        const decoded = base64.take(piece.toString('latin1'))
        if (decoded.length > 0) yield decoded
        if (end === -1) {
          at = from = bytes.length
          continue
        }
        const last = base64.end()
        if (last.length > 0) yield last
        inData = false
        inText = false
        key = ''
        from = at = end
        at += 1
        continue
      }
      const byte = bytes[at] ?? 0
      at += 1
      if (inText) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) {
          inText = false
          if (depth === 1 && !afterColon) key = text
        }
        if (text.length < 64) text += String.fromCharCode(byte)
      } else if (byte === QUOTE) {
        inText = true
        text = ''
        if (depth === 1 && afterColon && key === 'data') {
          inData = true
          reply.hasData = true
          keep(bytes.subarray(from, at))
          from = at
        }
      } else if (byte === COLON) afterColon = true
      else if (byte === COMMA) afterColon = false
      else if (OPENING.has(byte)) {
        depth += 1
        if (depth === 1) afterColon = false
      } else if (CLOSING.has(byte)) depth -= 1
    }
    keep(bytes.subarray(from))
  }
  reply.fields = parsed(Buffer.concat(rest).toString('utf8'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new AppError('hub/not-json', 'the answer is no JSON', { cause })
  }
}

/** Base64 in pieces cut anywhere, strict about its alphabet: Buffer.from would skip what it does not know. */
function base64Decoder() {
  let waiting = ''
  let escape = ''
  let ended = false

  function unescaped(piece: string): string {
    const whole = escape + piece
    escape = ''
    if (!whole.includes('\\')) return whole
    // An escape cut by the end of the piece waits for the next one.
    const cut = /\\(?:u[0-9a-fA-F]{0,3})?$/.exec(whole)
    if (cut !== null) escape = cut[0]
    const complete = cut === null ? whole : whole.slice(0, cut.index)
    return complete
      .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replaceAll('\\/', '/')
      .replace(/\\[nrt]/g, '')
  }

  return {
    take(piece: string): Uint8Array {
      const text = waiting + unescaped(piece).replace(/\s+/g, '')
      const whole = text.length - (text.length % 4)
      waiting = text.slice(whole)
      const group = text.slice(0, whole)
      if (group === '') return new Uint8Array()
      if (ended || !/^[A-Za-z0-9+/]*={0,2}$/.test(group)) {
        throw new AppError('hub/packet-mismatch', 'the packet is no base64')
      }
      ended = group.endsWith('=')
      return Buffer.from(group, 'base64')
    },
    end(): Uint8Array {
      if (escape !== '' || waiting.length === 1 || (ended && waiting !== '')) {
        throw new AppError('hub/packet-mismatch', 'the base64 of the packet stops in the middle')
      }
      if (waiting === '') return new Uint8Array()
      if (!/^[A-Za-z0-9+/]+$/.test(waiting))
        throw new AppError('hub/packet-mismatch', 'the packet is no base64')
      return Buffer.from(waiting, 'base64')
    },
  }
}
