import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasNetwork } from '../../src/engine/hub/line-failure.ts'
import { LGSP, PROTOCOLS, startHubProcess, VXP, VXP_FILES, vxpFor, type HubProcess } from './hub-process.ts'
import { collected, documentXml, packetOf, sha256Of } from './packets.ts'

const MEGABYTE = 1024 * 1024

let hub: HubProcess
/** A hub for the tests of one group, with nothing wrong at the start of each. */
function startsWithHub(): void {
  beforeAll(async () => {
    hub = await startHubProcess()
  })
  afterEach(async () => {
    await hub.faults({ reset: true })
  })
  afterAll(async () => {
    await hub.remove()
  })
}

async function acceptedWith(sha256: string): Promise<number> {
  return (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.sha256 === sha256).length
}

describe.each(PROTOCOLS)('over $name', ({ transportFor, open, listOperation }) => {
  startsWithHub()

  describe('when the line is bad, the code says what is known', () => {
    test('nobody listens: the server refuses, and a sending certainly left nothing there', async () => {
      const commune = transportFor({ url: 'http://127.0.0.1:1' }, 'H99.88.01')
      const refused = { code: 'hub/connection-refused' }
      await expect(commune.list()).rejects.toMatchObject(refused)
      await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject(refused)
      await expect(collected(commune.fetch('x'))).rejects.toMatchObject(refused)
      await commune.close()
    })

    test('a name that does not exist is told from a PC without any network', async () => {
      const commune = transportFor({ url: 'http://truc.invalid' }, 'H99.88.01')
      await expect(commune.list()).rejects.toMatchObject({
        code: hasNetwork() ? 'hub/name-unknown' : 'hub/no-network',
      })
      await commune.close()
    })

    test('a hub that is down destroys connections, and comes back when told', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({ down: true })
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/unreachable' })
      await hub.faults({ down: false })
      await expect(commune.list()).resolves.toEqual([])
      await commune.close()
    })

    test('an answer dropped after acceptance is an unknown outcome, and the hub has the packet once', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ number: '61' })
      await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 1 } })
      await expect(commune.send(packetOf(bytes))).rejects.toMatchObject({ code: 'hub/outcome-unknown' })
      expect(await acceptedWith(sha256Of(bytes))).toBe(1)
      await commune.close()
    })

    test('a hub that takes too long leaves the outcome of a sending unknown, and a list unreachable', async () => {
      const commune = transportFor(hub, 'H99.88.01', {
        timeouts: { callMs: 700, transferMs: 700, idleMs: 700 },
      })
      await hub.faults({ delayMs: 20_000 })
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/unreachable' })
      await expect(commune.send(packetOf(documentXml({ number: '62' })))).rejects.toMatchObject({
        code: 'hub/outcome-unknown',
      })
      await commune.close()
    })

    test('a line that breaks in the middle of an upload leaves nothing at the hub', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ number: '63', attachment: Buffer.alloc(4 * MEGABYTE) })
      await hub.faults({ cutAfterBytes: MEGABYTE })
      await expect(commune.send(packetOf(bytes))).rejects.toMatchObject({ code: 'hub/outcome-unknown' })
      expect(await acceptedWith(sha256Of(bytes))).toBe(0)
      await commune.close()
    })
  })

  describe('when the hub answers badly, the code says what to do', () => {
    test('a captive portal is no hub, for every operation', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({ html: true })
      const expected = { code: 'hub/captive-portal' }
      await expect(commune.list()).rejects.toMatchObject(expected)
      await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject(expected)
      await expect(collected(commune.fetch('x'))).rejects.toMatchObject(expected)
      await expect(commune.acknowledge('x', 'done')).rejects.toMatchObject(expected)
      await expect(commune.directory()).rejects.toMatchObject(expected)
      await expect(commune.check()).rejects.toMatchObject(expected)
      await commune.close()
    })

    test.each([
      [429, 'hub/busy'],
      [503, 'hub/busy'],
      [500, 'hub/server-error'],
      [504, 'hub/server-error'],
      [401, 'hub/unauthorised'],
      [403, 'hub/unauthorised'],
      [302, 'hub/not-json'],
      [400, 'hub/refused'],
      [404, 'hub/operation-missing'],
      [413, 'hub/too-large'],
      [511, 'hub/captive-portal'],
    ])('HTTP %i for a list is %s', async (code, expected) => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({ status: { operation: listOperation, code } })
      await expect(commune.list()).rejects.toMatchObject({ code: expected })
      await commune.close()
    })

    test('a busy hub says for how long', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({ status: { code: 429, retryAfter: 90, times: 1 } })
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/busy', retryAfterMs: 90_000 })
      await hub.faults({ status: { operation: 'sendEdoc', code: 429, retryAfter: 90, times: 1 } })
      await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
        code: 'hub/busy',
        retryAfterMs: 90_000,
      })
      await expect(commune.list()).resolves.toBeDefined()
      await hub.faults({ status: { code: 413, retryAfter: 30 } })
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/busy', retryAfterMs: 30_000 })
      await hub.faults({ status: { code: 503, retryAfter: 40_000_000 } })
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/busy', retryAfterMs: 3_600_000 })
      await commune.close()
    })

    test("a gateway's 502 after the whole packet went out leaves the outcome unknown", async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({ status: { operation: 'sendEdoc', code: 502 } })
      await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
        code: 'hub/outcome-unknown',
        detail: '502: told to fail',
      })
      await commune.close()
    })

    test("a refusal carries the hub's words verbatim and is counted off", async () => {
      const commune = transportFor(hub, 'H99.88.01')
      await hub.faults({
        refuse: { operation: 'sendEdoc', code: '77', desc: 'Sai định dạng: mục 1.4', times: 1 },
      })
      const packet = packetOf(documentXml({ number: '71' }))
      await expect(commune.send(packet)).rejects.toMatchObject({
        code: 'hub/refused',
        detail: '77: Sai định dạng: mục 1.4',
      })
      await expect(commune.send(packet)).resolves.toHaveProperty('packetId')
      expect(await acceptedWith(packet.sha256)).toBe(1)
      await commune.close()
    })

    test('a code that the office was told about can be given its meaning', async () => {
      const commune = transportFor(hub, 'H99.88.01', { errorCodes: { '77': 'hub/busy' } })
      await hub.faults({ refuse: { operation: 'sendEdoc', code: '77', desc: 'Quá tải', times: 1 } })
      await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({ code: 'hub/busy' })
      await commune.close()
    })

    test('a packet that the hub duplicates comes twice, under two ids', async () => {
      const own = await startHubProcess()
      const commune = transportFor(own, 'H99.88.01')
      const department = transportFor(own, 'H99.07')
      await own.faults({ duplicateDeliveries: 1 })
      await commune.send(packetOf(documentXml({ number: '72' })))
      const listed = await department.list()
      expect(listed).toHaveLength(2)
      expect(listed[0]?.packetId).not.toBe(listed[1]?.packetId)
      expect(listed[0]?.sha256).toBe(listed[1]?.sha256)
      await Promise.all([commune.close(), department.close()])
      await own.remove()
    })

    test('bytes that are no packet at all come through unchanged, for the reader to refuse', async () => {
      const department = transportFor(hub, 'H99.07')
      const bytes = Buffer.from([0xff, 0x00, 0x3c, 0x21])
      const packetId = await hub.inject(bytes, 'H99.07')
      expect(await collected(department.fetch(packetId, { sha256: sha256Of(bytes) }))).toEqual(bytes)
      await department.acknowledge(packetId, 'fail')
      await department.close()
    })
  })

  describe('a hub that answers in ways no hub should', () => {
    let server: Server
    let answer = { status: 200, body: '' }
    const transport = () =>
      open({
        endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
        systemId: 'H99.88.01',
        secret: 's',
      })
    beforeAll(async () => {
      server = createServer((request, response) => {
        request.resume().on('end', () => {
          response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    })
    afterAll(() => {
      server.closeAllConnections()
      server.close()
    })

    test.each([
      '',
      '   ',
      '{',
      'null',
      '[]',
      '"OK"',
      '{"status":"OK","ErrorCode":"0"}',
      '{"data":[]}',
      '{"status":"OK","data":[1]}',
      '{"status":"OK","data":[{}]}',
    ])('the list %j is an error, not an empty inbox', async (body) => {
      answer = { status: 200, body }
      const commune = transport()
      await expect(commune.list()).rejects.toMatchObject({ code: 'hub/not-json' })
      await commune.close()
    })

    test('one spoilt row does not hold up the others, and an explicit null is an empty list', async () => {
      const commune = transport()
      answer = {
        status: 200,
        body: '{"status":"OK","data":[{},3,{"docId":"p1","created_time":"2026/01/15 09:30:00"}]}',
      }
      expect((await commune.list()).map((one) => [one.packetId, one.createdAt])).toEqual([
        ['p1', '2026-01-15T09:30:00.000+07:00'],
        ['p1', '2026-01-15T09:30:00.000+07:00'],
      ])
      answer = { status: 200, body: '{"status":"OK","ErrorCode":"0","data":null}' }
      expect(await commune.list()).toEqual([])
      await commune.close()
    })

    test.each(['', '{', '{"status":"OK","ErrorCode":"0"}', '[]'])(
      'the answer %j to a sending leaves the outcome unknown',
      async (body) => {
        answer = { status: 201, body }
        const commune = transport()
        await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
          code: 'hub/outcome-unknown',
        })
        await commune.close()
      },
    )

    test.each([
      ['{"status":"OK","ErrorCode":"0","data":"PD94"}', '<?x'],
      ['{"data":"PD94","status":"OK","ErrorCode":"0"}', '<?x'],
      [
        String.raw`{"status":"OK","ErrorCode":"0","data":"PD9\u0034\/\/8\u003d\n"}`,
        Buffer.from('PD94//8=', 'base64').toString('latin1'),
      ],
      ['{"other":{"data":"x"},"status":"SUCCESS","note":"\\"data\\":","data":"PD94PA=="}', '<?x<'],
    ])('the packet in %j is read whatever stands around it', async (body, expected) => {
      answer = { status: 200, body }
      const commune = transport()
      expect((await collected(commune.fetch('x'))).toString('latin1')).toBe(expected)
      await commune.close()
    })

    test.each([
      ['{"status":"OK","ErrorCode":"0","data":"PD9"4"}', 'hub/not-json'],
      ['{"status":"OK","ErrorCode":"0","data":"PD9*"}', 'hub/packet-mismatch'],
      ['{"status":"OK","ErrorCode":"0","data":"PD94P"}', 'hub/packet-mismatch'],
      ['{"status":"OK","ErrorCode":"0","data":"PA==PA=="}', 'hub/packet-mismatch'],
      ['{"status":"OK","ErrorCode":"0","data":""}', 'hub/packet-mismatch'],
      ['{"status":"OK","ErrorCode":"0","data":null}', 'hub/packet-mismatch'],
      ['{"status":"OK","ErrorCode":"0","data":"PD94', 'hub/not-json'],
      ['{"status":"FAIL","ErrorCode":"100","ErrorDesc":"hết hạn","data":null}', 'hub/packet-gone'],
      ['{"status":"FAIL","ErrorCode":"9","ErrorDesc":"x"}', 'hub/refused'],
      ['<html>', 'hub/not-json'],
      ['', 'hub/not-json'],
    ])('the download %j is %s', async (body, code) => {
      answer = { status: 200, body }
      const commune = transport()
      await expect(collected(commune.fetch('x'))).rejects.toMatchObject({ code })
      await commune.close()
    })
  })

  describe('what is sent is what was frozen', () => {
    test('a packet that changed since it was frozen is not let out whole', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ number: '81' })
      const changed = Buffer.from(bytes)
      changed.write('x', bytes.length - 20)
      const packet = { ...packetOf(changed), sha256: sha256Of(bytes) }
      await expect(commune.send(packet)).rejects.toMatchObject({ code: 'store/file-damaged' })
      await expect(commune.send({ ...packetOf(bytes), sizeBytes: bytes.length - 1 })).rejects.toMatchObject({
        code: 'store/file-damaged',
      })
      await expect(commune.send({ ...packetOf(bytes), sizeBytes: bytes.length + 1 })).rejects.toMatchObject({
        code: 'store/file-damaged',
      })
      expect(await acceptedWith(sha256Of(changed))).toBe(0)
      await commune.close()
    })

    test("an error of the packet's own file comes out as it is", async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const broken = new Error('đĩa hỏng')
      const packet = {
        ...packetOf(documentXml()),
        // eslint-disable-next-line require-yield, @typescript-eslint/require-await -- fails before its first byte
        async *open(): AsyncGenerator<Uint8Array> {
          throw broken
        },
      }
      await expect(commune.send(packet)).rejects.toBe(broken)
      await commune.close()
    })
  })

  describe('cancelling', () => {
    test('an upload stopped in the middle leaves nothing at the hub', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ number: '91', attachment: Buffer.alloc(6 * MEGABYTE) })
      await hub.faults({ bytesPerSecond: 2 * MEGABYTE })
      const stop = new AbortController()
      const sending = commune.send(packetOf(bytes), {
        signal: stop.signal,
        onProgress(sent, total) {
          if (sent > total / 4) stop.abort()
        },
      })
      await expect(sending).rejects.toMatchObject({ code: 'hub/cancelled' })
      expect(await acceptedWith(sha256Of(bytes))).toBe(0)
      await commune.close()
    })

    test('an upload stopped after its last byte may have arrived, and says so', async () => {
      const stop = new AbortController()
      const server = createServer((request, response) => {
        request.resume().on('end', () => {
          if (request.method === 'POST') stop.abort()
          else response.writeHead(404).end()
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const commune = transportFor(
        { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` },
        'H99.88.01',
      )
      await expect(
        commune.send(packetOf(documentXml({ number: '92' })), { signal: stop.signal }),
      ).rejects.toMatchObject({ code: 'hub/outcome-unknown' })
      await commune.close()
      server.closeAllConnections()
      server.close()
    })

    test('a download can be stopped, and a call that was cancelled before never starts', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const { packetId } = await commune.send(
        packetOf(documentXml({ attachment: Buffer.alloc(3 * MEGABYTE) })),
      )
      await hub.faults({ bytesPerSecond: MEGABYTE })
      const stop = new AbortController()
      async function firstPiece() {
        for await (const piece of department.fetch(packetId, { signal: stop.signal })) {
          if (piece.length > 0) stop.abort()
        }
      }
      await expect(firstPiece()).rejects.toMatchObject({ code: 'hub/cancelled' })
      await expect(department.list(undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'hub/cancelled',
      })
      await Promise.all([commune.close(), department.close()])
    })

    test('a reader that stops early does not hold the connection', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const department = transportFor(hub, 'H99.07')
      const { packetId } = await commune.send(
        packetOf(documentXml({ attachment: Buffer.alloc(2 * MEGABYTE) })),
      )
      for (let round = 0; round < 6; round += 1) {
        for await (const piece of department.fetch(packetId)) {
          expect(piece.length).toBeGreaterThan(0)
          break
        }
      }
      await expect(department.list()).resolves.toBeDefined()
      await Promise.all([commune.close(), department.close()])
    })
  })
})

describe.each([VXP, VXP_FILES, LGSP])('a download over $name', ({ transportFor }) => {
  startsWithHub()

  test('a line that breaks in the middle of a download is no packet', async () => {
    const commune = transportFor(hub, 'H99.88.01')
    const department = transportFor(hub, 'H99.07')
    const { packetId } = await commune.send(packetOf(documentXml({ attachment: Buffer.alloc(MEGABYTE) })))
    await hub.faults({ cutAfterBytes: 500_000 })
    await expect(collected(department.fetch(packetId))).rejects.toMatchObject({ code: 'hub/unreachable' })
    await hub.faults({ reset: true })
    await expect(collected(department.fetch(packetId))).resolves.toBeDefined()
    await Promise.all([commune.close(), department.close()])
  })
})

// An LGSP lists no hashes: there the document's own signature tells.
describe.each([VXP, VXP_FILES])('a hub that lists hashes, over $name', ({ transportFor }) => {
  startsWithHub()

  test('a packet damaged on the way is noticed by its hash', async () => {
    const commune = transportFor(hub, 'H99.88.01')
    const department = transportFor(hub, 'H99.07')
    const { packetId } = await commune.send(
      packetOf(documentXml({ number: '64', attachment: Buffer.alloc(9_000) })),
    )
    const listed = (await department.list()).find((one) => one.packetId === packetId)
    const expected = { sha256: listed?.sha256, sizeBytes: listed?.sizeBytes }
    await hub.faults({ corruptNext: true })
    await expect(collected(department.fetch(packetId, expected))).rejects.toMatchObject({
      code: 'hub/packet-mismatch',
    })
    await expect(collected(department.fetch(packetId, expected))).resolves.toBeDefined()
    await expect(collected(department.fetch(packetId, { sizeBytes: 5 }))).rejects.toMatchObject({
      code: 'hub/packet-mismatch',
    })
    await Promise.all([commune.close(), department.close()])
  })
})

describe('over the SDK alone', () => {
  startsWithHub()

  test('a packet whose answer was lost is found by asking, where the hub keeps a list', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const bytes = documentXml({ number: '65' })
    await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 1 } })
    await expect(commune.send(packetOf(bytes))).rejects.toMatchObject({ code: 'hub/outcome-unknown' })
    const found = await commune.lookup({
      kind: 'edoc',
      documentId: 'H99.88.01,2026/01/15,65/UBND-VP',
      notation: '65/UBND-VP',
      recipients: ['H99.07'],
      from: 'H99.88.01',
      sha256: sha256Of(bytes),
    })
    const entry = (await hub.ledger()).find(
      (one) => one.event === 'accepted' && one.sha256 === sha256Of(bytes),
    )
    expect(found?.packetId).toBe(entry?.event === 'accepted' ? entry.docId : 'none')
    await commune.close()
  })

  test('20 MB go up piece by piece with progress, and memory stays small', async () => {
    const own = await startHubProcess()
    const commune = vxpFor(own, 'H99.88.01')
    // 20 MB of attachment are 27 MB of base64; the packet is made as it is read.
    const head = documentXml({ attachment: new Uint8Array() })
    const at = head.indexOf('</edXML:ContentTransferEncoded>')
    const chunk = Buffer.alloc(96 * 1024, 'VsSDbiB0aMawLi4u')
    const chunks = 285
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield head.subarray(0, at)
      for (let count = 0; count < chunks; count += 1) yield Promise.resolve(chunk)
      yield head.subarray(at)
    }
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256')
    for await (const piece of bytes()) hash.update(piece)
    const sha256 = hash.digest('hex')
    const sizeBytes = head.length + chunk.length * chunks

    const before = process.memoryUsage().arrayBuffers
    let peak = 0
    const progress: number[] = []
    const { packetId } = await commune.send(
      { kind: 'edoc', from: 'H99.88.01', recipients: ['H99.07'], sizeBytes, sha256, open: bytes },
      {
        onProgress(sent, total) {
          expect(total).toBe(sizeBytes)
          progress.push(sent)
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
        },
      },
    )
    expect(progress.length).toBeGreaterThan(300)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBe(sizeBytes)
    expect(peak).toBeLessThan(12 * MEGABYTE)

    const department = vxpFor(own, 'H99.07')
    const [listed] = await department.list()
    let received = 0
    let peakDown = 0
    const beforeDown = process.memoryUsage().arrayBuffers
    for await (const piece of department.fetch(packetId, {
      sha256: listed?.sha256,
      sizeBytes: listed?.sizeBytes,
    })) {
      received += piece.length
      peakDown = Math.max(peakDown, process.memoryUsage().arrayBuffers - beforeDown)
    }
    expect(received).toBe(listed?.sizeBytes)
    expect(peakDown).toBeLessThan(30 * MEGABYTE)
    await Promise.all([commune.close(), department.close()])
    await own.remove()
  })
})

test.each(PROTOCOLS)('over $name an endpoint that is no address is a matter of settings', ({ open }) => {
  for (const endpoint of ['', 'trục', 'ftp://hub.example']) {
    expect(() => open({ endpoint, systemId: 'x', secret: 'y' })).toThrow(
      expect.objectContaining({ code: 'hub/not-configured' }),
    )
  }
})
