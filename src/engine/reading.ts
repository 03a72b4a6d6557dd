/** Makes documents findable that are not yet: after an update those that were there before, then the text of PDFs. */
import { codeOf } from '../shared/errors.ts'
import type { Sha256 } from '../shared/document/fields.ts'
import type { ReadPdf } from './pdf/body-protocol.ts'
import type { BodyReader } from './pdf/body-text.ts'
import { BODY_UNITS_LIMIT, type BodyText, type Store, type Unread } from './store/index.ts'

/** What the reading needs of the world. */
export interface ReadingPorts {
  readonly store: Store
  readonly reader: BodyReader
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** More can be found than before. */
  readonly onChange: () => void
}

/** Taken in within one turn of the event loop. */
const BATCH = 10
/** Between two turns, so that whoever waits comes first. */
const REST_MS = 20
/** While there is nothing to do; whoever changes documents rings. */
const IDLE_MS = 60_000
const PAGES_LIMIT = 500
/** The thread and its memory are given back when nothing came for so many looks. */
const LOOKS_BEFORE_REST = 2

/**
 * Goes on in the background as long as the office is open, one small step at a time. It is no durable job: what
 * is left to do stands in the rows themselves, and nobody waits for it.
 */
export function officeReading({ store, reader, timer, log, onChange }: ReadingPorts) {
  const over = new AbortController()
  let running: Promise<void> | undefined
  let wakeUp: (() => void) | undefined
  let rung = false

  function nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (rung || over.signal.aborted) {
        resolve()
        return
      }
      const done = () => {
        wakeUp = undefined
        undo()
        resolve()
      }
      const undo = timer(ms, done)
      wakeUp = done
    })
  }

  async function loop(): Promise<void> {
    let idle = 0
    while (!over.signal.aborted) {
      rung = false
      const isDone = await step().catch((cause: unknown) => {
        if (!over.signal.aborted) log('error', `reading for the search: ${String(cause)}`)
        return true
      })
      idle = isDone ? idle + 1 : 0
      if (idle === LOOKS_BEFORE_REST) await reader.rest()
      if (isDone) await nap(IDLE_MS)
      else await rest()
    }
    await reader.rest()
  }

  /** Not to be cut short by a ring: others have their turn. */
  function rest(): Promise<void> {
    return new Promise((resolve) => {
      timer(REST_MS, resolve)
    })
  }

  /** @returns whether nothing is left to do */
  async function step(): Promise<boolean> {
    const count = store.search.indexSome(BATCH)
    if (count > 0) {
      if (count < BATCH) onChange()
      return false
    }
    const [next] = store.search.nextUnread(1)
    if (next === undefined) return true
    if (next.interrupted) {
      log('warn', `reading a document for the search ended the engine before; it is not tried again`)
      store.search.endReading([[next, undefined]])
      return false
    }
    store.search.beginReading(next)
    try {
      store.search.endReading([[next, await readAll(next)]])
    } catch (cause) {
      store.search.putOff(next)
      throw cause
    }
    onChange()
    return false
  }

  /** Undefined when one of its PDFs cannot be read, and there is nothing of the others. */
  async function readAll({ pdfs }: Unread): Promise<BodyText | undefined> {
    const texts: string[] = []
    const body = { pages: 0, blankPages: 0, cut: false }
    let left = BODY_UNITS_LIMIT
    for (const sha256 of pdfs) {
      const read = left > 0 ? await readOne(sha256, left) : undefined
      if (read === undefined) {
        body.cut = true
        continue
      }
      texts.push(read.text)
      left -= read.text.length
      body.pages += read.pages
      body.blankPages += read.blankPages
      body.cut ||= read.cut
    }
    return texts.length === 0 ? undefined : { ...body, text: texts.join('\n') }
  }

  async function readOne(sha256: Sha256, units: number): Promise<ReadPdf | undefined> {
    try {
      const file = await store.files.open(sha256)
      try {
        return await reader.read(file, { pages: PAGES_LIMIT, units }, over.signal)
      } finally {
        await file.close()
      }
    } catch (cause) {
      // A file that is gone or damaged is told elsewhere; here it is one that cannot be read.
      if (codeOf(cause) === 'app/unexpected') throw cause
      log('warn', `a PDF cannot be opened for the search: ${codeOf(cause)}`)
      return undefined
    }
  }

  return {
    start(): void {
      running ??= loop()
    },
    /** Something may be there to read. */
    ring(): void {
      rung = true
      wakeUp?.()
    },
    /** Ends the loop; a PDF that is being read is read again at the next start. */
    async stop(): Promise<void> {
      over.abort()
      wakeUp?.()
      await running
    },
  }
}
