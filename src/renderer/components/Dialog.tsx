import { X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

import type { Failure } from '../../shared/ipc/contract.ts'
import { classes } from '../lib/classes.ts'
import { listedShortcuts } from '../lib/shortcuts.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import styles from './Dialog.module.css'
import { TextBox } from './Field.tsx'

/** A floating pane. Esc closes it, and the focus goes back to where it came from. */
export function Sheet({
  isOpen,
  onClose,
  title,
  look = 'plain',
  role = 'dialog',
  closable = true,
  dismissable = role === 'dialog',
  children,
}: {
  isOpen: boolean
  onClose: () => void
  title: string
  look?: 'plain' | 'wide' | 'work' | 'drawer' | 'guide'
  role?: 'dialog' | 'alertdialog'
  closable?: boolean
  /** Whether a press beside it closes it: not where work would be lost. */
  dismissable?: boolean
  children: ReactNode
}) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      isDismissable={dismissable}
      className={classes(
        styles['overlay'],
        (look === 'drawer' || look === 'guide') && styles['drawerOverlay'],
      )}
    >
      <Modal className={classes(styles['modal'], styles[look])}>
        <AriaDialog className={styles['dialog'] ?? ''} role={role}>
          <div className={styles['head']}>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            {closable ? <IconButton kind="quiet" icon={X} label={TEXT.close} onPress={onClose} /> : null}
          </div>
          <Content>{children}</Content>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** What a pane shows. The focus begins in its first field, unless something in it asked for the focus. */
function Content({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const content = box.current
    if (content === null || content.contains(document.activeElement)) return
    const first =
      content.querySelector<HTMLElement>('input:checked') ??
      content.querySelector<HTMLElement>('input, select, textarea')
    first?.focus()
  }, [])
  return (
    <div ref={box} className={styles['content']}>
      {children}
    </div>
  )
}

/** Asks once before a dangerous act. The safe answer has the focus. */
export function Confirm({
  isOpen,
  title,
  hint,
  safe,
  act,
  busy = false,
  error,
  onClose,
  onConfirm,
}: {
  isOpen: boolean
  title: string
  hint: string
  safe: string
  act: string
  busy?: boolean
  error?: Failure | undefined
  onClose: () => void
  onConfirm: () => void
}) {
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={title} role="alertdialog" closable={false}>
      <div className={styles['body']}>{hint}</div>
      <FailureBanner error={error} boxed />
      <div className={styles['actions']}>
        <Button autoFocus onPress={onClose}>
          {safe}
        </Button>
        <Button kind="dangerous" isBusy={busy} onPress={onConfirm}>
          {act}
        </Button>
      </div>
    </Sheet>
  )
}

/** Asks for a reason, or other words that the act cannot do without. */
export function AskReason({
  isOpen,
  dangerous = true,
  title,
  hint,
  label,
  missing,
  safe,
  act,
  busy,
  error,
  onClose,
  onConfirm,
}: {
  isOpen: boolean
  /** Whether the act takes something away from somebody. */
  dangerous?: boolean
  title: string
  hint: string
  label: string
  missing: string
  safe: string
  act: string
  busy: boolean
  error: Failure | undefined
  onClose: () => void
  onConfirm: (reason: string) => void
}) {
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const lacks = reason.trim() === ''
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={title}>
      <form
        className={styles['body']}
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (!lacks) onConfirm(reason.trim())
        }}
      >
        <p>{hint}</p>
        <TextBox
          label={label}
          value={reason}
          onChange={setReason}
          lines={3}
          maxLength={500}
          counted
          autoFocus
          error={asked && lacks ? missing : undefined}
        />
        <FailureBanner error={error} boxed />
        <div className={styles['actions']}>
          <Button onPress={onClose}>{safe}</Button>
          <Button kind={dangerous ? 'dangerous' : 'primary'} type="submit" isBusy={busy}>
            {act}
          </Button>
        </div>
      </form>
    </Sheet>
  )
}

/** The keyboard's short ways. */
export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={TEXT.frame.shortcuts}>
      <ShortcutTable />
    </Sheet>
  )
}

/** The list of shortcuts, as the dialog and Cài đặt show it. */
export function ShortcutTable() {
  return (
    <dl className={styles['shortcuts']}>
      {listedShortcuts().map(({ shortcut, keys, act }) => (
        <div key={shortcut}>
          <dt>{keys}</dt>
          <dd>{act}</dd>
        </div>
      ))}
    </dl>
  )
}
