/** Fills an office with documents and types searches into it: built by scripts/bench.mjs, started by search.ts. */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createStore } from '../../src/engine/store/index.ts'
import type { MadeDocument } from '../helpers/made-documents.ts'
import { fillOffice } from '../helpers/many-documents.ts'
import {
  FIRST_DAY,
  keyStrokes,
  LAST_DAY,
  SEED,
  type SearchingJob,
  type SearchingResult,
} from './search-typed.ts'

const job = JSON.parse(process.argv[2] ?? '{}') as SearchingJob // written by search.ts
const { dir, count, bodyWords } = job
rmSync(dir, { recursive: true, force: true })
const store = createStore({ dir, masterKey: randomBytes(32), now: () => LAST_DAY })
const samples: MadeDocument[] = []
const begun = performance.now()
const { textBytes } = fillOffice(store, {
  count,
  seed: SEED,
  bodyWords,
  from: FIRST_DAY,
  until: LAST_DAY,
  onMade: (made) => {
    if (made.number % Math.ceil(count / job.samples) === 0) samples.push(made)
  },
  onProgress: (done) => {
    if (done % 10_000 === 0) process.stderr.write(`${String(done)} documents\n`)
  },
})
const fillMs = performance.now() - begun
const typed = keyStrokes(samples)
const cpuBefore = process.cpuUsage()
const strokes = typed.map(({ kind, query }) => {
  const start = performance.now()
  const { hits, total } = store.search.find(query, 20, 0)
  return { kind, text: query.text, ms: performance.now() - start, rows: hits.length, total }
})
const cpu = process.cpuUsage(cpuBefore)
const result: SearchingResult = {
  fillMs,
  textBytes,
  indexBytes: store.search.sizeBytes(),
  cpuMsPerStroke: (cpu.user + cpu.system) / 1000 / strokes.length,
  strokes,
}
store.close()
writeFileSync(job.resultPath, JSON.stringify(result))
