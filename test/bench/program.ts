/** Signs the documents of a job in one process: built by scripts/bench.mjs, started by sign.ts. */
import { readFileSync } from 'node:fs'
import { startSignerProcess } from '../../src/engine/signing/signer-process.ts'
import type { SigningJob } from './signing-job.ts'

const [, , jobPath = ''] = process.argv
const job = JSON.parse(readFileSync(jobPath, 'utf8')) as SigningJob // written by sign.ts
// Before the rest is loaded, as the command line does.
const started = startSignerProcess(job.signerPath)
const { perform } = await import('./signing-job.ts')
await perform(job, started)
