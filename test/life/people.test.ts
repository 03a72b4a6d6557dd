import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { PersonId, PersonRole } from '../../src/shared/people.ts'
import { draftWith, hasDirectory, type Desk, type TestOffice } from '../helpers/office.ts'
import { type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, type WorkFolder } from '../pdf/samples.ts'
import { makeTwoOffices, type TwoOffices } from './two-offices.ts'

const PASSWORD = 'mật khẩu thử 1'

let desk: Desk
let hub: HubProcess
let folder: WorkFolder
let both: TwoOffices
let sender: TestOffice
let receiver: TestOffice
let staff: Readonly<Record<'clerk' | 'leader' | 'drafter', PersonId>>

beforeAll(async () => {
  both = await makeTwoOffices()
  ;({ desk, hub, folder, sender, receiver } = both)
  await hasDirectory(receiver)
  staff = await employ(sender)
}, 120_000)

afterAll(async () => {
  await both.close()
})

/** The clerk who made the office shares its PC from now on with a leader and a drafter. */
async function employ({ call }: TestOffice) {
  await call('session.setPassword', { next: PASSWORD })
  const add = async (name: string, position: string, ...roles: PersonRole[]) => {
    const people = await call('people.add', { name, position, roles, isActive: true, password: PASSWORD })
    return idOf(people, name)
  }
  const leader = await add('Nguyễn Văn Mẫu', 'Phó Chủ tịch', 'leader')
  const drafter = await add('Phạm Thị Ví Dụ', 'Công chức', 'drafter')
  const clerk = idOf(await call('people.list', {}), 'Lê Thị Thử')
  await call('people.change', {
    id: clerk,
    name: 'Lê Thị Thử',
    position: 'Văn thư',
    roles: ['clerk', 'administrator'],
    isActive: true,
  })
  return { clerk, leader, drafter }
}

function idOf(people: readonly { readonly id: PersonId; readonly name: string }[], name: string): PersonId {
  const found = people.find((person) => person.name === name)
  if (found === undefined) throw new Error(`${name} does not work here`)
  return found.id
}

const enter = ({ call }: TestOffice, id: PersonId) => call('session.enter', { id, password: PASSWORD })

/** Who did what to a document, in order, as its history has it. */
async function doings({ call }: TestOffice, id: DocumentId, ...events: string[]) {
  const { history } = await call('outgoing.one', { id })
  return history.filter(({ event }) => events.includes(event)).map(({ event, actor }) => [event, actor])
}

