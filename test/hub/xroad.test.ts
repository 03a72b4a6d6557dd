import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { unzipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Transport } from '../../src/engine/hub/transport.ts'
import { vxpTransport } from '../../src/engine/hub/vxp.ts'
import type { HubRoad } from '../../src/shared/ipc/contract.ts'
import {
  LGSP_OVER_ROAD,
  startHubProcess,
  VXP_OVER_ROAD,
  vxpFor,
  type HubProcess,
  type TestedProtocol,
} from './hub-process.ts'
import { collected, documentXml, packetOf, sha256Of } from './packets.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const ATTEMPT = '8f14e45f-ceea-467f-a2c0-5d1f7b0a9c11'

/** The whole evidence of an attempt. */
function evidenceOf(transport: Transport, attemptId: string): Promise<Buffer> {
  const bytes = transport.evidence(attemptId)
  if (bytes === undefined) throw new Error('this connection keeps no evidence')
  return collected(bytes)
}

describe('what a security server is asked, word for word', () => {
  interface Heard {
    readonly method: string
    readonly url: string
    readonly headers: IncomingHttpHeaders
  }
  let server: Server
  let heard: Heard[] = []
  let answer: { status: number; body: string; headers: Record<string, string> }
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        const { method = '', url = '', headers } = request
        heard.push({ method, url, headers })
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    heard = []
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const opened = (road: Partial<HubRoad> = {}) =>
    vxpTransport({
      endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      systemId: 'H99.88.01',
      secret: 'mot-khoa',
      road: { client: 'VN/COM/H99-88-01/VANTHU', service: 'VN/GOV/TRUC/LIENTHONG/sdk', ...road },
    })

  test('the service stands in the address, our place in a header, and every request has an id of its own', async () => {
    answer = { status: 200, body: '{"status":"OK","ErrorCode":"0","data":[]}', headers: {} }
    const commune = opened()
    await commune.list()
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /r1/VN/GOV/TRUC/LIENTHONG/sdk/getReceivedEdocList',
      'POST /r1/VN/GOV/TRUC/LIENTHONG/sdk/getReceivedEdocList',
    ])
    const ids = heard.map(({ headers }) => headers['x-road-id'])
    expect(ids).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)])
    expect(ids[0]).not.toBe(ids[1])
    expect(heard[0]?.headers).toMatchObject({
      'x-road-client': 'VN/COM/H99-88-01/VANTHU',
      'xroadvnpt-hash-header': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    await commune.close()
  })

  test('parts with other letters are encoded one by one', async () => {
    answer = { status: 200, body: '{"status":"OK","ErrorCode":"0","count":0}', headers: {} }
    const commune = opened({ client: 'VN/COM/Suối-Ngọc/A&B', service: 'VN/GOV/TRUC/Liên+thông/sdk/v1' })
    await commune.check()
    expect(heard[0]).toMatchObject({
      url: '/r1/VN/GOV/TRUC/Li%C3%AAn%2Bth%C3%B4ng/sdk/v1/countReceiveEdoc',
      headers: { 'x-road-client': 'VN/COM/Su%E1%BB%91i-Ng%E1%BB%8Dc/A%26B' },
    })
    await commune.close()
  })

  test('a sending has the id that the caller wrote down, and brings back what the servers wrote', async () => {
    answer = {
      status: 200,
      body: '{"status":"OK","ErrorCode":"0","DocId":"p1"}',
      headers: {
        'X-Road-Request-Id': 'c0ffee',
        'X-Road-Request-Hash': 'aGFzaA==',
        'X-Road-Service': 'VN/GOV/TRUC/LIENTHONG/sdk',
      },
    }
    const commune = opened()
    await expect(commune.send(packetOf(documentXml()), { attemptId: ATTEMPT })).resolves.toMatchObject({
      packetId: 'p1',
      road: { requestId: 'c0ffee', requestHash: 'aGFzaA==', service: 'VN/GOV/TRUC/LIENTHONG/sdk' },
    })
    const sent = heard.find(({ url }) => url.endsWith('/sendEdoc'))
    expect(sent?.headers['x-road-id']).toBe(ATTEMPT)
    await commune.close()
  })

  test('evidence is asked for at the server itself, by the attempt and the parts of our place', async () => {
    answer = { status: 404, body: 'No signed documents found', headers: {} }
    const commune = opened({ client: 'VN/COM/H99-88-01' })
    await expect(evidenceOf(commune, ATTEMPT)).rejects.toMatchObject({
      code: 'road/evidence-missing',
      detail: 'No signed documents found',
    })
    expect(heard[0]?.url).toBe(
      `/asic?queryId=${ATTEMPT}&xRoadInstance=VN&memberClass=COM&memberCode=H99-88-01`,
    )
    await commune.close()
  })

  test.each([
    ['Client.BadRequest', 'road/client-refused'],
    ['client.missing_header_field', 'road/client-refused'],
    ['Server.ClientProxy.SslAuthenticationFailed', 'road/client-refused'],
    ['server.clientproxy.unknown_member', 'road/client-refused'],
    ['Server.ServerProxy.AccessDenied', 'road/service-refused'],
    ['server.serverproxy.unknown_service', 'road/service-refused'],
    ['Server.ServerProxy.ServiceDisabled', 'road/service-refused'],
    ['server.clientproxy.maintenance_mode', 'hub/busy'],
  ])('after %s the packet certainly went no further: %s', async (type, code) => {
    answer = {
      status: 500,
      body: JSON.stringify({ type, message: 'said so', detail: 'x' }),
      headers: { 'X-Road-Error': type },
    }
    const commune = opened()
    await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
      code,
      detail: `${type}: said so`,
    })
    await commune.close()
  })

  test.each([
    ['Server.ClientProxy.NetworkError', 'road/own-server-failed'],
    ['Server.ClientProxy.OutdatedGlobalConf', 'road/own-server-failed'],
    ['server.clientproxy.service_failed.invalid_signature_value', 'road/own-server-failed'],
    ['Server.ServerProxy.ServiceFailed.NetworkError', 'road/far-server-failed'],
    ['Server.ServerProxy.ServiceFailed.SslAuthenticationFailed', 'road/far-server-failed'],
    ['server.serverproxy.cannot_create_signature', 'road/far-server-failed'],
    ['Something.New', 'road/own-server-failed'],
  ])('after %s a list is known to have failed (%s), a packet may have arrived', async (type, code) => {
    answer = { status: 500, body: 'no JSON', headers: { 'X-Road-Error': type } }
    const commune = opened()
    await expect(commune.list()).rejects.toMatchObject({ code, detail: type })
    await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
      code: 'hub/outcome-unknown',
      detail: type,
    })
    await commune.close()
  })

  test('the same status without X-Road-Error is the hub speaking', async () => {
    answer = { status: 500, body: '{"status":"FAIL","ErrorCode":"20","ErrorDesc":"bận"}', headers: {} }
    const commune = opened()
    await expect(commune.list()).rejects.toMatchObject({ code: 'hub/server-error', detail: '20: bận' })
    await commune.close()
  })
})

