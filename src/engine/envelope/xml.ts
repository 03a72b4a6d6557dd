import { Buffer } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SaxesParser } from 'saxes'
import { AppError } from '../../shared/errors.ts'
import { isPacketNamespace } from './namespaces.ts'

/**
 * An element that has been read. `name` is the local name where the element belongs to a namespace of
 * the packet, whatever its prefix, and `{namespace}local` elsewhere.
 */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  /** Values by local name; of two attributes of the same local name the first. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  /** The character data directly inside, without what is inside the children. */
  text: string
}

/** What a hostile packet may make us hold or do. */
export interface XmlLimits {
  /** The whole packet. */
  readonly packetBytes: number
  /** Everything but streamed content: tags, texts, comments. */
  readonly markupBytes: number
  readonly depth: number
  readonly elements: number
  readonly attributesPerElement: number
  /** UTF-16 units of the text of one element. */
  readonly textLength: number
}

/** A tag as it stands, for whoever needs more than its name. */
export interface XmlTag {
  /** With the prefix. */
  readonly name: string
  readonly prefix: string
  readonly local: string
  readonly uri: string
  /** The declarations of namespaces are among them. */
  readonly attributes: readonly {
    readonly name: string
    readonly prefix: string
    readonly local: string
    readonly uri: string
    readonly value: string
  }[]
}

/** Every piece of the document in order, comments left out; streamed content comes by {@link XmlListener.content}. */
export interface XmlPieces {
  opened(tag: XmlTag): void
  text(text: string): void
  instruction(target: string, body: string): void
  /** `start`: where the end tag begins, in bytes behind a byte order mark; only where there is one and it ends no streamed content. */
  closed(name: string, start: number): void
}

/** Who reads along. `path` is the names from the root to the element. */
export interface XmlListener {
  /** Whether the content of the element that was just opened is to be streamed instead of kept. */
  streams(path: readonly string[]): boolean
  /** The next bytes of the streamed element, valid until the promise settles. */
  content(bytes: Uint8Array): Promise<void>
  /** An element has ended; its children are complete. */
  closed(element: XmlElement, path: readonly string[]): Promise<void>
  readonly pieces?: XmlPieces
}

interface Open {
  readonly element: XmlElement
  readonly streamed: boolean
}

/** Where the bytes go next: to the XML parser, or straight to the listener. */
type Lane =
  | { readonly kind: 'markup' }
  | { readonly kind: 'content' }
  | { readonly kind: 'cdata' }
  /** Inside `&…;` of streamed content. */
  | { readonly kind: 'reference'; seen: string }
  /** A `<` of streamed content, not yet known to be CDATA. */
  | { readonly kind: 'angle'; seen: string }
  /** A `]` of streamed CDATA, not yet known to be its end. */
  | { readonly kind: 'bracket'; seen: string }

const NOTHING = new Uint8Array(0)
const IN_MARKUP: Lane = { kind: 'markup' }

const LESS = 0x3c
const GREATER = 0x3e
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const AMPERSAND = 0x26
const BRACKET = 0x5d
const CDATA_START = '<![CDATA['
const CDATA_END = ']]>'
const NAMED_REFERENCES: ReadonlyMap<string, number> = new Map([
  ['amp', AMPERSAND],
  ['lt', LESS],
  ['gt', GREATER],
  ['quot', 0x22],
  ['apos', 0x27],
])

/** After so many bytes others get their turn: the engine must answer while large packets arrive. */
const TURN_BYTES = 65_536

