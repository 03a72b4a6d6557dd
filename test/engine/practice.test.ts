import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openHttp } from '../../src/engine/hub/open-http.ts'
import { PRACTICE_CONNECTION } from '../../src/engine/practice/bounds.ts'
import { startCorrespondent } from '../../src/engine/practice/correspondent.ts'
import type { CertificateChoice } from '../../src/shared/ipc/contract.ts'
import { PRACTICE_PIN, PRACTICE_SIDES, type PracticePart } from '../../src/shared/practice.ts'
import {
  callsOf,
  draftWith,
  engineAt,
  hasDirectory,
  plainHost,
  untilOf,
  type TestOffice,
} from '../helpers/office.ts'
import { startPracticeWorld, type PracticeWorld } from '../helpers/practice.ts'

const MINUTE_MS = 60_000
const PDF = join(import.meta.dirname, '../fixtures/cong-van.pdf')
const { organId } = PRACTICE_SIDES.correspondent.agency

let world: PracticeWorld

beforeAll(async () => {
  world = await startPracticeWorld()
})

afterAll(async () => {
  await world.remove()
})

type Opened = Pick<TestOffice, 'call' | 'until' | 'engine' | 'log'>

async function openAt(dir: string, part?: PracticePart): Promise<Opened> {
  const log: string[] = []
  const practice = part === undefined ? undefined : world.startOf(part)
  const engine = await engineAt(dir, plainHost({}, log), Date.now, 200, practice)
  onTestFinished(() => engine.close())
  return {
    call: callsOf((method, input) => engine.answer(method, input)),
    until: untilOf(engine),
    engine,
    log,
  }
}

/** An engine that plays a part over the practice's own profile of it. */
const play = (part: PracticePart): Promise<Opened> => openAt(join(world.folder, part), part)

