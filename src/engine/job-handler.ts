import type { Job } from './store/index.ts'

/**
 * Runs one errand. Does the slow work (network, files) and returns the bookkeeping, which the runner
 * commits in one transaction with the end of the job. A throw leaves the document where it was; the
 * retry policy is read from the error table, so handlers never sleep and never retry.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<() => void>
