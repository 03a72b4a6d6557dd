import { describe, expect, test } from 'vitest'
import { ERRORS } from '../../src/shared/errors.ts'
import { createStore, openStore, type Store } from '../../src/engine/store/index.ts'
import type { NewJob } from '../../src/engine/store/jobs.ts'
import { clock, folder, MORNING, office } from './office.ts'

const LEASE = 60_000

function errand(over: Partial<NewJob> = {}): NewJob {
  return { key: 'deliver/a/1', kind: 'deliver', subjectId: 'a', dueAt: MORNING, ...over }
}

function withErrand(over: Partial<NewJob> = {}): Store {
  const store = office()
  store.jobs.add(errand(over))
  return store
}

function events(store: Store, key = 'deliver/a/1'): string[] {
  return store.history.of('job', key).map(({ event }) => event)
}

describe('the life of an errand', () => {
  test('claimed, carried out, done', () => {
    const store = withErrand({ payload: { packet: 'x' } })
    const claimed = store.jobs.claimDue(MORNING, LEASE)
    expect(claimed).toMatchObject({
      key: 'deliver/a/1',
      state: 'leased',
      attempts: 1,
      leaseUntil: MORNING + LEASE,
      payload: { packet: 'x' },
    })
    expect(store.jobs.leasedCount()).toBe(1)
    expect(store.jobs.claimDue(MORNING, LEASE), 'it is claimed once').toBeUndefined()
    expect(store.jobs.succeed('deliver/a/1')).toMatchObject({ state: 'done', leaseUntil: undefined })
    expect(store.jobs.leasedCount()).toBe(0)
    expect(events(store)).toEqual(['succeed'])
  })

  test('it waits without limit, and goes on when it is due', () => {
    const store = withErrand()
    let at = MORNING
    for (let attempt = 1; attempt <= 100; attempt += 1) {
      expect(store.jobs.claimDue(at, LEASE)?.attempts).toBe(attempt)
      at += 900_000
      store.jobs.wait('deliver/a/1', { dueAt: at, code: 'hub/unreachable', detail: 'ECONNREFUSED' })
      expect(store.jobs.claimDue(at - 1, LEASE)).toBeUndefined()
      expect(store.jobs.nextDueAt()).toBe(at)
    }
    expect(store.jobs.byKey('deliver/a/1')).toMatchObject({
      state: 'ready',
      lastErrorCode: 'hub/unreachable',
      lastErrorDetail: 'ECONNREFUSED',
    })
    expect(events(store), 'the same trouble is written down once').toEqual(['wait'])
  })

  test('an error that needs a person holds it until the clerk releases it', () => {
    const store = withErrand()
    store.jobs.claimDue(MORNING, LEASE)
    store.jobs.hold('deliver/a/1', { code: 'hub/refused', detail: 'Thiếu mã', byClerk: false })
    expect(store.jobs.makeDue(MORNING + 1)).toBe(0)
    expect(store.jobs.claimDue(MORNING + 1, LEASE)).toBeUndefined()
    expect(store.jobs.byKey('deliver/a/1')).toMatchObject({
      state: 'held',
      heldByClerk: false,
      lastErrorCode: 'hub/refused',
    })
    store.jobs.release('deliver/a/1', MORNING + 2)
    expect(store.jobs.claimDue(MORNING + 2, LEASE)).toMatchObject({ state: 'leased', attempts: 2 })
    expect(store.history.of('job', 'deliver/a/1')[0]).toMatchObject({
      event: 'hold',
      detail: { code: 'hub/refused' },
    })
    expect(events(store)).toEqual(['hold', 'release'])
  })

  test('the clerk may pause it, and end it with a reason', () => {
    const store = withErrand()
    expect(store.jobs.hold('deliver/a/1', { byClerk: true })).toMatchObject({
      state: 'held',
      heldByClerk: true,
    })
    store.jobs.dismiss('deliver/a/1', 'Rút khỏi hộp gửi')
    expect(store.jobs.byKey('deliver/a/1')).toMatchObject({ state: 'done', heldByClerk: false })
    expect(store.history.of('job', 'deliver/a/1')[1]).toMatchObject({
      event: 'dismiss',
      detail: { reason: 'Rút khỏi hộp gửi' },
    })
  })

  test('an arrow the table does not have is refused and changes nothing', () => {
    const store = withErrand()
    for (const wrong of [
      () => store.jobs.succeed('deliver/a/1'),
      () => store.jobs.release('deliver/a/1', MORNING),
      () => store.jobs.wait('deliver/a/1', { dueAt: MORNING, code: 'hub/busy' }),
    ]) {
      expect(wrong).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
    }
    expect(store.jobs.byKey('deliver/a/1')).toMatchObject({ state: 'ready', attempts: 0 })
    expect(() => store.jobs.succeed('deliver/none/1')).toThrow(
      expect.objectContaining({ code: 'document/not-found' }),
    )
  })
})