/**
 * Reads XML that nobody vouches for, in one pass, holding no more than `limits` allow. Strict XML 1.0
 * with namespaces, UTF-8 only, no document type and no entity besides the five of XML. The content of
 * streamed elements never becomes a string: it is cut out of the bytes before the parser sees it.
 *
 * @returns the root element
 * @throws {AppError} `packet/unreadable`, `packet/too-large`, `packet/forbidden-xml`,
 *   `packet/wrong-encoding`, `packet/junk-before-start`, and whatever the listener throws
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  limits: XmlLimits,
  listener: XmlListener,
): Promise<XmlElement> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    forceXMLVersion: true,
    defaultXMLVersion: '1.0',
  })
  const open: Open[] = []
  const path: string[] = []
  let closed: { element: XmlElement; path: string[] }[] = []
  let root: XmlElement | undefined
  let lane = IN_MARKUP
  let contentFollows = false
  /** Content of the slice in hand, without what XML puts between. */
  const content = new Uint8Array(TURN_BYTES)
  let contentBytes = 0
  /** Bytes that looked like the start of CDATA and were not: the parser's after all. */
  let owed: Uint8Array = NOTHING
  let packetBytes = 0
  /** Bytes before the piece of markup that the parser has in hand, and the last `<` seen in markup. */
  let offset = 0
  let lastLess = 0
  /** Whether the streamed content so far ends with a carriage return. */
  let isBehindReturn = false
  let markupBytes = 0
  let segments = 0
  let elements = 0
  let attributes = 0

  parser.on('error', ({ message }) => {
    const forbidden =
      message.startsWith('undefined entity') || message.startsWith('inappropriately located doctype')
    throw new AppError(forbidden ? 'packet/forbidden-xml' : 'packet/unreadable', message)
  })
  parser.on('doctype', () => {
    throw new AppError('packet/forbidden-xml', 'the packet has a document type')
  })
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw new AppError('packet/unreadable', 'the packet is not XML 1.0')
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      throw new AppError('packet/wrong-encoding', 'the packet declares another encoding', {
        detail: encoding,
      })
    }
  })
  parser.on('opentagstart', () => {
    elements += 1
    attributes = 0
    if (elements > limits.elements) throw tooLarge('elements')
    if (open.length >= limits.depth) throw tooLarge('depth')
    if (open.at(-1)?.streamed === true)
      throw new AppError('packet/unreadable', 'an element inside encoded content')
  })
  parser.on('attribute', () => {
    attributes += 1
    if (attributes > limits.attributesPerElement) throw tooLarge('attributes')
  })
  parser.on('opentag', (tag) => {
    const element: XmlElement = {
      name: isPacketNamespace(tag.uri) ? tag.local : `{${tag.uri}}${tag.local}`,
      namespace: tag.uri,
      attributes: new Map(
        Object.values(tag.attributes)
          .reverse()
          .map(({ local, value }) => [local, value]),
      ),
      children: [],
      text: '',
    }
    open.at(-1)?.element.children.push(element)
    root ??= element
    path.push(element.name)
    const streamed = listener.streams(path)
    open.push({ element, streamed })
    contentFollows = streamed && !tag.isSelfClosing
    listener.pieces?.opened({ ...tag, attributes: Object.values(tag.attributes) })
  })
  parser.on('closetag', (tag) => {
    const ended = open.pop()
    listener.pieces?.closed(tag.name, lastLess)
    if (ended !== undefined) closed.push({ element: ended.element, path: [...path] })
    path.pop()
  })
  parser.on('text', keep)
  parser.on('cdata', keep)
  // Comments and instructions say nothing, but encoded content may go on behind them.
  parser.on('comment', () => {
    contentFollows = open.at(-1)?.streamed === true
  })
  parser.on('processinginstruction', ({ target, body }) => {
    listener.pieces?.instruction(target, body)
    contentFollows = open.at(-1)?.streamed === true
  })

  function keep(text: string): void {
    listener.pieces?.text(text)
    const element = open.at(-1)?.element
    if (element === undefined) return
    if (element.text.length + text.length > limits.textLength) throw tooLarge(element.name)
    element.text += text
  }

  function decode(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch (cause) {
      throw new AppError('packet/wrong-encoding', 'the packet is not UTF-8', { cause })
    }
  }

  /** Hands bytes to the parser up to the end of the tag that opens streamed content; returns how many. */
  async function feed(bytes: Uint8Array): Promise<number> {
    let start = 0
    while (start < bytes.length) {
      // Tags end with `>`. Stopping at each one means stopping right behind the tag that matters.
      const greater = bytes.indexOf(GREATER, start)
      const end = greater === -1 ? bytes.length : greater + 1
      segments += 1
      markupBytes += end - start
      const less = bytes.subarray(start, end).lastIndexOf(LESS)
      if (less !== -1) lastLess = offset + start + less
      if (markupBytes > limits.markupBytes || segments > limits.elements * 8) throw tooLarge('markup')
      parser.write(decode(bytes.subarray(start, end)))
      start = end
      if (closed.length > 0) {
        const ended = closed
        closed = []
        for (const { element, path: where } of ended) await listener.closed(element, where)
      }
      if (contentFollows) {
        contentFollows = false
        lane = { kind: 'content' }
        break
      }
    }
    return start
  }

  /** Moves content bytes from `at` on to `content`, or one byte along a lane; returns where it stopped. */
  function step(bytes: Uint8Array, at: number): number {
    const letter = String.fromCharCode(bytes[at] ?? 0)
    switch (lane.kind) {
      case 'markup':
        return at
      case 'content':
      case 'cdata': {
        const stop =
          lane.kind === 'content' ? firstOf(bytes, at, AMPERSAND, LESS) : firstOf(bytes, at, BRACKET)
        contentBytes += copyLines(bytes.subarray(at, stop))
        if (stop === bytes.length) return stop
        if (lane.kind === 'cdata') lane = { kind: 'bracket', seen: ']' }
        else lane = bytes[stop] === LESS ? { kind: 'angle', seen: '<' } : { kind: 'reference', seen: '' }
        return stop + 1
      }
      case 'reference':
        if (letter === ';') {
          content[contentBytes] = referenced(lane.seen)
          contentBytes += 1
          isBehindReturn = false
          lane = { kind: 'content' }
        } else {
          lane.seen += letter
          if (lane.seen.length > 10) throw new AppError('packet/unreadable', 'a reference without an end')
        }
        return at + 1
      case 'angle': {
        const seen = lane.seen + letter
        if (!CDATA_START.startsWith(seen)) {
          owed = Buffer.from(lane.seen, 'latin1')
          lane = IN_MARKUP
          return at
        }
        lane = seen === CDATA_START ? { kind: 'cdata' } : { kind: 'angle', seen }
        return at + 1
      }
      case 'bracket': {
        const seen = lane.seen + letter
        if (!CDATA_END.startsWith(seen))
          throw new AppError('packet/attachment-unreadable', 'a bracket in base64')
        lane = seen === CDATA_END ? { kind: 'content' } : { kind: 'bracket', seen }
        return at + 1
      }
    }
  }

  /** Copies to `content`, each end of line as one LF (XML 1.0 section 2.11); returns how many bytes it made. */
  function copyLines(piece: Uint8Array): number {
    if (!isBehindReturn && !piece.includes(CARRIAGE_RETURN)) {
      content.set(piece, contentBytes)
      return piece.length
    }
    let length = 0
    for (const byte of piece) {
      if (byte === LINE_FEED && isBehindReturn) {
        isBehindReturn = false
        continue
      }
      isBehindReturn = byte === CARRIAGE_RETURN
      content[contentBytes + length] = isBehindReturn ? LINE_FEED : byte
      length += 1
    }
    return length
  }

  /** Takes bytes up to the next change between markup and content; returns how many. */
  async function take(bytes: Uint8Array): Promise<number> {
    if (lane.kind === 'markup') return feed(bytes)
    let taken = 0
    contentBytes = 0
    while (taken < bytes.length && !isMarkup(lane)) taken = step(bytes, taken)
    if (contentBytes > 0) await listener.content(content.subarray(0, contentBytes))
    const markup = owed
    owed = NOTHING
    if (markup.length > 0) await feed(markup)
    return taken
  }

  for await (const chunk of withoutByteOrderMark(chunks)) {
    packetBytes += chunk.length
    if (packetBytes > limits.packetBytes) throw tooLarge('packet')
    for (let start = 0; start < chunk.length; start += TURN_BYTES) {
      const slice = chunk.subarray(start, start + TURN_BYTES)
      let taken = 0
      while (taken < slice.length) {
        const took = await take(slice.subarray(taken))
        taken += took
        offset += took
      }
      await nextTurn()
    }
  }
  if (packetBytes === 0) throw new AppError('packet/unreadable', 'the packet is empty')
  if (lane.kind !== 'markup')
    throw new AppError('packet/unreadable', 'the packet stops inside encoded content')
  parser.write(decode())
  parser.close()
  if (root === undefined) throw new AppError('packet/unreadable', 'the packet has no element')
  return root
}

