import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OFFICES, PROTOCOLS, startHubProcess, vxpFor, type HubProcess } from './hub-process.ts'
import { collected, documentXml, packetOf, sha256Of, statusXml } from './packets.ts'

let hub: HubProcess
/** A hub for the tests of one group. */
function startsWithHub(): void {
  beforeAll(async () => {
    hub = await startHubProcess()
  })
  afterAll(async () => {
    await hub.remove()
  })
}

describe.each(PROTOCOLS)('over $name', ({ transportFor }) => {
  startsWithHub()

  describe('a document goes from one office to another', () => {
    test('it is sent once, listed, fetched whole, acknowledged, and no longer waits', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const bytes = documentXml({ number: '11' })
      const progress: number[] = []
      const { packetId } = await commune.send(packetOf(bytes), { onProgress: (sent) => progress.push(sent) })
      expect(progress.at(-1)).toBe(bytes.length)

      const [listed] = await department.list()
      expect(listed).toMatchObject({ packetId, kind: 'edoc', from: 'H99.88.01', to: 'H99.07' })
      const fetched = await collected(
        department.fetch(packetId, { sha256: listed?.sha256, sizeBytes: listed?.sizeBytes }),
      )
      expect(fetched.includes(Buffer.from('%PDF-1.7 thử').toString('base64'))).toBe(true)

      await department.acknowledge(packetId, 'done')
      expect(await department.list()).toEqual([])
      await Promise.all([commune.close(), department.close()])
    })

    test('the hub hands it on in its own order with a trace of its own, and the attachment untouched', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const attachment = Buffer.alloc(300_000, 'Văn thư lưu trữ ')
      const bytes = documentXml({ number: '12', attachment })
      const { packetId, answer } = await commune.send(packetOf(bytes))
      expect(answer?.httpStatus).toBe(200)
      expect(answer?.body).toContain(packetId)
      expect(Date.parse(answer?.date ?? '')).not.toBeNaN()
      const fetched = await collected(department.fetch(packetId))
      execFileSync('xmllint', ['--noout', '-'], { input: fetched })
      const text = fetched.toString('utf8')
      const at = (name: string) => text.indexOf(`<edXML:${name}>`)
      expect([at('From'), at('To'), at('DocumentId'), at('Code'), at('Subject')]).toEqual(
        [at('From'), at('To'), at('DocumentId'), at('Code'), at('Subject')].sort((a, b) => a - b),
      )
      expect(text).toContain('V/v đăng ký tập huấn &amp; kiểm tra')
      expect(text.match(/<edXML:TraceHeader>/g)).toHaveLength(2)
      expect(text).toMatch(
        /<edXML:TraceHeader><edXML:Timestamp>[\d/]+ [\d:]+<\/edXML:Timestamp><\/edXML:TraceHeader>/,
      )
      expect(text).toContain(attachment.toString('base64'))
      expect(readFileSync(join(hub.directory, 'packets', `${packetId}.sent.edxml`))).toEqual(bytes)
      await department.acknowledge(packetId, 'done')
      await Promise.all([commune.close(), department.close()])
    })

    test('each recipient has its own delivery, and one that took it does not take it from the other', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const province = transportFor(hub, 'H99')
      const { packetId } = await commune.send(packetOf(documentXml({ number: '13', to: ['H99.07', 'H99'] })))
      await department.acknowledge(packetId, 'done')
      expect((await department.list()).map((one) => one.packetId)).not.toContain(packetId)
      expect((await province.list()).map((one) => one.packetId)).toContain(packetId)
      await province.acknowledge(packetId, 'fail')
      await Promise.all([commune.close(), department.close(), province.close()])
    })

    test('an old agency code finds the same agency', async () => {
      const department = transportFor(hub, 'H99.07')
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ from: 'H99.07', to: ['000.00.01.H99'], number: '14' })
      const { packetId } = await department.send(packetOf(bytes, 'edoc', 'H99.07'))
      expect(await commune.list()).toMatchObject([{ packetId, to: 'H99.88.01' }])
      await commune.acknowledge(packetId, 'done')
      await Promise.all([commune.close(), department.close()])
    })

    test('an answer travels as a status packet to the sender of the document', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const { packetId } = await department.send(packetOf(statusXml(), 'status', 'H99.07'))
      expect(await commune.list()).toMatchObject([{ packetId, kind: 'status', from: 'H99.07' }])
      const fetched = await collected(commune.fetch(packetId))
      expect(fetched.toString('utf8')).toContain('<edXML:StatusCode>01</edXML:StatusCode>')
      await commune.acknowledge(packetId, 'done')
      await Promise.all([commune.close(), department.close()])
    })
  })

  describe('what the hub does not take', () => {
    test('an unknown recipient is named, and nothing is delivered to anybody', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const before = (await hub.ledger()).filter((entry) => entry.event === 'accepted').length
      await expect(
        commune.send(packetOf(documentXml({ number: '31', to: ['H99.07', 'H12.34'] }))),
      ).rejects.toMatchObject({
        code: 'hub/recipient-unknown',
        detail: '18: recipient H12.34 does not exist',
      })
      expect((await hub.ledger()).filter((entry) => entry.event === 'accepted')).toHaveLength(before)
      await commune.close()
    })

    test("a packet in another agency's name is refused with the hub's own words", async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await expect(
        commune.send(packetOf(documentXml({ from: 'H99', number: '32' }), 'edoc', 'H99.88.01')),
      ).rejects.toMatchObject({
        code: 'hub/refused',
        detail: '19: the packet is not from the agency of this system',
      })
      await commune.close()
    })

    test.each([
      ['something that is no XML', Buffer.from('không phải XML')],
      ['a packet cut in the middle', documentXml().subarray(0, 900)],
      [
        'a document type',
        Buffer.from(documentXml().toString().replace('<edXML ', '<!DOCTYPE edXML><edXML ')),
      ],
      ['an entity of its own', Buffer.from(documentXml().toString().replace('&amp;', '&x;'))],
      ['another root', Buffer.from('<thu/>')],
    ])('%s is no edXML', async (_, bytes) => {
      const commune = transportFor(hub, 'H99.88.01')
      await expect(commune.send(packetOf(bytes))).rejects.toMatchObject({
        code: 'hub/refused',
        detail: expect.stringMatching(/^22: /) as string,
      })
      await commune.close()
    })

    test('an office cannot fetch or acknowledge what is not addressed to it', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const province = transportFor(hub, 'H99')
      const { packetId } = await commune.send(packetOf(documentXml({ number: '33' })))
      await expect(collected(province.fetch(packetId))).rejects.toMatchObject({ code: 'hub/packet-gone' })
      await expect(province.acknowledge(packetId, 'done')).rejects.toMatchObject({ code: 'hub/packet-gone' })
      await Promise.all([commune.close(), province.close()])
    })
  })

  test('sending twice makes two packets: the hub knows no idempotency, and the ledger shows it', async () => {
    const commune = transportFor(hub, 'H99.88.01')
    const packet = packetOf(documentXml({ number: '41' }))
    const first = await commune.send(packet)
    const second = await commune.send(packet)
    expect(second.packetId).not.toBe(first.packetId)
    const accepted = (await hub.ledger()).filter(
      (entry) => entry.event === 'accepted' && entry.sha256 === packet.sha256,
    )
    expect(accepted).toHaveLength(2)
    await commune.close()
  })

  test('the directory names every agency with its parent and its old code', async () => {
    const commune = transportFor(hub, 'H99.88.01')
    const agencies = await commune.directory()
    expect(agencies?.map((agency) => agency.organId)).toEqual(OFFICES.map((office) => office.organId))
    expect(agencies?.[0]).toMatchObject({
      name: 'UBND xã Suối Ngọc',
      parentOrganId: 'H99',
      parentName: 'UBND tỉnh Thanh Vân',
      oldOrganId: '000.00.01.H99',
      email: 'vanthu@suoingoc.example',
      removed: false,
    })
    await commune.close()
  })

  test('a trial call tells what waits and how far the clocks differ', async () => {
    const fresh = await startHubProcess()
    const commune = transportFor(fresh, 'H99.88.01')
    const department = transportFor(fresh, 'H99.07')
    await commune.send(packetOf(documentXml()))
    const check = await department.check()
    expect(check).toMatchObject({ waitingDocuments: 1, waitingStatuses: 0 })
    expect(Math.abs(check.clockSkewMs ?? Infinity)).toBeLessThan(5_000)
    await fresh.faults({ clockOffsetMs: -120_000 })
    expect((await department.check()).clockSkewMs).toBeGreaterThan(100_000)
    await Promise.all([commune.close(), department.close()])
    await fresh.remove()
  })

  test('an office that is added while the hub runs can take part at once', async () => {
    const fresh = await startHubProcess()
    const added = { systemId: 'H99.09', secret: 's', organId: 'H99.09', name: 'Sở Tư pháp tỉnh Thanh Vân' }
    const commune = transportFor(fresh, 'H99.88.01')
    const packet = packetOf(documentXml({ to: ['H99.09'] }))
    await expect(commune.send(packet)).rejects.toMatchObject({ code: 'hub/recipient-unknown' })
    writeFileSync(join(fresh.directory, 'offices.json'), JSON.stringify([...OFFICES, added]))
    await expect(commune.send(packet)).resolves.toHaveProperty('packetId')
    await commune.close()
    await fresh.remove()
  })
})

