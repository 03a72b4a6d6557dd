import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isWayOpen } from '../../src/shared/connection-check.vi.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { buildEngine, startEngine, type EngineProgram } from '../helpers/engine-process.ts'
import {
  checkedConnection,
  draftWith,
  makeDesk,
  makeOffice,
  officesOf,
  RECEIVER,
  reopenOffice,
  SENDER,
  signAndSeal,
  type Desk,
  type NewOffice,
  type OfficeTokens,
  type TestOffice,
} from '../helpers/office.ts'

const PDF = join(import.meta.dirname, '../fixtures/cong-van.pdf')

let desk: Desk
/** Where the stick is put in, and where it is while it is out. */
let stick: string
let pocket: string
let made: Readonly<Record<'sender' | 'receiver', NewOffice>>
let sender: TestOffice
let receiver: TestOffice
let program: EngineProgram

beforeAll(async () => {
  desk = makeDesk()
  program = await buildEngine()
  stick = desk.path('usb')
  pocket = desk.path('pocket')
  mkdirSync(stick)
  const offices = officesOf(desk, 'http://127.0.0.1:1')
  made = {
    sender: { ...offices.sender, folder: stick },
    receiver: { ...offices.receiver, folder: stick },
  }
  sender = await makeOffice(made.sender)
  receiver = await makeOffice(made.receiver)
}, 180_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  program.remove()
  desk.remove()
})

const check = (office: TestOffice) => checkedConnection(office, { kind: 'filedrop', folder: stick })
const makeKey = ({ call }: TestOffice, { agency: certificate, agencyPin: pin }: OfficeTokens) =>
  call('encryption.makeKey', { certificate, pin })
const onStick = () => readdirSync(join(stick, 'VanThu'))
const packages = () => onStick().filter((name) => name.endsWith('.vtgoi'))

async function sealed(files: readonly { name: string; bytes: Uint8Array }[] = []): Promise<OutgoingDetail> {
  const { id } = await draftWith(sender.call, PDF)
  for (const file of files) await sender.call('outgoing.attach', { id, ...file })
  return signAndSeal(sender.call, desk.sender, id)
}

function senderSees(id: DocumentId, wanted: string) {
  return sender.until(`the sender sees it ${wanted}`, async () => {
    await sender.call('line.syncNow', {})
    const document = await sender.call('outgoing.one', { id })
    return document.state === wanted ? document : undefined
  })
}

function arrived({ codeNumber }: OutgoingDetail) {
  return receiver.until('it has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows.find(({ code }) => code === `${codeNumber ?? ''}/UBND-VP`)
  })
}

test('a stick that was never used as exchange folder is left alone, until a person checks it', async () => {
  await sender.until('the sender sees no exchange folder', async () => {
    const { state, error } = await sender.call('line.status', {})
    return state === 'down' && error === 'hub/folder-missing' ? true : undefined
  })
  expect(readdirSync(stick)).toEqual([])
  const { steps } = await check(sender)
  expect(steps.map(({ step, state, error }) => [step, state, error])).toEqual([
    ['folder', 'good', undefined],
    ['writing', 'good', undefined],
    ['own-key', 'failed', 'encryption/own-key-missing'],
    ['packages', 'skipped', undefined],
  ])
})

test('offices find each other by the cards on the stick, each signed by its agency', async () => {
  await makeKey(sender, desk.sender)
  await makeKey(receiver, desk.receiver)
  expect(isWayOpen(await check(sender))).toBe(true)
  const found = await sender.until('the sender knows the receiver', async () => {
    await receiver.call('line.syncNow', {})
    await sender.call('line.syncNow', {})
    return (await sender.call('directory.search', { text: 'so noi vu' }))[0]
  })
  expect(found).toMatchObject({
    organId: RECEIVER.organId,
    name: RECEIVER.name,
    parentName: RECEIVER.parentName,
  })
  await receiver.until('the receiver knows the sender', async () => {
    await receiver.call('line.syncNow', {})
    const [known] = await receiver.call('directory.standings', { ids: [SENDER.organId] })
    return known?.standing === 'current' ? known : undefined
  })
})

