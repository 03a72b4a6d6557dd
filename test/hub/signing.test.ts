import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vxpTransport } from '../../src/engine/hub/vxp.ts'
import { hashFile, signedHeaders, vxpTimestamp } from '../../src/engine/hub/vxp-signing.ts'
import { OFFICES, startHubProcess, vxpFor, type HubProcess } from './hub-process.ts'
import { documentXml, packetOf, sha256Of } from './packets.ts'

const IDENTITY = {
  systemId: 'H99.88.01',
  secret: 'khóa bí mật',
  headerPrefix: 'XroadVnpt-',
  userAgent: 'JAVASDKAgent/1.0.0 XRoad/VPCP',
  version: '3.0.201608',
}
/** 2026-01-15T02:03:04.005Z, which is 09:03:04 in Vietnam. */
const AT = Date.UTC(2026, 0, 15, 2, 3, 4, 5)

describe('the signature over the headers', () => {
  test('the whole set of headers is the one the SDK sends, and openssl computes the same HMAC', () => {
    const headers = signedHeaders(IDENTITY, AT, 'application/octet-stream', [
      ['from', 'H99.88.01'],
      ['to', '["H99.07"]'],
    ])
    const text =
      '{"XroadVnpt-systemid":"H99.88.01","XroadVnpt-timestamp":"15012026T090304+0005",' +
      '"XroadVnpt-Content-Type":"application/octet-stream","XroadVnpt-from":"H99.88.01",' +
      '"XroadVnpt-to":"[\\"H99.07\\"]"}'
    const openssl = execFileSync('openssl', ['dgst', '-sha256', '-hmac', IDENTITY.secret], { input: text })
    const golden = '649b19792925a8af7430441e831a7b27111a709d89cdac44f2fc20e14db52778'
    expect(openssl.toString().trim()).toContain(golden)
    expect(headers).toEqual({
      'Content-Type': 'application/octet-stream',
      'XroadVnpt-systemid': 'H99.88.01',
      'XroadVnpt-timestamp': '15012026T090304+0005',
      'XroadVnpt-Content-Type': 'application/octet-stream',
      'XroadVnpt-from': 'H99.88.01',
      'XroadVnpt-to': '["H99.07"]',
      'XroadVnpt-sign-header-key': 'systemid;timestamp;Content-Type;from;to',
      'XroadVnpt-sign-header': text,
      'XroadVnpt-hash-header': golden,
      'User-Agent': 'JAVASDKAgent/1.0.0 XRoad/VPCP',
      'XroadVnpt-version': '3.0.201608',
    })
  })

  test('the time stamp is in Vietnam time with milliseconds in four digits', () => {
    expect(vxpTimestamp(Date.UTC(2026, 11, 31, 17, 0, 0, 42))).toBe('01012027T000000+0042')
  })

  test('a value that no header can carry is refused before it leaves', () => {
    for (const value of ['07/QĐ-UBND', 'a\r\nX: y']) {
      expect(() => signedHeaders(IDENTITY, AT, 'application/json', [['docId', value]])).toThrow(
        expect.objectContaining({ code: 'hub/not-configured' }),
      )
    }
  })
})

describe('hash-file', () => {
  test('the SDK form leaves out the zero of small bytes, the padded form is plain hex', () => {
    expect(hashFile('00010fa0ff', 'sdk')).toBe('01fa0ff')
    expect(hashFile('00010fa0ff', 'padded')).toBe('00010fa0ff')
  })

  test('for many files it is what Java would write byte by byte', () => {
    for (let round = 0; round < 200; round += 1) {
      const digest = createHash('sha256').update(randomBytes(8)).digest()
      const java = [...digest].map((byte) => byte.toString(16)).join('')
      expect(hashFile(digest.toString('hex'), 'sdk')).toBe(java)
    }
  })
})

