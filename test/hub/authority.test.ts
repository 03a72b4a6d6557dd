import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { openAuthorities, type Authorities, type NamedBy } from '../../src/engine/hub/authority.ts'

const servers: Server[] = []
const doors: Authorities[] = []

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `127.0.0.1:${String(address.port)}`
}

function door(hosts: Readonly<Record<string, string>> = {}, timeoutMs?: number): Authorities {
  const open = openAuthorities({ hosts: () => hosts, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  doors.push(open)
  return open
}

afterEach(async () => {
  await Promise.all(doors.splice(0).map((open) => open.close()))
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

test('a question is posted with its type and nothing that names us, and the answer comes back whole', async () => {
  let heard: unknown
  const host = await listen((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      heard = [request.method, request.headers, Buffer.concat(chunks).toString()]
      response.end('trả lời')
    })
  })
  const body = { type: 'application/timestamp-query', bytes: Buffer.from('hỏi') }
  const answer = await door().ask({ url: `http://ai:mat-khau@${host}/tsa?a=1`, namedBy: 'office', body })
  expect(Buffer.from(answer).toString()).toBe('trả lời')
  expect(heard).toEqual([
    'POST',
    {
      host,
      connection: 'keep-alive',
      'content-type': 'application/timestamp-query',
      'content-length': String(body.bytes.length),
    },
    'hỏi',
  ])
})

describe('an address in a certificate leads into no network of the office', () => {
  const refused = (namedBy: NamedBy, url: string) =>
    expect(door().ask({ url, namedBy }), `${namedBy} ${url}`).rejects.toMatchObject({
      code: 'authority/address-refused',
    })

  test('nor to this machine, by number, by name or inside IPv6', async () => {
    let asked = 0
    const host = await listen((_, response) => {
      asked++
      response.end()
    })
    const port = host.split(':')[1] ?? ''
    for (const name of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433']) {
      await refused('authority', `http://${name}:${port}/`)
      await refused('stranger', `http://${name}:${port}/`)
    }
    await refused('authority', 'http://169.254.169.254/latest/meta-data')
    expect(asked).toBe(0)
  })

  test('a certificate nobody vouches for reaches public addresses and the usual ports only', async () => {
    await refused('stranger', 'http://192.168.1.1/ca.crt')
    await refused('stranger', 'http://10.0.0.1/ca.crt')
    await refused('stranger', 'http://[fd00::1]/ca.crt')
    await refused('stranger', 'http://ca.example:8080/ca.crt')
  })

  test('nor to anything but the web', async () => {
    await refused('authority', 'ldap://ca.example/cn=ca')
    await refused('office', 'file:///etc/passwd')
    await refused('authority', 'không phải địa chỉ')
  })

  test('not even through a redirect of an address that was allowed', async () => {
    let secret = 0
    const inner = await listen((_, response) => {
      secret++
      response.end('bí mật')
    })
    const host = await listen((_, response) => {
      response.writeHead(302, { location: `http://${inner}/` }).end()
    })
    const hosts = { 'ocsp.ca.ptc': host }
    const asking = door(hosts).ask({ url: 'http://ocsp.ca.ptc/a', namedBy: 'authority' })
    await expect(asking).rejects.toMatchObject({ code: 'authority/address-refused' })
    await refused('office', `http://${host}/`)
    expect(secret).toBe(0)
  })
})

test('the table of the office says where a name leads, with its port or without', async () => {
  const host = await listen((request, response) => {
    response.end(request.url)
  })
  const open = door({ 'ocsp.ca.ptc': host, 'crl.ca.ptc:81': host })
  const answer = async (url: string) => Buffer.from(await open.ask({ url, namedBy: 'stranger' })).toString()
  expect(await answer('http://ocsp.ca.ptc/a')).toBe('/a')
  expect(await answer('http://crl.ca.ptc:81/b')).toBe('/b')
})

describe('no answer is an authority that cannot be reached', () => {
  const unreachable = { code: 'authority/unreachable' }

  test('when nobody listens, when it says no, when it says nothing', async () => {
    const gone = await listen(() => undefined)
    servers.pop()?.close()
    await expect(door().ask({ url: `http://${gone}/`, namedBy: 'office' })).rejects.toMatchObject(unreachable)
    const busy = await listen((_, response) => {
      response.writeHead(503).end('bận')
    })
    await expect(door().ask({ url: `http://${busy}/`, namedBy: 'office' })).rejects.toMatchObject(unreachable)
    const silent = await listen(() => undefined)
    await expect(door({}, 50).ask({ url: `http://${silent}/`, namedBy: 'office' })).rejects.toMatchObject(
      unreachable,
    )
  })

  test('when it never ends', async () => {
    const chunk = Buffer.alloc(1 << 20)
    const endless = await listen((_, response) => {
      const more = (): void => {
        while (response.writable && response.write(chunk));
      }
      response.on('drain', more)
      more()
    })
    await expect(door().ask({ url: `http://${endless}/`, namedBy: 'office' })).rejects.toMatchObject(
      unreachable,
    )
  })
})
