/** Reads a Word file in a thread of its own, which a hostile file may kill and never hold up for long. */
import { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors.ts'
import type { WordContent } from './word-reading.ts'

/** What one file may take. */
const DEADLINE_MS = 20_000
const HEAP_MB = 256

/**
 * @param script the built thread, or word-worker.ts where Node strips types itself
 * @throws {AppError} word/unreadable: no such file, broken, too large, or not within its time and memory
 */
export function readWordInThread(
  script: string,
  file: Uint8Array,
  { deadlineMs = DEADLINE_MS } = {},
): Promise<WordContent> {
  const worker = new Worker(script, {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 32 },
    stdout: true,
    stderr: true,
  })
  return new Promise<WordContent>((resolve, reject) => {
    const refuse = (why: string) => () => {
      reject(new AppError('word/unreadable', why))
    }
    const late = setTimeout(refuse('it took too long'), deadlineMs)
    worker.once('message', (content: WordContent) => {
      resolve(content)
    })
    worker.once('error', refuse('its thread failed'))
    worker.once('exit', () => {
      clearTimeout(late)
      refuse('its thread ended')()
    })
  }).finally(() => worker.terminate())
}
