import type { Composition } from '../../shared/document/composition.ts'
import type { OutgoingFields } from '../../shared/document/fields.ts'
import type { Failure, OutgoingDetail } from '../../shared/ipc/contract.ts'
import { call, failureOf } from './call.ts'

/** Quiet time after the last key before the draft is saved, in milliseconds. */
const QUIET_MS = 2000
/** Wait before a failed save is tried again, in milliseconds. */
const RETRY_MS = 5000

/** What the editor shows: the draft as the engine has it, what is being typed, and how saving goes. */
export interface DraftState {
  readonly detail: OutgoingDetail
  readonly fields: OutgoingFields
  /** What is written of its page; undefined where its PDF is taken in. */
  readonly composition: Composition | undefined
  readonly saving: 'saved' | 'waiting' | 'saving' | 'failed'
  readonly savedAt: number
  readonly error: Failure | undefined
}

/** Keeps one draft while it is edited. */
export interface DraftKeeper {
  readonly state: () => DraftState
  readonly subscribe: (changed: () => void) => () => void
  /** Changes fields now and saves them after two seconds of quiet. */
  readonly change: (patch: Partial<OutgoingFields>) => void
  /** {@link change} for what is written of the page. */
  readonly write: (patch: Partial<Composition>) => void
  /** Saves what is unsaved. @throws CallError */
  readonly flush: () => Promise<void>
  /** Saves, then does `work` with the revision that is current by then. @throws CallError */
  readonly perform: (work: (revision: number) => Promise<OutgoingDetail>) => Promise<OutgoingDetail>
}

type Save = (
  fields: OutgoingFields,
  revision: number,
  composition: Composition | undefined,
) => Promise<OutgoingDetail>

/** Keepers of what is not saved yet, by draft: the editor may be taken off the screen before it is. */
const unsaved = new Map<string, DraftKeeper>()

/** The keeper that still holds unsaved text of this draft, else a new one. */
export function draftKeeper(first: OutgoingDetail): DraftKeeper {
  return unsaved.get(first.id) ?? keepDraft(first)
}

/**
 * Saves a draft behind the clerk's back: one request at a time, always with the newest revision, so that
 * what is typed during a save goes with the next one and nothing is lost.
 *
 * @param save writes the fields over the given revision
 */
export function keepDraft(
  first: OutgoingDetail,
  save: Save = (fields, revision, composition) =>
    call('outgoing.save', {
      id: first.id,
      revision,
      fields,
      ...(composition === undefined ? {} : { composition }),
    }),
): DraftKeeper {
  let state: DraftState = {
    detail: first,
    fields: first.fields,
    composition: first.composition,
    saving: 'saved',
    savedAt: first.changedAt,
    error: undefined,
  }
  let dirty = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const listeners = new Set<() => void>()

  function set(patch: Partial<DraftState>): void {
    state = { ...state, ...patch }
    for (const listener of listeners) listener()
  }
  function later(wait: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      flush().catch(() => undefined) // shown through state.error
    }, wait)
  }
  /** One request after the other, whatever became of the one before. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work)
    last = turn.catch(() => undefined)
    return turn
  }
  async function saveNow(): Promise<void> {
    while (dirty) {
      dirty = false
      set({ saving: 'saving' })
      try {
        const detail = await save(state.fields, state.detail.revision, state.composition)
        set({ detail, saving: isDirty() ? 'waiting' : 'saved', savedAt: detail.changedAt, error: undefined })
        if (!isDirty() && unsaved.get(first.id) === keeper) unsaved.delete(first.id)
      } catch (caught) {
        dirty = true
        const error = failureOf(caught)
        set({ saving: 'failed', error })
        if (error.code === 'app/engine-lost') later(RETRY_MS)
        throw caught
      }
    }
  }
  function isDirty(): boolean {
    return dirty
  }
  function flush(): Promise<void> {
    clearTimeout(timer)
    return inTurn(saveNow)
  }
  function typed(patch: Partial<DraftState>): void {
    dirty = true
    unsaved.set(first.id, keeper)
    set({ ...patch, saving: 'waiting', error: undefined })
    later(QUIET_MS)
  }
  const keeper: DraftKeeper = {
    state: () => state,
    subscribe(changed) {
      listeners.add(changed)
      return () => {
        listeners.delete(changed)
      }
    },
    change(patch) {
      typed({ fields: { ...state.fields, ...patch } })
    },
    write(patch) {
      const { composition } = state
      if (composition !== undefined) typed({ composition: { ...composition, ...patch } })
    },
    flush,
    perform(work) {
      clearTimeout(timer)
      return inTurn(async () => {
        await saveNow()
        const detail = await work(state.detail.revision)
        // What the engine filled in (pages counted at import) counts, unless the clerk typed meanwhile.
        set(
          isDirty()
            ? { detail }
            : {
                detail,
                fields: detail.fields,
                composition: detail.composition,
                savedAt: detail.changedAt,
              },
        )
        return detail
      })
    },
  }
  unsaved.delete(first.id)
  return keeper
}
