import { CircleHelp } from 'lucide-react'
import { useEffect, useState } from 'react'

import { isPressed } from '../../shared/shortcuts.ts'
import { TEXT } from '../text.vi.ts'
import { IconButton } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import { later } from './later.tsx'

const Guide = later(() => import('./Guide.tsx').then((module) => module.Guide))

/**
 * Opens the user guide where it tells of what the clerk is looking at. Shift+F1 does the same.
 *
 * @param anchor of a heading of the guide
 */
export function GuideButton({ anchor }: { anchor: string }) {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isPressed('guide', event)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [])
  return (
    <>
      <IconButton
        kind="quiet"
        icon={CircleHelp}
        label={TEXT.guide.open}
        onPress={() => {
          setOpen(true)
        }}
      />
      <Sheet
        isOpen={isOpen}
        onClose={() => {
          setOpen(false)
        }}
        title={TEXT.guide.title}
        look="guide"
      >
        <Guide first={anchor} />
      </Sheet>
    </>
  )
}