describe('what the office can prove of an errand', () => {
  test('every attempt for which bytes may have left, with what left and how it ended', () => {
    const store = withErrand()
    const { jobs } = store
    const fail = (code: 'hub/unreachable' | 'hub/outcome-unknown', mayHaveArrived: boolean) => {
      jobs.claimDue(MORNING, LEASE)
      jobs.markSending('deliver/a/1', MORNING, { sha256: 'ab' })
      jobs.failSending('deliver/a/1', { code, detail: 'lời của trục', mayHaveArrived })
      jobs.wait('deliver/a/1', { dueAt: MORNING, code })
    }
    fail('hub/unreachable', false)
    expect(jobs.byKey('deliver/a/1')?.sentMark).toBeUndefined()
    // The same trouble again: the wait is told once, the attempt is.
    fail('hub/unreachable', false)
    fail('hub/outcome-unknown', true)
    expect(jobs.byKey('deliver/a/1')?.sentMark).toBe(MORNING)
    jobs.clearSending('deliver/a/1', 'hub')
    expect(jobs.byKey('deliver/a/1')?.sentMark).toBeUndefined()
    expect(events(store)).toEqual([
      'attempt',
      'attempt-failed',
      'wait',
      'attempt',
      'attempt-failed',
      'attempt',
      'attempt-failed',
      'wait',
      'not-arrived',
    ])
    const [begun, ended] = store.history.of('job', 'deliver/a/1')
    expect(begun?.detail).toEqual({ kind: 'deliver', attempts: 1, sha256: 'ab' })
    expect(ended?.detail).toEqual({
      kind: 'deliver',
      attempts: 1,
      code: 'hub/unreachable',
      words: 'lời của trục',
      mayHaveArrived: false,
    })
  })
})

