import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/engine/store/index.ts'
import type { PacketWarningCode } from '../../src/shared/document/packet.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import { HOSTILE_PACKETS } from '../envelope/hostile-packets.ts'
import { changed, collected, EXAMPLE_DOCUMENT, packetWith } from '../envelope/packets.ts'
import { inbox } from './inbox.ts'

const quarantined = (store: Store) =>
  store.incoming
    .list('quarantine', 1000, 0)
    .rows.map(({ id, quarantine }) => ({ ...store.incoming.get(id), code: quarantine?.code }))
const admitted = (store: Store) =>
  store.incoming.list('new', 1000, 0).rows.map(({ id }) => store.incoming.get(id))

/** The bytes of a packet as they lie in the store. */
async function keptBytes(store: Store, sha256: Parameters<Store['files']['open']>[0]): Promise<Buffer> {
  const file = await store.files.open(sha256)
  try {
    return await collected(file.stream())
  } finally {
    await file.close()
  }
}

describe('packets that no reader may take', () => {
  test('all of them at once: each in quarantine by name, with its bytes, and the good one comes in', async () => {
    const hostile = HOSTILE_PACKETS.flatMap(([, table]) => table)
      // Their limits are smaller than an office's.
      .filter(({ limits }) => limits === undefined)
      .map((one, place) => ({ ...one, packetId: `H-${String(place).padStart(3, '0')}` }))
    expect(hostile.length).toBeGreaterThan(150)
    const packets = hostile.map(({ packetId, packet }) => [packetId, packet] as const)
    const { work, store, told } = inbox(Object.fromEntries([...packets, ['Z-good', EXAMPLE_DOCUMENT]]))
    await work()

    const found = new Map(quarantined(store).map((one) => [one.packetId, one]))
    for (const { packetId, packet, code, what } of hostile) {
      const document = found.get(packetId)
      expect(document?.code, what).toBe(code)
      if (document === undefined) continue
      expect((await keptBytes(store, document.packetSha256)).equals(Buffer.from(packet)), what).toBe(true)
    }
    expect(found.size).toBe(hostile.length)
    expect(told.filter((line) => line.endsWith(' fail'))).toHaveLength(hostile.length)
    expect(admitted(store).map(({ packetId }) => packetId)).toEqual(['Z-good'])
    expect(store.jobs.pending('report')).toHaveLength(1)
    expect(store.history.verifyChain()).toMatchObject({ ok: true })
  }, 60_000)
})

const TO = /(?<=<edXML:To>[^]*?<edXML:OrganId>)[^<]+/
const SUBJECT = /(?<=<edXML:Subject>)[^<]*/
const PDF = Buffer.from('%PDF-1.7\n')

/** A packet that reads well and must not come in. */
const NOT_ADMITTED: readonly { what: string; packet: string; code: ErrorCode }[] = [
  ...[
    'H99.08',
    'H99',
    'H99.07.01',
    'H99.7',
    'h99.07',
    'H99,07',
    'H99.07.',
    '.H99.07',
    'H99.0７',
    'Н99.07',
    'H99.\u200b07',
    'H99.07\u0301',
    'H99. 07',
    'H99.07/H99.08',
    'H99.07;H99.08',
    '*',
    '000.00.00.H99',
  ].map((organId) => ({
    what: `it is for ${JSON.stringify(organId)}`,
    packet: changed(TO, organId),
    code: 'packet/not-for-us' as const,
  })),
  ...['MẬT', 'TỐI MẬT', 'TUYỆT MẬT', '(MẬT)', 'MẬT'.normalize('NFD'), '** TUYỆT  MẬT **'].map((stamp) => ({
    what: `its subject is ${JSON.stringify(stamp)}`,
    packet: changed(SUBJECT, stamp),
    code: 'document/secret' as const,
  })),
  ...['UBND-M', 'UBND-TM', 'UBND-TuM', 'UBND/MẬT'].map((notation) => ({
    what: `its notation is ${notation}`,
    packet: changed(/(?<=<edXML:CodeNotation>)[^<]+/, notation),
    code: 'document/secret' as const,
  })),
]

describe('packets that read well and must not come in', () => {
  test.each(NOT_ADMITTED)('$what', async ({ packet, code }) => {
    const { work, store } = inbox({ 'P-1': packet })
    await work()
    expect(admitted(store).map(({ packetId }) => packetId)).toEqual([])
    const [document] = quarantined(store)
    expect(document?.code).toBe(code)
    expect(document && (await keptBytes(store, document.packetSha256)).toString()).toBe(packet)
    expect(store.jobs.pending('report')).toEqual([])
  })
})

