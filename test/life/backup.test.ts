import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  callsOf,
  draftWith,
  engineAt,
  hasDirectory,
  makeDesk,
  makeOffice,
  officesOf,
  plainHost,
  signAndSeal,
  untilOf,
  type Desk,
  type TestOffice,
} from '../helpers/office.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

/** The PC breaks after a backup was made; another one takes its place. */
let desk: Desk
let hub: HubProcess
let folder: WorkFolder
let old: TestOffice
let fresh: Pick<TestOffice, 'call' | 'engine' | 'until'>
let stick: string

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  hub = await startHubProcess()
  old = await makeOffice(officesOf(desk, `${hub.url}/vxp`).sender)
  await hasDirectory(old)
  stick = desk.path('stick')
  await mkdir(stick)
}, 120_000)

afterAll(async () => {
  await fresh.engine.close()
  await hub.remove()
  folder.remove()
  desk.remove()
})

async function sealed(name: string): Promise<OutgoingDetail> {
  const pdf = folder.path(name)
  writeFileSync(pdf, ghostscriptPdf(folder, name))
  const draft = await draftWith(old.call, pdf)
  return signAndSeal(old.call, desk.sender, draft.id)
}

const accepted = async () =>
  (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.kind === 'edoc').length

test('what the old PC sent after the backup is not sent again by the new one', async () => {
  await hub.faults({ down: true })
  const [waiting, later, never] = [await sealed('1.pdf'), await sealed('2.pdf'), await sealed('3.pdf')]
  await old.call('outgoing.submit', { id: waiting.id })
  await old.call('backup.save', { folder: stick, everyHours: 24, keep: 7 })
  const status = await old.call('backup.make', {})
  expect(status).toMatchObject({ folderPresent: true, overdue: false, last: { folder: stick } })

  await old.call('outgoing.submit', { id: later.id })
  await hub.faults({ down: false })
  await old.call('line.syncNow', {})
  await old.until('both have left', async () => {
    const rows = (await old.call('outgoing.list', { box: 'sent' })).rows
    return rows.length === 2 ? rows : undefined
  })
  expect(await accepted()).toBe(2)
  await old.close()

  const engine = await engineAt(desk.path('new-pc'), plainHost(desk.sender.hsm.env, [], stick))
  fresh = { engine, call: callsOf((method, input) => engine.answer(method, input)), until: untilOf(engine) }
  expect(await fresh.call('office.status', {})).toMatchObject({ phase: 'new' })
  const { folder: chosen, backups } = await fresh.call('restore.choose', {})
  expect(chosen).toBe(stick)
  expect(backups).toMatchObject([{ organId: 'H99.88.01', agencyName: 'UBND xã Suối Ngọc' }])
  const name = backups[0]?.name ?? ''
  await expect(fresh.call('restore.begin', { name, recoveryCode: 'not the code' })).rejects.toMatchObject({
    code: 'office/recovery-code-wrong',
  })
  const { lostFiles } = await fresh.call('restore.begin', { name, recoveryCode: old.recoveryCode })
  expect(lostFiles).toBe(0)
  const opened = await fresh.call('office.status', {})
  expect(opened).toMatchObject({ phase: 'open', restored: { lostFiles: 0, settled: false } })

  // It stood in the outbox when the backup was made: the hub is asked before anything is sent.
  await fresh.until('the new PC learns that the first had left', async () => {
    const one = await fresh.call('outgoing.one', { id: waiting.id })
    return one.state === 'sent' ? one : undefined
  })
  // These two stood sealed; only the clerk of the old PC knew that one of them had left.
  await fresh.call('outgoing.submit', { id: later.id })
  await fresh.call('outgoing.submit', { id: never.id })
  await fresh.until('both are sent', async () => {
    const rows = (await fresh.call('outgoing.list', { box: 'sent' })).rows
    return rows.length === 3 ? rows : undefined
  })
  expect(await accepted()).toBe(3)

  await fresh.call('backup.settleRestored', {})
  expect((await fresh.call('office.status', {})).restored).toBeUndefined()
}, 90_000)

test('the backup is checked without being brought back, by the new PC too', async () => {
  const [backup] = await fresh.call('backup.list', {})
  const status = await fresh.call('backup.check', { name: backup?.name ?? '' })
  expect(status.check).toMatchObject({ problems: 0 })
  expect(status.check?.files).toBeGreaterThan(3)
})
