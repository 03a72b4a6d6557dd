import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { electronPath } from './electron-path.ts'
import { OfficeWindow } from './office-window.ts'
import { makeWalkDesk, type WalkDesk } from './walk-desk.ts'

/** One office with a hub and tokens of SoftHSM2. */
export interface SenderWindow {
  /** A folder of its own, for whatever else a test writes. */
  readonly dir: string
  readonly desk: WalkDesk
  /** At the first page of the wizard. */
  readonly office: OfficeWindow
  /** Ends window and hub, and removes the folder. */
  close(): Promise<void>
}

/** Makes the sender's office of the walk, and opens its window. @param name names the folder */
export async function openSender(name: string): Promise<SenderWindow> {
  const dir = mkdtempSync(join(tmpdir(), `vanthu-${name}-`))
  const desk = await makeWalkDesk(dir, 'softhsm')
  await desk.hub.start()
  const office = new OfficeWindow({
    dataDir: join(dir, 'office'),
    env: desk.sender.env,
    electronPath: electronPath(),
  })
  await office.open()
  return {
    dir,
    desk,
    office,
    async close() {
      await office.close()
      await desk.hub.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
