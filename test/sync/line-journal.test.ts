import { expect, test } from 'vitest'
import type { HistoryNote } from '../../src/engine/store/history.ts'
import { lineToHub } from '../../src/engine/sync/line.ts'
import { lineJournal } from '../../src/engine/sync/line-journal.ts'
import { AppError } from '../../src/shared/errors.ts'
import { clock, MORNING, office } from '../store/office.ts'

function journalled(append: (note: HistoryNote) => unknown, now: () => number) {
  const log: string[] = []
  const journal = lineJournal({ append, now, log: (_level, text) => log.push(text) })
  const line = lineToHub(
    now,
    () => 0.5,
    () => {
      journal.note(line.get())
    },
  )
  return { journal, line, log }
}

test('the history says from when to when the line was found down, and when nobody looked', () => {
  const time = clock()
  const store = office({ now: time.now })
  const { journal, line } = journalled(store.history.append, time.now)
  journal.open()
  line.cameUp()
  time.advance(60_000)
  line.wentDown('hub/unreachable')
  time.advance(3_600_000)
  line.wentDown('hub/busy')
  time.advance(3_600_000)
  line.cameUp()
  line.cameUp()
  journal.close()
  const lines = store.history.of('office', 'line').map(({ at, event, detail }) => [at, event, detail])
  expect(lines).toEqual([
    [MORNING, 'line-unknown', { why: 'opened' }],
    [MORNING, 'line-up', { failures: 0 }],
    [MORNING + 60_000, 'line-down', { code: 'hub/unreachable' }],
    [MORNING + 7_260_000, 'line-up', { failures: 2 }],
    [MORNING + 7_260_000, 'line-unknown', { why: 'closed' }],
  ])
})

test('what the disk refuses is written with the next change, at the time when it happened', () => {
  const time = clock()
  const written: HistoryNote[] = []
  let full = true
  const { line, log } = journalled((note) => {
    if (full) throw new AppError('store/disk-full', 'no room')
    written.push(note)
  }, time.now)
  line.wentDown('hub/unreachable')
  expect(log).toHaveLength(1)
  full = false
  time.advance(60_000)
  line.cameUp()
  expect(written.map(({ at, event }) => [at, event])).toEqual([
    [MORNING, 'line-down'],
    [MORNING + 60_000, 'line-up'],
  ])
})
