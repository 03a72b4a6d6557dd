import { randomBytes } from 'node:crypto'
import type { CheckedStep } from '../../shared/connection-check.ts'
import { walkSteps, type CheckOptions } from './check-steps.ts'
import { exchangeFolder } from './exchange-folder.ts'
import { filedropTransport } from './filedrop.ts'
import type { FolderAddress } from './open.ts'

/**
 * Walks the way into an exchange folder: it is there, it can be written, we can seal, and what lies in it. A folder
 * that was never used as one is made ready: this is the only place where that happens, because a person is there who
 * sees that the right stick is in.
 */
export function checkFolder(
  { folder: path }: FolderAddress,
  options: CheckOptions,
): Promise<readonly CheckedStep[]> {
  const { sealing, clock, signal } = options
  return walkSteps(
    [
      [
        'folder',
        async () => {
          await exchangeFolder(path).prepare()
          return { state: 'good' }
        },
      ],
      [
        'writing',
        async () => {
          const begun = performance.now()
          await exchangeFolder(path).tryOut(randomBytes(4096))
          return { state: 'good', milliseconds: Math.round(performance.now() - begun) }
        },
      ],
      [
        'own-key',
        () => {
          // In the wizard there is no office yet that could have a key.
          if (sealing === undefined) return { state: 'passed' }
          sealing.requireOwnKey()
          return { state: 'good' }
        },
      ],
      [
        'packages',
        async () => {
          if (sealing === undefined) return { state: 'passed' }
          const transport = filedropTransport({ folder: path, sealing, clock })
          const { waitingDocuments, waitingStatuses } = await transport.check({ signal })
          const strange = transport.strangeFiles().map(({ name, code }) => ({ name, code }))
          return {
            state: strange.length === 0 ? 'good' : 'warning',
            documents: waitingDocuments,
            statuses: waitingStatuses,
            ...(strange.length === 0 ? {} : { strange }),
          }
        },
      ],
    ],
    options,
  )
}
