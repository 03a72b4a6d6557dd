import { expect, test } from 'vitest'

import type { HistoryEntry } from '../../src/shared/document/history.ts'
import { INCOMING } from '../../src/shared/document/incoming.ts'
import { OUTGOING } from '../../src/shared/document/outgoing.ts'
import { packetWarningCode } from '../../src/shared/document/packet.ts'
import { PACKET_WARNING_TEXT } from '../../src/shared/document/packet.vi.ts'
import { RECIPIENT, STATUS_EVENTS } from '../../src/shared/document/recipient.ts'
import { ANSWER_EVENTS, ASKED, REQUEST } from '../../src/shared/document/request.ts'
import { ERROR_CODES } from '../../src/shared/errors.ts'
import { ERROR_TEXT } from '../../src/shared/errors.vi.ts'
import { statesOf } from '../../src/shared/machine.ts'
import { reasonCode, verdictWord } from '../../src/shared/verdict.ts'
import { REASON_TEXT, VERDICT_TEXT } from '../../src/shared/verdict.vi.ts'
import { historyLine } from '../../src/renderer/lib/history.ts'
import { TEXT } from '../../src/renderer/text.vi.ts'

/** A word of ours: not empty, composed Unicode, and no trace of a code. */
function expectWords(text: string | undefined, about: string): void {
  expect(text, about).toBeTruthy()
  expect(text, about).toBe(text?.normalize('NFC'))
  expect(text, about).not.toMatch(/\b(undefined|null|error|failed|[a-z]+\/[a-z]+-[a-z]+)\b/)
}

test('every failure, reason, verdict and oddity has its words', () => {
  for (const code of ERROR_CODES) {
    expectWords(ERROR_TEXT[code].title, code)
    expectWords(ERROR_TEXT[code].hint, code)
  }
  for (const code of reasonCode.options) {
    expectWords(REASON_TEXT[code].title, code)
    expectWords(REASON_TEXT[code].hint, code)
  }
  for (const word of verdictWord.options) expectWords(VERDICT_TEXT[word], word)
  for (const code of packetWarningCode.options) expectWords(PACKET_WARNING_TEXT[code], code)
})

test('every state of a document and of a recipient has its words, and no two states share them', () => {
  for (const [words, states] of [
    [TEXT.outgoingState, statesOf(OUTGOING)],
    [TEXT.incomingState, statesOf(INCOMING)],
    [TEXT.recipientState, statesOf(RECIPIENT)],
    [TEXT.askedState, statesOf(ASKED)],
    [TEXT.requestState, statesOf(REQUEST)],
  ] as const) {
    const known: Readonly<Record<string, string>> = words
    for (const state of states) expectWords(known[state], state)
    expect(new Set(Object.values(known)).size).toBe(states.length)
  }
})

const entryOf = (
  subjectKind: HistoryEntry['subjectKind'],
  event: string,
  detail: HistoryEntry['detail'] = {},
): HistoryEntry => ({ sequence: 1, at: 0, subjectKind, subjectId: 'x', event, detail })

test('every event of both machines is told in the timeline', () => {
  for (const [kind, machine] of [
    ['outgoing', OUTGOING],
    ['incoming', INCOMING],
  ] as const) {
    for (const event of Object.values(machine).flatMap((row) => Object.keys(row))) {
      const title = historyLine(entryOf(kind, event))?.title
      expectWords(title, event)
      expect(title, event).not.toBe(TEXT.history.unknown)
    }
  }
})

test('what became of a request is told on both sides, and an answer that came twice only once', () => {
  for (const event of Object.values(ASKED).flatMap((row) => Object.keys(row))) {
    expectWords(historyLine(entryOf('outgoing', 'answer', { event, moved: true }))?.title, event)
    expect(historyLine(entryOf('outgoing', 'answer', { event, moved: false })), event).toBeUndefined()
  }
  for (const event of [...Object.values(REQUEST).flatMap((row) => Object.keys(row)), 'foreign']) {
    const title = historyLine(entryOf('incoming', 'request', { event, note: 'Gửi nhầm' }))?.title
    expectWords(title, event)
    expect(title, event).not.toBe(TEXT.history.unknown)
  }
  for (const code of Object.keys(ANSWER_EVENTS)) {
    const title = historyLine(entryOf('incoming', 'reported', { code }))?.title
    expect(title).toContain(TEXT.history.reported(''))
  }
})

test('a status code that nobody gave a meaning is shown as it came', () => {
  const line = historyLine(entryOf('outgoing', 'status', { code: '14', organId: 'H99.07', note: 'đồng ý' }))
  expect(line?.title).toBe(TEXT.history.other.status)
  expect(line?.note).toBe('H99.07 · mã trạng thái 14 · đồng ý')
})

test('a status of the recipient is told as what the recipient did, and who it was', () => {
  for (const event of Object.values(STATUS_EVENTS)) {
    if (event === undefined) continue
    const entry = entryOf('outgoing', 'status', {
      organId: 'H99.07',
      event,
      from: 'sent',
      moved: true,
      note: '',
    })
    const line = historyLine(entry, () => 'Sở Nội vụ tỉnh Thanh Vân')
    expect(line?.title).toBe(TEXT.history.recipient[event])
    expect(line?.note).toBe('Sở Nội vụ tỉnh Thanh Vân')
  }
})

test('a status that came twice is not told twice', () => {
  const entry = entryOf('outgoing', 'status', { organId: 'H99.07', event: 'register', moved: false })
  expect(historyLine(entry)).toBeUndefined()
})

test('what we reported to the sender is told by the state it names', () => {
  const told = (code: string) => historyLine(entryOf('incoming', 'reported', { code }))?.title
  expect(told('01')).toBe('Đã báo cho bên gửi: Đã đến')
  expect(told('02')).toBe('Đã báo cho bên gửi: Trả lại')
  expect(told('03')).toBe('Đã báo cho bên gửi: Đã tiếp nhận')
})

test('of the courier’s errands only what stands in the way is told', () => {
  const told = (event: string, kind: string) =>
    historyLine(entryOf('job', event, { kind, attempts: 2, code: 'hub/unreachable' }))
  expect(told('claim', 'deliver')).toBeUndefined()
  expect(told('succeed', 'deliver')).toBeUndefined()
  expect(told('wait', 'acknowledge')).toBeUndefined()
  expect(told('wait', 'deliver')).toEqual({
    title: 'Chưa gửi được, sẽ tự thử lại',
    note: ERROR_TEXT['hub/unreachable'].title,
    bad: true,
  })
})

test('an event nobody named yet still gets a line, without its code', () => {
  expect(historyLine(entryOf('outgoing', 'something-new'))?.title).toBe(TEXT.history.unknown)
})

test('the timeline gives the reason of a recipient’s return, of the hub’s refusal and of a void number', () => {
  const returned = entryOf('outgoing', 'status', { organId: 'H99', event: 'return', note: 'Thiếu phụ lục' })
  expect(historyLine(returned)?.note).toBe('H99 · Lý do: Thiếu phụ lục')
  const refused = entryOf('outgoing', 'refuse', { code: 'hub/refused', detail: 'Quá 50 MB' })
  expect(historyLine(refused)?.note).toBe(`${ERROR_TEXT['hub/refused'].title} · Quá 50 MB`)
  const voided = entryOf('outgoing', 'void', {
    number: '07/UBND-VP',
    reason: 'Không ban hành nữa',
    by: 'Ánh',
  })
  expect(historyLine(voided)?.note).toBe('số 07/UBND-VP · Lý do: Không ban hành nữa')
})
