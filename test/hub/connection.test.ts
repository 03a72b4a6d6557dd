import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionOptions } from '../../src/engine/hub/connection.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { PROTOCOLS } from './hub-process.ts'

const DAY_MS = 86_400_000
const OPEN: Server[] = []
const CHILDREN: ChildProcess[] = []
let expired: MadeCertificate
let directory = ''
const read = (name: string) => readFileSync(join(directory, name), 'utf8')

/** A self-signed certificate, as security servers have them. */
function makeCertificate(name: string, subject: string, alternative: string): void {
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${subject}`, '-addext', `subjectAltName=${alternative}`],
      ...['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.pem`)],
    ],
    { stdio: 'ignore' },
  )
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hub-tls-'))
  makeCertificate('server', 'may-chu-bao-mat', 'IP:127.0.0.1')
  makeCertificate('elsewhere', 'noi-khac', 'DNS:noi-khac.example')
  makeCertificate('client', 'H99.88.01', 'DNS:h99.example')
  expired = makePki(join(directory, 'pki')).issue({
    file: 'expired',
    subject: '/CN=may-chu-cu',
    issuer: 'self',
    notBefore: new Date(Date.now() - 10 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
    extensions: ['basicConstraints = critical, CA:TRUE', 'subjectAltName = IP:127.0.0.1'],
  })
  execFileSync('openssl', [
    ...['pkcs12', '-export', '-in', join(directory, 'client.pem'), '-inkey', join(directory, 'client.key')],
    ...['-out', join(directory, 'client.p12'), '-passout', 'pass:mật khẩu'],
  ])
})
afterAll(() => {
  for (const child of CHILDREN) child.kill()
  for (const server of OPEN) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(directory, { recursive: true, force: true })
})

async function listening(server: Server): Promise<number> {
  OPEN.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function count(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => {
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end('{"status":"OK","ErrorCode":"0","count":3,"data":[{"docId":"1"},{"docId":"2"},{"docId":"3"}]}')
  })
}

function secureServer(name: 'server' | 'elsewhere', more: ServerOptions = {}): Promise<number> {
  return listening(createHttpsServer({ cert: read(`${name}.pem`), key: read(`${name}.key`), ...more }, count))
}

/** A server of OpenSSL's own, which ends the handshake with an alert when no certificate comes. */
async function alertingServer(): Promise<number> {
  const child = spawn('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-Verify', '1', '-verify_return_error', '-www'],
    ...['-cert', join(directory, 'server.pem'), '-key', join(directory, 'server.key')],
  ])
  CHILDREN.push(child)
  return new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const port = /^ACCEPT 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

function pinOf(name: string): string {
  return new X509Certificate(read(`${name}.pem`)).fingerprint256
}

