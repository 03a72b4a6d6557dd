/** The thread of examine.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { examination } from './examine.ts'

const { except, ...file } = examination.parse(workerData)
const db = openDatabase({ ...file, readonly: true })
parentPort?.postMessage(db.findDamage(except))
db.close()