describe('the hub believes only what is signed', () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHubProcess()
  })
  afterAll(async () => {
    await hub.remove()
  })

  /** One raw request with headers of our making. */
  async function post(operation: string, headers: Record<string, string>): Promise<number> {
    const answer = await fetch(`${hub.url}/vxp/${operation}`, { method: 'POST', headers, body: '{}' })
    await answer.text()
    return answer.status
  }
  const signed = (secret = 'snv-secret', now = Date.now()) =>
    signedHeaders({ ...IDENTITY, systemId: 'H99.07', secret }, now, 'application/json', [['docId', 'x']])

  test('a request as signed is believed', async () => {
    expect(await post('countReceiveEdoc', signed())).toBe(200)
  })

  test.each([
    ['a wrong secret', () => signed('sai')],
    ['a header changed after signing', () => ({ ...signed(), 'XroadVnpt-docId': 'y' })],
    ['an argument added after signing', () => ({ ...signed(), 'XroadVnpt-status': 'done' })],
    ['another system id', () => ({ ...signed(), 'XroadVnpt-systemid': 'H99' })],
    ['a list of names that leaves one out', () => ({ ...signed(), 'XroadVnpt-sign-header-key': 'systemid' })],
    [
      'a JSON text changed by a space',
      () => {
        const headers = signed()
        return {
          ...headers,
          'XroadVnpt-sign-header': (headers['XroadVnpt-sign-header'] ?? '').replace('{', '{ '),
        }
      },
    ],
    ['a time stamp of an hour ago', () => signed('snv-secret', Date.now() - 3_600_000)],
    ['no signature at all', () => ({ 'Content-Type': 'application/json' })],
  ])('%s is not', async (_, headers) => {
    expect(await post('countReceiveEdoc', headers())).toBe(401)
  })

  test('a secret with Vietnamese letters is believed: both sides take its UTF-8', async () => {
    const added = { systemId: 'H99.09', secret: 'khóa của Sở', organId: 'H99.09', name: 'Sở Tư pháp' }
    writeFileSync(join(hub.directory, 'offices.json'), JSON.stringify([...OFFICES, added]))
    const { systemId, secret } = added
    const office = vxpTransport({ endpoint: `${hub.url}/vxp`, systemId, secret })
    await expect(office.list()).resolves.toEqual([])
    await office.close()
  })

  test('a wrong secret is named as such, and nothing is sent', async () => {
    const commune = vxpFor(hub, 'H99.88.01', { secret: 'sai' })
    await expect(commune.list()).rejects.toMatchObject({ code: 'hub/unauthorised' })
    await expect(commune.check()).rejects.toMatchObject({ code: 'hub/unauthorised' })
    await expect(commune.send(packetOf(documentXml()))).rejects.toMatchObject({ code: 'hub/unauthorised' })
    expect((await hub.ledger()).some((entry) => entry.event === 'accepted')).toBe(false)
    await commune.close()
  })

  test('a wrong clock is told apart from a wrong secret', async () => {
    const slow = vxpFor(hub, 'H99.88.01', { clock: () => Date.now() - 3_600_000 })
    await expect(slow.list()).rejects.toMatchObject({ code: 'hub/clock-skew' })
    await slow.close()
  })

  test('no argument of one request stays behind in the next', async () => {
    const commune = vxpFor(hub, 'H99.88.01')
    const { packetId } = await commune.send(packetOf(documentXml()))
    await commune.deliveries(packetId, 'edoc')
    // Leftovers would name a docId and narrow this list to one packet.
    await commune.send(packetOf(documentXml({ number: '08' })))
    const found = await commune.lookup({
      kind: 'edoc',
      documentId: 'H99.88.01,2026/01/15,08/UBND-VP',
      notation: '08/UBND-VP',
      from: 'H99.88.01',
      recipients: ['H99.07'],
    })
    expect(found).toBeDefined()
    await commune.close()
  })
})

describe('both forms of hash-file', () => {
  /** A packet whose hash has a byte below 0x10, so that the two forms differ. */
  function packetWithSmallByte() {
    for (let number = 1; ; number += 1) {
      const bytes = documentXml({ number: String(number) })
      if (hashFile(sha256Of(bytes), 'sdk').length < 64) return packetOf(bytes)
    }
  }

  test.each([
    ['both', 'sdk', true],
    ['both', 'padded', true],
    ['sdk', 'sdk', true],
    ['sdk', 'padded', false],
    ['padded', 'padded', true],
    ['padded', 'sdk', false],
  ] as const)('a hub that takes %s answers the form %s as it should', async (accepted, form, taken) => {
    const hub = await startHubProcess({ flags: ['--hash-forms', accepted] })
    const commune = vxpFor(hub, 'H99.88.01', { hashFileForm: form })
    const sending = commune.send(packetWithSmallByte())
    if (taken) await expect(sending).resolves.toHaveProperty('packetId')
    else await expect(sending).rejects.toMatchObject({ code: 'hub/refused' })
    await commune.close()
    await hub.remove()
  })
})