describe.each<TestedProtocol>([VXP_OVER_ROAD, LGSP_OVER_ROAD])(
  'through two security servers, $name',
  ({ transportFor }) => {
    let hub: HubProcess
    beforeAll(async () => {
      hub = await startHubProcess()
    })
    afterEach(async () => {
      await hub.faults({ reset: true })
    })
    afterAll(async () => {
      await hub.remove()
    })
    const acceptedWith = async (sha256: string) =>
      (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.sha256 === sha256).length

    test('an attempt has evidence of both directions under its id, and under no other', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const { road } = await commune.send(packetOf(documentXml({ number: '21' })), { attemptId: ATTEMPT })
      expect(road?.requestHash).toMatch(/^[A-Za-z0-9+/]{86}==$/)
      const containers = unzipSync(await evidenceOf(commune, ATTEMPT))
      expect(Object.keys(containers).map((name) => name.replace(/\d{10}/, 'Z'))).toEqual([
        `${ATTEMPT}-request-Z.asice`,
        `${ATTEMPT}-response-Z.asice`,
      ])
      for (const bytes of Object.values(containers)) {
        expect(Object.keys(unzipSync(bytes))).toEqual(['mimetype', 'message.rest'])
      }
      const other = '11111111-2222-4333-8444-555555555555'
      await expect(evidenceOf(commune, other)).rejects.toMatchObject({
        code: 'road/evidence-missing',
      })
      const department = transportFor(hub, 'H99.07')
      await expect(evidenceOf(department, ATTEMPT)).rejects.toMatchObject({
        code: 'road/evidence-missing',
      })
      await Promise.all([commune.close(), department.close()])
    })

    test('a failure on the way back leaves the outcome unknown, and the hub has the packet once', async () => {
      const commune = transportFor(hub, 'H99.88.01')
      const bytes = documentXml({ number: '22' })
      const type = 'Server.ClientProxy.LoggingFailed.InternalError'
      await hub.faults({
        road: { operation: 'sendEdoc', times: 1, type, message: 'disk full', after: true },
      })
      await expect(commune.send(packetOf(bytes))).rejects.toMatchObject({
        code: 'hub/outcome-unknown',
        detail: `${type}: disk full`,
      })
      expect(await acceptedWith(sha256Of(bytes))).toBe(1)
      await commune.close()
    })

    test('a client or a service that the servers do not know gets no further', async () => {
      const bytes = documentXml({ number: '23' })
      const strange = (road: Partial<HubRoad>) =>
        transportFor(hub, 'H99.88.01', {
          road: {
            client: 'VN-TEST/COM/H99-88-01/VANTHU',
            service: 'VN-TEST/GOV/TRUC/LIENTHONG/vxp',
            ...road,
          },
        })
      const unknown = strange({ client: 'VN-TEST/COM/NOBODY/VANTHU' })
      await expect(unknown.send(packetOf(bytes))).rejects.toMatchObject({ code: 'road/client-refused' })
      const nowhere = strange({ service: 'VN-TEST/GOV/TRUC/LIENTHONG/nothing' })
      await expect(nowhere.send(packetOf(bytes))).rejects.toMatchObject({ code: 'road/service-refused' })
      expect(await acceptedWith(sha256Of(bytes))).toBe(0)
      await Promise.all([unknown.close(), nowhere.close()])
    })

    test('without a road nothing on the way keeps evidence', async () => {
      const direct = vxpFor(hub, 'H99.88.01')
      expect(direct.evidence(ATTEMPT)).toBeUndefined()
      await direct.close()
    })
  },
)
