import { ArrowRightLeft, KeyRound, Pencil, UserPlus, Usb } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import type { Failure, TokenStatus } from '../../shared/ipc/contract.ts'
import { personRole, type Person, type PersonCard, type PersonRole } from '../../shared/people.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { isoDayOf } from '../lib/format.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Chip } from './Chip.tsx'
import { DayField } from './DayField.tsx'
import { Sheet } from './Dialog.tsx'
import { CheckBox, Choice, FieldNote, TextBox } from './Field.tsx'
import { SheetForm } from './SheetForm.tsx'
import form from './Form.module.css'
import { isGoodPassword, NO_PASSWORD, PasswordFields } from './PasswordFields.tsx'
import styles from './PeopleSettings.module.css'

type Asking =
  | { readonly what: 'add' | 'hand-over' }
  | { readonly what: 'edit' | 'password' | 'token'; readonly person: Person }

const NEW: PersonCard = { name: '', position: '', roles: ['drafter'], isActive: true }
const MINUTES = [0, 5, 10, 15, 30, 60]

/** Who works here, in which roles, and how they show who they are. */
export function PeopleSettings() {
  const people = useLive('people.list', {}, 'people')
  const session = useSession()
  const may = useMay()
  const [asking, setAsking] = useState<Asking>()
  const close = () => {
    setAsking(undefined)
  }
  const autoLock = useAction(async (minutes: number) => {
    await call('people.saveAutoLock', { minutes })
    announce(TEXT.saved)
  })
  if (people.status === 'loading') return <Skeleton blocks={1} />
  if (people.status === 'failed') return <Failed error={people.error} onRetry={people.refresh} />
  const text = TEXT.people
  const mayEdit = may('people.change')
  const active = people.value.filter(({ isActive }) => isActive)
  return (
    <div className={form['stack']}>
      <p>{text.intro}</p>
      {mayEdit ? null : <p className={form['quiet']}>{text.mayNot}</p>}
      <ul className={styles['list']} aria-label={text.list}>
        {people.value.map((person) => (
          <li key={person.id} className={styles['person']}>
            <div className={styles['words']}>
              <strong>{person.name}</strong>
              {person.position === '' ? null : <span className={form['quiet']}>{person.position}</span>}
              <span className={styles['chips']}>
                {person.id === session.person?.id ? <Chip tone="info">{text.you}</Chip> : null}
                {person.roles.map((role) => (
                  <Chip key={role}>{TEXT.roles[role]}</Chip>
                ))}
                <ProofChip person={person} isShared={session.isShared} />
              </span>
            </div>
            {mayEdit ? (
              <div className={form['row']}>
                <Button
                  small
                  icon={Pencil}
                  label={text.editOf(person.name)}
                  onPress={() => {
                    setAsking({ what: 'edit', person })
                  }}
                >
                  {text.edit}
                </Button>
                <Button
                  small
                  icon={KeyRound}
                  label={text.resetOf(person.name)}
                  onPress={() => {
                    setAsking({ what: 'password', person })
                  }}
                >
                  {text.reset}
                </Button>
                <Button
                  small
                  icon={Usb}
                  label={text.tokenOf(person.name)}
                  onPress={() => {
                    setAsking({ what: 'token', person })
                  }}
                >
                  {text.token}
                </Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      <div className={form['row']}>
        {mayEdit ? (
          <Button
            kind="primary"
            icon={UserPlus}
            onPress={() => {
              setAsking({ what: 'add' })
            }}
          >
            {text.add}
          </Button>
        ) : null}
        {may('people.handOver') && active.length > 1 ? (
          <Button
            icon={ArrowRightLeft}
            onPress={() => {
              setAsking({ what: 'hand-over' })
            }}
          >
            {text.handOver}
          </Button>
        ) : null}
      </div>
      {may('people.saveAutoLock') ? (
        <Choice
          label={text.autoLock}
          value={String(session.autoLockMinutes)}
          options={[...new Set([...MINUTES, session.autoLockMinutes])].map((minutes) => ({
            value: String(minutes),
            text: minutes === 0 ? text.autoLockOff : text.autoLockMinutes(minutes),
          }))}
          onChange={(minutes) => {
            void autoLock.run(Number(minutes))
          }}
        />
      ) : null}
      <FailureBanner error={autoLock.error} boxed />
      {asking?.what === 'add' ? <PersonSheet card={NEW} onClose={close} /> : null}
      {asking?.what === 'edit' ? (
        <PersonSheet card={asking.person} id={asking.person.id} onClose={close} />
      ) : null}
      {asking?.what === 'password' ? <PasswordSheet person={asking.person} onClose={close} /> : null}
      {asking?.what === 'token' ? <TokenSheet person={asking.person} onClose={close} /> : null}
      {asking?.what === 'hand-over' ? <HandOverSheet people={active} onClose={close} /> : null}
    </div>
  )
}

/** By what somebody shows who they are; on a PC of several, that they cannot yet. */
function ProofChip({ person, isShared }: { person: Person; isShared: boolean }) {
  if (!person.isActive) return <Chip>{TEXT.people.left}</Chip>
  return (
    <>
      {person.hasPassword ? <Chip tone="ok">{TEXT.people.hasPassword}</Chip> : null}
      {person.hasToken ? <Chip tone="ok">{TEXT.people.hasToken}</Chip> : null}
      {isShared && !person.hasPassword && !person.hasToken ? (
        <Chip tone="warn">{TEXT.people.noProof}</Chip>
      ) : null}
    </>
  )
}

function FormSheet({
  title,
  act,
  busy,
  error,
  onClose,
  onSubmit,
  children,
}: {
  title: string
  act: string
  busy: boolean
  error: Failure | undefined
  onClose: () => void
  onSubmit: () => void
  children: ReactNode
}) {
  return (
    <Sheet isOpen onClose={onClose} title={title} dismissable={false}>
      <SheetForm act={act} busy={busy} onCancel={onClose} error={error} onSubmit={onSubmit}>
        {children}
      </SheetForm>
    </Sheet>
  )
}

function PersonSheet({ card, id, onClose }: { card: PersonCard; id?: Person['id']; onClose: () => void }) {
  const [name, setName] = useState(card.name)
  const [position, setPosition] = useState(card.position)
  const [roles, setRoles] = useState<readonly PersonRole[]>(card.roles)
  const [isActive, setActive] = useState(card.isActive)
  const [password, setPassword] = useState(NO_PASSWORD)
  const [asked, setAsked] = useState(false)
  const text = TEXT.people
  const isReady = name.trim() !== '' && roles.length > 0 && (id !== undefined || isGoodPassword(password))
  const save = useAction(async () => {
    const next = { name, position, roles: [...roles], isActive }
    if (id === undefined) await call('people.add', { ...next, password: password.next })
    else await call('people.change', { ...next, id })
    announce(TEXT.saved)
    onClose()
  })
  return (
    <FormSheet
      title={id === undefined ? text.addTitle : text.editOf(card.name)}
      act={text.save}
      busy={save.busy}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        setAsked(true)
        if (isReady) void save.run()
      }}
    >
      <TextBox
        label={text.name}
        value={name}
        onChange={setName}
        maxLength={50}
        autoFocus
        error={asked && name.trim() === '' ? text.nameMissing : undefined}
      />
      <TextBox label={text.position} value={position} onChange={setPosition} maxLength={100} optional />
      <fieldset className={styles['roles']}>
        <legend>{text.rolesLabel}</legend>
        {personRole.options.map((role) => (
          <CheckBox
            key={role}
            label={TEXT.roles[role]}
            hint={text.roleHint[role]}
            value={roles.includes(role)}
            onChange={(has) => {
              setRoles(personRole.options.filter((one) => (one === role ? has : roles.includes(one))))
            }}
          />
        ))}
        {asked && roles.length === 0 ? <FieldNote kind="error" text={text.rolesMissing} /> : null}
      </fieldset>
      {id === undefined ? (
        <PasswordFields
          value={password}
          onChange={setPassword}
          asked={asked}
          label={text.password}
          hint={text.passwordHint}
        />
      ) : (
        <CheckBox label={text.isActive} hint={text.isActiveHint} value={isActive} onChange={setActive} />
      )}
    </FormSheet>
  )
}

function PasswordSheet({ person, onClose }: { person: Person; onClose: () => void }) {
  const [password, setPassword] = useState(NO_PASSWORD)
  const [asked, setAsked] = useState(false)
  const save = useAction(async () => {
    await call('people.setPassword', { id: person.id, password: password.next })
    announce(TEXT.session.passwordDone)
    onClose()
  })
  return (
    <FormSheet
      title={TEXT.people.resetOf(person.name)}
      act={TEXT.people.save}
      busy={save.busy}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        setAsked(true)
        if (isGoodPassword(password)) void save.run()
      }}
    >
      <PasswordFields value={password} onChange={setPassword} asked={asked} hint={TEXT.people.passwordHint} />
    </FormSheet>
  )
}

const NO_TOKEN = ''

function TokenSheet({ person, onClose }: { person: Person; onClose: () => void }) {
  const token = useLive('token.status', {}, 'token')
  const held = token.status === 'ready' ? personalCertificates(token.value) : []
  const [chosen, setChosen] = useState<string>()
  const value = chosen ?? held[0]?.value ?? NO_TOKEN
  const save = useAction(async () => {
    const certificate = held.find((one) => one.value === value)?.choice
    await call('people.setToken', { id: person.id, ...(certificate === undefined ? {} : { certificate }) })
    announce(TEXT.people.tokenDone)
    onClose()
  })
  return (
    <FormSheet
      title={TEXT.people.tokenOf(person.name)}
      act={TEXT.people.save}
      busy={save.busy}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        void save.run()
      }}
    >
      <Choice
        label={TEXT.people.tokenChoice}
        hint={held.length === 0 ? TEXT.people.tokenOut : undefined}
        value={value}
        options={[
          ...held.map((one) => ({ value: one.value, text: one.text })),
          { value: NO_TOKEN, text: TEXT.people.tokenNone },
        ]}
        onChange={setChosen}
      />
    </FormSheet>
  )
}

