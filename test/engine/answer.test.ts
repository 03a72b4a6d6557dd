import { expect, test } from 'vitest'
import { answer } from '../../src/engine/answer.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { Handlers } from '../../src/shared/ipc/contract.ts'

const PIN = '13572468'
const ID = '6f0c2a3e-1b7d-4c5a-9e8f-0a1b2c3d4e5f'
const signing = {
  id: ID,
  certificate: { tokenSerial: 'a1', certificateSha256: '0'.repeat(64) },
  pin: PIN,
}

/** Answers with these handlers; what was logged comes along. */
async function ask(handlers: Partial<Handlers>, method: unknown, input: unknown) {
  const log: unknown[][] = []
  const reply = await answer(handlers, method, input, (...line) => log.push(line))
  return { reply, log }
}

test('a request that is not in the contract is refused', async () => {
  for (const method of ['outgoing.erase', 'toString', '__proto__', '', 7, undefined, { method: 'counts' }]) {
    const { reply, log } = await ask({}, method, {})
    expect(reply).toMatchObject({ ok: false, error: { code: 'app/bad-request' } })
    expect(log).toHaveLength(1)
  }
})

test('an input that does not parse never reaches the handler, and is not logged', async () => {
  let reached = false
  const handlers: Partial<Handlers> = {
    'outgoing.sign': () => {
      reached = true
      throw new Error('not reached')
    },
  }
  const { reply, log } = await ask(handlers, 'outgoing.sign', { ...signing, id: PIN })
  expect(reply).toMatchObject({ ok: false, error: { code: 'app/bad-request' } })
  expect(reached).toBe(false)
  expect(String(log.flat())).not.toContain(PIN)
})

test('what only an open office can answer says so', async () => {
  const { reply } = await ask({}, 'counts', {})
  expect(reply).toMatchObject({ ok: false, error: { code: 'office/not-open' } })
})

test('a failure is its code, its detail and an incident that the log knows; the PIN is in neither', async () => {
  const handlers: Partial<Handlers> = {
    'outgoing.sign': () => {
      throw new AppError('sign/pin-wrong', 'C_Login said CKR_PIN_INCORRECT', { detail: 'CKR_PIN_INCORRECT' })
    },
  }
  const { reply, log } = await ask(handlers, 'outgoing.sign', signing)
  expect(reply).toEqual({
    ok: false,
    error: { code: 'sign/pin-wrong', detail: 'CKR_PIN_INCORRECT', incident: log[0]?.[0] },
  })
  expect(log[0]?.[1]).toBe('outgoing.sign')
  expect(JSON.stringify([reply, log.map((line) => line.map(String))])).not.toContain(PIN)
})

test('a mistake of our own is an unexpected failure, and its message stays in the log', async () => {
  const handlers: Partial<Handlers> = { counts: () => Promise.reject(new TypeError('nội dung văn bản')) }
  const { reply, log } = await ask(handlers, 'counts', {})
  expect(reply).toMatchObject({ ok: false, error: { code: 'app/unexpected' } })
  expect(JSON.stringify(reply)).not.toContain('nội dung')
  expect(log).toHaveLength(1)
})

test('what the contract does not name is stripped from the answer, and a wrong answer is not given', async () => {
  const counts = {
    drafts: 1,
    sentBack: 10,
    toApprove: 11,
    toSign: 2,
    outbox: 3,
    new: 5,
    asked: 9,
    handling: 12,
    quarantine: 7,
  }
  const more = { ...counts, secret: 'khóa' }
  expect((await ask({ counts: () => more }, 'counts', {})).reply).toEqual({ ok: true, value: counts })
  const { reply } = await ask({ counts: () => ({ ...counts, drafts: -1.5 }) }, 'counts', {})
  expect(reply).toMatchObject({ ok: false, error: { code: 'app/unexpected' } })
})
