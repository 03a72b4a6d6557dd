import { execFileSync, spawnSync } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import { writeStatusPacket } from '../../src/engine/envelope/status.ts'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import type { DocumentMessage } from '../../src/shared/document/packet.ts'
import {
  changed,
  collected,
  EXAMPLE_DOCUMENT,
  EXAMPLE_FILE,
  EXAMPLE_MESSAGE,
  EXAMPLE_STATUS,
  EXAMPLE_STATUS_MESSAGE,
  fileSource,
  inPieces,
  memorySink,
  read,
} from './packets.ts'

const SCHEMA = fileURLToPath(new URL('edxml.xsd', import.meta.url))

/** xmllint's judgement: empty when the packet is valid. */
function schemaComplaints(packet: Uint8Array): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, '-'], {
    input: packet,
    encoding: 'utf8',
  })
  return status === 0 ? '' : stderr
}

const update: DocumentMessage = {
  ...EXAMPLE_MESSAGE,
  to: [...EXAMPLE_MESSAGE.to, { ...EXAMPLE_MESSAGE.from, organId: '000.00.01.H99' }],
  business: {
    ...EXAMPLE_MESSAGE.business,
    type: 2,
    reason: 'Sửa trích yếu',
    documentId: 'H99.88.01,2026/01/10,05/UBND-VP',
    paper: true,
    documentInfo: {
      metadataChanged: true,
      receiversChanged: true,
      receiverList: [
        { organId: 'H99.07', receiverType: 0 },
        { organId: 'H99.08', receiverType: 1 },
      ],
    },
  },
}

const replacement: DocumentMessage = {
  ...EXAMPLE_MESSAGE,
  documentType: { type: 1, typeDetail: 0, typeName: 'Công văn' },
  business: {
    ...EXAMPLE_MESSAGE.business,
    type: 3,
    reason: 'Thay thế',
    replacementInfo: [
      { documentId: 'H99.88.01,2026/01/10,05/UBND-VP', organIds: ['H99.07', 'H99.08'] },
      { documentId: 'H99.88.01,2026/01/11,06/UBND-VP', organIds: [] },
    ],
  },
}

/** Every optional value absent. */
const bare: DocumentMessage = {
  ...EXAMPLE_MESSAGE,
  dueDate: undefined,
  documentType: { typeName: 'Công văn' },
  otherInfo: { sphere: '', typerNotation: '', appendixes: [] },
  responseFor: [],
  steeringType: undefined,
  toPlaces: [],
}

