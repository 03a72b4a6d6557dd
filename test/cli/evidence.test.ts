import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  signAndSeal,
  type Desk,
  type TestOffice,
  hasDirectory,
  officesOf,
  RECEIVER,
} from '../helpers/office.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { buildProgram, type Program } from './program.ts'

const PDF = join(import.meta.dirname, '../fixtures/cong-van.pdf')

let program: Program
let desk: Desk
let hub: HubProcess
let sender: TestOffice
let receiver: TestOffice
let trust: string

beforeAll(async () => {
  desk = makeDesk()
  ;[program, hub] = await Promise.all([buildProgram(), startHubProcess()])
  const made = officesOf(desk, `${hub.url}/vxp`)
  sender = await makeOffice(made.sender)
  receiver = await makeOffice(made.receiver)
  await hasDirectory(sender)
  trust = desk.path('trust')
  mkdirSync(trust)
  writeFileSync(join(trust, 'root.pem'), desk.pki.root.certificatePem)
}, 120_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  await hub.remove()
  program.remove()
  desk.remove()
})

async function exportedBy(
  office: TestOffice,
  direction: 'outgoing' | 'incoming',
  id: DocumentId,
): Promise<string> {
  const { path } = await office.call('evidence.export', { direction, id })
  if (path === undefined) throw new Error('the desk says where')
  return path
}

const check = (file: string, ...more: string[]) =>
  program.run(['evidence', 'check', file, '--trust', trust, ...more])

/** Signed and put into the outbox while nothing could leave; then the line comes back, and it is registered. */
async function throughAnOutage() {
  await hub.faults({ down: true })
  await sender.call('line.syncNow', {})
  await sender.until('the office knows that the line is down', async () => {
    const { state } = await sender.call('line.status', {})
    return state === 'down' ? state : undefined
  })
  const { id } = await draftWith(sender.call, PDF)
  await signAndSeal(sender.call, desk.sender, id)
  await sender.call('outgoing.submit', { id })
  const waiting = await exportedBy(sender, 'outgoing', id)
  const whileWaiting = await check(waiting, '--json')
  await hub.faults({ down: false })
  await sender.call('line.syncNow', {})
  const arrived = await receiver.until('the document has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows[0]
  })
  await receiver.call('incoming.register', { id: arrived.id })
  await sender.until('the sender knows that it came and that it was registered', async () => {
    const { history } = await sender.call('outgoing.one', { id })
    const answers = history.filter(({ event, detail }) => event === 'status' && detail['event'] !== 'accept')
    return answers.length === 2 ? answers : undefined
  })
  await receiver.until('both answers are written down', async () => {
    const { history } = await receiver.call('incoming.one', { id: arrived.id })
    return history.filter(({ event }) => event === 'reported').length === 2 ? history : undefined
  })
  return { id, arrived: arrived.id, whileWaiting }
}

describe('vanthu evidence check', () => {
  test('says what the sender and the receiver can prove of one document, and refuses a changed file', async () => {
    const { id, arrived, whileWaiting } = await throughAnOutage()
    expect(JSON.parse(whileWaiting.output)).toMatchObject({
      problems: [],
      course: { judgement: 'open', outages: [{ end: 'open' }] },
    })

    const sent = await exportedBy(sender, 'outgoing', id)
    const said = await check(sent, '--json')
    expect(said.errors).toBe('')
    expect(said.code).toBe(0)
    const report = JSON.parse(said.output) as Record<string, unknown>
    expect(report).toMatchObject({
      problems: [],
      absent: [],
      verdict: { verdict: 'valid' },
      course: {
        judgement: 'in-time',
        deadline: { rule: 'next-morning' },
        attempts: [{ kind: 'deliver', outcome: 'taken' }],
        outages: [{ end: 'up' }],
        // Which of the two comes first is the hub's affair: it lists both at once.
        statuses: [{ organId: RECEIVER.organId }, { organId: RECEIVER.organId }],
      },
    })

    const received = await exportedBy(receiver, 'incoming', arrived)
    const plain = await check(received)
    expect(plain.code).toBe(0)
    expect(plain.output).toContain('Kết luận: NGUYÊN VẸN')
    expect(plain.output).toContain('Chữ ký số: HỢP LỆ')
    expect(plain.output).toContain('Thời hạn: ĐÚNG HẠN')
    expect(plain.output).toMatch(/Trạng thái 01, .*\n(.*\n)?Trạng thái 03/)

    const unpacked = desk.path('unpacked')
    execFileSync('unzip', ['-q', sent, '-d', unpacked])
    expect(readdirSync(join(unpacked, 'files'))).toEqual([
      '001-document.pdf',
      '002-packet.edxml',
      '003-status.edxml',
      '004-status.edxml',
    ])
    execFileSync('qpdf', ['--check', join(unpacked, 'files', '001-document.pdf')])

    const changed = readFileSync(sent)
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1
    writeFileSync(sent, changed)
    const refusal = await check(sent)
    expect(refusal.code).toBe(1)
    expect(refusal.errors).toContain('evidence/')

    const { history } = await sender.call('outgoing.one', { id })
    expect(history.filter(({ event }) => event === 'export-evidence')).toHaveLength(2)
  })

  test('without the root the signatures are open, and the rest is sound', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'registered' })
    const [row] = rows
    if (row === undefined) throw new Error('a document was registered before')
    const file = await exportedBy(receiver, 'incoming', row.id)
    const { code, output } = await program.run(['evidence', 'check', file])
    expect(code).toBe(1)
    expect(output).toContain('Kết luận: NGUYÊN VẸN')
    expect(output).toContain('Chữ ký số: CHƯA ĐỦ CĂN CỨ')
  })

  test('a file that is no evidence, and one that is not there', async () => {
    expect((await check(PDF)).code).toBe(1)
    expect((await check(desk.path('nothing.zip'))).code).toBe(2)
    expect((await program.run(['evidence', '--help'])).output).toContain('vanthu evidence check')
  })
})
