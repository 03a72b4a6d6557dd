import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { canonicalizer, scopeTracker, type CanonicalForm } from './canonical.ts'
import { isPacketNamespace, XMLDSIG } from './namespaces.ts'
import { readXml, withoutByteOrderMark, type XmlElement, type XmlLimits } from './xml.ts'

/** What the algorithm names of XML signatures say, and what can be told of each. */
const DIGESTS = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
} as const
type XmlDigest = (typeof DIGESTS)[keyof typeof DIGESTS]

const METHODS: Readonly<Record<string, { readonly key: 'rsa' | 'ec'; readonly digest: XmlDigest }>> = {
  'http://www.w3.org/2000/09/xmldsig#rsa-sha1': { key: 'rsa', digest: 'sha1' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { key: 'rsa', digest: 'sha256' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': { key: 'rsa', digest: 'sha384' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { key: 'rsa', digest: 'sha512' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1': { key: 'ec', digest: 'sha1' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { key: 'ec', digest: 'sha256' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': { key: 'ec', digest: 'sha384' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512': { key: 'ec', digest: 'sha512' },
}

const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

/** A signature over the whole packet, as its element says it was made. Nothing in it is believed. */
export interface PacketXmlSignature {
  readonly method: { readonly key: 'rsa' | 'ec'; readonly digest: XmlDigest }
  readonly digest: XmlDigest
  readonly digestValue: Uint8Array
  /** RSA as it is, ECDSA as r‖s. */
  readonly value: Uint8Array
  /** DER, in the order they stand. */
  readonly certificates: readonly Uint8Array[]
  /** How the packet is written to be hashed, and how SignedInfo. */
  readonly packetForm: CanonicalForm
  readonly signedInfoForm: CanonicalForm
}

/**
 * Reads a Signature element of W3C XML Signature that covers the whole packet around it: one reference to
 * the document, the signature itself taken out, nothing else done to it.
 *
 * @returns undefined for anything else, which cannot be checked here
 */
export function readPacketSignature(signature: XmlElement): PacketXmlSignature | undefined {
  const signedInfo = only(signature, 'SignedInfo')
  const reference = only(signedInfo, 'Reference')
  const method = METHODS[algorithm(only(signedInfo, 'SignatureMethod'))]
  const digest = digestNamed(algorithm(only(reference, 'DigestMethod')))
  const signedInfoForm = formOf(only(signedInfo, 'CanonicalizationMethod'))
  const [enveloped, form, more] = all(only(reference, 'Transforms'), 'Transform')
  const packetForm = form === undefined ? { kind: 'inclusive' as const } : formOf(form)
  if (
    method === undefined ||
    digest === undefined ||
    signedInfoForm === undefined ||
    packetForm === undefined ||
    more !== undefined ||
    algorithm(enveloped) !== ENVELOPED ||
    reference?.attributes.get('URI') !== ''
  ) {
    return undefined
  }
  return {
    method,
    digest,
    digestValue: bytesOf(only(reference, 'DigestValue')),
    value: bytesOf(only(signature, 'SignatureValue')),
    certificates: all(signature, 'KeyInfo')
      .flatMap((info) => all(info, 'X509Data'))
      .flatMap((data) => all(data, 'X509Certificate'))
      .slice(0, MOST_CERTIFICATES)
      .map(bytesOf),
    packetForm,
    signedInfoForm,
  }
}

/** A chain is three or four. */
const MOST_CERTIFICATES = 16

function all(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === `{${XMLDSIG}}${name}`) ?? []
}

function only(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  const [found, another] = all(parent, name)
  return another === undefined ? found : undefined
}

function algorithm(element: XmlElement | undefined): string {
  return element?.attributes.get('Algorithm') ?? ''
}

function digestNamed(uri: string): XmlDigest | undefined {
  return Object.entries(DIGESTS).find(([name]) => name === uri)?.[1]
}

function bytesOf(element: XmlElement | undefined): Uint8Array {
  return Buffer.from(element?.text ?? '', 'base64')
}

function formOf(method: XmlElement | undefined): CanonicalForm | undefined {
  const inside = method?.children ?? []
  switch (algorithm(method)) {
    case INCLUSIVE:
      return inside.length === 0 ? { kind: 'inclusive' } : undefined
    case EXCLUSIVE: {
      const [list, more] = inside
      if (more !== undefined || (list !== undefined && list.name !== `{${EXCLUSIVE}}InclusiveNamespaces`)) {
        return undefined
      }
      const words = list?.attributes.get('PrefixList')?.split(/\s+/) ?? []
      const prefixes = words.filter((word) => word !== '').map((word) => (word === '#default' ? '' : word))
      return { kind: 'exclusive', prefixes }
    }
    default:
      return undefined
  }
}

/** What a signature over a packet is made of and over. */
export interface SignedPacketParts {
  /** Hash of the packet without its signature. */
  readonly packetDigest: Uint8Array
  /** SignedInfo in its canonical form; empty where the packet has no such element. */
  readonly signedInfo: Uint8Array
  /** Where the end tag of the header begins, in bytes behind a byte order mark; undefined: there is none. */
  readonly headerEnd: number | undefined
  readonly hasSignature: boolean
}

/** How far canonical writing may fall behind one hash call. */
const SINK_UNITS = 65_536

/**
 * Reads a packet once more, for its signature: the packet without its Signature element and SignedInfo,
 * each in canonical form. Files go by in pieces and are never held.
 *
 * @throws {AppError} as {@link readXml}
 */
export async function signedPacketParts(
  chunks: AsyncIterable<Uint8Array>,
  signature: Pick<PacketXmlSignature, 'digest' | 'packetForm' | 'signedInfoForm'>,
  limits: XmlLimits,
): Promise<SignedPacketParts> {
  const hash = createHash(signature.digest)
  let pending = ''
  const packet = canonicalizer(signature.packetForm, (piece) => {
    if (typeof piece === 'string') pending += piece
    if (typeof piece !== 'string' || pending.length > SINK_UNITS) {
      hash.update(pending)
      pending = ''
    }
    if (typeof piece !== 'string') hash.update(piece)
  })
  const scopes = scopeTracker()
  const names: string[] = []
  /** How many elements are open when the signature is the innermost; 0 while it is not. */
  let signatureDepth = 0
  let signedInfo: ReturnType<typeof canonicalizer> | undefined
  let signedInfoText = ''
  let signedInfoIsDone = false
  let headerEnd: number | undefined
  let hasSignature = false

  await readXml(chunks, limits, {
    streams: (path) => path.at(-1) === 'ContentTransferEncoded' && path.includes('AttachmentEncoded'),
    content: (bytes) => {
      packet.content(bytes)
      return Promise.resolve()
    },
    closed: () => Promise.resolve(),
    pieces: {
      opened(tag) {
        const outside = scopes.current()
        const scope = scopes.opened(tag)
        names.push(isPacketNamespace(tag.uri) ? tag.local : `{${tag.uri}}${tag.local}`)
        if (signatureDepth === 0 && SIGNATURE_PATHS.has(names.join('/'))) {
          signatureDepth = names.length
          hasSignature = true
        }
        if (signatureDepth === 0) packet.opened(tag, scope)
        else if (signedInfo !== undefined) signedInfo.opened(tag, scope)
        else if (
          !signedInfoIsDone &&
          names.length === signatureDepth + 1 &&
          names.at(-1) === `{${XMLDSIG}}SignedInfo`
        ) {
          const write = (piece: string | Uint8Array): void => {
            signedInfoText += piece.toString()
          }
          signedInfo = canonicalizer(signature.signedInfoForm, write, outside)
          signedInfo.opened(tag, scope)
        }
      },
      text(text) {
        if (signatureDepth === 0) packet.text(text)
        else signedInfo?.text(text)
      },
      instruction(target, body) {
        if (signatureDepth === 0) packet.instruction(target, body)
        else signedInfo?.instruction(target, body)
      },
      closed(name, start) {
        if (names.join('/') === HEADER_PATH) headerEnd = start
        if (signatureDepth === 0) packet.closed(name)
        else signedInfo?.closed(name)
        if (signedInfo !== undefined && names.length === signatureDepth + 1) {
          signedInfo = undefined
          signedInfoIsDone = true
        }
        if (names.length === signatureDepth) signatureDepth = 0
        names.pop()
        scopes.closed()
      },
    },
  })
  hash.update(pending)
  return { packetDigest: hash.digest(), signedInfo: Buffer.from(signedInfoText), headerEnd, hasSignature }
}

const HEADER_PATH = 'edXML/edXMLEnvelope/edXMLHeader'
/** Where a packet's signature is looked for: the header, and where other senders put it. */
const SIGNATURE_PATHS: ReadonlySet<string> = new Set(
  [HEADER_PATH, 'edXML/edXMLEnvelope', 'edXML'].map((parent) => `${parent}/{${XMLDSIG}}Signature`),
)

/** A signature over a packet that has none yet, up to the point where a token is needed. */
export interface PreparedPacketSignature {
  /** SignedInfo in canonical form: what the signature is made over. */
  readonly signedInfo: Uint8Array
  /** The Signature element; the value is RSA as it is, ECDSA as r‖s. */
  readonly element: (value: Uint8Array) => string
}

/**
 * Lays out an enveloped signature: exclusive C14N and SHA-256, RSA or ECDSA.
 *
 * @param packetDigest of the packet in exclusive canonical form, by SHA-256
 * @param certificates DER, the signer's first
 */
export function preparePacketSignature(
  packetDigest: Uint8Array,
  key: 'rsa' | 'ec',
  certificates: readonly Uint8Array[],
): PreparedPacketSignature {
  const method = key === 'rsa' ? 'rsa-sha256' : 'ecdsa-sha256'
  const inside = [
    empty('CanonicalizationMethod', EXCLUSIVE),
    empty('SignatureMethod', `http://www.w3.org/2001/04/xmldsig-more#${method}`),
    '<Reference URI="">',
    `<Transforms>${empty('Transform', ENVELOPED)}${empty('Transform', EXCLUSIVE)}</Transforms>`,
    empty('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256'),
    `<DigestValue>${base64(packetDigest)}</DigestValue>`,
    '</Reference>',
  ].join('')
  const x509 = certificates.map((der) => `<X509Certificate>${base64(der)}</X509Certificate>`).join('')
  return {
    signedInfo: Buffer.from(`<SignedInfo xmlns="${XMLDSIG}">${inside}</SignedInfo>`),
    element: (value) =>
      [
        `<Signature xmlns="${XMLDSIG}"><SignedInfo>${inside}</SignedInfo>`,
        `<SignatureValue>${base64(value)}</SignatureValue>`,
        `<KeyInfo><X509Data>${x509}</X509Data></KeyInfo></Signature>`,
      ].join(''),
  }
}

/** The forms and the hash of the signatures we make. */
export const OUR_PACKET_SIGNATURE = {
  digest: 'sha256',
  packetForm: { kind: 'exclusive', prefixes: [] },
  signedInfoForm: { kind: 'exclusive', prefixes: [] },
} as const satisfies Pick<PacketXmlSignature, 'digest' | 'packetForm' | 'signedInfoForm'>

/** The packet with the element put in at `headerEnd`, all other bytes as they were. */
export async function* withSignature(
  chunks: AsyncIterable<Uint8Array>,
  headerEnd: number,
  element: string,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of withoutByteOrderMark(chunks)) {
    const cut = headerEnd - at
    at += chunk.length
    if (cut < 0 || cut >= chunk.length) {
      yield chunk
      continue
    }
    yield chunk.subarray(0, cut)
    yield Buffer.from(element)
    yield chunk.subarray(cut)
  }
}

function empty(name: string, uri: string): string {
  return `<${name} Algorithm="${uri}"></${name}>`
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
