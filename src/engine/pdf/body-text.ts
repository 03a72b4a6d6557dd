/** Reads the text of whole PDFs in a thread of its own, which a hostile file may kill and never hold up for long. */
import { Worker } from 'node:worker_threads'
import { fromReader, type ReadingLimits, type ReadPdf, type ToReader } from './body-protocol.ts'
import type { PdfSource } from './source.ts'

/** What one PDF may take; more ends the thread, and the PDF counts as unreadable. */
const DEADLINE_MS = 30_000
/** Of objects. What a stream is unpacked into is not counted among them, so the process is watched, too. */
const HEAP_MB = 256
const GROWTH_BYTES = 512 << 20
const LOOK_EVERY_MS = 100
/** Read in one piece by pdf.js at most; larger asks come from a broken file. */
const LARGEST_ASK_BYTES = 32 << 20

/** Reads one PDF after the other. */
export interface BodyReader {
  /**
   * @returns undefined when the file cannot be read, or not within its time and memory
   * @throws when there is no thread to be had, or `signal` aborts
   */
  read(source: PdfSource, limits: ReadingLimits, signal: AbortSignal): Promise<ReadPdf | undefined>
  /** Ends the thread; the next reading starts another. */
  rest(): Promise<void>
}

/**
 * @param script      the built thread, or body-worker.ts where Node strips types itself
 * @param deadlineMs  how long one PDF may take
 * @param growthBytes by how much the process may grow over one PDF
 */
export function bodyReader(
  script: string,
  { deadlineMs = DEADLINE_MS, growthBytes = GROWTH_BYTES } = {},
): BodyReader {
  let worker: Worker | undefined

  function started(): Worker {
    if (worker !== undefined) return worker
    worker = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 32 },
      stdout: true,
      stderr: true,
    })
    // An ended thread that has still something to say must not end the engine.
    worker.on('error', () => undefined)
    return worker
  }

  async function rest(): Promise<void> {
    const ended = worker
    worker = undefined
    await ended?.terminate()
  }

  function read(source: PdfSource, limits: ReadingLimits, signal: AbortSignal): Promise<ReadPdf | undefined> {
    signal.throwIfAborted()
    const thread = started()
    const say = (message: ToReader) => {
      thread.postMessage(message)
    }
    return new Promise((resolve, reject) => {
      let isRunning = false
      const end = (settle: () => void, isSpent: boolean) => {
        clearTimeout(late)
        clearInterval(watch)
        signal.removeEventListener('abort', stop)
        thread.off('error', onError)
        thread.off('exit', unreadable)
        thread.off('message', onMessage)
        if (isSpent) void rest()
        settle()
      }
      const unreadable = () => {
        end(() => {
          resolve(undefined)
        }, true)
      }
      const fail = (cause: Error) => {
        end(() => {
          reject(cause)
        }, true)
      }
      const stop = () => {
        fail(new Error('the reading was stopped'))
      }
      // Memory that is used up is an error of the thread, too; without a word from it, it never came to life.
      const onError = (cause: Error) => {
        if (isRunning) unreadable()
        else fail(cause)
      }
      const onMessage = (raw: unknown) => {
        isRunning = true
        const message = fromReader.safeParse(raw).data
        if (message === undefined || message.type === 'failed') unreadable()
        else if (message.type === 'done') {
          end(() => {
            resolve(message.result)
          }, false)
        } else {
          const { ask, offset, length } = message
          void bytesOf(source, offset, length).then((bytes) => {
            say({ type: 'bytes', ask, bytes })
          })
        }
      }
      const before = process.memoryUsage.rss()
      const watch = setInterval(() => {
        if (process.memoryUsage.rss() - before > growthBytes) unreadable()
      }, LOOK_EVERY_MS)
      const late = setTimeout(unreadable, deadlineMs)
      signal.addEventListener('abort', stop, { once: true })
      thread.on('error', onError)
      thread.on('exit', unreadable)
      thread.on('message', onMessage)
      say({ type: 'read', size: source.size, limits })
    })
  }

  return { read, rest }
}

/** A copy, which the thread may keep; undefined: not of this file. */
async function bytesOf(source: PdfSource, offset: number, length: number): Promise<Uint8Array | undefined> {
  if (offset < 0 || length < 0 || length > LARGEST_ASK_BYTES || offset + length > source.size)
    return undefined
  try {
    return Uint8Array.from(await source.read(offset, length))
  } catch {
    return undefined
  }
}
