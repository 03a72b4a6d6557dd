import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { connect, createServer as createFront, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  reopenOffice,
  signAndSeal,
  type Desk,
  type NewOffice,
  type TestOffice,
  officesOf,
} from '../helpers/office.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
let hub: HubProcess
let road: Awaited<ReturnType<typeof startRoad>>
let sender: TestOffice
let receiver: TestOffice
let receiverOptions: NewOffice
const backups = mkdtempSync(join(tmpdir(), 'hub-backup-'))

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  hub = await startHubProcess()
  road = await startRoad(Number(new URL(hub.url).port))
  const made = officesOf(desk, `${road.url}/vxp`)
  receiverOptions = made.receiver
  sender = await makeOffice(made.sender)
  receiver = await makeOffice(receiverOptions)
}, 120_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  await road.close()
  await hub.remove()
  rmSync(backups, { recursive: true, force: true })
  folder.remove()
  desk.remove()
})

/** The way to the hub: straight through, or somebody on it who answers every request himself. */
async function startRoad(hubPort: number) {
  let answering: RequestListener | undefined
  let stranger: RequestListener | undefined
  const sockets = new Set<Socket>()
  const strangers = createServer((request, response) => {
    // Nobody keeps a connection to a stranger: the next one goes wherever the way leads then.
    response.setHeader('Connection', 'close')
    // Whom a connection has led to answers it, also when the way is free again meanwhile.
    request.resume().on('end', () => stranger?.(request, response))
  })
  const front = createFront((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
    if (answering !== undefined) {
      strangers.emit('connection', socket)
      return
    }
    const onward = connect(hubPort, '127.0.0.1')
    onward.on('error', () => socket.destroy()).once('close', () => socket.destroy())
    socket.once('close', () => onward.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((front.address() as AddressInfo).port)}`,
    /** From now on, also for whoever is connected to the hub. */
    answer(listener: RequestListener | undefined): void {
      if (answering === undefined) for (const socket of sockets) socket.destroy()
      answering = listener
      stranger = listener ?? stranger
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => front.close(resolve))
    },
  }
}

let made = 0
/** A signed and sealed document in the outbox. */
async function submitted(): Promise<DocumentId> {
  const name = `van-ban-${String(++made)}.pdf`
  const pdf = folder.path(name)
  writeFileSync(pdf, ghostscriptPdf(folder, name))
  const { id } = await draftWith(sender.call, pdf)
  await signAndSeal(sender.call, desk.sender, id)
  await sender.call('outgoing.submit', { id })
  return id
}

const inState = (id: DocumentId, ...wanted: string[]) =>
  sender.until(`the document is ${wanted.join(' or ')}`, async () => {
    const document = await sender.call('outgoing.one', { id })
    return wanted.includes(document.state) ? document : undefined
  })
const received = async () => (await receiver.call('incoming.list', { box: 'new' })).rows
const acceptedDocuments = async () =>
  (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.kind === 'edoc').length

const PORTAL = '<!DOCTYPE html><html><head><title>Đăng nhập Wi-Fi</title></head><body>…</body></html>'

describe('whatever answers in place of the hub, nothing is lost and nothing goes twice', () => {
  const strangers: readonly { what: string; code: string; answer: RequestListener }[] = [
    {
      what: 'a login page',
      code: 'hub/captive-portal',
      answer: (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(PORTAL)
      },
    },
    {
      what: 'a way to a login page',
      code: 'hub/captive-portal',
      answer: (_, response) => {
        response.writeHead(302, { Location: 'http://dang-nhap.example/' }).end()
      },
    },
    {
      what: 'a 404',
      code: 'hub/operation-missing',
      answer: (_, response) => {
        response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>404 Not Found</html>')
      },
    },
  ]

  test.each(strangers)('$what', async ({ code, answer }) => {
    const before = { accepted: await acceptedDocuments(), received: await received() }
    road.answer(answer)
    const id = await submitted()
    // The clerks are told what it is and where.
    for (const office of [sender, receiver]) {
      await office.call('line.syncNow', {})
      await office.until('the line is told as down', async () => {
        const line = await office.call('line.status', {})
        return line.state === 'down' && line.error === code ? line : undefined
      })
    }
    expect(await sender.call('outgoing.one', { id })).toMatchObject({ state: 'queued' })
    expect(await received()).toEqual(before.received)
    expect(await acceptedDocuments()).toBe(before.accepted)

    road.answer(undefined)
    await sender.call('line.syncNow', {})
    await inState(id, 'sent', 'confirmed')
    await receiver.call('line.syncNow', {})
    await receiver.until('the document has arrived', async () =>
      (await received()).length > before.received.length ? true : undefined,
    )
    expect(await acceptedDocuments()).toBe(before.accepted + 1)
    expect(await received()).toHaveLength(before.received.length + 1)
  })

  test('an empty list', async () => {
    const before = await received()
    expect(before.length).toBeGreaterThan(0)
    road.answer((_, response) => {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end('{"status":"OK","ErrorCode":"0","data":[]}')
    })
    const { lastSyncAt = 0 } = await receiver.call('line.status', {})
    await receiver.call('line.syncNow', {})
    await receiver.until('the hub was looked at', async () => {
      const line = await receiver.call('line.status', {})
      return (line.lastSyncAt ?? 0) > lastSyncAt ? true : undefined
    })
    expect(await received()).toEqual(before)
    expect((await sender.call('directory.search', { text: 'so noi vu' })).length).toBeGreaterThan(0)
    road.answer(undefined)
  })
})

test('a hub set up again from an old copy: nothing comes or goes twice, and the clerk is told what it forgot', async () => {
  const before = await received()
  const copy = join(backups, 'copy')
  cpSync(hub.directory, copy, { recursive: true })

  await receiver.close()
  const id = await submitted()
  const sent = await inState(id, 'sent')
  expect(sent.state).toBe('sent')
  await hub.stop('SIGTERM')
  rmSync(hub.directory, { recursive: true })
  cpSync(copy, hub.directory, { recursive: true })
  hub = await hub.again()
  await sender.call('line.syncNow', {})

  const line = await sender.until('the clerk is told', async () => {
    const status = await sender.call('line.status', {})
    return status.forgotten.length > 0 ? status : undefined
  })
  expect(line.forgotten).toEqual([{ id, code: `${sent.codeNumber ?? ''}/UBND-VP` }])
  const kept = await sender.call('outgoing.one', { id })
  expect(kept.state).toBe('sent')
  expect(kept.history.map(({ event }) => event)).toContain('forgotten')
  receiver = await reopenOffice(receiverOptions, receiver.recoveryCode)
  await receiver.until('the hub was looked at', async () => {
    const { state } = await receiver.call('line.status', {})
    return state === 'up' ? true : undefined
  })
  expect(await received()).toEqual(before)
  expect(await acceptedDocuments()).toBe(acceptedIn(copy))

  await sender.call('line.dismissForgotten', {})
  expect((await sender.call('line.status', {})).forgotten).toEqual([])
})

/** Documents that the ledger of a folder has as accepted. */
function acceptedIn(directory: string): number {
  const lines = readFileSync(join(directory, 'ledger.jsonl'), 'utf8').trim().split('\n')
  return lines.filter((line) => {
    const entry = JSON.parse(line) as { event: string; kind?: string }
    return entry.event === 'accepted' && entry.kind === 'edoc'
  }).length
}
