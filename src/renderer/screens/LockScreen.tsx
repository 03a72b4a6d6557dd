import { KeyRound, LockKeyholeOpen } from 'lucide-react'
import { useState } from 'react'

import type { OfficeStatus, Session, TokenStatus } from '../../shared/ipc/contract.ts'
import { isOpen, type Person } from '../../shared/people.ts'
import { FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { CheckBox, PinBox, RadioCards, Segments, TextBox } from '../components/Field.tsx'
import form from '../components/Form.module.css'
import { Logo } from '../components/Logo.tsx'
import { isGoodPassword, NO_PASSWORD, PasswordFields } from '../components/PasswordFields.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { isFocusByKeyboard } from '../lib/focus.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './Wizard.module.css'

type How = 'password' | 'token'

/** The place at the PC is empty: who takes it shows who they are. */
export function LockScreen({ office, session }: { office: OfficeStatus; session: Session }) {
  const token = useLive('token.status', {}, 'token')
  const [chosenId, setChosenId] = useState<string>()
  const [recovering, setRecovering] = useState(false)
  const person = session.people.find(({ id }) => id === chosenId) ?? session.people[0]
  return (
    <main className={styles['alone']}>
      <div className={styles['card']}>
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          {office.agency?.name ?? TEXT.appName}
        </div>
        <div>
          <h1>{TEXT.session.title}</h1>
          <p className={styles['intro']}>{TEXT.session.intro}</p>
        </div>
        {session.people.length < 2 ? null : (
          <RadioCards
            label={TEXT.session.people}
            value={person?.id ?? ''}
            options={session.people.map(({ id, name, position, roles }) => ({
              value: id,
              name,
              rest: [position, roles.map((role) => TEXT.roles[role]).join(', ')]
                .filter((part) => part !== '')
                .join(' · '),
            }))}
            onChange={(id) => {
              setChosenId(id)
              setRecovering(false)
            }}
          />
        )}
        {person === undefined ? null : recovering ? (
          <RecoverForm
            key={person.id}
            person={person}
            onBack={() => {
              setRecovering(false)
            }}
          />
        ) : (
          <EnterForm
            key={person.id}
            person={person}
            // Who goes through the names by arrow keys wants to reach the last of them too.
            autoFocus={chosenId === undefined || !isFocusByKeyboard()}
            token={token.status === 'ready' ? token.value : undefined}
            onForgot={() => {
              setRecovering(true)
            }}
          />
        )}
      </div>
    </main>
  )
}

function EnterForm({
  person,
  autoFocus,
  token,
  onForgot,
}: {
  person: Person
  autoFocus: boolean
  token: TokenStatus | undefined
  onForgot: () => void
}) {
  const [how, setHow] = useState<How>(person.hasPassword ? 'password' : 'token')
  const [secret, setSecret] = useState('')
  const [lastTry, setLastTry] = useState(false)
  const [asked, setAsked] = useState(false)
  const isAlarmed = token?.tokens.some(({ pin }) => pin.finalTry || pin.countLow) === true
  const hasKeypad =
    token !== undefined && token.tokens.length > 0 && token.tokens.every(({ pin }) => pin.pinPad)
  const needsSecret = how === 'password' || !hasKeypad
  const enter = useAction(async () => {
    const typed = secret
    // It leaves the window's memory with the press, whatever comes of it.
    setSecret('')
    setAsked(false)
    if (how === 'password') await call('session.enter', { id: person.id, password: typed })
    else {
      await call('session.enterByToken', {
        id: person.id,
        ...(hasKeypad ? {} : { pin: typed }),
        ...(lastTry ? { lastTry } : {}),
      })
    }
    announce(TEXT.session.entered(person.name))
  })
  if (isOpen(person)) return <p role="status">{TEXT.session.nothing}</p>
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (secret !== '' || !needsSecret) void enter.run()
      }}
    >
      {person.hasPassword && person.hasToken ? (
        <Segments
          label={TEXT.session.how}
          value={how}
          options={[
            { value: 'password', text: TEXT.session.byPassword },
            { value: 'token', text: TEXT.session.byToken },
          ]}
          onChange={(next) => {
            setHow(next === 'token' ? 'token' : 'password')
            setSecret('')
            enter.clear()
          }}
        />
      ) : null}
      {how === 'password' ? (
        <TextBox
          label={TEXT.session.password}
          type="password"
          value={secret}
          onChange={setSecret}
          maxLength={200}
          autoFocus={autoFocus}
          error={asked && secret === '' ? TEXT.session.passwordMissing : undefined}
        />
      ) : (
        <>
          <p className={styles['intro']}>{hasKeypad ? TEXT.session.keypad : TEXT.session.tokenHint}</p>
          {hasKeypad ? null : (
            <PinBox
              label={TEXT.session.pin}
              value={secret}
              onChange={setSecret}
              autoFocus={autoFocus}
              error={asked && secret === '' ? TEXT.session.pinMissing : undefined}
            />
          )}
          {isAlarmed ? <CheckBox label={TEXT.session.lastTry} value={lastTry} onChange={setLastTry} /> : null}
        </>
      )}
      <FailureBanner error={enter.error} boxed />
      <Button kind="primary" type="submit" icon={LockKeyholeOpen} isBusy={enter.busy}>
        {enter.busy ? TEXT.session.entering : TEXT.session.enter}
      </Button>
      {person.hasPassword ? (
        <Button kind="link" onPress={onForgot}>
          {TEXT.session.forgot}
        </Button>
      ) : null}
    </form>
  )
}

function RecoverForm({ person, onBack }: { person: Person; onBack: () => void }) {
  const [code, setCode] = useState('')
  const [password, setPassword] = useState(NO_PASSWORD)
  const [asked, setAsked] = useState(false)
  const recover = useAction(async () => {
    await call('session.recover', { id: person.id, recoveryCode: code, password: password.next })
    announce(TEXT.session.entered(person.name))
  })
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (code.trim() !== '' && isGoodPassword(password)) void recover.run()
      }}
    >
      <h2>{TEXT.session.recoverTitle}</h2>
      <p className={styles['intro']}>{TEXT.session.recoverHint}</p>
      <TextBox
        label={TEXT.session.recoveryCode}
        look="mono"
        value={code}
        onChange={setCode}
        maxLength={200}
        autoFocus
        error={asked && code.trim() === '' ? TEXT.session.recoveryMissing : undefined}
      />
      <PasswordFields value={password} onChange={setPassword} asked={asked} />
      <FailureBanner error={recover.error} boxed />
      <Button kind="primary" type="submit" icon={KeyRound} isBusy={recover.busy}>
        {TEXT.session.recover}
      </Button>
      <Button onPress={onBack}>{TEXT.back}</Button>
    </form>
  )
}
