import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import type { PacketKind } from './ledger.ts'

/** What the hub reads from a packet to route it. */
export interface RoutedPacket {
  readonly kind: PacketKind
  readonly from: string
  readonly to: readonly string[]
  readonly documentId: string
  /** `number/notation`. */
  readonly notation: string
  readonly subject: string
  /** The bytes as recipients get them. */
  served(): Buffer
}

/** Why the hub does not take a packet, with the code it answers. */
export class PacketRefusal extends Error {
  override readonly name = 'PacketRefusal'
  readonly code: string

  constructor(code: string, description: string) {
    super(description)
    this.code = code
  }
}

const NAMESPACES = [
  'http://www.mic.gov.vn/TBT/QCVN_102_2016',
  'http://www.e-doc.vn/Schema/',
  'http://www.go.vn/eDoc',
]

/** The order in which the hub writes a message header, whatever order it got (edxml.md 3.2). */
const HEADER_ORDER: Readonly<Record<string, readonly string[]>> = {
  MessageHeader: [
    'From',
    'To',
    'DocumentId',
    'Code',
    'PromulgationInfo',
    'DocumentType',
    'Subject',
    'Content',
    'SignerInfo',
    'DueDate',
    'OtherInfo',
    'ResponseFor',
    'SteeringType',
    'ToPlaces',
  ],
  OtherInfo: [
    'Priority',
    'SphereOfPromulgation',
    'TyperNotation',
    'PromulgationAmount',
    'PageAmount',
    'Direction',
    'Appendixes',
  ],
}

/** A node of fast-xml-parser's ordered tree: one key for the element, `:@` for its attributes. */
type XmlNode = Record<string, unknown>

const SHAPE = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: false,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
} as const

const parser = new XMLParser({
  ...SHAPE,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
})
// eslint-disable-next-line @typescript-eslint/no-deprecated -- the same code under another package name
const builder = new XMLBuilder({ ...SHAPE, suppressEmptyNode: false })

/**
 * Reads a packet with the hub's own XML library. The base64 of attachments is cut out first and put back
 * unchanged, so that big packets stay cheap.
 *
 * @param reserialise whether recipients get the packet as the real hub hands it on: header in the hub's
 *   order and one more TraceHeader with the time alone
 * @param timestamp of that TraceHeader, `yyyy/MM/dd HH:mm:ss`
 * @throws PacketRefusal `22` for what is no edXML
 */
export function readRoutedPacket(
  bytes: Buffer,
  kind: PacketKind,
  reserialise: boolean,
  timestamp: string,
): RoutedPacket {
  const { skeleton, contents } = cutContents(bytes)
  const text = decoded(skeleton)
  refuseDangerous(text)
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its new package has types that do not resolve
  const wellFormed = XMLValidator.validate(text)
  if (wellFormed !== true) throw new PacketRefusal('22', `not well-formed: ${wellFormed.err.msg}`)
  const tree = asNodes(parser.parse(text))
  const root = tree.find((node) => localName(node) === 'edXML')
  if (root === undefined) throw new PacketRefusal('22', 'the root is not edXML')
  if (!NAMESPACES.some((namespace) => text.includes(`"${namespace}"`) || text.includes(`'${namespace}'`))) {
    throw new PacketRefusal('22', 'the namespace is not that of edXML')
  }
  const header = childOf(childOf(root, 'edXMLEnvelope'), 'edXMLHeader')
  const message = childOf(header, 'MessageHeader')
  const from = required(textOf(childOf(childOf(message, 'From'), 'OrganId')), 'From/OrganId')
  const responses = childrenOf(message, 'ResponseFor')
  const about = kind === 'edoc' ? message : responses[0]
  const to =
    kind === 'edoc'
      ? childrenOf(message, 'To').map((one) => textOf(childOf(one, 'OrganId')))
      : responses.slice(0, 1).map((one) => textOf(childOf(one, 'OrganId')))
  if (to.length === 0 || to.includes('')) throw new PacketRefusal('22', 'a recipient has no OrganId')
  if (kind === 'status') required(textOf(childOf(message, 'StatusCode')), 'StatusCode')
  const code = childOf(about, 'Code')

  return {
    kind,
    from,
    to: [...new Set(to)],
    documentId: required(textOf(childOf(about, 'DocumentId')), 'DocumentId'),
    notation:
      kind === 'edoc'
        ? `${textOf(childOf(code, 'CodeNumber'))}/${textOf(childOf(code, 'CodeNotation'))}`
        : textOf(code),
    subject: textOf(childOf(message, 'Subject')),
    served() {
      if (!reserialise) return bytes
      order(message)
      order(childOf(message, 'OtherInfo'))
      addTrace(childOf(header, 'TraceHeaderList'), timestamp)
      return putBack(builder.build(tree), contents)
    },
  }
}

