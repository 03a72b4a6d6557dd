import { z } from 'zod'
import { errorCode, nothing, type Requests } from './values.ts'

const updateStatus = z.object({
  currentVersion: z.string(),
  state: z.enum(['off', 'idle', 'checking', 'available', 'downloading', 'ready', 'failed']),
  version: z.string().optional(),
  receivedBytes: z.int().optional(),
  totalBytes: z.int().optional(),
  error: errorCode.optional(),
})

export type UpdateStatus = z.output<typeof updateStatus>

/** Updates of the program. */
export const updateContract = {
  'update.status': { input: nothing, output: updateStatus },
  'update.check': { input: nothing, output: updateStatus },
  'update.download': { input: nothing, output: updateStatus },
  /** Refused as `update/busy` while a job is leased. */
  'update.install': { input: nothing, output: updateStatus },
} satisfies Requests
