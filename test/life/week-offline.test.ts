import { onTestFinished, expect, test } from 'vitest'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import type { Transport } from '../../src/engine/hub/transport.ts'
import type { JobHandler } from '../../src/engine/job-handler.ts'
import { lineToHub } from '../../src/engine/sync/line.ts'
import { runner } from '../../src/engine/sync/runner.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import { DEFAULT_QUEUE_POLICY } from '../../src/shared/queue-policy.ts'
import { startHubProcess, vxpFor } from '../hub/hub-process.ts'
import { NO_LEVEL, queuedDocument, sendingOffice } from '../outgoing/outbox.ts'

const DOCUMENTS = 300
const WEEK_MS = 7 * 24 * 3_600_000
/** The week goes by in so many jumps of the clock. */
const JUMPS = 14
/** So much faster than ours goes the office's clock. */
const HASTE = 60

/** A clock of its own, which goes fast and can be put forward. */
function fastClock() {
  const begun = Date.now()
  let ahead = 0
  return {
    now: () => begun + ahead + (Date.now() - begun) * HASTE,
    timer: (afterMs: number, callback: () => void) => {
      const handle = setTimeout(callback, afterMs / HASTE)
      return () => {
        clearTimeout(handle)
      }
    },
    putForward: (ms: number) => (ahead += ms),
  }
}

test(
  'after a week without a line, 300 documents leave: the urgent first, a few at once, and not all in one moment',
  { timeout: 120_000 },
  async () => {
    const hub = await startHubProcess()
    const store = sendingOffice()
    const priorities = Array.from({ length: DOCUMENTS }, (_, index) => index % 4)
    await Promise.all(priorities.map((priority) => queuedDocument(store, { priority })))
    const transport = vxpFor(hub, 'H99.88.01')
    // The first call loads the HTTP library, which by the clock of this test would take minutes.
    await transport.list()
    const { now, timer, putForward } = fastClock()
    let running = 0
    let most = 0
    const sending: Transport = {
      ...transport,
      async send(packet, more) {
        running += 1
        most = Math.max(most, running)
        try {
          return await transport.send(packet, more)
        } finally {
          running -= 1
        }
      },
    }
    const deliver = deliverJob({
      store,
      transport: () => sending,
      now,
      reach: () => undefined,
      outcomes: unknownOutcomes(now, 0),
      onSending: () => undefined,
      ...NO_LEVEL,
    })
    const begun: { readonly at: number; readonly priority: number }[] = []
    let looks = 0
    let onMove = (): void => undefined
    const noted: JobHandler = (job, signal, onDisk) => {
      begun.push({ at: now(), priority: job.priority })
      return deliver(job, signal, onDisk)
    }
    const unexpected: JobHandler = () => Promise.reject(new Error('nobody expected this errand'))
    const line = lineToHub(
      now,
      () => 0.5,
      () => undefined,
    )
    const queue = runner({
      store,
      line,
      handlers: {
        deliver: noted,
        fetch: unexpected,
        admit: unexpected,
        judge: unexpected,
        acknowledge: unexpected,
        report: unexpected,
        evidence: unexpected,
      },
      collect: async (signal) => {
        looks += 1
        await transport.list(undefined, { signal })
      },
      now,
      random: () => 0.5,
      timer,
      pollIntervalMs: 60_000,
      policy: () => DEFAULT_QUEUE_POLICY,
      reach: () => undefined,
      log: () => undefined,
      onMoved: () => {
        onMove()
      },
    })
    onTestFinished(async () => {
      await queue.stop()
      await transport.close()
      await hub.remove()
    })
    const until = (isSo: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (isSo()) resolve()
        }
        onMove = look
        look()
      })

    await hub.faults({ down: true })
    queue.start()
    await until(() => line.get().state === 'down')
    for (let jump = 0; jump < JUMPS; jump += 1) {
      const before = looks
      putForward(WEEK_MS / JUMPS)
      queue.ring()
      await until(() => looks > before)
    }
    expect(begun).toEqual([])

    // Each of them takes its time at the hub, so that they meet.
    await hub.faults({ reset: true, delayMs: 30 })
    queue.tryNow()
    await until(() => store.jobs.pending('deliver').length === 0)

    const accepted = (await hub.ledger()).filter((entry) => entry.event === 'accepted')
    expect(new Set(accepted.map(({ sha256 }) => sha256)).size).toBe(DOCUMENTS)
    expect(accepted).toHaveLength(DOCUMENTS)
    expect(begun).toHaveLength(DOCUMENTS)
    expect(begun.map(({ priority }) => priority)).toEqual(
      begun.map(({ priority }) => priority).toSorted((a, b) => b - a),
    )
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(DEFAULT_QUEUE_POLICY.parallel)
    const [first] = begun
    expect(begun.filter(({ at }) => at < (first?.at ?? 0) + 1_000).length).toBeLessThanOrEqual(3)
  },
)
