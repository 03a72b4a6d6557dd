import { Buffer } from 'node:buffer'
import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import type { ReadPacket } from '../../src/engine/envelope/read.ts'
import { codeOf } from '../../src/shared/errors.ts'
import { chance, printedSeed, type Chance } from '../helpers/chance.ts'
import { watchLimits } from '../helpers/limits.ts'
import { EXAMPLE_DOCUMENT, packetWith, read } from './packets.ts'

const ROUNDS = 2000
const PACKETS = [
  EXAMPLE_DOCUMENT,
  packetWith([
    { contentId: '1', name: 'a.pdf', content: Buffer.from('%PDF-1.7 thứ nhất') },
    { contentId: '2', name: 'b.docx', content: Buffer.from('PK không phải zip') },
  ]),
].map((packet) => Buffer.from(packet))

/** Pieces that mean something to somebody who reads XML. */
const WORDS = [
  '<',
  '>',
  '/>',
  '&',
  '&lt;',
  '&#x48;',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x ?>',
  '<!DOCTYPE x>',
  '"',
  '\0',
  '\ufeff',
  '\u202e',
  '<edXML:To><edXML:OrganId>H99.07</edXML:OrganId></edXML:To>',
  '<edXML:Subject>khác</edXML:Subject>',
  '<edXML:StatusCode>03</edXML:StatusCode>',
  '</edXML:MessageHeader><edXML:MessageHeader>',
  ' xmlns:edXML="urn:khac"',
  'edXML:',
  'A'.repeat(300),
].map((word) => Buffer.from(word))

/** One change, as a line, a careless program or an enemy would make it. */
function mutated(packet: Buffer, next: Chance): Buffer {
  const at = next(packet.length)
  const length = 1 + next(next(3) === 0 ? 600 : 12)
  const before = packet.subarray(0, at)
  const piece = packet.subarray(at, at + length)
  const after = packet.subarray(at + length)
  switch (next(7)) {
    case 0:
      return Buffer.concat([before, Buffer.from([next(256)]), packet.subarray(at + 1)])
    case 1:
      return Buffer.concat([before, after])
    case 2:
      return Buffer.concat([before, piece, piece, after])
    case 3: {
      const place = next(packet.length)
      return Buffer.concat([packet.subarray(0, place), piece, packet.subarray(place)])
    }
    case 4:
      return Buffer.concat([before, WORDS[next(WORDS.length)] ?? piece, piece, after])
    case 5:
      return withElementElsewhere(packet, next)
    default:
      return Buffer.concat([before, Buffer.from(piece).reverse(), after])
  }
}

/** An element taken out, or put a second time somewhere else between two tags. */
function withElementElsewhere(packet: Buffer, next: Chance): Buffer {
  const text = packet.toString('latin1')
  const names = [...text.matchAll(/<(edXML:\w+)>/g)]
  const chosen = names[next(names.length)]
  if (chosen?.[1] === undefined) return packet
  const end = text.indexOf(`</${chosen[1]}>`, chosen.index) + chosen[1].length + 3
  const element = text.slice(chosen.index, end)
  const rest = next(2) === 0 ? text : text.slice(0, chosen.index) + text.slice(end)
  const gaps = [...rest.matchAll(/>(?=\s*<)/g)]
  const place = (gaps[next(gaps.length)]?.index ?? 0) + 1
  return Buffer.from(rest.slice(0, place) + element + rest.slice(place), 'latin1')
}

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  // Or else it leaves references to characters as they stand.
  htmlEntities: true,
  isArray: (name) => name === 'To' || name === 'Attachment',
})
interface Seen {
  readonly from: string
  readonly to: readonly string[]
  readonly code: string
  readonly subject: string
  readonly files: readonly string[]
}

/** The letters of an element, whatever stands between them; the other reader joins them in its own way. */
function letters(value: unknown): string {
  const text = typeof value === 'object' && value !== null && '#text' in value ? value['#text'] : value
  return typeof text === 'string' ? text.replace(/\s/g, '') : ''
}

