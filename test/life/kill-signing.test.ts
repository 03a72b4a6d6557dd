import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore, readKeyFile, unwrapWithRecoveryCode } from '../../src/engine/store/index.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { vietnamDate } from '../../src/shared/document/vietnam-time.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import {
  addPerson,
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  type Desk,
  type OtherPerson,
  type TestOffice,
  hasDirectory,
  officesOf,
} from '../helpers/office.ts'
import { startHubProcess } from '../hub/hub-process.ts'
import { A4, letter } from '../pdf/letters.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { makeKillBench, putAway, survive, type Bench, type KillBench, type Template } from './kill-bench.ts'

const MAIN = 'Nguyễn Văn Mẫu'
/** Around the judgement and the commit of a signed document. */
const KEEPING = ['sign/prepared', 'sign/stored', 'sign/committed'] as const

let desk: Desk
let bench: KillBench
let template: Template
let joint: OtherPerson
/** Documents of the template: one that waits for its signer, one for two, one for the second of two. */
let frozenId: DocumentId
let jointId: DocumentId
let halfId: DocumentId
/** One that is signed and asks for number and date, with an appendix and a sheet beside it; and another. */
let signedId: DocumentId
let otherId: DocumentId

beforeAll(async () => {
  desk = makeDesk()
  joint = addPerson(desk, desk.sender, 'Trần Thị Đồng', '313131')
  bench = await makeKillBench(desk)
  const hub = await startHubProcess()
  const office = await makeOffice({ ...officesOf(desk, `${hub.url}/vxp`).sender, dir: desk.path('office') })
  await hasDirectory(office)
  const paper = desk.path('letter.pdf')
  writeFileSync(paper, await letter(A4, { second: joint.name }))
  frozenId = await frozen(office, paper)
  jointId = await frozen(office, paper, true)
  halfId = await frozen(office, paper, true)
  signedId = await frozen(office, paper, false, true)
  otherId = await frozen(office, paper)
  for (const id of [halfId, signedId, otherId]) await office.call('outgoing.sign', { id, ...person() })
  template = await putAway(office, desk.path('office'), desk.sender, 'token')
  await hub.remove()
}, 180_000)
afterAll(() => {
  bench.remove()
  desk.remove()
})

const person = () => ({ certificate: desk.sender.person, pin: desk.sender.personPin })
const agency = () => ({ certificate: desk.sender.agency, pin: desk.sender.agencyPin })
const second = () => ({ certificate: joint.certificate, pin: joint.pin })

async function frozen(
  { call }: TestOffice,
  paper: string,
  isJoint = false,
  hasFiles = false,
): Promise<DocumentId> {
  const other = { competence: '', position: 'CHỦ TỊCH HỘI', fullName: joint.name, part: 'joint' as const }
  const drafted = await draftWith(call, paper, RECEIVER.organId, isJoint ? { coSigners: [other] } : {})
  const { id } = drafted
  if (hasFiles) {
    await call('outgoing.attach', { id, name: 'Phụ lục I.pdf', bytes: handMade(PLAIN_OBJECTS) })
    await call('outgoing.attach', { id, name: 'Bảng kê.xlsx', bytes: Buffer.from('một bảng kê') })
  }
  const { revision } = await call('outgoing.one', { id })
  await call('outgoing.freeze', { id, revision })
  return id
}

const verdictsOf = ({ verdict }: OutgoingDetail) =>
  verdict?.signatures.map((signature) => signature.verdict) ?? []
const namesOf = ({ verdict }: OutgoingDetail) => verdict?.signatures.map(({ signer }) => signer?.name)
const whoSigned = ({ signers }: OutgoingDetail) => signers.map(({ signed }) => signed?.name)
const attachmentsOf = ({ files }: OutgoingDetail) => files.filter(({ role }) => role === 'attachment')

/** Nothing lies half-written in the profile, and every row of the store has its file. */
async function expectWhole({ profileDir }: Bench): Promise<void> {
  const keyFile = await readKeyFile(profileDir)
  if (keyFile === undefined) throw new Error('there is no key')
  const masterKey = await unwrapWithRecoveryCode(keyFile, template.recoveryCode)
  const store = openStore({ dir: profileDir, masterKey, now: Date.now })
  try {
    expect(readdirSync(join(profileDir, 'files', 'tmp'))).toEqual([])
    expect((await store.check()).problems).toEqual([])
  } finally {
    store.close()
  }
}

describe('the engine is killed while one signs, and the document is as before or signed once', () => {
  test.each(KEEPING)('%s', async (point) => {
    const copy = bench.copyOf(template)
    const choice = { id: frozenId, ...person() }
    const doomed = await copy.start(point)
    await survive(doomed.call('outgoing.sign', choice))
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await copy.start()
    const found = await engine.call('outgoing.one', { id: frozenId })
    expect(found.state).toBe(point === 'sign/committed' ? 'signed' : 'frozen')
    const signed = found.state === 'signed' ? found : await engine.call('outgoing.sign', choice)
    expect(verdictsOf(signed)).toEqual(['valid'])
    await engine.leave()
    await expectWhole(copy)
  })
})

