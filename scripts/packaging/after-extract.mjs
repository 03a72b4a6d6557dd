import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Called by electron-builder when Electron lies in the output folder, before the app goes in: a runtime for
 * development carries an app of its own, which must not be shipped.
 */
export async function afterExtract({ appOutDir, electronPlatformName }) {
  if (electronPlatformName === 'darwin') return
  await rm(join(appOutDir, 'resources', 'app'), { recursive: true, force: true })
}
