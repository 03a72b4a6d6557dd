import { describe, expect, test } from 'vitest'
import { affectedDocumentId, packetWarningCode } from '../../src/shared/document/packet.ts'
import { PACKET_WARNING_TEXT } from '../../src/shared/document/packet.vi.ts'
import {
  changed,
  EXAMPLE_DOCUMENT,
  EXAMPLE_MESSAGE,
  EXAMPLE_STATUS,
  EXAMPLE_STATUS_MESSAGE,
  read,
  readDocument,
} from './packets.ts'

const QCVN = 'http://www.mic.gov.vn/TBT/QCVN_102_2016'

describe('reading a packet', () => {
  test('the example document says what it says', async () => {
    const packet = await readDocument(EXAMPLE_DOCUMENT)
    expect(packet.message).toEqual(EXAMPLE_MESSAGE)
    expect(packet.warnings).toEqual([])
    expect(packet.signature).toEqual({ present: 'none' })
    expect(packet.attachments).toMatchObject([
      {
        name: '07-UBND-VP.pdf',
        contentType: 'application/pdf',
        description: 'Công văn số 07/UBND-VP',
        sizeBytes: 5,
        sha256: '38523c087796e5d5dd1cf9bad1fb026781a838dd9dd2cf8af58b9f6502a46778',
        unwrapped: false,
        warnings: [],
      },
    ])
    expect(packet.attachments[0]?.stored.toString()).toBe('%PDF-')
  })

  test('the example status says what it says', async () => {
    const packet = await read(EXAMPLE_STATUS)
    expect(packet).toMatchObject({ kind: 'status', warnings: [] })
    expect(packet.message).toEqual(EXAMPLE_STATUS_MESSAGE)
  })

  test.each([
    [
      'another prefix',
      EXAMPLE_DOCUMENT.replaceAll('edXML:', 'ns7:').replaceAll('xmlns:edXML=', 'xmlns:ns7='),
    ],
    ['no prefix at all', EXAMPLE_DOCUMENT.replaceAll(/ xmlns:edXML="[^"]*"/g, '').replaceAll('edXML:', '')],
    [
      'the prefix on the root too',
      changed(`<edXML xmlns="${QCVN}"`, `<p:edXML xmlns:p="${QCVN}"`).replace('</edXML>\n', '</p:edXML>\n'),
    ],
    ['a byte order mark', `\u{feff}${EXAMPLE_DOCUMENT}`],
    ['no prolog', EXAMPLE_DOCUMENT.split('\n').slice(1).join('\n')],
    ['everything on one line', EXAMPLE_DOCUMENT.replaceAll(/>\s+</g, '><')],
    ['Windows line ends', EXAMPLE_DOCUMENT.replaceAll('\n', '\r\n')],
    [
      'comments, also inside the content',
      changed('JVBERi0=', 'JVB<!-- a > b -->ERi0=').replaceAll('<edXML:To>', '<!-- gửi --><edXML:To>'),
    ],
    ['instructions, also inside the content', changed('JVBERi0=', 'JVB<?x a > b ?>ERi0=')],
    ['content in lines with references', changed('JVBERi0=', 'JVBE&#13;\n&#xA;Ri&#48;&#x3D;\n')],
    ['content in CDATA', changed('JVBERi0=', '\n<![CDATA[JVBE]]>Ri<![CDATA[0=]]>\n')],
    ['texts in CDATA', changed('>Suối Ngọc<', '><![CDATA[Suối Ngọc]]><')],
    [
      'attributes of other makers',
      changed(
        '<edXML:TraceHeaderList>',
        '<edXML:TraceHeaderList id="1" version="1.0" edXML:mustUnderstand="1">',
      ),
    ],
    [
      'elements nobody knows',
      changed(
        '<edXML:To>',
        '<edXML:ApplicationType>1</edXML:ApplicationType><x:To xmlns:x="urn:x"><x:OrganId>H1</x:OrganId></x:To><edXML:To>',
      ),
    ],
  ])('%s makes no difference', async (_, packet) => {
    const result = await readDocument(packet)
    expect(result.message).toEqual(EXAMPLE_MESSAGE)
    expect(result.warnings).toEqual([])
    expect(result.attachments[0]?.stored.toString()).toBe('%PDF-')
  })

  test('the order of the regulation, and the files before the envelope, are read the same', async () => {
    const header = /<edXML:MessageHeader>([^]*)<\/edXML:MessageHeader>/.exec(EXAMPLE_DOCUMENT)?.[1] ?? ''
    const blocks = header.match(/^ {8}<edXML:(\w+)>[^]*?<\/edXML:\1>\n/gm) ?? []
    expect(blocks).toHaveLength(14)
    const attachments =
      / {2}<edXML:AttachmentEncoded[^]*<\/edXML:AttachmentEncoded>\n/.exec(EXAMPLE_DOCUMENT)?.[0] ?? ''
    const turned = EXAMPLE_DOCUMENT.replace(attachments, '')
      .replace(header, `\n${blocks.reverse().join('')}`)
      .replace('  <edXML:edXMLEnvelope', `${attachments}  <edXML:edXMLEnvelope`)
    const result = await readDocument(turned)
    expect(result.message).toEqual(EXAMPLE_MESSAGE)
    expect(result.attachments).toMatchObject([{ name: '07-UBND-VP.pdf', sizeBytes: 5, warnings: [] }])
  })

  test.each(['http://www.go.vn/eDoc', 'http://www.e-doc.vn/Schema/'])(
    'a packet of %s is read with a note',
    async (namespace) => {
      const result = await readDocument(EXAMPLE_DOCUMENT.replaceAll(QCVN, namespace))
      expect(result.message).toEqual(EXAMPLE_MESSAGE)
      expect(result.warnings).toEqual([{ code: 'legacy-namespace', about: namespace }])
    },
  )

  test('a hop that the hub added has a time and no agency', async () => {
    const hop =
      '<edXML:TraceHeader><edXML:Timestamp>2026/01/15 09:31:07</edXML:Timestamp></edXML:TraceHeader>'
    const { message, warnings } = await readDocument(
      changed('</edXML:TraceHeader>', `</edXML:TraceHeader>${hop}`),
    )
    expect(message.trace).toEqual([...EXAMPLE_MESSAGE.trace, { timestamp: '2026-01-15T09:31:07+07:00' }])
    expect(warnings).toEqual([])
  })

  test.each([
    ['15/01/2026', '2026-01-15'],
    ['2026-01-15', '2026-01-15'],
    ['2026/1/5', '2026-01-05'],
    ['2026/01/15 00:00:00', '2026-01-15'],
  ])('the date %s is understood', async (written, day) => {
    const { message, warnings } = await readDocument(changed('>2026/01/15<', `>${written}<`))
    expect(message.promulgationDate).toBe(day)
    expect(warnings).toEqual([])
  })

  test.each([
    ['15/01/2026 10:05:12', '2026-01-15T10:05:12+07:00'],
    ['2026-01-15T10:05:12', '2026-01-15T10:05:12+07:00'],
    ['2026/01/15 10:05', '2026-01-15T10:05:00+07:00'],
    ['2026-01-15T03:05:12.481Z', '2026-01-15T10:05:12+07:00'],
    ['2026-01-15T23:05:12+0000', '2026-01-16T06:05:12+07:00'],
  ])('the time %s is understood', async (written, time) => {
    const { message } = await read(changed('2026/01/15 10:05:12', written, EXAMPLE_STATUS))
    expect(message).toMatchObject({ timestamp: time })
  })

  test.each([
    [
      'a deadline that is no date',
      '>2026/01/31<',
      '>cuối tháng<',
      'field-unreadable',
      'MessageHeader/DueDate',
    ],
    [
      'a deadline on a day that does not exist',
      '>2026/01/31<',
      '>2026/02/30<',
      'field-unreadable',
      'MessageHeader/DueDate',
    ],
    [
      'a page count in words',
      '<edXML:PageAmount>1<',
      '<edXML:PageAmount>một<',
      'field-unreadable',
      'OtherInfo/PageAmount',
    ],
    ['a hop without a time', '>2026/01/15 09:30:00<', '><', 'field-unreadable', 'TraceHeader/Timestamp'],
    ['no agency name', '>UBND xã Suối Ngọc<', '><', 'field-missing', 'From/OrganName'],
    ['no signer', '>Trần Thị Mẫu<', '><', 'field-missing', 'SignerInfo/FullName'],
    [
      'no business block',
      /<edXML:Bussiness>[^]*<\/edXML:Bussiness>/,
      '',
      'field-missing',
      'TraceHeaderList/Bussiness',
    ],
    ['a notation of 31 letters', '>UBND-VP<', `>${'A'.repeat(31)}<`, 'field-too-long', 'Code/CodeNotation'],
    [
      'a subject of 501 letters',
      /(?<=<edXML:Subject>)[^<]*/,
      'ế'.repeat(501),
      'field-too-long',
      'MessageHeader/Subject',
    ],
    ['an agency id of 36 letters', '>H99.07<', `>H99.${'A'.repeat(32)}<`, 'field-too-long', 'To/OrganId'],
    ['a test agency of the hub', '>H99.07<', '>vxp.saas.11<', 'agency-id-unusual', 'vxp.saas.11'],
    [
      'places beyond 1000 letters',
      '>Như trên<',
      `>${'a'.repeat(1001)}<`,
      'field-too-long',
      'MessageHeader/ToPlaces',
    ],
  ])('%s is accepted with a warning', async (_, from, to, code, about) => {
    const { warnings } = await readDocument(changed(from, to))
    expect(warnings).toEqual([{ code, about }])
  })

  test('a recall needs only the ids and the code of what it recalls', async () => {
    const recall = EXAMPLE_DOCUMENT.replace(/ {8}<edXML:PromulgationInfo>[^]*<\/edXML:ToPlaces>\n/, '')
      .replace('<edXML:BussinessDocType>0', '<edXML:BussinessDocType>1')
      .replace('>Văn bản mới<', '>Gửi nhầm nơi nhận<')
    const { message } = await readDocument(recall)
    expect(message.business).toMatchObject({ type: 1, reason: 'Gửi nhầm nơi nhận' })
    expect(message.promulgationDate).toBeUndefined()
    expect(affectedDocumentId(message)).toBe('H99.88.01,2026/01/15,07/UBND-VP')
  })

  test('an update acts on the document it names', async () => {
    const update = changed(
      '<edXML:BussinessDocType>0',
      '<edXML:DocumentId>H99.88.01,2026/01/02,01/UBND-VP</edXML:DocumentId><edXML:BussinessDocType>2',
    )
    const { message } = await readDocument(update)
    expect(affectedDocumentId(message)).toBe('H99.88.01,2026/01/02,01/UBND-VP')
  })

  test.each(['14', '103', 'XX'])('the status code %s is kept as it is', async (code) => {
    const { message } = await read(changed('>03<', `>${code}<`, EXAMPLE_STATUS))
    expect(message).toMatchObject({ statusCode: code })
  })

  test.each([
    ['unverifiable', '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'],
    ['unverifiable', `<Signature xmlns="${QCVN}"><SignedInfo/></Signature>`],
    ['unverifiable', '<edXML:Signature><edXML:SignedInfo/></edXML:Signature>'],
    ['none', '<edXML:DigitalSignature/>'],
    ['none', '<edXML:Signature></edXML:Signature>'],
  ])('a packet signature is told: %s for %s', async (present, signature) => {
    const { signature: found, message } = await readDocument(
      changed('</edXML:edXMLHeader>', `${signature}</edXML:edXMLHeader>`),
    )
    expect(found).toEqual({ present })
    expect(message).toEqual(EXAMPLE_MESSAGE)
  })

  test('every warning has words for the clerk', () => {
    expect(Object.keys(PACKET_WARNING_TEXT).sort()).toEqual([...packetWarningCode.options].sort())
    for (const text of Object.values(PACKET_WARNING_TEXT)) expect(text).toMatch(/^\p{Lu}.*\.$/u)
  })
})
