import { app } from 'electron'
import type { UpdateStatus } from '../../../src/shared/ipc/contract.ts'
import { updates } from '../../../src/main/updates.ts'

/**
 * A program that is nothing but its updates, for test/e2e/updates.test.ts: what the clerk would do in the
 * settings the test does through `globalThis`.
 */
void app.whenReady().then(() => {
  const seen: UpdateStatus[] = []
  let left = 0
  const update = updates({
    onChange: () => {
      seen.push(update.status())
    },
    leave: () => {
      left += 1
      return Promise.resolve()
    },
  })
  Object.assign(globalThis, { update, seen, timesLeft: () => left })
})
