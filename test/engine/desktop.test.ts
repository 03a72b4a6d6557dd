import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { officeDesktop } from '../../src/engine/desktop.ts'
import type { Notice, Standing } from '../../src/shared/desktop.ts'
import { sha256Hex, type DocumentId } from '../../src/shared/document/fields.ts'
import type { Store } from '../../src/engine/store/index.ts'
import type { LineState } from '../../src/engine/sync/line.ts'
import { EXAMPLE_DOCUMENT } from '../envelope/packets.ts'
import { readPacket, NOWHERE } from '../../src/engine/envelope/read.ts'
import { RECEIVER } from '../helpers/office.ts'
import { delivery, queuedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { clock } from '../store/office.ts'

const UP: LineState = { state: 'up', since: 1, error: undefined, nextTryAt: undefined, failures: 0 }
const MINUTE = 60_000

/** A desktop that writes down what it is told, of an office whose clock and timer belong to the test. */
function desk(store: Store, time: ReturnType<typeof clock>) {
  const shown: Notice[] = []
  const standings: Standing[] = []
  const log: string[] = []
  const waiting = new Set<{ readonly at: number; readonly callback: () => void }>()
  let line = UP
  let unattended = false
  const open = () => {
    const desktop = officeDesktop({
      store,
      line: () => line,
      now: time.now,
      timer: (afterMs, callback) => {
        const one = { at: time.now() + afterMs, callback }
        waiting.add(one)
        return () => {
          waiting.delete(one)
        }
      },
      isUnattended: () => unattended,
      host: {
        log: (_level, text) => void log.push(text),
        desktop: {
          abilities: () => Promise.resolve({ tray: true }),
          startWithSystem: () => Promise.resolve(),
          startDrag: () => Promise.resolve(),
          notify: (notice) => void shown.push(notice),
          showStanding: (standing) => void standings.push(standing),
        },
      },
    })
    desktop.start()
    return desktop
  }
  let desktop = open()
  return {
    standings,
    log,
    get desktop() {
      return desktop
    },
    setLine: (next: LineState) => {
      line = next
    },
    setUnattended: () => {
      unattended = true
    },
    /** Lets time pass; answers what was shown meanwhile. */
    async pass(ms = MINUTE): Promise<Notice[]> {
      const before = shown.length
      const end = time.now() + ms
      while (time.now() < end) {
        for (const one of waiting) {
          if (one.at > time.now()) continue
          waiting.delete(one)
          one.callback()
          // The look gives other work its turn in between.
          await new Promise((resolve) => {
            setTimeout(resolve, 5)
          })
        }
        time.advance(1000)
      }
      return shown.slice(before)
    },
    /** The program is closed and started again. */
    async restart() {
      await desktop.stop()
      waiting.clear()
      desktop = open()
    },
  }
}

async function arrive(store: Store, packetId: string, at: number, priority = 0): Promise<DocumentId> {
  const read = await readPacket(Readable.from([Buffer.from(EXAMPLE_DOCUMENT)]), { attachmentSink: NOWHERE })
  if (read.kind !== 'document') throw new Error('the example is a document')
  const sha256 = sha256Hex.parse('b'.repeat(64))
  return store.atomically(() => {
    const { id } = store.incoming.collect({
      packetId,
      senderOrganId: 'H99',
      sha256,
      sizeBytes: 1,
      receivedAt: at,
    })
    const otherInfo = { ...read.message.otherInfo, priority }
    store.incoming.setMessage(id, { message: { ...read.message, otherInfo }, warnings: [] })
    store.incoming.move(id, 'admit', at)
    return id
  })
}

async function opened() {
  const time = clock()
  const store = sendingOffice(time.now)
  const here = desk(store, time)
  await here.pass(5_000)
  return { time, store, here }
}

test('an arrival is told once, also after a restart, and counted in the tray', async () => {
  const { time, store, here } = await opened()
  const id = await arrive(store, 'P-1', time.now())
  here.desktop.ring()
  expect(await here.pass()).toMatchObject([{ topic: 'arrived', wanted: { place: 'new', id } }])
  expect(here.standings.at(-1)).toMatchObject({ office: 'open', arrived: 1 })
  here.desktop.ring()
  expect(await here.pass()).toEqual([])
  await here.restart()
  expect(await here.pass()).toEqual([])
  expect(here.log).toEqual([])
})

test('what arrives while the program is closed is told at the next start; what was dealt with is not', async () => {
  const { time, store, here } = await opened()
  await here.desktop.stop()
  await arrive(store, 'P-1', time.now())
  const answered = await arrive(store, 'P-2', time.now())
  store.incoming.move(answered, 'register', time.now())
  await here.restart()
  expect(await here.pass()).toMatchObject([{ title: 'Văn bản mới đến' }])
})

test('a new office, or one from before this was told, is not told its whole past', async () => {
  const time = clock()
  const store = sendingOffice(time.now)
  await arrive(store, 'P-1', time.now())
  const here = desk(store, time)
  // What comes right after the start is news all the same.
  const id = await arrive(store, 'P-2', time.now())
  expect(await here.pass(10_000)).toMatchObject([{ topic: 'arrived', wanted: { id } }])
})

test('sixty arrivals in a row are a few gathered notices, and urgent ones stand for themselves', async () => {
  const { time, store, here } = await opened()
  const shown: Notice[] = []
  for (let index = 0; index < 60; index += 1) {
    await arrive(store, `P-${String(index)}`, time.now(), index === 7 ? 3 : 0)
    here.desktop.ring()
    shown.push(...(await here.pass(1_000)))
  }
  shown.push(...(await here.pass(30_000)))
  const arrived = shown.filter(({ topic }) => topic === 'arrived')
  expect(arrived.length).toBeLessThan(6)
  expect(shown.filter(({ topic }) => topic === 'urgent')).toHaveLength(1)
})

test('what the hub refuses, a recipient returns or the queue holds is told with its reason', async () => {
  const { time, store, here } = await opened()
  const [refused, returned, held] = [
    await queuedDocument(store),
    await queuedDocument(store),
    await queuedDocument(store),
  ]
  await here.pass()
  store.outgoing.move(refused.id, 'refuse', time.now(), { code: 'hub/refused' })
  store.outgoing.move(returned.id, 'accept', time.now())
  store.outgoing.moveRecipient(returned.id, RECEIVER.organId, 'return', time.now(), 'Sai thẩm quyền')
  const job = delivery(store, held.id)
  store.jobs.claimDue(time.now(), MINUTE, { subjects: [refused.id, returned.id] })
  store.jobs.hold(job.key, { code: 'hub/outcome-unaskable', byClerk: false })
  here.desktop.ring()
  const shown = await here.pass(30_000)
  expect(shown.map(({ topic, wanted }) => [topic, 'id' in wanted ? wanted.id : ''])).toEqual([
    ['returned', returned.id],
    ['refused', refused.id],
    ['held', held.id],
  ])
  expect(shown[0]?.body).toContain(RECEIVER.name)
})

test('what the clerk holds is no news to the clerk', async () => {
  const { time, store, here } = await opened()
  const { id } = await queuedDocument(store)
  await here.pass()
  store.jobs.claimDue(time.now(), MINUTE)
  store.jobs.hold(delivery(store, id).key, { byClerk: true })
  here.desktop.ring()
  expect(await here.pass(30_000)).toEqual([])
})

test('a deadline is told when it draws near, though nothing happens, and once', async () => {
  const { time, store, here } = await opened()
  const id = await arrive(store, 'P-1', time.now())
  here.desktop.ring()
  await here.pass()
  // Announced an hour before the end of the day, which is at 17:00.
  time.advance(7 * 60 * MINUTE)
  expect(await here.pass(2 * MINUTE)).toEqual([])
  time.advance(56 * MINUTE)
  expect(await here.pass(5 * MINUTE)).toMatchObject([{ topic: 'deadline', wanted: { place: 'new', id } }])
  await here.restart()
  expect(await here.pass(5 * MINUTE)).toEqual([])
})

test('a line that waits for a person is told once per failure; one that comes back by itself is not', async () => {
  const { here } = await opened()
  const down = (error: LineState['error']): LineState => ({ ...UP, state: 'down', error, failures: 1 })
  here.setLine(down('hub/unreachable'))
  expect(await here.pass(2 * MINUTE)).toEqual([])
  here.setLine(down('hub/unauthorised'))
  expect(await here.pass(2 * MINUTE)).toMatchObject([{ topic: 'line' }])
  expect(await here.pass(5 * MINUTE)).toEqual([])
  here.setLine(UP)
  await here.pass(2 * MINUTE)
  here.setLine(down('hub/unauthorised'))
  expect(await here.pass(2 * MINUTE)).toHaveLength(1)
})

test('an office that wants no notices is told nothing later either, and its choice reaches the tray at once', async () => {
  const { time, store, here } = await opened()
  here.desktop.save({ notices: 'off', staysInTray: false })
  expect(here.standings.at(-1)).toMatchObject({ staysInTray: false })
  await arrive(store, 'P-1', time.now())
  here.desktop.ring()
  expect(await here.pass()).toEqual([])
  here.desktop.save({ notices: 'code', staysInTray: true })
  expect(await here.pass(2 * MINUTE)).toEqual([])
})

test('while nobody is at work no abstract is shown, whatever the office chose', async () => {
  const { time, store, here } = await opened()
  here.desktop.save({ notices: 'subject', staysInTray: true })
  const subject = store.incoming.get(await arrive(store, 'P-1', time.now())).subject
  here.desktop.ring()
  expect((await here.pass())[0]?.body).toContain(subject)
  here.setUnattended()
  await arrive(store, 'P-2', time.now())
  here.desktop.ring()
  const [notice] = await here.pass()
  expect(notice?.title).toBe('Văn bản mới đến')
  expect(notice?.body).not.toContain(subject)
})
