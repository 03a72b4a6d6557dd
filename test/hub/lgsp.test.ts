import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lgspTransport } from '../../src/engine/hub/lgsp.ts'
import { lgspFor, startHubProcess, type HubProcess } from './hub-process.ts'
import { documentXml, packetOf, statusXml } from './packets.ts'

describe('what an LGSP is asked, word for word', () => {
  interface Heard {
    readonly method: string
    readonly url: string
    readonly headers: IncomingHttpHeaders
    readonly body: string
  }
  let server: Server
  let heard: Heard[] = []
  let answer = { status: 200, body: '' }
  const AT = Date.UTC(2026, 0, 15, 18, 0, 0)
  const opened = (more = {}) =>
    lgspTransport({
      endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
      systemId: 'H99.88.01',
      secret: 'mot-khoa',
      clock: () => AT,
      ...more,
    })
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const { method = '', url = '', headers } = request
          heard.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') })
          response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body)
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

  test('lists name the kind and a span of days in Vietnam; name and secret stay out of the address', async () => {
    answer = { status: 200, body: '{"status":"OK","errorCode":"0","data":[]}' }
    const commune = opened({ listDays: 2 })
    await commune.list()
    await commune.list(Date.UTC(2026, 0, 1))
    const seen = heard.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`)
    expect(seen).toEqual([
      'GET /v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/01/14&toDate=2026/01/17',
      'GET /v1/syncReceivedEdocList?messageType=status&fromDate=2026/01/14&toDate=2026/01/17',
      'GET /v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/01/01&toDate=2026/01/17',
      'GET /v1/syncReceivedEdocList?messageType=status&fromDate=2026/01/01&toDate=2026/01/17',
    ])
    for (const { headers, url } of heard) {
      expect(headers).toMatchObject({ 'x-systemid': 'H99.88.01', 'x-secretkey': 'mot-khoa' })
      expect(url).not.toContain('mot-khoa')
    }
    await commune.close()
  })

  test('a packet goes up as a form with its kind, an acknowledgement as JSON', async () => {
    answer = { status: 201, body: '{"status":"OK","errorCode":"0","docId":"p1"}' }
    const commune = opened()
    const bytes = documentXml()
    await expect(commune.send(packetOf(bytes))).resolves.toMatchObject({ packetId: 'p1' })
    await commune.acknowledge('p1', 'done')
    const [sent, told] = heard.filter(({ method }) => method !== 'OPTIONS')
    const form = await new Response(sent?.body, {
      headers: { 'Content-Type': sent?.headers['content-type'] ?? '' },
    }).formData()
    expect(form.get('messageType')).toBe('edoc')
    const file = form.get('edocFile')
    expect(file instanceof File ? await file.text() : undefined).toBe(bytes.toString('utf8'))
    expect(sent).toMatchObject({ method: 'POST', url: '/v1/sendEdoc' })
    expect(told).toMatchObject({
      method: 'POST',
      url: '/v1/updateStatus',
      body: '{"docId":"p1","status":"done"}',
    })
    await commune.close()
  })

  test('rows that were dealt with are not listed again, and rows without a word are', async () => {
    answer = {
      status: 200,
      body: '{"status":"OK","data":[{"docId":"a","status":"done"},{"docId":"b","status":"initial"},{"docId":"c","status":"fail"},{"docId":"d"}]}',
    }
    const commune = opened()
    const ids = (await commune.list()).map(({ packetId }) => packetId)
    expect([...new Set(ids)]).toEqual(['b', 'd'])
    await commune.close()
  })

  test.each([
    ['10', 'hub/refused'],
    ['15', 'hub/unauthorised'],
    ['18', 'hub/recipient-unknown'],
    ['19', 'hub/refused'],
    ['20', 'hub/outcome-unknown'],
    ['21', 'hub/refused'],
    ['22', 'hub/refused'],
    ['23', 'hub/refused'],
    ['99', 'hub/refused'],
  ])('the error %s after a packet went up is %s, with the words of the LGSP', async (errorCode, code) => {
    answer = { status: 200, body: JSON.stringify({ status: 'FAIL', errorCode, errorDesc: 'Lời của trục' }) }
    const commune = opened()
    await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({
      code,
      detail: `${errorCode}: Lời của trục`,
    })
    await commune.close()
  })

  test('an LGSP without a directory has none, which is not an empty one', async () => {
    answer = { status: 404, body: '{"status":404,"error":"Not Found"}' }
    const commune = opened()
    await expect(commune.directory()).resolves.toBeUndefined()
    answer = { status: 200, body: '<html>' }
    await expect(commune.directory()).rejects.toMatchObject({ code: 'hub/captive-portal' })
    await commune.close()
  })

  test.each([
    ['systemId', 'Suối Ngọc'],
    ['secret', 'khóa bí mật'],
    ['secret', 'a\r\nX: y'],
    ['secret', ''],
  ])('a %s that no header can carry is a matter of settings: %j', (name, value) => {
    expect(() => opened({ [name]: value })).toThrow(expect.objectContaining({ code: 'hub/not-configured' }))
    expect(heard).toEqual([])
  })
})

describe('an LGSP keeps no list of what was sent', () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHubProcess()
  })
  afterAll(async () => {
    await hub.remove()
  })

  test('so it cannot be asked about a document, and a status counts as not sent', async () => {
    const commune = lgspFor(hub, 'H99.88.01')
    const { packetId } = await commune.send(packetOf(documentXml()))
    const query = {
      documentId: 'H99.88.01,2026/01/15,07/UBND-VP',
      notation: '07/UBND-VP',
      from: 'H99.88.01',
      recipients: ['H99.07'],
    }
    await expect(commune.lookup({ ...query, kind: 'edoc' })).rejects.toMatchObject({
      code: 'hub/outcome-unaskable',
    })
    await expect(commune.deliveries(packetId, 'edoc')).rejects.toMatchObject({
      code: 'hub/outcome-unaskable',
    })
    await commune.send(packetOf(statusXml({ from: 'H99.88.01', about: 'H99.07' }), 'status'))
    await expect(commune.lookup({ ...query, kind: 'status' })).resolves.toBeUndefined()
    await commune.close()
  })

  test('a wrong secret is named as such, and nothing is sent', async () => {
    const before = (await hub.ledger()).filter((entry) => entry.event === 'accepted').length
    const commune = lgspFor(hub, 'H99.88.01', { secret: 'sai' })
    const expected = { code: 'hub/unauthorised' }
    await expect(commune.list()).rejects.toMatchObject(expected)
    await expect(commune.check()).rejects.toMatchObject(expected)
    await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject(expected)
    expect((await hub.ledger()).filter((entry) => entry.event === 'accepted')).toHaveLength(before)
    await commune.close()
  })
})
