import type { DesktopSettings } from '../../shared/ipc/contract.ts'
import type { Office } from '../office.ts'
import type { Outside } from '../outside.ts'
import type { AnswersTo } from './area.ts'
import { fileOf, openableFile } from './files.ts'

/** The desktop around the window. */
export function desktopAnswers(
  { store, desktop, dragged, host, tell }: Office,
  { takeWanted }: Pick<Outside, 'takeWanted'>,
): AnswersTo<'desktop'> {
  async function current(): Promise<DesktopSettings> {
    return { policy: desktop.policy(), abilities: await host.desktop.abilities() }
  }

  return {
    'desktop.current': current,
    'desktop.save': async ({ policy, startsWithSystem }) => {
      desktop.save(policy)
      if (startsWithSystem !== undefined) await host.desktop.startWithSystem(startsWithSystem)
      tell('wanted')
      return current()
    },
    'desktop.drag': async ({ direction, id, sha256 }) => {
      const file =
        direction === 'incoming'
          ? openableFile(store.incoming.get(id), sha256)
          : fileOf(store.outgoing.get(id).files, sha256)
      await host.desktop.startDrag(await dragged.lay(file.name, await store.files.bytes(sha256)))
      return {}
    },
    'desktop.takeWanted': takeWanted,
  }
}
