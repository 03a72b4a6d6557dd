import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { documentId, outgoingFields, type OutgoingFields } from '../../src/shared/document/fields.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { CallError } from '../../src/renderer/lib/call.ts'
import { draftKeeper, keepDraft } from '../../src/renderer/lib/draft.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function draftOf(fields: Partial<OutgoingFields> = {}, revision = 1): OutgoingDetail {
  const all = outgoingFields.parse(fields)
  return {
    id: documentId.parse('00000000-0000-4000-8000-000000000001'),
    state: 'drafting',
    typeName: all.typeName,
    subject: all.subject,
    codeNotation: '',
    priority: 0,
    signers: [],
    recipients: [],
    sizeBytes: 0,
    createdAt: 0,
    changedAt: 0,
    revision,
    encrypted: false,
    fields: all,
    files: [],
    problems: [],
    history: [],
    notes: [],
    versions: [],
  }
}

/** An engine that keeps the fields and demands the newest revision, answering when told to. */
function engine() {
  let stored = draftOf()
  const waiting: (() => void)[] = []
  const saves: { subject: string; revision: number }[] = []
  return {
    saves,
    stored: () => stored,
    answer: async () => {
      waiting.shift()?.()
      await vi.advanceTimersByTimeAsync(0)
    },
    save: (fields: OutgoingFields, revision: number) =>
      new Promise<OutgoingDetail>((resolve, reject) => {
        saves.push({ subject: fields.subject, revision })
        waiting.push(() => {
          if (revision !== stored.revision) {
            reject(new CallError({ code: 'document/changed', incident: 'i' }))
            return
          }
          stored = draftOf(fields, revision + 1)
          resolve(stored)
        })
      }),
  }
}

test('what is typed is saved after two seconds of quiet, once', async () => {
  const { save, saves, answer, stored } = engine()
  const keeper = keepDraft(draftOf(), save)
  for (const subject of ['V', 'V/', 'V/v']) {
    keeper.change({ subject })
    await vi.advanceTimersByTimeAsync(1500)
  }
  expect(saves).toEqual([])
  await vi.advanceTimersByTimeAsync(500)
  await answer()
  expect(saves).toEqual([{ subject: 'V/v', revision: 1 }])
  expect(stored().fields.subject).toBe('V/v')
  expect(keeper.state().saving).toBe('saved')
})

test('what is typed while a save is under way goes with the next one, over the new revision', async () => {
  const { save, saves, answer, stored } = engine()
  const keeper = keepDraft(draftOf(), save)
  keeper.change({ subject: 'một' })
  const first = keeper.flush()
  await vi.advanceTimersByTimeAsync(0)
  keeper.change({ subject: 'một hai' })
  await answer()
  await answer()
  await first
  expect(saves).toEqual([
    { subject: 'một', revision: 1 },
    { subject: 'một hai', revision: 2 },
  ])
  expect(stored().fields.subject).toBe('một hai')
  expect(keeper.state().fields.subject).toBe('một hai')
})

test('a save that fails says so, keeps the text, and the next one takes it along', async () => {
  let broken = true
  const { save, stored, answer } = engine()
  const keeper = keepDraft(draftOf(), (fields, revision) =>
    broken
      ? Promise.reject(new CallError({ code: 'app/engine-lost', incident: 'i' }))
      : save(fields, revision),
  )
  keeper.change({ subject: 'còn đây' })
  await expect(keeper.flush()).rejects.toMatchObject({ failure: { code: 'app/engine-lost' } })
  expect(keeper.state()).toMatchObject({ saving: 'failed', error: { code: 'app/engine-lost' } })
  expect(keeper.state().fields.subject).toBe('còn đây')
  broken = false
  await vi.advanceTimersByTimeAsync(5000)
  await answer()
  expect(stored().fields.subject).toBe('còn đây')
  expect(keeper.state().saving).toBe('saved')
})

test('an act on the draft first saves, and is told the revision that is current by then', async () => {
  const { save, answer, stored } = engine()
  const keeper = keepDraft(draftOf(), save)
  keeper.change({ subject: 'chuyển ký' })
  let told = 0
  const acted = keeper.perform((revision) => {
    told = revision
    return Promise.resolve({ ...stored(), state: 'frozen' })
  })
  await vi.advanceTimersByTimeAsync(0)
  await answer()
  await acted
  expect(told).toBe(2)
  expect(keeper.state().detail.state).toBe('frozen')
})

test('an act is not done when the draft cannot be saved first', async () => {
  const keeper = keepDraft(draftOf(), () =>
    Promise.reject(new CallError({ code: 'document/changed', incident: 'i' })),
  )
  keeper.change({ subject: 'x' })
  let done = false
  const acted = keeper.perform(() => {
    done = true
    return Promise.resolve(draftOf())
  })
  await expect(acted).rejects.toMatchObject({ failure: { code: 'document/changed' } })
  expect(done).toBe(false)
})

test('what could not be saved while the store was shut is there when the draft is opened again, and is saved', async () => {
  let shut = true
  const { save, stored, answer } = engine()
  const keeper = keepDraft(draftOf(), (fields, revision) =>
    shut ? Promise.reject(new CallError({ code: 'office/not-open', incident: 'i' })) : save(fields, revision),
  )
  keeper.change({ subject: 'đang gõ dở' })
  await expect(keeper.flush()).rejects.toMatchObject({ failure: { code: 'office/not-open' } })

  const reopened = draftKeeper(draftOf())
  expect(reopened.state().fields.subject).toBe('đang gõ dở')
  shut = false
  const saved = reopened.flush()
  await vi.advanceTimersByTimeAsync(0)
  await answer()
  await saved
  expect(stored().fields.subject).toBe('đang gõ dở')
  expect(reopened.state().saving).toBe('saved')
  expect(draftKeeper(stored())).not.toBe(keeper)
})
