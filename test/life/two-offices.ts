import {
  hasDirectory,
  makeDesk,
  makeOffice,
  officesOf,
  type Desk,
  type TestOffice,
} from '../helpers/office.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { workFolder, type WorkFolder } from '../pdf/samples.ts'

/** Two offices that know each other behind one hub, and a folder to make documents in. */
export interface TwoOffices {
  readonly desk: Desk
  readonly hub: HubProcess
  readonly folder: WorkFolder
  readonly sender: TestOffice
  readonly receiver: TestOffice
  /** Ends them all, and leaves nothing behind. */
  close(): Promise<void>
}

/** Makes them. The sender has the hub's directory when this resolves. */
export async function makeTwoOffices(): Promise<TwoOffices> {
  const desk = makeDesk()
  const folder = workFolder()
  const hub = await startHubProcess()
  const made = officesOf(desk, `${hub.url}/vxp`)
  const sender = await makeOffice(made.sender)
  const receiver = await makeOffice(made.receiver)
  await hasDirectory(sender)
  return {
    desk,
    hub,
    folder,
    sender,
    receiver,
    async close() {
      await sender.close()
      await receiver.close()
      await hub.remove()
      folder.remove()
      desk.remove()
    },
  }
}