test('a document goes over the stick, nobody can read it on the way, and its receipts come back', async () => {
  const document = await sealed([{ name: 'Danh sách.xlsx', bytes: randomBytes(300_000) }])
  await receiver.close()
  await sender.call('outgoing.submit', { id: document.id })
  await senderSees(document.id, 'sent')

  const [name = '', another] = packages()
  expect(name).toMatch(/^Gui-H99\.07-[0-9a-f]{32}\.vtgoi$/)
  expect(another).toBeUndefined()
  const bytes = readFileSync(join(stick, 'VanThu', name))
  for (const word of ['Suối Ngọc', SENDER.organId, 'edXML', 'đăng ký', 'Danh', '%PDF']) {
    expect(bytes.includes(word)).toBe(false)
  }

  receiver = await reopenOffice(made.receiver, receiver.recoveryCode)
  const { id: receivedId, verdict } = await arrived(document)
  expect(verdict).toBe('valid')
  await receiver.call('incoming.register', { id: receivedId })
  const confirmed = await senderSees(document.id, 'confirmed')
  expect(confirmed.recipients).toMatchObject([{ organId: RECEIVER.organId, state: 'registered' }])
  await receiver.until('nothing is left on the stick', async () => {
    await receiver.call('line.syncNow', {})
    await sender.call('line.syncNow', {})
    return packages().length === 0 ? true : undefined
  })
})

test('while the stick is out everything waits, and goes when it is in again; a recall goes the same way', async () => {
  const document = await sealed()
  renameSync(stick, pocket)
  await sender.call('outgoing.submit', { id: document.id })
  await sender.until('the sender misses the stick', async () => {
    await sender.call('line.syncNow', {})
    const { error } = await sender.call('line.status', {})
    return error === 'hub/folder-missing' ? true : undefined
  })
  expect((await sender.call('outgoing.one', { id: document.id })).state).toBe('queued')
  expect(existsSync(stick)).toBe(false)
  renameSync(pocket, stick)
  await senderSees(document.id, 'sent')
  await receiver.call('line.syncNow', {})
  const { id: receivedId } = await arrived(document)

  await sender.call('outgoing.recall', { id: document.id, reason: 'Gửi nhầm nơi nhận' })
  await senderSees(document.id, 'recalled')
  expect(await receiver.call('incoming.one', { id: receivedId })).toMatchObject({
    state: 'recalled',
    request: { state: 'agreed' },
  })
})

test('a package that is carried twice, under other names, changes nothing', async () => {
  const document = await sealed()
  await receiver.close()
  await sender.call('outgoing.submit', { id: document.id })
  await senderSees(document.id, 'sent')
  const [name = ''] = packages()
  const bytes = readFileSync(join(stick, 'VanThu', name))
  receiver = await reopenOffice(made.receiver, receiver.recoveryCode)
  await arrived(document)
  for (const copy of [name, 'Gui-H99.07 (1).vtgoi', 'x.vtgoi'])
    writeFileSync(join(stick, 'VanThu', copy), bytes)
  await receiver.until('the copies are taken away', async () => {
    await receiver.call('line.syncNow', {})
    return onStick().some((one) => one.startsWith('Gui-H99.07') || one === 'x.vtgoi') ? undefined : true
  })
  const { rows } = await receiver.call('incoming.list', { box: 'new' })
  expect(rows.filter(({ code }) => code === `${document.codeNumber ?? ''}/UBND-VP`)).toHaveLength(1)
})

test(
  'an engine that is killed in the middle of writing leaves nothing that anybody takes',
  { timeout: 120_000 },
  async () => {
    const document = await sealed([{ name: 'Bản vẽ.xlsx', bytes: randomBytes(12_000_000) }])
    const { recoveryCode } = sender
    await sender.close()
    const start = async () => {
      const engine = await startEngine({ program, profileDir: made.sender.dir, env: desk.sender.hsm.env })
      await engine.call('office.unlock', { recoveryCode })
      return engine
    }
    const doomed = await start()
    const halves = () => onStick().filter((name) => name.endsWith('.dang-ghi'))
    const submitted = doomed.call('outgoing.submit', { id: document.id }).catch(() => undefined)
    while (halves().length === 0) await new Promise((resolve) => setImmediate(resolve))
    doomed.kill()
    await submitted
    expect(await doomed.ended).toBe('SIGKILL')
    expect(halves()).toHaveLength(1)
    expect(packages().filter((name) => name.startsWith('Gui-H99.07'))).toEqual([])

    const engine = await start()
    await arrived(document)
    await receiver.until('the sender knows that it arrived', async () => {
      const { recipients } = await engine.call('outgoing.one', { id: document.id })
      return recipients[0]?.state === 'arrived' ? true : undefined
    })
    expect(halves()).toEqual([])
    await engine.leave()
    sender = await reopenOffice(made.sender, recoveryCode)
  },
)