/** Certificates of persons on the tokens that are plugged in. */
function personalCertificates({ tokens }: TokenStatus) {
  return tokens.flatMap(({ serial, label, certificates }) =>
    certificates
      .filter(({ kind, usable }) => kind !== 'agency' && usable)
      .map(({ sha256, name }) => ({
        value: `${serial} ${sha256}`,
        text: `${name} · ${label}`,
        choice: { tokenSerial: serial, certificateSha256: sha256 },
      })),
  )
}

function HandOverSheet({ people, onClose }: { people: readonly Person[]; onClose: () => void }) {
  const text = TEXT.people
  const clerks = people.filter(({ roles }) => roles.includes('clerk'))
  const [from, setFrom] = useState<string>(clerks[0]?.id ?? '')
  const takers = people.filter(({ id }) => id !== from)
  const [to, setTo] = useState<string>(takers[0]?.id ?? '')
  const [since, setSince] = useState<string | undefined>(() => isoDayOf(Date.now()))
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const giver = people.find(({ id }) => id === from)
  const taker = takers.find(({ id }) => id === to) ?? takers[0]
  const save = useAction(async () => {
    if (giver === undefined || taker === undefined || since === undefined) return
    await call('people.handOver', { from: giver.id, to: taker.id, since, note })
    announce(text.handOverDone(taker.name))
    onClose()
  })
  const optionsOf = (list: readonly Person[]) => list.map(({ id, name }) => ({ value: id, text: name }))
  return (
    <FormSheet
      title={text.handOverTitle}
      act={text.handOverDo}
      busy={save.busy}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        setAsked(true)
        if (since !== undefined) void save.run()
      }}
    >
      <p>{text.handOverHint}</p>
      <Choice label={text.handOverFrom} value={from} options={optionsOf(clerks)} onChange={setFrom} />
      <Choice label={text.handOverTo} value={taker?.id ?? ''} options={optionsOf(takers)} onChange={setTo} />
      <DayField
        label={text.handOverSince}
        value={since}
        onChange={setSince}
        error={asked && since === undefined ? text.sinceMissing : undefined}
      />
      <TextBox label={text.handOverNote} value={note} onChange={setNote} maxLength={500} lines={2} optional />
    </FormSheet>
  )
}