describe('the engine is killed while the first of two signs, and he has signed once or not at all', () => {
  test.each(KEEPING)('%s', async (point) => {
    const copy = bench.copyOf(template)
    const doomed = await copy.start(point)
    await survive(doomed.call('outgoing.sign', { id: jointId, ...person() }))
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await copy.start()
    const found = await engine.call('outgoing.one', { id: jointId })
    expect(found.state).toBe('frozen')
    expect(whoSigned(found)).toEqual([point === 'sign/committed' ? MAIN : undefined, undefined])
    if (point !== 'sign/committed') await engine.call('outgoing.sign', { id: jointId, ...person() })
    const signed = await engine.call('outgoing.sign', { id: jointId, ...second() })
    expect(signed.state).toBe('signed')
    expect(namesOf(signed)).toEqual([MAIN, joint.name])
    expect(verdictsOf(signed)).toEqual(['valid', 'valid'])
    await engine.leave()
    await expectWhole(copy)
  })
})

describe('the engine is killed while the second of two signs, and the first signature stays as it is', () => {
  test.each(KEEPING)('%s', async (point) => {
    const copy = bench.copyOf(template)
    const doomed = await copy.start(point)
    const before = await doomed.call('outgoing.one', { id: halfId })
    await survive(doomed.call('outgoing.sign', { id: halfId, ...second() }))
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await copy.start()
    const found = await engine.call('outgoing.one', { id: halfId })
    if (point === 'sign/committed') expect(found.state).toBe('signed')
    else expect(found).toEqual(before)
    const signed =
      found.state === 'signed' ? found : await engine.call('outgoing.sign', { id: halfId, ...second() })
    expect(whoSigned(signed)).toEqual([MAIN, joint.name])
    expect(verdictsOf(signed)).toEqual(['valid', 'valid'])
    expect(signed.history.filter(({ event }) => event === 'sign')).toHaveLength(1)
    await engine.leave()
    await expectWhole(copy)
  })
})

describe('the engine is killed between number, date, seal and attachments, and the number is given once', () => {
  const points = [
    'number/before-commit',
    'number/after-commit',
    'sign/one-made',
    'sign/two-made',
    'sign/attachment-next',
    'sign/attachment-made',
    ...KEEPING,
  ] as const

  test.each(points)('%s', async (point) => {
    const copy = bench.copyOf(template)
    const doomed = await copy.start(point)
    const before = await doomed.call('outgoing.one', { id: signedId })
    const skips = { kind: 'left-out', reason: 'Văn bản rút lại' } as const
    await survive(doomed.call('outgoing.seal', { id: signedId, ...agency(), number: 4, skips }))
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await copy.start()
    const found = await engine.call('outgoing.one', { id: signedId })
    const gaps = await engine.call('numbering.gaps', { year: Number(vietnamDate(Date.now()).slice(0, 4)) })
    const isNumbered = point !== 'number/before-commit'
    if (isNumbered) {
      expect(found.state).toBe(point === 'sign/committed' ? 'sealed' : 'numbered')
      expect(found.codeNumber).toBe('04')
      expect(gaps).toMatchObject([{ from: 1, to: 3, ...skips }])
    } else {
      expect(found).toMatchObject({ state: 'signed', nextNumber: '01' })
      expect(gaps).toEqual([])
    }
    // All of its signatures or none: neither the document nor a file beside it was touched.
    if (found.state !== 'sealed') expect(found.files).toEqual(before.files)
    const sealed =
      found.state === 'sealed' ? found : await engine.call('outgoing.seal', { id: signedId, ...agency() })
    expect(sealed.codeNumber).toBe(isNumbered ? '04' : '01')
    // The person's, number, date, and the agency's.
    expect(verdictsOf(sealed)).toEqual(['valid', 'valid', 'valid', 'valid'])
    expect(attachmentsOf(sealed)).toHaveLength(attachmentsOf(before).length + 1)
    expect(sealed.history.filter(({ event }) => event === 'number')).toHaveLength(1)
    expect(sealed.history.filter(({ event }) => event === 'seal')).toHaveLength(1)
    await engine.leave()
    await expectWhole(copy)
  })

  test('in a batch, what was sealed is sealed, and the rest keeps the number it has', async () => {
    const copy = bench.copyOf(template)
    const doomed = await copy.start('sign/committed')
    const ids = [otherId, signedId]
    await survive(doomed.call('outgoing.sealMany', { ids, ...agency() }))
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await copy.start()
    const found = await Promise.all(ids.map((id) => engine.call('outgoing.one', { id })))
    expect(found.map(({ state }) => state)).toEqual(['sealed', 'numbered'])
    expect(found.map(({ codeNumber }) => codeNumber)).toEqual(['01', '02'])
    const outcomes = await engine.call('outgoing.sealMany', { ids, ...agency() })
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['document/wrong-state', undefined])
    const sealed = await Promise.all(ids.map((id) => engine.call('outgoing.one', { id })))
    expect(sealed.map(({ state, codeNumber }) => [state, codeNumber])).toEqual([
      ['sealed', '01'],
      ['sealed', '02'],
    ])
    await engine.leave()
    await expectWhole(copy)
  })
})
