import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import { writeStatusPacket } from '../../src/engine/envelope/status.ts'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { documentMessage, statusMessage } from '../../src/shared/document/packet.ts'
import type { DocumentMessage, PacketAgency, StatusMessage } from '../../src/shared/document/packet.ts'
import { AppError } from '../../src/shared/errors.ts'
import {
  collected,
  EXAMPLE_DOCUMENT,
  fileSource,
  inPieces,
  memorySink,
  packetWith,
  read,
  readDocument,
} from './packets.ts'
import { madeZip } from './zips.ts'

const VIETNAMESE = Array.from(
  'aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĐ',
)
const MARKUP = [
  ']]>',
  '&',
  '<',
  '>',
  '"',
  "'",
  '<!--',
  '-->',
  '&amp;',
  '<![CDATA[',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '𝄞',
  '/',
  '%',
]

/** Text as a clerk may paste it, in normal form: trimmed, as the model keeps it. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...VIETNAMESE, ' '), fc.constantFrom(...MARKUP)), { maxLength: 40 })
  .map((parts) => parts.join('').trim())
const filled = text.filter((value) => value !== '')
const organId = fc.constantFrom('H99.88.01', 'H99.07', '000.00.01.H99', 'vxp.saas.11')
const day = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const time = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}+07:00`)
const number = fc.nat({ max: 999 })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const agency: fc.Arbitrary<PacketAgency> = fc.record({
  organId,
  organizationInCharge: text,
  organName: text,
  address: text,
  email: text,
  telephone: text,
  fax: text,
  website: text,
})
const staff = fc.record({ department: text, staff: text, mobile: text, email: text })
const responseFor = fc.record({ organId, code: text, documentId: filled, promulgationDate: optional(day) })

const message: fc.Arbitrary<DocumentMessage> = fc.record({
  from: agency,
  to: fc.array(agency, { minLength: 1, maxLength: 3 }),
  documentId: filled,
  code: fc.record({ number: filled, notation: filled }),
  place: text,
  promulgationDate: day,
  documentType: fc.record({ type: optional(number), typeDetail: optional(number), typeName: filled }),
  subject: filled,
  content: text,
  signer: fc.record({ competence: text, position: text, fullName: text }),
  dueDate: optional(day),
  otherInfo: fc.record({
    priority: optional(fc.nat({ max: 4 })),
    sphere: text,
    typerNotation: text,
    promulgationAmount: optional(number),
    pageAmount: optional(number),
    appendixes: fc.array(filled, { maxLength: 3 }),
  }),
  responseFor: fc.array(responseFor, { maxLength: 2 }),
  steeringType: optional(fc.nat({ max: 3 })),
  toPlaces: fc.array(filled, { maxLength: 3 }),
  trace: fc.array(fc.oneof(fc.record({ organId, timestamp: time }), fc.record({ timestamp: time })), {
    maxLength: 3,
  }),
  business: fc.record({
    type: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    reason: text,
    documentId: optional(filled),
    paper: fc.boolean(),
    staff,
    documentInfo: optional(
      fc.record({
        metadataChanged: fc.boolean(),
        receiversChanged: fc.boolean(),
        receiverList: fc.array(
          fc.record({ organId, receiverType: fc.constantFrom(0 as const, 1 as const) }),
          {
            maxLength: 2,
          },
        ),
      }),
    ),
    replacementInfo: optional(
      fc.array(fc.record({ documentId: filled, organIds: fc.array(organId, { maxLength: 2 }) }), {
        maxLength: 2,
      }),
    ),
  }),
})

const status: fc.Arbitrary<StatusMessage> = fc.record({
  from: agency,
  responseFor,
  statusCode: fc.constantFrom('01', '02', '03', '04', '05', '06', '13', '15', '16', '14', '103'),
  description: text,
  timestamp: time,
  staff,
})

describe('what is written is read back', () => {
  test('any document, with any file, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        message,
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 700 }),
        fc.boolean(),
        async (document, content, pieceSize, zipAttachments) => {
          const source = fileSource('Phụ lục 1.docx', content)
          const packet = await collected(writeDocumentPacket(document, [source], { zipAttachments }))
          const back = await readPacket(inPieces(packet, pieceSize), { attachmentSink: memorySink().sink })
          expect(back.message).toEqual(document)
          if (back.kind !== 'document') throw new Error('not a document')
          expect(back.attachments[0]?.stored.equals(content)).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('any status', async () => {
    await fc.assert(
      fc.asyncProperty(status, async (message) => {
        const back = await read(writeStatusPacket(message))
        expect(back).toMatchObject({ kind: 'status', signature: { present: 'none' } })
        expect(back.message).toEqual(message)
      }),
      { numRuns: 150 },
    )
  })

  test('a small packet cut at every byte is read the same', async () => {
    const packet = Buffer.from(EXAMPLE_DOCUMENT)
    const whole = await read(packet)
    for (let cut = 1; cut < packet.length; cut += 1) {
      const cutInTwo = (async function* () {
        await Promise.resolve()
        yield packet.subarray(0, cut)
        yield packet.subarray(cut)
      })()
      expect(await readPacket(cutInTwo, { attachmentSink: memorySink().sink })).toEqual(whole)
    }
    expect(await read(packet, {}, 1)).toEqual(whole)
  }, 120_000)

  test('a damaged packet is refused by name or read, and never crashes', async () => {
    const sound = Buffer.from(EXAMPLE_DOCUMENT)
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.nat({ max: sound.length - 1 }), fc.uint8Array({ maxLength: 12 }), fc.nat({ max: 40 })),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async (damages) => {
          let packet = sound
          for (const [at, put, drop] of damages) {
            packet = Buffer.concat([packet.subarray(0, at), put, packet.subarray(at + drop)])
          }
          try {
            const { kind } = await read(packet)
            expect(['document', 'status']).toContain(kind)
          } catch (error) {
            if (!(error instanceof AppError)) throw error
            expect(error.code).toMatch(/^packet\//)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('a damaged zip around a file is refused by name or read, and never crashes', async () => {
    const content = Buffer.from(`%PDF-1.7\n${'nội dung '.repeat(60)}`)
    const sound = madeZip([{ name: 'a.pdf', content }], { comment: 'gói' })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 4, max: sound.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        async (damages) => {
          const zip = Buffer.from(sound)
          for (const [at, byte] of damages) zip[at] = byte
          try {
            const { attachments } = await readDocument(packetWith([{ name: 'a.pdf', content: zip }]))
            // Either the wrapper's promise held and the file is whole, or the zip was kept as it came.
            expect([content, zip].some((known) => attachments[0]?.stored.equals(known))).toBe(true)
          } catch (error) {
            if (!(error instanceof AppError)) throw error
            expect(['packet/attachment-unreadable', 'packet/too-large']).toContain(error.code)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('a packet whose elements were dropped, doubled or moved is refused by name or read', async () => {
    const lines = EXAMPLE_DOCUMENT.split('\n')
    const line = fc.nat({ max: lines.length - 1 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, line, fc.constantFrom('drop', 'double', 'move')), {
          minLength: 1,
          maxLength: 3,
        }),
        async (changes) => {
          const shuffled = [...lines]
          for (const [from, to, how] of changes) {
            const [taken = ''] = how === 'double' ? shuffled.slice(from, from + 1) : shuffled.splice(from, 1)
            if (how !== 'drop') shuffled.splice(to, 0, taken)
          }
          try {
            const { kind, message } = await read(shuffled.join('\n'))
            expect((kind === 'document' ? documentMessage : statusMessage).safeParse(message).success).toBe(
              true,
            )
          } catch (error) {
            if (!(error instanceof AppError)) throw error
            expect(error.code).toMatch(/^packet\//)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })
})
