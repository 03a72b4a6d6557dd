import type { Job } from './store/index.ts'

/**
 * Resolves when everything that was kept and committed before the call is on the disk. Call it before anybody
 * outside is told. Meanwhile another errand has this one's place in the queue.
 */
export type OnDisk = () => Promise<void>

/**
 * Runs one errand. Does the slow work (network, files) and returns the bookkeeping, which the runner
 * commits in one transaction with the end of the job; that is on the disk soon, not at once. A throw leaves the document where it was; the
 * retry policy is read from the error table, so handlers never sleep and never retry.
 */
export type JobHandler = (job: Job, signal: AbortSignal, onDisk: OnDisk) => Promise<() => void>