/** Marks the place of the n-th base64 text. Outside base64's alphabet and outside XML's special characters. */
function markOf(index: number): string {
  return `~~content-${String(index)}~~`
}

function cutContents(bytes: Buffer): { skeleton: Buffer; contents: Buffer[] } {
  const parts: Buffer[] = []
  const contents: Buffer[] = []
  let from = 0
  let at = 0
  for (;;) {
    const name = bytes.indexOf('ContentTransferEncoded', at)
    if (name === -1) break
    const open = bytes.indexOf('>', name)
    if (open === -1) break
    at = open + 1
    const before = bytes.subarray(Math.max(0, name - 64), name).toString('latin1')
    const isOpening = /<[A-Za-z_][\w.-]*:$|<$/.test(before)
    if (!isOpening || bytes[open - 1] === 0x2f) continue
    const close = bytes.indexOf('<', at)
    if (close === -1) break
    parts.push(bytes.subarray(from, at), Buffer.from(markOf(contents.length)))
    contents.push(bytes.subarray(at, close))
    from = at = close
  }
  parts.push(bytes.subarray(from))
  return { skeleton: Buffer.concat(parts), contents }
}

function putBack(text: string, contents: readonly Buffer[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  contents.forEach((content, index) => {
    const mark = markOf(index)
    const at = text.indexOf(mark, from)
    if (at === -1) throw new Error(`attachment ${String(index)} lost its place`)
    parts.push(Buffer.from(text.slice(from, at)), content)
    from = at + mark.length
  })
  parts.push(Buffer.from(text.slice(from)))
  return Buffer.concat(parts)
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PacketRefusal('22', `not UTF-8: ${String(cause)}`)
  }
}

function refuseDangerous(text: string): void {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new PacketRefusal('22', 'a document type is not allowed')
  const outside = text.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, '')
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(outside)) {
    throw new PacketRefusal('22', 'an entity is not allowed')
  }
}

function asNodes(value: unknown): XmlNode[] {
  return Array.isArray(value) ? (value as XmlNode[]) : []
}

function tagOf(node: XmlNode): string {
  return Object.keys(node).find((key) => key !== ':@') ?? ''
}

function localName(node: XmlNode): string {
  return tagOf(node).replace(/^.*:/, '')
}

function bodyOf(node: XmlNode | undefined): XmlNode[] {
  return node === undefined ? [] : asNodes(node[tagOf(node)])
}

function childrenOf(node: XmlNode | undefined, name: string): XmlNode[] {
  return bodyOf(node).filter((child) => localName(child) === name)
}

function childOf(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return childrenOf(node, name)[0]
}

function textOf(node: XmlNode | undefined): string {
  return bodyOf(node)
    .map((child) => {
      if (tagOf(child) === '#cdata')
        return bodyOf(child)
          .map((part) => String(part['#text']))
          .join('')
      const text = child['#text']
      return typeof text === 'string' ? unescaped(text) : ''
    })
    .join('')
    .trim()
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name] ?? whole
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function required(text: string, what: string): string {
  if (text === '') throw new PacketRefusal('22', `${what} is missing`)
  return text
}

/** Sorts the elements of a node by {@link HEADER_ORDER}; the white space between them stays where it was. */
function order(node: XmlNode | undefined): void {
  const names = node === undefined ? undefined : HEADER_ORDER[localName(node)]
  if (node === undefined || names === undefined) return
  const body = bodyOf(node)
  const isElement = (child: XmlNode) => !tagOf(child).startsWith('#')
  const place = (child: XmlNode) => {
    const index = names.indexOf(localName(child))
    return index === -1 ? names.length : index
  }
  const sorted = body.filter(isElement).sort((a, b) => place(a) - place(b))
  node[tagOf(node)] = body.map((child) => (isElement(child) ? (sorted.shift() ?? child) : child))
}

/** Appends the hub's own TraceHeader, which has a time and no OrganId, after the others. */
function addTrace(list: XmlNode | undefined, timestamp: string): void {
  if (list === undefined) return
  const prefix = tagOf(list).replace(/[^:]*$/, '')
  const body = bodyOf(list)
  const last = body.findLastIndex((child) => localName(child) === 'TraceHeader')
  body.splice(last + 1, 0, {
    [`${prefix}TraceHeader`]: [{ [`${prefix}Timestamp`]: [{ '#text': timestamp }] }],
  })
}