const two = (first: object, second: object) => [
  { contentId: '1', name: 'a.pdf', content: PDF, ...first },
  { contentId: '2', name: 'b.pdf', content: PDF, ...second },
]

/** A packet that comes in, and what the clerk is told of it. */
const WARNED: readonly { what: string; packet: string; warning: PacketWarningCode }[] = [
  {
    what: 'the ids of two files are swapped',
    packet: packetWith(two({}, {}), two({ contentId: '2' }, { contentId: '1' })),
    warning: 'attachment-mismatched',
  },
  {
    what: 'a file is listed and not there',
    packet: packetWith(two({}, {}).slice(0, 1), two({}, {})),
    warning: 'attachment-missing',
  },
  {
    what: 'a file is there and not listed',
    packet: packetWith(two({}, {}), two({}, {}).slice(0, 1)),
    warning: 'attachment-unlisted',
  },
  {
    what: 'a file is empty',
    packet: packetWith(two({ content: Buffer.alloc(0) }, {})),
    warning: 'attachment-empty',
  },
  ...[
    '../../../Windows/System32/a.pdf',
    '..\\..\\a.pdf',
    'C:\\a.pdf',
    '/etc/a.pdf',
    'a\u202efdp.exe',
    'con.pdf',
    'LPT1',
    'a:b.pdf',
    'a.pdf.',
    '…'.repeat(300),
  ].map((name) => ({
    what: `a file is called ${JSON.stringify(name.slice(0, 40))}`,
    packet: packetWith(two({ name }, {})),
    warning: 'attachment-renamed' as const,
  })),
  {
    what: 'the namespace is that of before the regulation',
    packet: EXAMPLE_DOCUMENT.replaceAll('http://www.mic.gov.vn/TBT/QCVN_102_2016', 'http://www.go.vn/eDoc'),
    warning: 'legacy-namespace',
  },
  {
    what: 'there is a signature that no library can check',
    packet: changed(
      '</edXML:edXMLHeader>',
      '<edXML:Signature><edXML:SignedInfo/></edXML:Signature></edXML:edXMLHeader>',
    ),
    warning: 'signature-unverifiable',
  },
  {
    what: 'the deadline is no day',
    packet: changed(/(?<=<edXML:DueDate>)[^<]+/, '2026/02/31'),
    warning: 'field-unreadable',
  },
  {
    what: 'the sender has an id as no agency has',
    packet: changed('<edXML:OrganId>H99.88.01<', '<edXML:OrganId>UBND-SUOI-NGOC<'),
    warning: 'agency-id-unusual',
  },
]

describe('packets that come in with a clear warning', () => {
  test.each(WARNED)('$what', async ({ packet, warning }) => {
    const { work, store } = inbox({ 'P-1': packet })
    await work()
    const [document] = admitted(store)
    expect(document?.warnings.map(({ code }) => code)).toContain(warning)
    expect(document && (await keptBytes(store, document.packetSha256)).toString()).toBe(packet)
    for (const { name } of document?.files ?? []) expect(name).not.toMatch(/[/\\:]|\p{Cf}|^\.|\.$/u)
  })
})

describe('packets that come again', () => {
  test('the same bytes under five ids of the hub are one document', async () => {
    const again = Object.fromEntries([1, 2, 3, 4, 5].map((place) => [`P-${String(place)}`, EXAMPLE_DOCUMENT]))
    const { work, store, told } = inbox(again)
    await work()
    expect(admitted(store)).toHaveLength(1)
    expect(store.jobs.pending('report')).toHaveLength(1)
    expect(told.sort()).toEqual(Object.keys(again).map((packetId) => `${packetId} done`))
  })

  test.each([
    ['another file', changed('>JVBERi0=<', '>JVBERi0yLjA=<')],
    [
      'one more file',
      packetWith([
        { name: '07-UBND-VP.pdf', content: Buffer.from('%PDF-') },
        { name: 'b.pdf', content: PDF },
      ]),
    ],
  ])('with %s under the same number both are shown, with a warning', async (_, packet) => {
    const { work, store } = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': packet })
    await work()
    const warnings = admitted(store).flatMap((one) => one.warnings.map(({ code }) => code))
    expect(admitted(store)).toHaveLength(2)
    expect(warnings).toContain('document-differs')
  })
})
