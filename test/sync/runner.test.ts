import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { JobHandler, OnDisk } from '../../src/engine/job-handler.ts'
import type { Job, Store } from '../../src/engine/store/index.ts'
import { lineToHub } from '../../src/engine/sync/line.ts'
import { runner } from '../../src/engine/sync/runner.ts'
import type { JobKind } from '../../src/shared/document/job.ts'
import { DEFAULT_QUEUE_POLICY, type QueuePolicy } from '../../src/shared/queue-policy.ts'
import { AppError, type ErrorCode } from '../../src/shared/errors.ts'
import { MORNING, office } from '../store/office.ts'

type NewJob = Parameters<Store['jobs']['add']>[0]

/** A queue over a real store, with a clock that moves only when the test says so. */
function desk(given: Partial<QueuePolicy> & { store?: Store } = {}) {
  let time = MORNING
  const alarms = new Map<number, { readonly at: number; readonly ring: () => void }>()
  let lastAlarm = 0
  const { store: _, ...wanted } = given
  let policy: QueuePolicy = { ...DEFAULT_QUEUE_POLICY, ...wanted }
  const log: string[] = []
  const seen: { what: string; at: number }[] = []
  const now = () => time
  const store = given.store ?? office({ now })
  const line = lineToHub(
    now,
    () => 0.5,
    () => undefined,
  )

  const does: {
    -readonly [K in JobKind | 'collect']: (
      job: Job | undefined,
      signal: AbortSignal,
      onDisk: OnDisk,
    ) => Promise<void>
  } = {
    deliver: () => Promise.resolve(),
    fetch: () => Promise.resolve(),
    admit: () => Promise.resolve(),
    judge: () => Promise.resolve(),
    acknowledge: () => Promise.resolve(),
    report: () => Promise.resolve(),
    evidence: () => Promise.resolve(),
    collect: () => Promise.resolve(),
  }
  const handler =
    (kind: JobKind): JobHandler =>
    async (job, signal, onDisk) => {
      seen.push({ what: job.key, at: time })
      await does[kind](job, signal, onDisk)
      return () => undefined
    }
  const queue = runner({
    store,
    line,
    handlers: {
      deliver: handler('deliver'),
      fetch: handler('fetch'),
      admit: handler('admit'),
      judge: handler('judge'),
      acknowledge: handler('acknowledge'),
      report: handler('report'),
      evidence: handler('evidence'),
    },
    collect: async (signal) => {
      seen.push({ what: 'look', at: time })
      await does.collect(undefined, signal, () => Promise.resolve())
    },
    now,
    random: () => 0.5,
    timer: (afterMs, ring) => {
      const id = ++lastAlarm
      alarms.set(id, { at: time + afterMs, ring })
      return () => alarms.delete(id)
    },
    pollIntervalMs: 60_000,
    policy: () => policy,
    reach: () => undefined,
    log: (level, text) => log.push(`${level} ${text}`),
    onMoved: () => undefined,
  })
  onTestFinished(() => queue.stop())

  /** Lets everything that can happen at this moment happen: the loop is then napping. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 25; turn += 1) await new Promise(setImmediate)
  }

  return {
    store,
    line,
    queue,
    /** The office changes its mind. */
    want: (change: Partial<QueuePolicy>) => {
      policy = { ...policy, ...change }
      queue.policyChanged()
    },
    log,
    does,
    add: (job: Partial<NewJob> & Pick<NewJob, 'key'>): Job =>
      store.jobs.add({ kind: 'deliver', subjectId: job.key, dueAt: time, ...job }),
    job: (key: string): Job => store.jobs.byKey(key)!,
    times: (what: string) => seen.filter((one) => one.what === what).map(({ at }) => (at - MORNING) / 1000),
    seen: () => seen.map(({ what }) => what),
    alarms: () => alarms.size,
    settled,
    /** The clock is set: what naps goes on napping. */
    setClock: (aheadMs: number) => (time += aheadMs),
    /** Goes on in time, ringing each alarm at its moment. */
    pass: async (ms: number): Promise<void> => {
      const end = time + ms
      await settled()
      for (let rings = 0; ; rings += 1) {
        if (rings > 5_000) throw new Error('the queue spins')
        const [next] = [...alarms].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
        if (next === undefined) break
        alarms.delete(next[0])
        time = Math.max(time, next[1].at)
        next[1].ring()
        await settled()
      }
      time = end
    },
  }
}

