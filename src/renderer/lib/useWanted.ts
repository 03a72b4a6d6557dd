import { useEffect } from 'react'

import type { Wanted } from '../../shared/desktop.ts'
import { call, onTopic } from './call.ts'

/**
 * Shows what was asked for outside the window: a notice that was clicked, the menu of the tray. What was asked for
 * while nobody was at work is shown to whoever comes.
 */
export function useWanted(show: (wanted: Wanted) => void): void {
  useEffect(() => {
    const take = () => {
      call('desktop.takeWanted', {}).then(
        ({ wanted }) => {
          if (wanted !== undefined) show(wanted)
        },
        () => undefined, // an engine that died forgot it, too
      )
    }
    take()
    return onTopic((topic) => {
      if (topic === 'wanted') take()
    })
  }, [show])
}