describe('asking about a packet whose sending ended without an answer', () => {
  startsWithHub()

  test('it is found by a document id with Vietnamese letters, which no header could carry', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const documentId = 'H99.88.01,2026/01/15,21/QĐ-UBND'
    const bytes = documentXml({ number: '21', notation: 'QĐ-UBND', documentId })
    const query = {
      kind: 'edoc',
      documentId,
      notation: '21/QĐ-UBND',
      from: 'H99.88.01',
      recipients: ['H99.07'],
      sha256: sha256Of(bytes),
    } as const
    expect(await commune.lookup(query)).toBeUndefined()
    const { packetId } = await commune.send(packetOf(bytes))
    expect(await commune.lookup(query)).toMatchObject({ packetId, documentId, to: 'H99.07' })
    expect(await commune.lookup({ ...query, documentId: '21/QĐ-UBND' })).toBeUndefined()
    await commune.close()
  })

  test('another packet of the same document is not taken for it', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const first = documentXml({ number: '22' })
    const second = documentXml({ number: '22', subject: 'Thu hồi văn bản' })
    await commune.send(packetOf(first))
    const query = {
      kind: 'edoc',
      documentId: 'H99.88.01,2026/01/15,22/UBND-VP',
      notation: '22/UBND-VP',
      recipients: ['H99.07'],
    } as const
    expect(await commune.lookup({ ...query, from: 'H99.88.01', sha256: sha256Of(second) })).toBeUndefined()
    expect(await commune.lookup({ ...query, from: 'H99.88.01', sha256: sha256Of(first) })).toBeDefined()
    await commune.close()
  })

  test('where the hub gives no hashes, the time of the attempt decides, and a status counts as not sent', async () => {
    const plain = await startHubProcess({ flags: ['--no-hashes'] })
    const commune = vxpFor(plain, 'H99.88.01')
    const bytes = documentXml({ number: '23' })
    await commune.send(packetOf(bytes))
    const query = {
      kind: 'edoc',
      documentId: 'H99.88.01,2026/01/15,23/UBND-VP',
      notation: '23/UBND-VP',
      from: 'H99.88.01',
      recipients: ['H99.07'],
      sha256: sha256Of(bytes),
    } as const
    expect(await commune.lookup({ ...query, sentAfter: Date.now() - 5_000 })).toBeDefined()
    expect(await commune.lookup({ ...query, sentAfter: Date.now() + 3_600_000 })).toBeUndefined()
    const department = vxpFor(plain, 'H99.07')
    await department.send(packetOf(statusXml({ documentId: query.documentId }), 'status', 'H99.07'))
    expect(await department.lookup({ ...query, kind: 'status', from: 'H99.07' })).toBeUndefined()
    await Promise.all([commune.close(), department.close()])
    await plain.remove()
  })
})