function fails(code: ErrorCode, retryAfterMs?: number) {
  return () =>
    Promise.reject(
      new AppError(code, 'as the test wants', retryAfterMs === undefined ? {} : { retryAfterMs }),
    )
}

describe('the queue', () => {
  test('runs what is due, urgent errands first, and naps until the next look at the hub', async () => {
    const { add, queue, seen, pass, job, times } = desk({ parallel: 1 })
    add({ key: 'plain' })
    add({ key: 'urgent', priority: 2 })
    queue.start()
    await pass(1_000)
    expect(seen()).toEqual(['look', 'urgent', 'plain'])
    add({ key: 'later', dueAt: MORNING + 30_000 })
    queue.ring()
    await pass(130_000)
    expect(times('later')).toEqual([30])
    expect(times('look')).toEqual([0, 60, 120])
    expect(job('later').state).toBe('done')
  })

  test('runs a few errands at once, but one at a time for each document', async () => {
    const { add, queue, seen, settled, does } = desk({ parallel: 2 })
    const waiting: (() => void)[] = []
    does.deliver = () => new Promise((resolve) => waiting.push(resolve))
    add({ key: 'a/1', subjectId: 'a' })
    add({ key: 'a/2', subjectId: 'a', dueAt: MORNING - 1 })
    add({ key: 'b/1', subjectId: 'b' })
    add({ key: 'c/1', subjectId: 'c' })
    queue.start()
    await settled()
    expect(seen()).toEqual(['look', 'a/2', 'b/1'])
    waiting[0]!()
    await settled()
    expect(seen()).toEqual(['look', 'a/2', 'b/1', 'a/1'])
    for (const end of waiting) end()
    await settled()
    waiting.at(-1)!()
    await settled()
    expect(seen()).toHaveLength(5)
  })

  test('tries again by itself what may work later, without end, and holds what a person must decide', async () => {
    const { add, queue, pass, job, times, does } = desk()
    does.deliver = fails('hub/packet-mismatch')
    does.report = fails('hub/recipient-unknown')
    add({ key: 'again' })
    add({ key: 'decide', kind: 'report' })
    queue.start()
    await pass(76_000)
    expect(times('again')).toEqual([0, 5, 15, 35, 75])
    expect(job('again')).toMatchObject({ state: 'ready', attempts: 5, lastErrorCode: 'hub/packet-mismatch' })
    expect(times('decide')).toEqual([0])
    expect(job('decide')).toMatchObject({ state: 'held', heldByClerk: false })
    await pass(2 * 86_400_000)
    expect(job('again').state).toBe('ready')
    expect(job('again').attempts).toBeGreaterThan(150)
  })

  test('waits as long as the hub asks', async () => {
    const { add, queue, pass, times, does } = desk()
    does.deliver = fails('hub/packet-mismatch', 50_000)
    add({ key: 'slow' })
    queue.start()
    await pass(51_000)
    expect(times('slow')).toEqual([0, 50])
  })

  test('sends nothing while the line is down: one look probes it, and then everything leaves at once', async () => {
    const { add, queue, pass, times, seen, does, line } = desk()
    does.collect = fails('hub/unreachable')
    const keys = Array.from({ length: 20 }, (_, index) => `deliver/${String(index)}`)
    for (const key of keys) add({ key })
    add({ key: 'read', kind: 'admit' })
    queue.start()
    await pass(80_000)
    expect(times('look')).toEqual([0, 5, 15, 35, 75])
    expect(seen().filter((what) => what.startsWith('deliver'))).toEqual([])
    // What needs no line goes on.
    expect(times('read')).toEqual([0])
    expect(line.get().state).toBe('down')
    does.collect = () => Promise.resolve()
    await pass(80_000)
    expect(line.get().state).toBe('up')
    for (const key of keys) expect(times(key)).toEqual([155])
  })

  test('an errand that finds the line down keeps the others from trying', async () => {
    const { add, queue, pass, seen, does } = desk({ parallel: 1 })
    does.deliver = fails('hub/unreachable')
    for (const key of ['a', 'b', 'c']) add({ key })
    queue.start()
    does.collect = () => Promise.resolve()
    await pass(100)
    expect(seen()).toEqual(['look', 'a'])
  })

  test('does not hammer a hub whose answer to the probe is something else than silence', async () => {
    const { queue, pass, times, does, log } = desk()
    does.collect = fails('hub/unreachable')
    queue.start()
    await pass(1_000)
    does.collect = fails('hub/refused')
    await pass(80_000)
    expect(times('look')).toEqual([0, 5, 15, 35, 75])
    expect(log.some((text) => text.includes('hub/refused'))).toBe(true)
  })

  test('is at rest once the hub is taken out of the settings while the line is down', async () => {
    const { queue, pass, times, does, line } = desk()
    does.collect = fails('hub/unreachable')
    queue.start()
    await pass(1_000)
    does.collect = fails('hub/not-configured')
    await pass(130_000)
    expect(times('look')).toEqual([0, 5, 65, 125])
    expect(line.get().state).toBe('unknown')
  })

  test('"Gửi ngay" tries line and errands at once', async () => {
    const { add, queue, pass, times, does } = desk()
    does.collect = fails('hub/unreachable')
    add({ key: 'urgent' })
    queue.start()
    await pass(36_000)
    does.collect = () => Promise.resolve()
    queue.tryNow()
    await pass(1_000)
    expect(times('look').at(-1)).toBe(36)
    expect(times('urgent')).toEqual([36])
  })

  test('a look that hangs holds nothing up for long, and “Gửi ngay” ends it', async () => {
    const { add, queue, pass, times, does } = desk()
    let ended = 0
    does.collect = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended += 1
          reject(new AppError('hub/cancelled', 'aborted'))
        })
      })
    add({ key: 'one' })
    queue.start()
    await pass(5_000)
    queue.tryNow()
    await pass(1_000)
    expect(ended).toBe(0)
    await pass(5_000)
    expect(times('one')).toEqual([10])
    does.collect = () => Promise.resolve()
    queue.tryNow()
    await pass(1_000)
    expect(ended).toBe(1)
    expect(times('look')).toEqual([0, 11])
  })

  test('a reason to try at once that comes while a try is failing is not lost', async () => {
    const { add, queue, pass, settled, times, does } = desk()
    does.collect = fails('hub/unreachable')
    add({ key: 'urgent' })
    queue.start()
    await pass(36_000)
    let fail = (): void => undefined
    does.collect = () =>
      new Promise((_, reject) => {
        fail = () => {
          reject(new AppError('hub/unreachable', 'a try of before'))
        }
      })
    queue.tryNow()
    await settled()
    queue.tryNow()
    does.collect = () => Promise.resolve()
    fail()
    await pass(1_000)
    expect(times('urgent')).toEqual([36])
  })

  test('what the clerk holds stays, and what no screen shows is begun anew when somebody asks', async () => {
    const { add, queue, pass, times, does, store, job } = desk()
    does.fetch = fails('store/disk-full')
    add({ key: 'fetch/1', kind: 'fetch' })
    add({ key: 'paused' })
    store.jobs.hold('paused', { byClerk: true })
    queue.start()
    await pass(600_000)
    expect(job('fetch/1').state).toBe('held')
    expect(times('fetch/1')).toEqual([0])
    does.fetch = () => Promise.resolve()
    queue.tryNow()
    await pass(1_000)
    expect(job('fetch/1').state).toBe('done')
    expect(job('paused')).toMatchObject({ state: 'held', heldByClerk: true })
    expect(times('paused')).toEqual([])
  })

  test('takes up what a crash left in hand, and what it had stopped on unseen', async () => {
    const first = desk()
    first.add({ key: 'crashed' })
    first.store.jobs.claimDue(MORNING, 1_800_000)
    first.add({ key: 'admit/1', kind: 'admit' })
    first.store.jobs.claimDue(MORNING, 1_800_000)
    first.store.jobs.hold('admit/1', { code: 'app/unexpected', byClerk: false })
    first.queue.start()
    await first.pass(1_000)
    expect(first.job('crashed').state).toBe('done')
    expect(first.job('admit/1').state).toBe('done')
  })

  test('at goodbye ends what runs and leaves it due, not held', async () => {
    const { add, queue, settled, does, job, seen } = desk()
    does.deliver = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new AppError('hub/cancelled', 'aborted'))
        })
      })
    add({ key: 'big' })
    queue.start()
    await settled()
    expect(job('big').state).toBe('leased')
    await queue.stop()
    expect(job('big')).toMatchObject({ state: 'ready', dueAt: MORNING })
    expect(seen()).toEqual(['look', 'big'])
  })

  test('at goodbye ends a look at the hub, and begins nothing more', async () => {
    const { add, queue, settled, does, seen, line, alarms } = desk()
    does.collect = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new AppError('hub/cancelled', 'aborted'))
        })
      })
    add({ key: 'waiting' })
    queue.start()
    await settled()
    await queue.stop()
    expect(seen()).toEqual(['look'])
    expect(line.get().state).toBe('unknown')
    expect(alarms()).toBe(0)
  })

  test('a handler that breaks costs its errand a hold and nobody else anything', async () => {
    const { add, queue, pass, job, does } = desk()
    does.deliver = (one) => (one?.key === 'broken' ? Promise.reject(new TypeError('bug')) : Promise.resolve())
    add({ key: 'broken' })
    add({ key: 'sound' })
    queue.start()
    await pass(1_000)
    expect(job('broken')).toMatchObject({ state: 'held', lastErrorCode: 'app/unexpected' })
    expect(job('sound').state).toBe('done')
  })

  test('a clock that was a year ahead and is put right makes nothing wait for a year', async () => {
    const { queue, add, job, does, pass, setClock, times, line } = desk()
    does.deliver = () => Promise.reject(new AppError('hub/busy', 'later'))
    queue.start()
    await pass(1_000)
    const year = 365 * 86_400_000
    setClock(year)
    add({ key: 'document' })
    queue.ring()
    await pass(61_000)
    expect(job('document')).toMatchObject({ state: 'ready' })
    expect(job('document').dueAt).toBeGreaterThan(MORNING + year)
    const looks = times('look').length

    does.deliver = () => Promise.resolve()
    setClock(-year)
    // The longest nap, at whose end the loop sees the clock.
    queue.ring()
    await pass(1_000)
    expect(times('look').length).toBe(looks + 1)
    expect(line.get().state).toBe('up')
    expect(job('document').state).toBe('done')
  })

  test('a disk that refuses to write stops the queue, not the program, and it goes on when there is room', async () => {
    const { add, queue, pass, job, does, store, log, times } = desk()
    does.deliver = fails('store/disk-full')
    const full = () => {
      throw new AppError('store/disk-full', 'no room left')
    }
    const refusal = vi.spyOn(store.jobs, 'hold').mockImplementation(full)
    add({ key: 'first' })
    queue.start()
    await pass(200_000)
    expect(job('first').state).toBe('leased')
    expect(log.some((text) => text.includes('the queue cannot go on: store/disk-full'))).toBe(true)
    expect(times('look').length).toBeLessThan(6)
    refusal.mockRestore()
    await pass(60_000)
    expect(job('first')).toMatchObject({ state: 'held', lastErrorCode: 'store/disk-full' })
  })
})

