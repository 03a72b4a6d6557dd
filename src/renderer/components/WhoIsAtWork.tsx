import { KeyRound, Lock, UserRound } from 'lucide-react'
import { useEffect, useState } from 'react'

import { isPressed } from '../../shared/shortcuts.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { personRole, type PersonRole } from '../../shared/people.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import { TextBox } from './Field.tsx'
import form from './Form.module.css'
import { isGoodPassword, NO_PASSWORD, PasswordFields } from './PasswordFields.tsx'
import styles from './WhoIsAtWork.module.css'

/** The agency and who is at the PC, and the way to change places. */
export function WhoIsAtWork({ agencyName, organId }: { agencyName: string; organId: string }) {
  const { person, isShared } = useSession()
  const [isShown, setShown] = useState(false)
  const leave = useAction(() => call('session.leave', {}))
  const mayLock = person !== undefined && (isShared || person.hasPassword)
  const lock = leave.run
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!mayLock || !isPressed('lock', event)) return
      event.preventDefault()
      void lock()
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [mayLock, lock])
  if (person === undefined) return null
  const roles = roleWords(person.roles)
  return (
    <>
      <button
        type="button"
        className={styles['who']}
        aria-haspopup="dialog"
        onClick={() => {
          setShown(true)
        }}
      >
        <span className="visually-hidden">{TEXT.session.menuTitle}: </span>
        <span className={styles['words']}>
          <span className={styles['agency']}>{agencyName}</span>
          <span className={styles['person']}>{TEXT.session.at(organId, person.name, roles)}</span>
        </span>
        <UserRound size={18} strokeWidth={1.75} aria-hidden />
      </button>
      <Sheet
        isOpen={isShown}
        onClose={() => {
          setShown(false)
        }}
        title={TEXT.session.menuTitle}
      >
        <div className={form['stack']}>
          <div>
            <strong>{person.name}</strong>
            {person.position === '' ? null : <div>{person.position}</div>}
            <div className={form['quiet']}>{person.roles.map((role) => TEXT.roles[role]).join(', ')}</div>
          </div>
          {mayLock ? (
            <>
              <FailureBanner error={leave.error} boxed />
              <Button
                kind="primary"
                icon={Lock}
                autoFocus
                isBusy={leave.busy}
                onPress={() => {
                  void lock()
                }}
              >
                {TEXT.session.lock}
              </Button>
              <p className={form['quiet']}>{TEXT.session.lockHint}</p>
            </>
          ) : (
            <p className={form['quiet']}>{TEXT.session.alone}</p>
          )}
          <PasswordChange hasPassword={person.hasPassword} />
        </div>
      </Sheet>
    </>
  )
}

/** What the person at work may do, in few words. */
function roleWords(roles: readonly PersonRole[]): string {
  if (roles.length === personRole.options.length) return TEXT.session.allRoles
  return roles.map((role) => TEXT.roles[role].toLowerCase()).join(', ')
}

function PasswordChange({ hasPassword }: { hasPassword: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState(NO_PASSWORD)
  const [asked, setAsked] = useState(false)
  const save = useAction(async () => {
    await call('session.setPassword', { next: password.next, ...(hasPassword ? { current } : {}) })
    setOpen(false)
    setCurrent('')
    setPassword(NO_PASSWORD)
    setAsked(false)
    announce(TEXT.session.passwordDone)
  })
  const title = hasPassword ? TEXT.session.changePassword : TEXT.session.setPassword
  if (!isOpen) {
    return (
      <Button
        icon={KeyRound}
        onPress={() => {
          setOpen(true)
        }}
      >
        {title}
      </Button>
    )
  }
  const lacksCurrent = hasPassword && current === ''
  return (
    <form
      className={form['stack']}
      noValidate
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (!lacksCurrent && isGoodPassword(password)) void save.run()
      }}
    >
      {hasPassword ? (
        <TextBox
          label={TEXT.session.currentPassword}
          type="password"
          value={current}
          onChange={setCurrent}
          maxLength={200}
          autoFocus
          error={asked && lacksCurrent ? TEXT.session.passwordMissing : undefined}
        />
      ) : null}
      <PasswordFields value={password} onChange={setPassword} asked={asked} />
      <FailureBanner error={save.error} boxed />
      <Button kind="primary" type="submit" isBusy={save.busy}>
        {title}
      </Button>
    </form>
  )
}
