import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isWayOpen } from '../../src/shared/connection-check.vi.ts'
import {
  checkedConnection,
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  SENDER,
  signAndSeal,
  type Desk,
  type NewOffice,
  type TestOffice,
  hasDirectory,
  officesOf,
} from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
beforeAll(() => {
  desk = makeDesk()
  folder = workFolder()
})
afterAll(() => {
  folder.remove()
  desk.remove()
})

/** The connections an office may have beside the SDK's plain one, which life.test.ts lives with. */
const CONNECTIONS: readonly {
  readonly name: string
  readonly hubOf: (
    hub: HubProcess,
    office: (typeof OFFICES)[number],
  ) => Pick<NewOffice, 'hubUrl' | 'hubKind' | 'hubRoad'>
}[] = [
  { name: 'lgsp', hubOf: ({ url }) => ({ hubKind: 'lgsp', hubUrl: `${url}/lgsp/v1` }) },
  {
    name: 'vxp over X-Road',
    hubOf: ({ url }, { road }) => ({
      hubKind: 'vxp',
      hubUrl: url,
      hubRoad: { client: road, service: 'VN-TEST/GOV/TRUC/LIENTHONG/vxp' },
    }),
  },
]

describe.each(CONNECTIONS)('two offices over $name', ({ name, hubOf }) => {
  let hub: HubProcess
  let sender: TestOffice
  let receiver: TestOffice

  beforeAll(async () => {
    hub = await startHubProcess()
    const made = officesOf(desk, hub.url)
    sender = await makeOffice({
      ...made.sender,
      ...hubOf(hub, OFFICES[0]),
      dir: desk.path(`${name}-sender`),
    })
    receiver = await makeOffice({
      ...made.receiver,
      ...hubOf(hub, OFFICES[1]),
      dir: desk.path(`${name}-receiver`),
    })
    await hasDirectory(sender)
  }, 120_000)
  afterEach(async () => {
    await hub.faults({ reset: true })
  })
  afterAll(async () => {
    await sender.close()
    await receiver.close()
    await hub.remove()
  })

  /** A signed and sealed document in the outbox. */
  async function submitted() {
    const pdf = folder.path(`${name}.pdf`)
    writeFileSync(pdf, ghostscriptPdf(folder, `${name}.pdf`))
    const { id } = await draftWith(sender.call, pdf)
    await signAndSeal(sender.call, desk.sender, id)
    await sender.call('outgoing.submit', { id })
    return id
  }
  const arrived = () =>
    receiver.until('the document has arrived', async () => {
      const { rows } = await receiver.call('incoming.list', { box: 'new' })
      return rows[0]
    })
  const acceptedDocuments = async () =>
    (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.kind === 'edoc').length

  test('the check of the connection says that it works, and what does not', async () => {
    const { hub: kept } = await sender.call('settings.current', {})
    if (kept === undefined || kept.kind === 'filedrop') throw new Error('the office has a hub')
    const good = await checkedConnection(sender, kept)
    expect(isWayOpen(good)).toBe(true)
    expect(good.steps.at(-1)).toMatchObject({ step: 'lists', agencies: OFFICES.length })
    const bad = await checkedConnection(sender, { ...kept, secret: 'sai' })
    expect(bad.steps.find(({ state }) => state === 'failed')).toMatchObject({
      step: 'access',
      error: 'hub/unauthorised',
    })
  })

  test('a document is sent, received, registered, and the sender knows', async () => {
    const before = await acceptedDocuments()
    const id = await submitted()
    const received = await arrived()
    expect(received).toMatchObject({ senderName: SENDER.name, verdict: 'valid' })
    await receiver.call('incoming.register', { id: received.id })
    const confirmed = await sender.until('the sender knows that it was registered', async () => {
      const document = await sender.call('outgoing.one', { id })
      return document.state === 'confirmed' ? document : undefined
    })
    expect(confirmed.recipients).toMatchObject([{ organId: RECEIVER.organId, state: 'registered' }])
    expect(await acceptedDocuments()).toBe(before + 1)
    if (hubOf(hub, OFFICES[0]).hubRoad === undefined) return
    const detailOf = (event: string) => confirmed.history.find((line) => line.event === event)?.detail
    const logged = readFileSync(join(hub.directory, 'road.jsonl'), 'utf8').trim().split('\n')
    const record = logged
      .map((line) => JSON.parse(line) as { id: string; requestHash: string })
      .find(({ id: attemptId }) => attemptId === detailOf('attempt')?.['attemptId'])
    expect(record?.requestHash).toBe(detailOf('accept')?.['roadRequestHash'])
    const evidence = await sender.until('the evidence of the servers is kept', async () => {
      // It is not due before the servers had time to stamp it.
      await sender.call('line.syncNow', {})
      const { history } = await sender.call('outgoing.one', { id })
      return history.find(({ event }) => event === 'road-evidence')
    })
    expect(evidence.detail['attemptId']).toBe(record?.id)
  })

  test('an answer that is lost makes no second packet, and the document is known to be sent', async () => {
    const before = await acceptedDocuments()
    await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 1 } })
    const id = await submitted()
    const received = await arrived()
    await sender.until('the sender knows that it was sent', async () => {
      await sender.call('line.syncNow', {})
      const { state } = await sender.call('outgoing.one', { id })
      return state === 'queued' ? undefined : state
    })
    await receiver.call('incoming.register', { id: received.id })
    expect(await acceptedDocuments()).toBe(before + 1)
  })
})