describe('what goes when', () => {
  const LARGE = 50_000_000

  /** Every delivery waits until the test lets it end. */
  function slowDesk(given: Parameters<typeof desk>[0] = {}) {
    const one = desk(given)
    const running = new Map<string, () => void>()
    one.does.deliver = (job, signal) =>
      new Promise((resolve, reject) => {
        const key = job?.key ?? ''
        const end = () => {
          running.delete(key)
          resolve()
        }
        running.set(key, end)
        signal.addEventListener('abort', () => {
          running.delete(key)
          reject(new AppError('hub/cancelled', 'cancelled'))
        })
      })
    return {
      ...one,
      running: () => [...running.keys()].sort(),
      end: async (key: string) => {
        running.get(key)?.()
        await one.settled()
      },
    }
  }

  test('the urgent first, then the oldest, however often that failed', async () => {
    const { add, queue, seen, pass, setClock } = desk({ parallel: 2 })
    add({ key: 'old', dueAt: MORNING + 5_000 })
    setClock(1_000)
    add({ key: 'young' })
    add({ key: 'flash', priority: 3 })
    setClock(4_000)
    queue.start()
    await pass(1_000)
    expect(seen()).toEqual(['look', 'flash', 'old', 'young'])
  })

  test('small ones do not wait behind large ones, and large ones not for ever', async () => {
    const { add, queue, running, settled, end } = slowDesk({ parallel: 3 })
    for (const key of ['large-1', 'large-2', 'large-3']) add({ key, sizeBytes: LARGE, priority: 3 })
    add({ key: 'small', sizeBytes: 40_000 })
    queue.start()
    await settled()
    expect(running()).toEqual(['large-1', 'large-2', 'small'])
    await end('small')
    expect(running()).toEqual(['large-1', 'large-2'])
    await end('large-1')
    expect(running()).toEqual(['large-2', 'large-3'])
  })

  test('an errand does not wait while a look at the hub runs', async () => {
    const { add, queue, running, settled, does, times } = slowDesk()
    queue.start()
    await settled()
    let answer = (): void => undefined
    does.collect = () => new Promise((resolve) => (answer = resolve))
    queue.tryNow()
    await settled()
    expect(times('look')).toHaveLength(2)
    add({ key: 'one' })
    queue.ring()
    await settled()
    expect(running()).toEqual(['one'])
    answer()
  })

  test('“this one first” goes before all others, the urgent ones included', async () => {
    const { add, queue, running, settled, end, store } = slowDesk({ parallel: 2 })
    for (const key of ['a', 'b', 'c', 'd']) add({ key, priority: key === 'c' ? 3 : 0 })
    queue.start()
    await settled()
    expect(running()).toEqual(['a', 'c'])
    store.jobs.putFirst('d')
    await end('a')
    expect(running()).toEqual(['c', 'd'])
  })

  test('paused, no document leaves, what was leaving stops, and the rest goes on', async () => {
    const { add, queue, running, settled, want, seen, job } = slowDesk()
    add({ key: 'one' })
    queue.start()
    await settled()
    want({ paused: true })
    add({ key: 'report/x', kind: 'report' })
    queue.ring()
    await settled()
    expect(running()).toEqual([])
    expect(job('one')).toMatchObject({ state: 'ready', lastErrorCode: 'hub/cancelled' })
    expect(seen()).toContain('report/x')
    want({ paused: false })
    await settled()
    expect(running()).toEqual(['one'])
  })

  test('large ones wait for their hours, unless they are urgent or put first', async () => {
    // It is 8 o'clock in Vietnam.
    const { add, queue, running, settled, store, setClock, end } = slowDesk({
      largeHours: { from: 18, to: 6 },
    })
    add({ key: 'large', sizeBytes: LARGE })
    add({ key: 'other-large', sizeBytes: LARGE })
    add({ key: 'small', sizeBytes: 40_000 })
    add({ key: 'urgent-large', sizeBytes: LARGE, priority: 1 })
    queue.start()
    await settled()
    expect(running()).toEqual(['small', 'urgent-large'])
    store.jobs.putFirst('other-large')
    queue.ring()
    await settled()
    expect(running()).toEqual(['other-large', 'small', 'urgent-large'])
    await end('other-large')
    expect(running()).not.toContain('large')
    setClock(10 * 3_600_000)
    queue.ring()
    await settled()
    expect(running()).toContain('large')
  })

  test('an errand that waits for the disk gives its place to another, and takes one again', async () => {
    const { add, queue, settled, does, store, seen } = desk({ parallel: 2 })
    const disk: (() => void)[] = []
    vi.spyOn(store, 'durable').mockImplementation(() => new Promise((resolve) => disk.push(resolve)))
    const sending = new Map<string, () => void>()
    let most = 0
    does.deliver = async (job, _, onDisk) => {
      await onDisk()
      await new Promise<void>((resolve) => {
        sending.set(job?.key ?? '', resolve)
        most = Math.max(most, sending.size)
      })
      sending.delete(job?.key ?? '')
    }
    const keys = ['a', 'b', 'c', 'd', 'e']
    for (const key of keys) add({ key })
    queue.start()
    await settled()
    expect(seen()).toEqual(['look', ...keys])
    expect(sending.size).toBe(0)
    for (const ready of disk) ready()
    await settled()
    for (let rounds = 0; sending.size > 0 && rounds < 10; rounds += 1) {
      for (const end of [...sending.values()]) end()
      await settled()
    }
    expect(keys.map((key) => store.jobs.byKey(key)?.state)).toEqual(keys.map(() => 'done'))
    expect(most).toBe(2)
  })

  test('begins anew, as after a crash, where the disk took back what was written', async () => {
    const { add, queue, settled, does, store, job } = desk()
    add({ key: 'one' })
    let attempts = 0
    let answer = (): void => undefined
    does.deliver = async (_, __, onDisk) => {
      attempts += 1
      await new Promise<void>((resolve) => (answer = resolve))
      await onDisk()
    }
    queue.start()
    await settled()
    const lost = vi.spyOn(store, 'lost').mockReturnValue(1)
    const durable = vi.spyOn(store, 'durable').mockResolvedValue()
    answer()
    await settled()
    expect(job('one').state).not.toBe('done')
    expect(attempts).toBe(2)
    answer()
    await settled()
    expect(job('one').state).toBe('done')
    lost.mockRestore()
    durable.mockRestore()
  })

  test('reading what is here does not wait for the line, and a silent authority takes one place', async () => {
    const { add, queue, settled, does, seen } = desk({ parallel: 2 })
    const never = (_: Job | undefined, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new AppError('hub/cancelled', 'aborted'))
        })
      })
    does.judge = never
    does.fetch = () => new Promise((resolve) => setImmediate(resolve))
    add({ key: 'judge/1', kind: 'judge' })
    add({ key: 'judge/2', kind: 'judge' })
    queue.start()
    await settled()
    for (const key of ['fetch/1', 'fetch/2', 'fetch/3']) add({ key, kind: 'fetch' })
    queue.ring()
    await settled()
    expect(seen()).toEqual(['look', 'judge/1', 'fetch/1', 'fetch/2', 'fetch/3'])
    does.fetch = never
    add({ key: 'fetch/4', kind: 'fetch' })
    for (const key of ['admit/1', 'admit/2']) add({ key, kind: 'admit' })
    queue.ring()
    await settled()
    expect(seen().slice(-3)).toEqual(['admit/1', 'admit/2', 'fetch/4'].sort())
  })

  test('what a person does to an errand that runs is done before it could begin again', async () => {
    const { add, queue, running, settled, job, store } = slowDesk()
    add({ key: 'one' })
    queue.start()
    await settled()
    await queue.interrupt('one', () => store.jobs.hold('one', { byClerk: true }))
    await settled()
    expect(running()).toEqual([])
    expect(job('one')).toMatchObject({ state: 'held', heldByClerk: true })
    const wrong = queue.interrupt('one', () => store.jobs.succeed('one'))
    await expect(wrong).rejects.toMatchObject({ code: 'document/wrong-state' })
  })

  test('a clock that is put right does not keep waiting what was put off by the wrong one', async () => {
    const { add, queue, does, pass, times, setClock } = desk()
    does.collect = fails('hub/unreachable')
    queue.start()
    await pass(1_000)
    setClock(365 * 86_400_000)
    add({ key: 'one' })
    does.collect = () => Promise.resolve()
    queue.tryNow()
    await pass(0)
    expect(times('one')).toEqual([])
    setClock(-365 * 86_400_000)
    queue.ring()
    await pass(2_000)
    expect(times('one')).toHaveLength(1)
  })

  test('after a long silence, what has gathered goes one after the other', async () => {
    const { add, queue, does, pass, times, line } = desk({ parallel: 3 })
    does.collect = fails('hub/unreachable')
    queue.start()
    await pass(3_600_000)
    expect(line.get().state).toBe('down')
    const keys = Array.from({ length: 8 }, (_, index) => `d${String(index)}`)
    for (const key of keys) add({ key })
    does.collect = () => Promise.resolve()
    await pass(20 * 60_000)
    const begun = keys.flatMap(times)
    expect(begun.map((at) => at - (begun[0] ?? 0))).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
  })
})