test('a draft is submitted, returned, corrected, approved, signed, sealed and sent by who may do each', async () => {
  const { call } = sender
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  await enter(sender, staff.drafter)
  const draft = await draftWith(call, pdf)
  const { id } = draft
  await expect(call('outgoing.freeze', { id, revision: draft.revision })).rejects.toMatchObject({
    code: 'person/may-not',
  })
  await call('outgoing.propose', { id, revision: draft.revision, leaderId: staff.leader })
  expect(await call('counts', {})).toMatchObject({ drafts: 0, toApprove: 1, sentBack: 0 })
  await expect(call('outgoing.approve', { id })).rejects.toMatchObject({ code: 'person/may-not' })
  await expect(
    call('outgoing.save', { id, revision: draft.revision, fields: draft.fields }),
  ).rejects.toMatchObject({ code: 'document/wrong-state' })

  await enter(sender, staff.leader)
  const waiting = await call('outgoing.list', { box: 'toApprove' })
  expect(waiting.rows).toMatchObject([
    { id, drafter: { name: 'Phạm Thị Ví Dụ' }, leader: { name: 'Nguyễn Văn Mẫu' } },
  ])
  await call('outgoing.sendBack', { id, reason: 'Ghi rõ thời hạn đăng ký' })

  await enter(sender, staff.drafter)
  expect((await call('outgoing.list', { box: 'sentBack' })).rows).toMatchObject([{ id, state: 'drafting' }])
  const back = await call('outgoing.one', { id })
  expect(back.notes).toMatchObject([
    { kind: 'sentBack', personName: 'Nguyễn Văn Mẫu', text: 'Ghi rõ thời hạn đăng ký' },
  ])
  const corrected = await call('outgoing.save', {
    id,
    revision: back.revision,
    fields: { ...back.fields, subject: 'V/v đăng ký lớp tập huấn văn thư trước ngày 15/12/2026' },
  })
  await call('outgoing.propose', { id, revision: corrected.revision, leaderId: staff.leader })
  expect(await call('counts', {})).toMatchObject({ sentBack: 0, toApprove: 1 })

  const sign = { id, certificate: desk.sender.person, pin: desk.sender.personPin }
  const seal = { id, certificate: desk.sender.agency, pin: desk.sender.agencyPin }
  await enter(sender, staff.leader)
  await call('outgoing.approve', { id })
  await enter(sender, staff.clerk)
  await expect(call('outgoing.sign', sign)).rejects.toMatchObject({ code: 'person/may-not' })
  await enter(sender, staff.leader)
  expect((await call('counts', {})).toSign).toBe(1)
  await call('outgoing.sign', sign)
  expect((await call('counts', {})).toSign).toBe(0)
  await expect(call('outgoing.seal', seal)).rejects.toMatchObject({ code: 'person/may-not' })
  await expect(call('outgoing.submit', { id })).rejects.toMatchObject({ code: 'person/may-not' })

  await enter(sender, staff.clerk)
  expect((await call('counts', {})).toSign).toBe(1)
  await call('outgoing.seal', seal)
  await call('outgoing.submit', { id })
  await call('session.leave', {})

  const arrived = await receiver.until('it has arrived while nobody is at work at its sender', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows[0]
  })
  expect(arrived).toMatchObject({
    subject: 'V/v đăng ký lớp tập huấn văn thư trước ngày 15/12/2026',
    verdict: 'valid',
  })
  await expect(call('outgoing.one', { id })).rejects.toMatchObject({ code: 'person/nobody-at-work' })

  await enter(sender, staff.clerk)
  const events = ['create', 'propose', 'sendBack', 'approve', 'sign', 'number', 'seal', 'submit', 'accept']
  expect(await doings(sender, id, ...events)).toEqual([
    ['create', 'Phạm Thị Ví Dụ'],
    ['propose', 'Phạm Thị Ví Dụ'],
    ['sendBack', 'Nguyễn Văn Mẫu'],
    ['propose', 'Phạm Thị Ví Dụ'],
    ['approve', 'Nguyễn Văn Mẫu'],
    ['sign', 'Nguyễn Văn Mẫu'],
    ['number', 'Lê Thị Thử'],
    ['seal', 'Lê Thị Thử'],
    ['submit', 'Lê Thị Thử'],
    ['accept', undefined],
  ])
}, 90_000)

