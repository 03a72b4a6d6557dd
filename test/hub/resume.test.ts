import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { FetchBeginning, FetchedPart, Transport } from '../../src/engine/hub/transport.ts'
import { PROTOCOLS, startHubProcess, vxpFor, type HubProcess } from './hub-process.ts'
import { documentXml, packetOf } from './packets.ts'

const bytes = documentXml({ attachment: randomBytes(400_000) })

let hub: HubProcess
beforeAll(async () => {
  hub = await startHubProcess({ flags: ['--resumable', '--as-sent'] })
})
afterEach(async () => {
  await hub.faults({ reset: true })
})
afterAll(async () => {
  await hub.remove()
})

/** One attempt: what came, how it began, and why it ended. */
async function attempt(transport: Transport, packetId: string, part?: FetchedPart) {
  const chunks: Uint8Array[] = []
  let beginning: FetchBeginning | undefined
  let failure: unknown
  try {
    const onBegin = (begun: FetchBeginning) => {
      beginning = begun
      return Promise.resolve()
    }
    for await (const chunk of transport.fetch(packetId, { part, onBegin })) chunks.push(chunk)
  } catch (cause) {
    failure = cause
  }
  return { came: Buffer.concat(chunks), beginning, failure }
}

describe.each(PROTOCOLS)('a download over $name', ({ transportFor }) => {
  async function sent() {
    const commune = transportFor(hub, 'H99.88.01')
    const department = transportFor(hub, 'H99.07')
    onTestFinished(() => Promise.all([commune.close(), department.close()]).then(() => undefined))
    const { packetId } = await commune.send(packetOf(bytes))
    return { department, packetId }
  }

  test('the hub says that it can go on, and does, with the rest alone', async () => {
    const { department, packetId } = await sent()
    expect(await department.capabilities()).toMatchObject({ resumableDownload: true })
    await hub.faults({ cutAfterBytes: 123_456 })
    const first = await attempt(department, packetId)
    expect(first.failure).toMatchObject({ code: 'hub/unreachable' })
    expect(first.came.equals(bytes.subarray(0, 123_456))).toBe(true)
    await hub.faults({ reset: true })
    const etag = first.beginning?.etag ?? ''
    const second = await attempt(department, packetId, { sizeBytes: 123_456, etag })
    expect(second.failure).toBeUndefined()
    expect(second.beginning).toEqual({ fromByte: 123_456, etag })
    expect(second.came.equals(bytes.subarray(123_456))).toBe(true)
  })

  test('another version at the hub is sent whole, and says so before its first byte', async () => {
    const { department, packetId } = await sent()
    const { beginning, came } = await attempt(department, packetId, { sizeBytes: 5, etag: '"another"' })
    expect(beginning?.fromByte).toBe(0)
    expect(came.equals(bytes)).toBe(true)
  })

  test('a part that is everything already is no failure', async () => {
    const { department, packetId } = await sent()
    const { beginning } = await attempt(department, packetId)
    const part = { sizeBytes: bytes.length, etag: beginning?.etag ?? '' }
    const again = await attempt(department, packetId, part)
    expect(again).toEqual({
      came: Buffer.alloc(0),
      beginning: { fromByte: bytes.length, etag: part.etag },
      failure: undefined,
    })
    const longer = await attempt(department, packetId, { ...part, sizeBytes: bytes.length + 1 })
    expect(longer.failure).toMatchObject({ code: 'hub/packet-mismatch' })
  })
})

test('a hub that speaks only as published says nothing of it, and is fetched from as before', async () => {
  const plain = await startHubProcess()
  onTestFinished(() => plain.remove())
  for (const { transportFor } of PROTOCOLS) {
    const commune = transportFor(plain, 'H99.88.01')
    const department = transportFor(plain, 'H99.07')
    const { packetId } = await commune.send(packetOf(bytes))
    expect(await department.capabilities()).toMatchObject({ resumableDownload: false })
    const { beginning, failure } = await attempt(department, packetId)
    expect(failure).toBeUndefined()
    expect(beginning).toEqual({ fromByte: 0, etag: undefined })
    await Promise.all([commune.close(), department.close()])
  }
})

describe('a gateway between us and the hub', () => {
  async function gateway(listener: RequestListener) {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const transport = vxpFor({ url }, 'H99.07')
    onTestFinished(async () => {
      await transport.close()
      server.close()
    })
    return transport
  }

  test('that drops every question about abilities does not stop the office', async () => {
    const transport = await gateway((request, response) => {
      if (request.method === 'OPTIONS') request.socket.destroy()
      else response.end(JSON.stringify({ status: 'OK', ErrorCode: '0', data: bytes.toString('base64') }))
    })
    const ends = []
    for (let round = 0; round < 4; round += 1) ends.push((await attempt(transport, 'x')).failure)
    expect(ends).toEqual([
      expect.objectContaining({ code: 'hub/unreachable' }),
      expect.objectContaining({ code: 'hub/unreachable' }),
      undefined,
      undefined,
    ])
  })

  test('that answers a range with another one is not believed', async () => {
    const transport = await gateway((_, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-9/20', ETag: '"v"' }).end('0123456789')
    })
    const { came, failure } = await attempt(transport, 'x', { sizeBytes: 10, etag: '"v"' })
    expect(failure).toMatchObject({ code: 'hub/packet-mismatch' })
    expect(came).toHaveLength(0)
  })
})