describe('what only the SDK offers', () => {
  startsWithHub()

  test('where a sent packet is, recipient by recipient', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const department = vxpFor(hub, 'H99.07')
    const province = vxpFor(hub, 'H99')
    const { packetId } = await commune.send(packetOf(documentXml({ number: '16', to: ['H99.07', 'H99'] })))
    await department.acknowledge(packetId, 'done')
    expect(await commune.deliveries(packetId, 'edoc')).toMatchObject([
      { to: 'H99.07', receiveStatus: 'done', notation: '16/UBND-VP' },
      { to: 'H99', receiveStatus: 'initial' },
    ])
    await province.acknowledge(packetId, 'fail')
    await Promise.all([commune.close(), department.close(), province.close()])
  })

  test('a document can also be fetched as a streamed file', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const department = vxpFor(hub, 'H99.07', { download: 'downloadEdoc' })
    const { packetId } = await commune.send(packetOf(documentXml({ number: '15' })))
    const listed = (await department.list()).find((one) => one.packetId === packetId)
    const fetched = await collected(department.fetch(packetId, { sha256: listed?.sha256 }))
    expect(sha256Of(fetched)).toBe(listed?.sha256)
    await expect(collected(department.fetch('khong-co'))).rejects.toMatchObject({ code: 'hub/packet-gone' })
    await department.acknowledge(packetId, 'done')
    await Promise.all([commune.close(), department.close()])
  })

  test('the directory comes from whichever operation the hub has', async () => {
    for (const directoryOperation of ['getAgenciesList', 'getSynchronizeUnit'] as const) {
      const commune = vxpFor(hub, 'H99.88.01', { directoryOperation })
      const agencies = await commune.directory()
      expect(agencies?.map((agency) => agency.organId)).toEqual(OFFICES.map((office) => office.organId))
      await commune.close()
    }
  })
})