test('a signed document is sent back without its signature, and its drafter alone finds it to be put right', async () => {
  const { call } = sender
  const pdf = folder.path('second.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'second.pdf'))
  await enter(sender, staff.drafter)
  const draft = await draftWith(call, pdf)
  const { id } = draft
  await call('outgoing.propose', { id, revision: draft.revision, leaderId: staff.leader })
  await call('outgoing.takeBack', { id })
  const again = await call('outgoing.one', { id })
  await call('outgoing.propose', { id, revision: again.revision, leaderId: staff.leader })
  await enter(sender, staff.leader)
  await call('outgoing.approve', { id })
  await call('outgoing.sign', { id, certificate: desk.sender.person, pin: desk.sender.personPin })
  await enter(sender, staff.clerk)
  const back = await call('outgoing.sendBack', { id, reason: 'Sai thể thức nơi nhận' })
  expect(back).toMatchObject({ state: 'drafting', verdict: undefined })
  expect(back.files.map(({ role }) => role)).toEqual(['imported'])
  const other = await call('people.add', {
    name: 'Trần Văn Hai',
    position: '',
    roles: ['drafter'],
    isActive: true,
    password: PASSWORD,
  })
  await enter(sender, idOf(other, 'Trần Văn Hai'))
  expect((await call('outgoing.list', { box: 'sentBack' })).total).toBe(0)
  expect((await call('outgoing.list', { box: 'drafts' })).total).toBe(0)
  await expect(
    call('outgoing.save', { id, revision: back.revision, fields: back.fields }),
  ).rejects.toMatchObject({ code: 'person/not-yours' })
  await enter(sender, staff.drafter)
  await call('outgoing.discard', { id })
}, 90_000)

test('a token takes the place at the PC too, and only the one that is the person’s', async () => {
  const { call } = sender
  await enter(sender, staff.clerk)
  await call('people.setToken', { id: staff.leader, certificate: desk.sender.person })
  await expect(
    call('session.enterByToken', { id: staff.drafter, pin: desk.sender.personPin }),
  ).rejects.toMatchObject({ code: 'person/no-token' })
  const session = await call('session.enterByToken', { id: staff.leader, pin: desk.sender.personPin })
  expect(session.person?.name).toBe('Nguyễn Văn Mẫu')
  await expect(call('session.enterByToken', { id: staff.leader, pin: '000000' })).rejects.toMatchObject({
    code: 'sign/pin-wrong',
  })
  await call('session.enterByToken', { id: staff.leader, pin: desk.sender.personPin })
  await call('session.recover', {
    id: staff.drafter,
    recoveryCode: sender.recoveryCode,
    password: PASSWORD,
  })
  expect((await call('session.current', {})).person?.id).toBe(staff.drafter)
}, 60_000)

test('what arrives is registered, given, given back, given again, answered and finished; its sender hears each once', async () => {
  const { call } = receiver
  const {
    rows: [arrived],
  } = await call('incoming.list', { box: 'new' })
  if (arrived === undefined) throw new Error('a document arrived before')
  const { id } = arrived
  const people = await employ(receiver)
  expect(await call('incoming.urgent', {})).toEqual([])
  await call('incoming.register', { id })
  expect((await call('incoming.handling', { of: 'nobody' })).total).toBe(1)

  await enter(receiver, people.leader)
  await call('incoming.assign', {
    id,
    personId: people.drafter,
    handleBy: '2026-12-10',
    note: 'Tổng hợp danh sách',
  })
  await enter(receiver, people.drafter)
  expect((await call('counts', {})).handling).toBe(1)
  await call('incoming.process', { id })
  await call('incoming.giveBack', { id, reason: 'Không thuộc lĩnh vực' })
  await expect(call('incoming.finish', { id })).rejects.toMatchObject({ code: 'person/not-yours' })
  await enter(receiver, people.clerk)
  const given = await call('incoming.assignMany', {
    ids: [id],
    personId: people.drafter,
    handleBy: '2026-12-12',
  })
  expect(given).toEqual([{ id }])

  await enter(receiver, people.drafter)
  const { rows } = await call('incoming.handling', { of: people.drafter })
  expect(rows).toMatchObject([{ id, handleBy: '2026-12-12', assignee: { name: 'Phạm Thị Ví Dụ' } }])
  const reply = await call('incoming.reply', { id, fields: { place: 'Thanh Vân', codeNotation: 'SNV-VTLT' } })
  expect(reply).toMatchObject({
    fields: { responseFor: { code: arrived.code }, recipients: [arrived.senderOrganId] },
    drafter: { name: 'Phạm Thị Ví Dụ' },
  })
  expect((await call('incoming.one', { id })).state).toBe('processing')
  await call('incoming.note', { id, text: 'Đã xin ý kiến các phòng' })
  const finished = await call('incoming.finish', { id })
  expect(finished.notes.map(({ kind, personName }) => [kind, personName])).toEqual([
    ['remark', 'Nguyễn Văn Mẫu'],
    ['givenBack', 'Phạm Thị Ví Dụ'],
    ['remark', 'Phạm Thị Ví Dụ'],
  ])
  expect(
    finished.history
      .filter(({ event }) => ['assign', 'giveBack', 'process', 'finish', 'reply'].includes(event))
      .map(({ event, actor }) => [event, actor]),
  ).toEqual([
    ['assign', 'Nguyễn Văn Mẫu'],
    ['process', 'Phạm Thị Ví Dụ'],
    ['giveBack', 'Phạm Thị Ví Dụ'],
    ['assign', 'Lê Thị Thử'],
    ['reply', 'Phạm Thị Ví Dụ'],
    ['process', 'Phạm Thị Ví Dụ'],
    ['finish', 'Phạm Thị Ví Dụ'],
  ])

  await enter(sender, staff.clerk)
  await sender.until('the sender knows that it is finished', async () => {
    const sent = await sender.call('outgoing.list', { box: 'sent' })
    return sent.rows[0]?.recipients[0]?.state === 'finished' ? true : undefined
  })
  const { history } = await call('incoming.one', { id })
  const reported = history.filter(({ event }) => event === 'reported').map(({ detail }) => detail['code'])
  expect(reported.toSorted()).toEqual(['01', '03', '04', '05', '06'])
  const told = (await hub.ledger()).filter(({ event, ...entry }) => {
    return event === 'accepted' && 'kind' in entry && entry.kind === 'status'
  })
  expect(told).toHaveLength(5)
}, 90_000)