function elsewhere(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-elsewhere-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

async function makeRealOffice({ call }: Opened, hub?: { url: string }): Promise<void> {
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await call('office.create', {
    agency: PRACTICE_SIDES.office.agency,
    clerkName: 'Lê Thị Thử',
    recoveryCode,
    ...(hub === undefined ? {} : { hub: { ...hub, systemId: organId, secret: 'bất kỳ' } }),
  })
}

test('a practice office is open and ready to sign at once, and again after it was closed', async () => {
  for (const _time of ['new', 'kept']) {
    const { call, engine, until } = await play('office')
    expect(await call('office.status', {})).toMatchObject({
      phase: 'open',
      practice: true,
      agency: PRACTICE_SIDES.office.agency,
      exercise: { pin: PRACTICE_PIN, correspondent: PRACTICE_SIDES.correspondent.agency.name },
    })
    const { chosen } = await until('the token is seen', async () => {
      const status = await call('token.status', {})
      return status.state === 'present' ? status : undefined
    })
    expect(Object.keys(chosen).toSorted()).toEqual(['agency', 'person'])
    await engine.close()
  }
})

test('a document goes its whole way: the correspondent registers it and its statuses come back', async () => {
  const office = await play('office')
  const other = await play('correspondent')
  await hasDirectory(office)
  const { token } = await office.call('settings.current', {})
  const { id } = await draftWith(office.call, PDF, organId)
  await signAndSend(office, id, token as { person: CertificateChoice; agency: CertificateChoice })
  // The correspondent's clock is ahead, so that it takes up at once what has just come.
  const correspondent = startCorrespondent({
    answer: (method, input) => other.engine.answer(method, input),
    now: () => Date.now() + 2 * MINUTE_MS,
    timer: (_afterMs, callback) => {
      const handle = setTimeout(callback, 50)
      return () => {
        clearTimeout(handle)
      }
    },
    log: (_level, text) => {
      other.log.push(text)
    },
  })
  onTestFinished(correspondent.stop)
  const end = await office.until('the correspondent has finished', async () => {
    const document = await office.call('outgoing.one', { id })
    return document.recipients[0]?.state === 'finished' ? document : undefined
  })
  expect(end.state).toBe('confirmed')
  const { rows } = await other.call('incoming.list', { box: 'registered' })
  expect(rows).toMatchObject([{ verdict: 'valid', state: 'finished' }])
})

async function signAndSend(
  { call }: Opened,
  id: Awaited<ReturnType<typeof draftWith>>['id'],
  token: { person: CertificateChoice; agency: CertificateChoice },
): Promise<void> {
  const { revision } = await call('outgoing.one', { id })
  await call('outgoing.freeze', { id, revision })
  await call('outgoing.sign', { id, certificate: token.person, pin: PRACTICE_PIN })
  await call('outgoing.seal', { id, certificate: token.agency, pin: PRACTICE_PIN })
  await call('outgoing.submit', { id })
}

test('a real office does not open a practice store, wherever it was copied to, and leaves it as it is', async () => {
  await (await play('office')).engine.close()
  const dir = elsewhere()
  cpSync(join(world.folder, 'office'), dir, { recursive: true })
  const { recoveryCode } = JSON.parse(readFileSync(join(dir, 'practice-code.json'), 'utf8')) as {
    recoveryCode: string
  }
  const before = readFileSync(join(dir, 'store.db'))
  const { call } = await openAt(dir)
  await expect(call('office.unlock', { recoveryCode })).rejects.toMatchObject({
    code: 'practice/store-is-practice',
  })
  expect(readFileSync(join(dir, 'store.db')).equals(before)).toBe(true)
})

test('practice does not open the store of a real office', async () => {
  const dir = elsewhere()
  const real = await openAt(dir)
  const { recoveryCode } = await real.call('office.newRecoveryCode', {})
  await real.call('office.create', {
    agency: PRACTICE_SIDES.office.agency,
    clerkName: 'Lê Thị Thử',
    recoveryCode,
  })
  await real.engine.close()
  const { call } = await openAt(dir, 'office')
  expect((await call('office.status', {})).phase).toBe('locked')
  await expect(call('office.unlock', { recoveryCode })).rejects.toMatchObject({
    code: 'practice/store-is-real',
  })
})

test('a real office takes no practice hub: not in the wizard, not in a check, not in its settings', async () => {
  const hub = { url: world.startOf('office').hubUrl, systemId: organId, secret: 'bất kỳ' }
  const refused = { code: 'practice/hub-is-practice' }
  const real = await openAt(elsewhere())
  await expect(makeRealOffice(real, hub)).rejects.toMatchObject(refused)
  await makeRealOffice(real)
  await expect(real.call('connection.startCheck', hub)).rejects.toMatchObject(refused)
  const { agency, clerkName } = await real.call('settings.current', {})
  await expect(real.call('settings.save', { agency, clerkName, hub })).rejects.toMatchObject(refused)
  expect((await real.call('settings.current', {})).hub).toBeUndefined()
})

test('practice takes no other hub, no other token, and neither gives nor takes a backup', async () => {
  const { call } = await play('office')
  const stays = { code: 'practice/stays-here' }
  const { agency, clerkName } = await call('settings.current', {})
  const hub = { url: `${world.origin}/vxp`, systemId: organId, secret: 'bất kỳ' }
  await expect(call('settings.save', { agency, clerkName, hub })).rejects.toMatchObject(stays)
  await expect(call('connection.startCheck', hub)).rejects.toMatchObject(stays)
  await expect(call('token.list', { modulePath: '/usr/lib/libthat.so' })).rejects.toMatchObject(stays)
  expect((await call('token.drivers', {})).map(({ path }) => path)).toEqual([
    join(world.folder, 'token-office.p12'),
  ])
  for (const method of ['backup.make', 'backup.chooseFolder', 'restore.choose'] as const) {
    await expect(call(method, {})).rejects.toMatchObject(stays)
  }
})

test('what connects in practice connects to nothing but this machine', async () => {
  const http = openHttp(PRACTICE_CONNECTION)
  onTestFinished(() => http.close())
  const ask = (address: string) =>
    http.request({ url: new URL(address), method: 'GET', headers: {}, signal: AbortSignal.timeout(5_000) })
  await expect(ask('http://192.0.2.1/')).rejects.toMatchObject({ code: 'authority/address-refused' })
  await expect(ask('http://[2001:db8::1]/')).rejects.toMatchObject({ code: 'authority/address-refused' })
  expect((await ask(`${world.origin}/`)).status).toBe(404)
})

test('the practice hub answers only below its mark, and tells strangers nothing', async () => {
  for (const path of [
    '/vxp/getReceivedEdocList',
    '/_sim/ledger',
    '/r1/VN/GOV/A/B/vxp/sendEdoc',
    '/%74ap-dung/vxp',
  ]) {
    expect((await fetch(`${world.origin}${path}`, { method: 'POST', body: 'x' })).status).toBe(404)
  }
  const unknown = await fetch(`${world.startOf('office').hubUrl}/getReceivedEdocList`, { method: 'POST' })
  expect(await unknown.json()).toMatchObject({ status: 'FAIL' })
  expect(existsSync(join(world.folder, 'hub', 'ledger.jsonl'))).toBe(true)
})