describe('adding', () => {
  test('the same errand twice is one errand', () => {
    const store = withErrand()
    store.jobs.claimDue(MORNING, LEASE)
    expect(store.jobs.add(errand({ dueAt: MORNING + 5 }))).toMatchObject({ state: 'leased', dueAt: MORNING })
    store.jobs.succeed('deliver/a/1')
    expect(store.jobs.add(errand()).state).toBe('done')
    expect(store.jobs.forSubject('deliver', 'a')).toHaveLength(1)
  })

  test('a finished errand may be begun again, and still knows that its outcome is open', () => {
    const store = withErrand()
    store.jobs.claimDue(MORNING, LEASE)
    store.jobs.markSending('deliver/a/1', MORNING)
    store.jobs.hold('deliver/a/1', { code: 'hub/refused', byClerk: false })
    store.jobs.dismiss('deliver/a/1', 'sửa rồi gửi lại')
    expect(store.jobs.add(errand({ dueAt: MORNING + 9, again: true }))).toMatchObject({
      state: 'ready',
      attempts: 0,
      dueAt: MORNING + 9,
      lastErrorCode: undefined,
      sentMark: MORNING,
    })
  })

  test('if what makes it necessary does not happen, there is no errand', () => {
    const store = office()
    expect(() =>
      store.atomically(() => {
        store.jobs.add(errand())
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(store.jobs.byKey('deliver/a/1')).toBeUndefined()
  })
})

describe('order', () => {
  test('the urgent goes first, then what has been due longest', () => {
    const store = office()
    store.jobs.add(errand({ key: 'later', subjectId: 'b', dueAt: MORNING - 5 }))
    store.jobs.add(errand({ key: 'first', subjectId: 'c', dueAt: MORNING - 10 }))
    store.jobs.add(errand({ key: 'express', subjectId: 'd', dueAt: MORNING, priority: 3 }))
    store.jobs.add(errand({ key: 'not yet', subjectId: 'e', dueAt: MORNING + 1, priority: 9 }))
    expect(store.jobs.pending('deliver').map(({ key }) => key)).toEqual([
      'not yet',
      'express',
      'first',
      'later',
    ])
    const order = Array.from({ length: 4 }, () => store.jobs.claimDue(MORNING, LEASE)?.key)
    expect(order).toEqual(['express', 'first', 'later', undefined])
  })

  test('what is under way for a document or of a kind is left alone', () => {
    const store = office()
    store.jobs.add(errand())
    store.jobs.add(errand({ key: 'fetch/p', kind: 'fetch', subjectId: 'p', dueAt: MORNING + 1 }))
    expect(store.jobs.claimDue(MORNING, LEASE, { subjects: ['a'] })).toBeUndefined()
    expect(store.jobs.nextDueAt({ subjects: ['a'] })).toBe(MORNING + 1)
    expect(store.jobs.claimDue(MORNING + 1, LEASE, { kinds: ['deliver'] })?.key).toBe('fetch/p')
    expect(store.jobs.nextDueAt({ kinds: ['deliver'] })).toBeUndefined()
  })

  test('“Gửi ngay” makes everything due that waits for its time', () => {
    const store = office()
    store.jobs.add(errand({ dueAt: MORNING + 900_000 }))
    store.jobs.add(errand({ key: 'deliver/b/1', subjectId: 'b', dueAt: MORNING + 1 }))
    expect(store.jobs.makeDue(MORNING)).toBe(2)
    expect(store.jobs.nextDueAt()).toBe(MORNING)
  })
})

describe('after a crash', () => {
  test('what was under way is ready again, and says that bytes may have left', () => {
    const dir = folder()
    const masterKey = new Uint8Array(32).fill(7)
    const first = createStore({ dir, masterKey, now: () => MORNING })
    first.jobs.add(errand())
    first.jobs.add(errand({ key: 'deliver/b/1', subjectId: 'b' }))
    first.jobs.claimDue(MORNING, LEASE)
    first.jobs.claimDue(MORNING, LEASE)
    first.jobs.markSending('deliver/a/1', MORNING + 3)
    first.jobs.markSending('deliver/a/1', MORNING + 8)
    first.close()

    const second = openStore({ dir, masterKey, now: () => MORNING + 10 })
    expect(
      second.jobs
        .expireLeases('all')
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['deliver/a/1', 'deliver/b/1'])
    expect(second.jobs.byKey('deliver/a/1')).toMatchObject({
      state: 'ready',
      sentMark: MORNING + 3,
      dueAt: MORNING + 10,
    })
    expect(second.jobs.byKey('deliver/b/1')).toMatchObject({ state: 'ready', sentMark: undefined })
    second.jobs.clearSending('deliver/a/1', 'hub')
    expect(second.jobs.byKey('deliver/a/1')?.sentMark).toBeUndefined()
    second.close()
  })

  test('a lease that has passed comes back, one that was prolonged does not', () => {
    const time = clock()
    const store = office({ now: time.now })
    store.jobs.add(errand())
    store.jobs.add(errand({ key: 'deliver/b/1', subjectId: 'b' }))
    store.jobs.claimDue(MORNING, LEASE)
    store.jobs.claimDue(MORNING, LEASE)
    store.jobs.extendLease('deliver/b/1', MORNING + 10 * LEASE)
    expect(store.jobs.expireLeases(MORNING + LEASE - 1)).toEqual([])
    expect(store.jobs.expireLeases(MORNING + LEASE).map(({ key }) => key)).toEqual(['deliver/a/1'])
    expect(() => store.jobs.succeed('deliver/a/1'), 'the slow runner lost it').toThrow(
      expect.objectContaining({ code: 'document/wrong-state' }),
    )
  })
})

test('every error code can be kept with an errand', () => {
  const store = withErrand()
  for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
    store.jobs.claimDue(MORNING, LEASE)
    expect(store.jobs.wait('deliver/a/1', { dueAt: MORNING, code }).lastErrorCode).toBe(code)
  }
})
