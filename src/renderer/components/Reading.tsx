import { PanelRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import { TEXT } from '../text.vi.ts'
import styles from '../screens/screen.module.css'
import { Button } from './Button.tsx'
import { Sheet } from './Dialog.tsx'

/** The third column; in narrow windows {@link AsideButton} opens the same as a drawer. */
export function Aside({ children }: { children: ReactNode }) {
  return (
    <aside className={styles['aside']} aria-label={TEXT.frame.details} data-pane>
      {children}
    </aside>
  )
}

/** Opens the third column as a drawer where the window is too narrow for it. */
export function AsideButton({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={styles['onlyNarrow']}>
      <Button
        icon={PanelRight}
        onPress={() => {
          setOpen(true)
        }}
      >
        {TEXT.frame.details}
      </Button>
      <Sheet
        isOpen={isOpen}
        onClose={() => {
          setOpen(false)
        }}
        title={TEXT.frame.details}
        look="drawer"
      >
        {children}
      </Sheet>
    </div>
  )
}
