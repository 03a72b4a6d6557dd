import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components'

import { classes } from '../lib/classes.ts'
import styles from './Button.module.css'

type Kind = 'primary' | 'plain' | 'danger' | 'dangerous' | 'quiet' | 'link'

/** A button that says its act. `danger` warns in its colour, `dangerous` is the act itself in a dialog. */
export function Button({
  kind = 'plain',
  small = false,
  icon: Icon,
  type = 'button',
  onPress,
  isDisabled = false,
  isBusy = false,
  autoFocus = false,
  label,
  className,
  children,
}: {
  kind?: Kind
  small?: boolean
  icon?: LucideIcon
  type?: 'button' | 'submit'
  onPress?: () => void
  isDisabled?: boolean
  /** Its act runs: it takes no press and keeps the focus. */
  isBusy?: boolean
  autoFocus?: boolean
  /** The accessible name where the visible words are not enough. */
  label?: string
  className?: string | undefined
  children: ReactNode
}) {
  return (
    <AriaButton
      type={isBusy ? 'button' : type}
      className={classes(styles['button'], styles[kind], small && styles['small'], className)}
      isDisabled={isDisabled}
      // Not pending: the library would read the button's name aloud, and again when it is gone.
      aria-disabled={isBusy}
      autoFocus={autoFocus}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(onPress === undefined || isBusy ? {} : { onPress })}
    >
      {Icon === undefined ? null : <Icon size={17} strokeWidth={1.75} aria-hidden />}
      {children}
    </AriaButton>
  )
}

/** A square button with an icon only; its name is its tooltip. */
export function IconButton({
  icon: Icon,
  label,
  onPress,
  kind = 'plain',
  isDisabled = false,
  isBusy = false,
}: {
  icon: LucideIcon
  label: string
  onPress: () => void
  kind?: Kind
  isDisabled?: boolean
  /** As of {@link Button}. */
  isBusy?: boolean
}) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton
        className={classes(styles['button'], styles[kind], styles['square'])}
        aria-label={label}
        isDisabled={isDisabled}
        aria-disabled={isBusy}
        {...(isBusy ? {} : { onPress })}
      >
        <Icon size={18} strokeWidth={1.75} aria-hidden />
      </AriaButton>
      <Tooltip className={styles['tooltip'] ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  )
}