/** What another reader of XML sees in a packet. */
function asOthersSee(bytes: Buffer): Seen {
  /* eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- whatever it says is compared, not used */
  const { edXML } = parser.parse(bytes.toString('utf8').replace(/^\ufeff/, ''))
  const tree = edXML as Tree
  const header = tree.edXMLEnvelope.edXMLHeader.MessageHeader
  const { body, outer } = {
    outer: tree.AttachmentEncoded,
    body: tree.edXMLEnvelope.AttachmentEncoded ?? tree.edXMLEnvelope.edXMLBody?.AttachmentEncoded,
  }
  const attachments = (outer ?? body)?.Attachment ?? []
  return {
    from: letters(header.From.OrganId),
    to: header.To.map(({ OrganId }) => letters(OrganId)),
    code: `${letters(header.Code.CodeNumber)}/${letters(header.Code.CodeNotation)}`,
    subject: letters(header.Subject),
    files: attachments.map((one) =>
      Buffer.from(letters(one.ContentTransferEncoded), 'base64').toString('latin1'),
    ),
  }
}
interface Files {
  readonly Attachment?: readonly { readonly ContentTransferEncoded: unknown }[]
}
interface Tree {
  readonly AttachmentEncoded?: Files
  readonly edXMLEnvelope: {
    readonly AttachmentEncoded?: Files
    readonly edXMLBody?: { readonly AttachmentEncoded?: Files }
    readonly edXMLHeader: {
      readonly MessageHeader: {
        readonly From: { readonly OrganId: unknown }
        readonly To: readonly { readonly OrganId: unknown }[]
        readonly Code: { readonly CodeNumber: unknown; readonly CodeNotation: unknown }
        readonly Subject: unknown
      }
    }
  }
}

function asWeSee(packet: ReadPacket<Buffer>): Seen & { readonly warnings: readonly string[] } {
  if (packet.kind === 'status') throw new Error('a document became a status')
  const { from, to, code, subject } = packet.message
  return {
    from: letters(from.organId),
    to: to.map(({ organId }) => letters(organId)),
    code: letters(`${code.number}/${code.notation}`),
    subject: letters(subject),
    files: packet.attachments.map(({ stored }) => stored.toString('latin1')),
    warnings: packet.warnings.map(({ code: warning }) => warning),
  }
}

test(`${String(ROUNDS)} changed packets: refused by name, or read as another reader reads them`, async () => {
  const seed = printedSeed('changed packets')
  const next = chance(seed)
  const limits = watchLimits()
  const counts = { refused: 0, accepted: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    let packet: Buffer = PACKETS[next(PACKETS.length)] ?? Buffer.from(EXAMPLE_DOCUMENT)
    for (let changes = next(3); changes >= 0; changes -= 1) packet = mutated(packet, next)
    const about = `seed ${String(seed)}, round ${String(round)}`
    const result = await limits.within(about, () =>
      read(packet, {}, 1 + next(4000)).catch((cause: unknown) => cause),
    )
    if (result instanceof Error) {
      expect(codeOf(result), `${about}: ${String(result.stack)}`).toMatch(/^packet\//)
      counts.refused += 1
    } else {
      const ours = asWeSee(result as ReadPacket<Buffer>)
      const theirs = asOthersSee(packet)
      // A file in a place or a namespace that is none of a packet's is left out, but never without a word.
      const isLess = ours.files.length < theirs.files.length
      if (isLess) expect(ours.warnings, about).toContain('attachment-missing')
      expect(ours, about).toMatchObject({ ...theirs, files: isLess ? ours.files : theirs.files })
      counts.accepted += 1
    }
  }
  await limits.end()
  // A change inside a text leaves a sound packet: both outcomes must have been tried.
  expect(counts.refused).toBeGreaterThan(ROUNDS / 4)
  expect(counts.accepted).toBeGreaterThan(ROUNDS / 20)
}, 120_000)