describe.each(PROTOCOLS)('over $name', ({ open }) => {
  async function checked(endpoint: string, connection: ConnectionOptions): Promise<number> {
    const transport = open({ endpoint, systemId: 'H99.88.01', secret: 's', connection })
    try {
      return (await transport.check()).waitingDocuments
    } finally {
      await transport.close()
    }
  }

  describe('whom the client believes', () => {
    test('a self-signed server is not believed until its certificate is trusted or pinned', async () => {
      const url = `https://127.0.0.1:${String(await secureServer('server'))}`
      await expect(checked(url, {})).rejects.toMatchObject({ code: 'hub/certificate-untrusted' })
      await expect(checked(url, { ca: read('server.pem') })).resolves.toBe(3)
      await expect(checked(url, { pinnedSha256: pinOf('server') })).resolves.toBe(3)
      const plain = createHash('sha256')
        .update(new X509Certificate(read('server.pem')).raw)
        .digest('hex')
      await expect(checked(url, { pinnedSha256: plain })).resolves.toBe(3)
    })

    test('another certificate than the pinned one is refused, even one of a trusted issuer', async () => {
      const url = `https://127.0.0.1:${String(await secureServer('server'))}`
      await expect(
        checked(url, { pinnedSha256: pinOf('elsewhere'), ca: read('server.pem') }),
      ).rejects.toMatchObject({ code: 'hub/certificate-changed' })
    })

    test('a trusted certificate for another name is refused, but a pin asks for no name', async () => {
      const url = `https://127.0.0.1:${String(await secureServer('elsewhere'))}`
      await expect(checked(url, { ca: read('elsewhere.pem') })).rejects.toMatchObject({
        code: 'hub/certificate-untrusted',
      })
      await expect(checked(url, { pinnedSha256: pinOf('elsewhere') })).resolves.toBe(3)
    })

    test('nothing of a signed request reaches a server that is not believed', async () => {
      let requests = 0
      const server = createHttpsServer(
        { cert: read('server.pem'), key: read('server.key') },
        (request, response) => {
          requests += 1
          count(request, response)
        },
      )
      const url = `https://127.0.0.1:${String(await listening(server))}`
      await expect(checked(url, { pinnedSha256: pinOf('elsewhere') })).rejects.toThrow()
      await expect(checked(url, {})).rejects.toThrow()
      expect(requests).toBe(0)
    })

    test('a server that only speaks TLS 1.1 gets no connection', async () => {
      const old = await secureServer('server', {
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'ALL:@SECLEVEL=0',
      })
      await expect(
        checked(`https://127.0.0.1:${String(old)}`, { ca: read('server.pem') }),
      ).rejects.toMatchObject({
        code: 'hub/secure-line-failed',
      })
    })

    test('our own certificate is shown when the server asks, from PEM or from PKCS#12', async () => {
      const names: unknown[] = []
      const server = createHttpsServer(
        {
          cert: read('server.pem'),
          key: read('server.key'),
          ca: read('client.pem'),
          requestCert: true,
          rejectUnauthorized: true,
        },
        (request, response) => {
          names.push((request.socket as TLSSocket).getPeerCertificate().subject.CN)
          count(request, response)
        },
      )
      const url = `https://127.0.0.1:${String(await listening(server))}`
      const ca = read('server.pem')
      await expect(
        checked(url, { ca, clientCertificate: { cert: read('client.pem'), key: read('client.key') } }),
      ).resolves.toBe(3)
      const pfx = readFileSync(join(directory, 'client.p12'))
      await expect(checked(url, { ca, clientCertificate: { pfx, passphrase: 'mật khẩu' } })).resolves.toBe(3)
      expect(new Set(names)).toEqual(new Set(['H99.88.01']))
    })

    test('a server that wants our certificate and does not get it is told from a broken line', async () => {
      const port = await alertingServer()
      const connection = { ca: read('server.pem') }
      await expect(checked(`https://127.0.0.1:${String(port)}`, connection)).rejects.toMatchObject({
        code: 'hub/client-certificate-refused',
      })
      const page = createHttpsServer({ cert: read('server.pem'), key: read('server.key') }, (_, response) => {
        response
          .writeHead(400, { 'Content-Type': 'text/html' })
          .end('<html><head><title>400 No required SSL certificate was sent</title></head></html>')
      })
      await expect(
        checked(`https://127.0.0.1:${String(await listening(page))}`, connection),
      ).rejects.toMatchObject({ code: 'hub/client-certificate-refused' })
    })

    test('who opens the line to look into it is named', async () => {
      makeCertificate('opener', 'FortiGate CA', 'IP:127.0.0.1')
      const server = createHttpsServer({ cert: read('opener.pem'), key: read('opener.key') }, count)
      const url = `https://127.0.0.1:${String(await listening(server))}`
      const expected = { code: 'hub/line-intercepted', detail: 'FortiGate CA' }
      await expect(checked(url, {})).rejects.toMatchObject(expected)
      await expect(checked(url, { pinnedSha256: pinOf('server') })).rejects.toMatchObject(expected)
    })

    test("a certificate out of its days is the server's fault, unless it is our clock that is wrong", async () => {
      let time = new Date()
      const server = createHttpsServer(
        { cert: expired.certificatePem, key: expired.keyPem },
        (request, response) => {
          asked.push(String(request.method), String(request.headers['x-systemid']))
          response.setHeader('Date', time.toUTCString())
          count(request, response)
        },
      )
      const asked: string[] = []
      const url = `https://127.0.0.1:${String(await listening(server))}`
      const connection = { ca: expired.certificatePem }
      await expect(checked(url, connection)).rejects.toMatchObject({ code: 'hub/certificate-expired' })
      time = new Date(Date.now() - 5 * DAY_MS)
      await expect(checked(url, connection)).rejects.toMatchObject({ code: 'hub/clock-skew' })
      // It was asked for its time, and for nothing else.
      expect(new Set(asked)).toEqual(new Set(['HEAD', 'undefined']))
    })
  })

  describe("through the office's proxy", () => {
    /** A proxy for CONNECT and for plain requests; notes what passes, asks for a name when told. */
    async function proxy(credentials?: string) {
      const passed: string[] = []
      const allowed = (request: IncomingMessage) =>
        credentials === undefined ||
        request.headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`
      const server = createHttpServer((request, response) => {
        if (!allowed(request)) {
          response.writeHead(407).end()
          return
        }
        passed.push(`${String(request.method)} ${String(request.url)}`)
        count(request, response)
      })
      server.on('connect', (request, socket) => {
        if (!allowed(request)) {
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
          return
        }
        passed.push(`CONNECT ${String(request.url)}`)
        const upstream = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          upstream.pipe(socket).pipe(upstream)
        })
        for (const end of [upstream, socket]) end.on('error', () => undefined)
      })
      return { port: await listening(server), passed }
    }

    test('a secure server is reached by a tunnel, with the proxy password and the pin kept apart', async () => {
      const target = await secureServer('server')
      const { port, passed } = await proxy('van thu:m@t khẩu')
      const url = `https://127.0.0.1:${String(target)}`
      const address = `http://${encodeURIComponent('van thu')}:${encodeURIComponent('m@t khẩu')}@127.0.0.1:${String(port)}`
      await expect(checked(url, { proxy: address, pinnedSha256: pinOf('server') })).resolves.toBe(3)
      expect(passed).toContain(`CONNECT 127.0.0.1:${String(target)}`)
      await expect(checked(url, { proxy: address, pinnedSha256: pinOf('elsewhere') })).rejects.toMatchObject({
        code: 'hub/certificate-changed',
      })
    })

    test('a plain server is reached by a plain request, which every proxy allows', async () => {
      const { port, passed } = await proxy()
      await expect(
        checked('http://truc.example/vxp', { proxy: `http://127.0.0.1:${String(port)}` }),
      ).resolves.toBe(3)
      expect(passed).toContainEqual(expect.stringMatching(/^(POST|GET) http:\/\/truc\.example\/vxp\//))
    })

    test('a proxy that wants a name, one that forbids and one that is not there are told apart', async () => {
      const { port } = await proxy('a:b')
      const forbidding = createHttpServer().on('connect', (_, socket) => {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      })
      const target = await secureServer('server')
      const secure = `https://127.0.0.1:${String(target)}`
      const wanting = `http://127.0.0.1:${String(port)}`
      const absent = 'http://127.0.0.1:1'
      const forbids = `http://127.0.0.1:${String(await listening(forbidding))}`
      for (const [way, url, code] of [
        [wanting, secure, 'hub/proxy-login'],
        [wanting, 'http://truc.example', 'hub/proxy-login'],
        [forbids, secure, 'hub/proxy-refused'],
        [absent, secure, 'hub/proxy-unreachable'],
        [absent, 'http://truc.example', 'hub/proxy-unreachable'],
      ] as const) {
        await expect(checked(url, { proxy: way, pinnedSha256: pinOf('server') })).rejects.toMatchObject({
          code,
        })
      }
    })
  })
})
