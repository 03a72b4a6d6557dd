import type { DesktopSettings } from '../../shared/ipc/contract.ts'
import type { Office } from '../office.ts'
import type { Outside } from '../outside.ts'
import type { AnswersTo } from './area.ts'

/** The desktop around the window. */
export function desktopAnswers(
  { desktop, host, tell }: Office,
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
    'desktop.takeWanted': takeWanted,
  }
}
