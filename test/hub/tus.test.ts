import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { Upload } from 'tus-js-client'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { codeOf } from '../../src/shared/errors.ts'
import type { OutgoingPacket, SendOptions, Transport } from '../../src/engine/hub/transport.ts'
import { startCuttingLine } from '../helpers/cutting-line.ts'
import { OFFICES, PROTOCOLS, startHubProcess, vxpFor, type HubProcess } from './hub-process.ts'
import { documentXml, packetOf, sha256Of } from './packets.ts'

let hub: HubProcess
beforeAll(async () => {
  hub = await startHubProcess({ flags: ['--resumable'] })
})
afterEach(async () => {
  await hub.faults({ reset: true })
})
afterAll(async () => {
  await hub.remove()
})

/** A broken line: what the system's buffers had taken may have been the last byte. */
function isBroken(failure: unknown): boolean {
  return ['hub/unreachable', 'hub/outcome-unknown'].includes(codeOf(failure))
}

async function acceptedWith(sha256: string) {
  return (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.sha256 === sha256)
}

/** A packet that can be opened anywhere. */
function seekable(bytes: Buffer): OutgoingPacket {
  return {
    ...packetOf(bytes),
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, these bytes are there
    async *open(fromByte = 0) {
      yield bytes.subarray(fromByte)
    },
  }
}

/** One attempt, with the upload that it began or went on with. */
async function attempt(transport: Transport, bytes: Buffer, upload?: string, more: SendOptions = {}) {
  let begun = upload
  const onUpload = (name: string) => (begun = name)
  try {
    const { packetId } = await transport.send(seekable(bytes), { ...more, upload, onUpload })
    return { packetId, upload: begun, failure: undefined }
  } catch (failure) {
    return { packetId: undefined, upload: begun, failure }
  }
}

describe.each(PROTOCOLS)('an upload over $name', ({ transportFor }) => {
  async function overLine() {
    const line = await startCuttingLine(hub.url)
    const commune = transportFor(line, 'H99.88.01')
    onTestFinished(async () => {
      await commune.close()
      await line.close()
    })
    expect(await commune.capabilities()).toMatchObject({
      resumableUpload: true,
      maxPacketBytes: 256 * 1024 * 1024,
    })
    return { line, commune }
  }

  test('goes on where the line broke, and is one packet at the hub', async () => {
    const { line, commune } = await overLine()
    const bytes = documentXml({ attachment: randomBytes(700_000) })
    line.cutAt('up', [400_000])
    const before = line.carried.up
    const first = await attempt(commune, bytes)
    expect(first.failure).toSatisfy(isBroken)
    expect(first.upload).toMatch(/\/uploads\/[0-9a-f]{32}$/)
    expect(await commune.uploadStanding(first.upload ?? '', bytes.length)).toBe('unfinished')
    const second = await attempt(commune, bytes, first.upload)
    expect(second.failure).toBeUndefined()
    expect(await commune.uploadStanding(first.upload ?? '', bytes.length)).toBe('complete')
    expect(await acceptedWith(sha256Of(bytes))).toMatchObject([{ docId: second.packetId }])
    expect(line.carried.up - before).toBeLessThan(bytes.length * 1.02)
  })

  test('whose last answer was lost is an unknown outcome, and its end can be repeated', async () => {
    const { commune } = await overLine()
    const bytes = documentXml({ number: '81', attachment: randomBytes(90_000) })
    await hub.faults({ dropAnswerAfterAccept: { operation: 'uploads', times: 1 } })
    const first = await attempt(commune, bytes)
    expect(first.failure).toMatchObject({ code: 'hub/outcome-unknown' })
    const accepted = await acceptedWith(sha256Of(bytes))
    expect(accepted).toHaveLength(1)
    const again = await attempt(commune, bytes, first.upload)
    expect(accepted).toMatchObject([{ docId: again.packetId }])
    expect(await acceptedWith(sha256Of(bytes))).toHaveLength(1)
  })

  test('that is stopped before its last byte left nothing there', async () => {
    const { commune } = await overLine()
    const bytes = documentXml({ number: '82', attachment: randomBytes(3_000_000) })
    const stop = new AbortController()
    const onProgress = (sent: number) => {
      if (sent > 100_000) stop.abort()
    }
    const { failure } = await attempt(commune, bytes, undefined, { signal: stop.signal, onProgress })
    expect(failure).toMatchObject({ code: 'hub/cancelled' })
    expect(await acceptedWith(sha256Of(bytes))).toEqual([])
  })

  test('that the hub has forgotten begins anew', async () => {
    const { commune } = await overLine()
    const bytes = documentXml({ number: '83', attachment: randomBytes(1_000) })
    const { upload } = await attempt(commune, documentXml({ number: '84' }))
    const forgotten = (upload ?? '').replace(/[0-9a-f]{32}$/, '0'.repeat(32))
    expect(await commune.uploadStanding(forgotten, bytes.length)).toBe('gone')
    expect((await attempt(commune, bytes, forgotten)).failure).toBeUndefined()
    // Of another length, and at another hub: neither is of this packet.
    expect(await commune.uploadStanding(upload ?? '', bytes.length + 7)).toBe('gone')
    expect(await commune.uploadStanding('https://elsewhere.example/uploads/1', 5)).toBe('gone')
    expect(await acceptedWith(sha256Of(bytes))).toHaveLength(1)
  })

  test('that the hub refuses says so in the hub’s own words, whenever it does', async () => {
    const { commune } = await overLine()
    const unknown = documentXml({ number: '85', to: ['H00.00'] })
    expect((await attempt(commune, unknown)).failure).toMatchObject({ code: 'hub/recipient-unknown' })
    const spoilt = transportFor(hub, 'H99')
    const { failure } = await attempt(spoilt, documentXml({ number: '86' }))
    expect(failure).toMatchObject({ code: 'hub/refused' })
    await spoilt.close()
  })

  test('of another office is not there for this one', async () => {
    const { commune } = await overLine()
    const { upload } = await attempt(commune, documentXml({ number: '87' }))
    const department = transportFor(hub, 'H99.07')
    const at = new URL(upload ?? '')
    const theirs = `${hub.url}${at.pathname}`
    expect(await department.uploadStanding(theirs, documentXml({ number: '87' }).length)).toBe('gone')
    await department.close()
  })
})

