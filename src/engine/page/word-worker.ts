/** The thread in which a Word file is read: whatever it does there, the engine goes on. It has no store and no key. */
import { parentPort, workerData } from 'node:worker_threads'
import { readWord } from './word-reading.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a thread of the engine')
// What goes wrong ends the thread, which says enough: of the message nothing may be told, it may quote the file.
port.postMessage(await readWord(workerData as Uint8Array))