describe('writing a packet', () => {
  test('the example document comes out byte for byte', async () => {
    const packet = await collected(writeDocumentPacket(EXAMPLE_MESSAGE, [EXAMPLE_FILE]))
    expect(packet.toString()).toBe(EXAMPLE_DOCUMENT)
  })

  test('the example status comes out byte for byte', () => {
    expect(Buffer.from(writeStatusPacket(EXAMPLE_STATUS_MESSAGE)).toString()).toBe(EXAMPLE_STATUS)
  })

  test('the same document written twice gives the same bytes, zipped or plain', async () => {
    for (const zipAttachments of [false, true]) {
      const once = await collected(writeDocumentPacket(update, [EXAMPLE_FILE], { zipAttachments }))
      const again = await collected(writeDocumentPacket(update, [EXAMPLE_FILE], { zipAttachments }))
      expect(again.equals(once)).toBe(true)
    }
  })

  test('a zipped file does not depend on the time zone or on how its source is read', async () => {
    const content = Buffer.from(`%PDF-1.7\n${'Công văn '.repeat(20_000)}`)
    const source = fileSource('a.pdf', content)
    const zone = process.env['TZ']
    const packets = new Set<string>()
    try {
      for (const [TZ, size] of [
        ['Asia/Ho_Chi_Minh', 7],
        ['America/Los_Angeles', 65_536],
        ['Pacific/Kiritimati', 100_000],
      ] as const) {
        process.env['TZ'] = TZ
        const cut = { ...source, open: () => inPieces(content, size) }
        packets.add(
          (await collected(writeDocumentPacket(EXAMPLE_MESSAGE, [cut], { zipAttachments: true }))).toString(),
        )
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
    expect(packets.size).toBe(1)
  })

  test.each([
    ['a new document', EXAMPLE_MESSAGE],
    ['an update', update],
    ['a replacement', replacement],
    [
      'a recall',
      { ...EXAMPLE_MESSAGE, business: { ...EXAMPLE_MESSAGE.business, type: 1 as const, reason: 'Gửi nhầm' } },
    ],
    ['a document with no optional value', bare],
  ])('%s keeps to the schema and comes back as it was', async (_, message) => {
    const packet = await collected(writeDocumentPacket(message, [EXAMPLE_FILE]))
    expect(schemaComplaints(packet)).toBe('')
    const back = await readPacket(inPieces(packet, 4096), { attachmentSink: memorySink().sink })
    expect(back.kind).toBe('document')
    expect(back.message).toEqual(message)
    expect(back.warnings).toEqual([])
  })

  test('a document without files keeps to the schema', async () => {
    expect(schemaComplaints(await collected(writeDocumentPacket(EXAMPLE_MESSAGE, [])))).toBe('')
  })

  test('a status keeps to the schema', () => {
    expect(schemaComplaints(writeStatusPacket(EXAMPLE_STATUS_MESSAGE))).toBe('')
    expect(schemaComplaints(writeStatusPacket({ ...EXAMPLE_STATUS_MESSAGE, description: '' }))).toBe('')
  })

  test('what the agency states about its key goes along in the header, and hides nothing else', async () => {
    const keyStatement = Buffer.from('một bản công bố khóa')
    const packet = await collected(writeDocumentPacket(EXAMPLE_MESSAGE, [EXAMPLE_FILE], { keyStatement }))
    expect(schemaComplaints(packet)).toBe('')
    const back = await read(packet)
    expect(back).toMatchObject({ keyStatement, message: EXAMPLE_MESSAGE, warnings: [] })

    const status = Buffer.from(writeStatusPacket(EXAMPLE_STATUS_MESSAGE, keyStatement))
    expect(schemaComplaints(status)).toBe('')
    expect(await read(status)).toMatchObject({ keyStatement, message: EXAMPLE_STATUS_MESSAGE })

    const element = /<key:EncryptionKey.*<\/key:EncryptionKey>/.exec(packet.toString())?.[0] ?? ''
    expect(await read(changed(element, element + element, packet.toString()))).not.toHaveProperty(
      'keyStatement',
    )
    const foreign = packet.toString().replace('urn:vanthu:encryption-key:1', 'urn:somebody')
    expect(await read(foreign)).not.toHaveProperty('keyStatement')
  })

  test('the schema notices an element out of order', () => {
    const swapped = EXAMPLE_DOCUMENT.replace(/( *<edXML:Subject>.*\n)( *<edXML:Content>.*\n)/, '$2$1')
    expect(swapped).not.toBe(EXAMPLE_DOCUMENT)
    expect(schemaComplaints(Buffer.from(swapped))).toContain('Content')
  })

  test('text with every mark of XML is well-formed and comes back', async () => {
    const subject = `<a href="x">&amp; ]]> 'đ' "ễ" \t <!-- --> <![CDATA[ x ]]> &#13; 𝄞`
    const packet = await collected(
      writeDocumentPacket({ ...EXAMPLE_MESSAGE, subject, content: 'một\r\nhai\rba\nbốn' }, []),
    )
    execFileSync('xmllint', ['--noout', '-'], { input: packet })
    const back = await readPacket(inPieces(packet, 4096), { attachmentSink: memorySink().sink })
    expect(back.message).toMatchObject({ subject, content: 'một\r\nhai\rba\nbốn' })
  })

  test.each([
    ['a vertical tab from a word processor', 'dòng\u{b}dòng'],
    ['a zero byte', 'a\u{0}b'],
    ['half a character', 'a\u{d800}b'],
    ['a non-character', 'a\u{ffff}b'],
  ])('%s is refused with the name of the field', async (_, subject) => {
    const writing = collected(writeDocumentPacket({ ...EXAMPLE_MESSAGE, subject }, []))
    await expect(writing).rejects.toMatchObject({ code: 'packet/text-unwritable', detail: 'Subject' })
  })

  test('a refused status says which field', () => {
    expect(() => writeStatusPacket({ ...EXAMPLE_STATUS_MESSAGE, description: 'a\u{1}' })).toThrow(
      expect.objectContaining({ code: 'packet/text-unwritable', detail: 'Description' }),
    )
  })

  test('a file that is longer or shorter than promised is not sent', async () => {
    for (const size of [4, 6]) {
      const source = fileSource('a.pdf', Buffer.from('%PDF-'), { size })
      await expect(collected(writeDocumentPacket(EXAMPLE_MESSAGE, [source]))).rejects.toThrow('gave 5')
    }
  })

  test('a zipped file is opened by unzip and by our own reader', async () => {
    const content = Buffer.from('%PDF-1.7\n' + 'Công văn '.repeat(5000))
    const source = fileSource('Công văn 07.pdf', content)
    const packet = await collected(writeDocumentPacket(EXAMPLE_MESSAGE, [source], { zipAttachments: true }))
    const { sink } = memorySink()
    const back = await readPacket(inPieces(packet, 4096), { attachmentSink: sink })
    if (back.kind !== 'document') throw new Error('not a document')
    expect(back.attachments).toMatchObject([{ name: 'Công văn 07.pdf', unwrapped: true, warnings: [] }])
    expect(back.attachments[0]?.stored.equals(content)).toBe(true)
    const base64 = /<edXML:ContentTransferEncoded>([^<]*)</.exec(packet.toString())?.[1] ?? ''
    const listed = execFileSync('python3', ['-c', LIST_ZIP], {
      input: Buffer.from(base64, 'base64'),
      encoding: 'utf8',
    })
    expect(listed).toBe(`5b0f3c1e-0000-4000-8000-000000000001.pdf ${String(content.length)} sound\n`)
  })
})

/** An independent reader of zips. */
const LIST_ZIP = `
import io, sys, zipfile
zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
for entry in zip.infolist(): print(entry.filename, entry.file_size, 'sound' if zip.testzip() is None else 'broken')
`