describe('with the published software of tus', () => {
  test('the practice hub takes a packet from tus-js-client', async () => {
    const bytes = documentXml({ number: '91', attachment: randomBytes(300_000) })
    const headers = { 'X-SystemId': OFFICES[0].systemId, 'X-SecretKey': OFFICES[0].secret }
    const answer = await new Promise<string>((resolve, reject) => {
      new Upload(bytes, {
        endpoint: `${hub.url}/lgsp/v1/uploads`,
        headers,
        metadata: { messageType: 'edoc' },
        chunkSize: 100_000,
        onError: reject,
        onSuccess: ({ lastResponse }) => {
          resolve(lastResponse.getBody())
        },
      }).start()
    })
    expect(await acceptedWith(sha256Of(bytes))).toMatchObject([
      { docId: (JSON.parse(answer) as { DocId: string }).DocId },
    ])
  })

  test('an upload of ours to @tus/server as it is ends whole, and what became of it is asked', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tus-'))
    const tus = new Server({ path: '/vxp/uploads', datastore: new FileStore({ directory }) })
    const server = createServer((request, response) => void tus.handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const line = await startCuttingLine(url)
    const commune = vxpFor(line, 'H99.88.01')
    onTestFinished(async () => {
      await commune.close()
      await line.close()
      server.close()
      rmSync(directory, { recursive: true, force: true })
    })
    const bytes = documentXml({ attachment: randomBytes(600_000) })
    await commune.capabilities()
    line.cutAt('up', [300_000])
    const first = await attempt(commune, bytes)
    expect(first.failure).toSatisfy(isBroken)
    // It knows nothing of packets, so it says nothing of this one.
    const second = await attempt(commune, bytes, first.upload)
    expect(second.failure).toMatchObject({ code: 'hub/outcome-unknown' })
    expect(await commune.uploadStanding(second.upload ?? '', bytes.length)).toBe('complete')
  })
})