describe('the hub forgets nothing', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s and a new start everything is where it was',
    async (signal) => {
      const first = await startHubProcess()
      const commune = vxpFor(first, 'H99.88.01')
      const kept = await commune.send(packetOf(documentXml({ number: '51' })))
      const taken = await commune.send(packetOf(documentXml({ number: '52' })))
      const department = vxpFor(first, 'H99.07')
      await department.acknowledge(taken.packetId, 'done')
      const before = await first.ledger()
      const code = await first.stop(signal)
      expect(code).toBe(signal === 'SIGTERM' ? 0 : null)

      const second = await first.again()
      expect(await second.ledger()).toEqual(before)
      expect((await department.list()).map((one) => one.packetId)).toEqual([kept.packetId])
      expect(existsSync(join(second.directory, 'packets', `${kept.packetId}.edxml`))).toBe(true)
      await Promise.all([commune.close(), department.close()])
      await second.remove()
    },
  )

  test('a ledger line that a power cut left half written is dropped', async () => {
    const first = await startHubProcess()
    const commune = vxpFor(first, 'H99.88.01')
    await commune.send(packetOf(documentXml({ number: '53' })))
    await first.stop('SIGKILL')
    const path = join(first.directory, 'ledger.jsonl')
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, `${whole}{"seq":2,"ev`)
    const second = await first.again()
    expect(await second.ledger()).toHaveLength(1)
    await commune.send(packetOf(documentXml({ number: '54' })))
    expect(
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(2)
    await commune.close()
    await second.remove()
  })
})
