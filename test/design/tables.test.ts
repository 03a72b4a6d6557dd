import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PACKET } from '../../src/engine/store/packets.ts'
import { INCOMING, INCOMING_BOXES } from '../../src/shared/document/incoming.ts'
import { JOB, jobKind } from '../../src/shared/document/job.ts'
import { OUTGOING, OUTGOING_BOXES } from '../../src/shared/document/outgoing.ts'
import { RECIPIENT, STATUS_EVENTS } from '../../src/shared/document/recipient.ts'
import { ANSWER_EVENTS, ASKED, REQUEST } from '../../src/shared/document/request.ts'
import { ERROR_CODES, ERRORS, isLineDown } from '../../src/shared/errors.ts'
import { contract } from '../../src/shared/ipc/contract.ts'
import { eventsOf, statesOf, type Machine } from '../../src/shared/machine.ts'

const SRC = join(import.meta.dirname, '../../src')

/** Every source file below src, path and text. */
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|tsx)$/.test(name))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(SRC, name), 'utf8') }))

const textOf = (name: string): string => sources.find((one) => one.name === name)?.text ?? ''

const MACHINES: Readonly<Record<string, { machine: Machine; start: string; final: readonly string[] }>> = {
  outgoing: { machine: OUTGOING, start: 'drafting', final: ['recalled', 'replaced', 'discarded'] },
  incoming: {
    machine: INCOMING,
    start: 'collected',
    final: ['recalled', 'repeated', 'request'],
  },
  job: { machine: JOB, start: 'ready', final: ['done'] },
  recipient: { machine: RECIPIENT, start: 'waiting', final: ['recalled'] },
  asked: { machine: ASKED, start: 'waiting', final: ['agreed', 'failed'] },
  request: { machine: REQUEST, start: 'received', final: ['agreed', 'refused', 'voided'] },
  packet: { machine: PACKET, start: 'listed', final: ['acknowledged'] },
}

describe.each(Object.entries(MACHINES))('the table of %s', (_, { machine, start, final }) => {
  test('reaches every state from its beginning', () => {
    const reached = new Set([start])
    for (const state of reached) {
      for (const event of eventsOf(machine, state)) reached.add(machine[state]?.[event] ?? '')
    }
    expect([...reached].sort()).toEqual([...statesOf(machine)].sort())
  })

  test('leaves every state but those where the life ends', () => {
    const ends = statesOf(machine).filter((state) => eventsOf(machine, state).length === 0)
    expect(ends.sort()).toEqual([...final].sort())
  })
})

describe('what the clerk sees', () => {
  test('each state of a document lies in one box, but those that are put away', () => {
    const boxed = (boxes: Readonly<Record<string, readonly string[]>>) => Object.values(boxes).flat().sort()
    expect(boxed(OUTGOING_BOXES)).toEqual(
      statesOf(OUTGOING)
        .filter((state) => state !== 'discarded')
        .sort(),
    )
    expect(boxed(INCOMING_BOXES)).toEqual(
      statesOf(INCOMING)
        .filter((state) => state !== 'collected' && state !== 'repeated' && state !== 'request')
        .sort(),
    )
  })

  test('each status 01 to 06 moves a recipient who has just got the document', () => {
    expect(Object.keys(STATUS_EVENTS).sort()).toEqual(['01', '02', '03', '04', '05', '06'])
    const events: string[] = eventsOf(RECIPIENT, 'sent')
    for (const event of Object.values(STATUS_EVENTS)) expect(events).toContain(event)
  })

  test('15 and 16 answer a request, and say nothing else of the document', () => {
    expect(Object.keys(ANSWER_EVENTS).sort()).toEqual(['15', '16'])
    const events: string[] = eventsOf(ASKED, 'asked')
    for (const event of Object.values(ANSWER_EVENTS)) expect(events).toContain(event)
  })

  test('whatever has left can be recalled, and nothing else', () => {
    const recallable = statesOf(OUTGOING).filter((state) => eventsOf(OUTGOING, state).includes('recall'))
    expect(recallable).toEqual(['sent', 'returned', 'confirmed', 'recalling'])
  })

  test('a received document can be given back from wherever the clerk finds it', () => {
    for (const state of Object.values(INCOMING_BOXES).flat()) {
      if (state !== 'recalled') expect(eventsOf(INCOMING, state)).toContain('recall')
    }
  })
})

describe('the parts fit together', () => {
  test('every kind of errand has its handler in the office', () => {
    for (const kind of jobKind.options) expect(textOf('engine/office.ts')).toContain(`${kind}: ${kind}Job(`)
  })

  test('every request of the contract is answered, and nothing else', () => {
    const answering = sources
      .filter(({ name }) => name.startsWith('engine/requests/') || name === 'engine/index.ts')
      .map(({ text }) => text)
      .join('\n')
    const methods = Object.keys(contract)
    for (const method of methods) {
      expect(answering).toMatch(new RegExp(`^ +('${method.replaceAll('.', '\\.')}'|${method}):`, 'm'))
    }
    const answered = [...answering.matchAll(/^ +'([a-z]+\.[a-zA-Z]+)':/gm)].map((match) => match[1] ?? '')
    expect(answered.filter((method) => !methods.includes(method))).toEqual([])
  })

  test('no failure of signing is ever tried again by the machine', () => {
    const again = ERROR_CODES.filter((code) => code.startsWith('sign/') && ERRORS[code].retry === 'auto')
    expect(again).toEqual([])
    expect(jobKind.options.filter((kind) => /sign|seal/.test(kind))).toEqual([])
  })

  test('whatever says that the line is down is tried again by itself', () => {
    for (const code of ERROR_CODES.filter(isLineDown)) expect(ERRORS[code].retry).toBe('auto')
  })

  test('every error the app can name is raised somewhere', () => {
    const rest = sources
      .filter(({ name }) => name !== 'shared/errors.ts' && name !== 'shared/errors.vi.ts')
      .map(({ text }) => text)
      .join('\n')
    expect(ERROR_CODES.filter((code) => !rest.includes(`'${code}'`))).toEqual([])
  })
})