/** The byte that `&…;` stands for in encoded content. */
function referenced(reference: string): number {
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(reference)
  const code =
    digits === null
      ? NAMED_REFERENCES.get(reference)
      : parseInt(digits[1] ?? digits[2] ?? '', digits[1] === undefined ? 10 : 16)
  if (code === undefined) throw new AppError('packet/forbidden-xml', 'an entity inside encoded content')
  if (code > 127) throw new AppError('packet/attachment-unreadable', 'a foreign letter in base64')
  return code
}

/** Where the first of the given bytes stands from `at` on, or the length. */
function firstOf(bytes: Uint8Array, at: number, ...wanted: readonly number[]): number {
  let end = bytes.length
  for (const byte of wanted) {
    // Only as far as the one found before: else many of one kind make the search for the other quadratic.
    const found = bytes.subarray(at, end).indexOf(byte)
    if (found !== -1) end = at + found
  }
  return end
}

function isMarkup(lane: Lane): boolean {
  return lane.kind === 'markup'
}

/**
 * Looks at the first four bytes, wherever the chunks are cut: refuses UTF-16 and UTF-32 and anything
 * that does not begin with `<`, and takes a UTF-8 byte order mark off.
 */
export async function* withoutByteOrderMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk
      continue
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    if (head.length >= 4) {
      yield checkedStart(head)
      head = undefined
    }
  }
  if (head !== undefined && head.length > 0) yield checkedStart(head)
}

function checkedStart(head: Uint8Array): Uint8Array {
  const hex = Buffer.from(head.subarray(0, 4)).toString('hex')
  if (/^(feff|fffe|0000|003c|3c00)/.test(hex)) {
    throw new AppError('packet/wrong-encoding', 'the packet is UTF-16 or UTF-32', { detail: 'UTF-16' })
  }
  const start = hex.startsWith('efbbbf') ? head.subarray(3) : head
  if (start[0] !== LESS && start.length > 0) {
    throw new AppError('packet/junk-before-start', 'something else stands before the packet')
  }
  return start
}

function tooLarge(detail: string): AppError {
  return new AppError('packet/too-large', `over the limit: ${detail}`, { detail })
}
