import { Download, KeyRound } from 'lucide-react'
import { useState } from 'react'

import { fingerprintGroups } from '../../shared/connection-check.vi.ts'
import { encryptionPolicy, type EncryptionStatus } from '../../shared/encryption.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay, isoDayOf } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Chip } from './Chip.tsx'
import { Confirm, Sheet } from './Dialog.tsx'
import styles from './EncryptionForm.module.css'
import { CheckBox, RadioCards } from './Field.tsx'
import { FilePicker } from './FilePicker.tsx'
import { PinForm, type PinUse } from './PinForm.tsx'

/** Before the end of its time the clerk is asked for a new key. */
const REMINDER_MS = 60 * 86_400_000

/** Mã hóa giữa các cơ quan: our own keys, what the office wants, and the keys of others. */
export function EncryptionForm() {
  const status = useLive('encryption.status', {}, 'encryption', 'directory')
  if (status.status === 'loading') return <Skeleton blocks={2} />
  if (status.status === 'failed') return <Failed error={status.error} onRetry={status.refresh} />
  return (
    <>
      <p>{TEXT.encryption.intro}</p>
      <OwnKeys own={status.value.own} />
      <PolicyForm stored={status.value} />
      <OtherKeys agencies={status.value.agencies} />
    </>
  )
}

function OwnKeys({ own }: { own: EncryptionStatus['own'] }) {
  const [making, setMaking] = useState(false)
  const now = useNow(3_600_000)
  const save = useAction(async () => {
    const { path } = await call('encryption.exportKey', {})
    if (path !== undefined) announce(TEXT.encryption.exported(path))
  })
  const [serving, ...older] = own
  return (
    <div className={styles['group']}>
      <h3>{TEXT.encryption.own}</h3>
      {serving === undefined ? (
        <p>{TEXT.encryption.none}</p>
      ) : (
        <div className={styles['key']}>
          <div className={styles['line']}>
            <span>{TEXT.encryption.ownFacts(serving.signer, formatDay(isoDayOf(serving.validUntil)))}</span>
            <AgeChip validUntil={serving.validUntil} now={now} />
          </div>
          <div className={styles['fingerprint']}>SHA-256 {fingerprintGroups(serving.fingerprint)}</div>
          {older.length === 0 ? null : (
            <div className={styles['quiet']}>{TEXT.encryption.older(older.length)}</div>
          )}
        </div>
      )}
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button
          kind={serving === undefined ? 'primary' : 'plain'}
          icon={KeyRound}
          onPress={() => {
            setMaking(true)
          }}
        >
          {serving === undefined ? TEXT.encryption.make : TEXT.encryption.makeAgain}
        </Button>
        {serving === undefined ? null : (
          <Button
            icon={Download}
            isBusy={save.busy}
            onPress={() => {
              void save.run()
            }}
          >
            {TEXT.encryption.exportKey}
          </Button>
        )}
      </div>
      <MakeKey
        isOpen={making}
        onClose={() => {
          setMaking(false)
        }}
      />
    </div>
  )
}

function AgeChip({ validUntil, now }: { validUntil: number; now: number }) {
  if (validUntil < now) return <Chip tone="bad">{TEXT.encryption.ended}</Chip>
  return validUntil - now < REMINDER_MS ? (
    <Chip tone="warn">{TEXT.encryption.ending}</Chip>
  ) : (
    <Chip tone="ok">{TEXT.encryption.serving}</Chip>
  )
}

/** One PIN of the agency's token, for the statement about a new key. */
function MakeKey({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const token = useLive('token.status', {}, 'token', 'office')
  const make = useAction(async (use: PinUse) => {
    await call('encryption.makeKey', use)
    announce(TEXT.encryption.made)
    onClose()
  })
  const known = token.status === 'ready' ? token.value : undefined
  return (
    <Sheet
      isOpen={isOpen}
      title={TEXT.encryption.makeTitle}
      dismissable={false}
      onClose={() => {
        make.clear()
        onClose()
      }}
    >
      <div className={styles['pin']}>
        <PinForm
          role="agency"
          token={known}
          suggested={known?.chosen.agency}
          title={TEXT.encryption.makeTitle}
          action={TEXT.encryption.make}
          isBusy={make.busy}
          error={make.error}
          note={undefined}
          onTry={() => {
            make.clear()
            return true
          }}
          onSign={(use) => {
            void make.run(use)
          }}
          other={null}
        >
          <p>{TEXT.encryption.makeHint}</p>
        </PinForm>
      </div>
    </Sheet>
  )
}

function PolicyForm({ stored }: { stored: EncryptionStatus }) {
  const [policy, setPolicy] = useState<string>(stored.policy)
  const [announced, setAnnounced] = useState(stored.announce)
  const save = useAction(async () => {
    await call('encryption.save', { policy: encryptionPolicy.parse(policy), announce: announced })
    announce(TEXT.saved)
  })
  return (
    <div className={styles['group']}>
      <RadioCards
        label={TEXT.encryption.policy}
        value={policy}
        options={encryptionPolicy.options.map((value) => ({ value, ...TEXT.encryption.policies[value] }))}
        onChange={setPolicy}
      />
      <CheckBox
        label={TEXT.encryption.announce}
        hint={TEXT.encryption.announceHint}
        value={announced}
        onChange={setAnnounced}
      />
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button
          kind="primary"
          isBusy={save.busy}
          isDisabled={policy === stored.policy && announced === stored.announce}
          onPress={() => {
            void save.run()
          }}
        >
          {TEXT.encryption.save}
        </Button>
      </div>
    </div>
  )
}

function OtherKeys({ agencies }: { agencies: EncryptionStatus['agencies'] }) {
  const [adding, setAdding] = useState<File>()
  const add = useAction(async (file: File) => {
    const { organId } = await call('encryption.importKey', { file: new Uint8Array(await file.arrayBuffer()) })
    announce(TEXT.encryption.imported(organId))
  })
  return (
    <div className={styles['group']}>
      <h3>{TEXT.encryption.others}</h3>
      {agencies.length === 0 ? <p>{TEXT.encryption.othersNone}</p> : null}
      <ul className={styles['group']}>
        {agencies.map(({ organId, name, keys: [key, ...former], lack }) =>
          key === undefined ? null : (
            <li key={organId} className={styles['key']}>
              <div className={styles['line']}>
                <strong>{name}</strong>
                {lack === undefined ? (
                  <Chip tone="ok">{TEXT.encryption.serving}</Chip>
                ) : (
                  <Chip tone="warn">{TEXT.encryption.lacks[lack]}</Chip>
                )}
              </div>
              <div className={styles['quiet']}>
                {organId} ·{' '}
                {TEXT.encryption.otherFacts(
                  formatDay(isoDayOf(key.issuedAt)),
                  formatDay(isoDayOf(key.validUntil)),
                  TEXT.encryption.source[key.source],
                )}
                {former.length === 0 ? '' : ` · ${TEXT.encryption.changed(former.length)}`}
              </div>
              <div className={styles['fingerprint']}>SHA-256 {fingerprintGroups(key.fingerprint)}</div>
            </li>
          ),
        )}
      </ul>
      <FailureBanner error={add.error} boxed />
      <div className={styles['row']}>
        <FilePicker label={TEXT.encryption.importKey} accept=".p7m,.p7s" onPick={setAdding} />
      </div>
      <Confirm
        isOpen={adding !== undefined}
        title={TEXT.encryption.importAsk}
        hint={TEXT.encryption.importHint(adding?.name ?? '')}
        safe={TEXT.encryption.importNo}
        act={TEXT.encryption.importYes}
        onClose={() => {
          setAdding(undefined)
        }}
        onConfirm={() => {
          if (adding !== undefined) void add.run(adding)
          setAdding(undefined)
        }}
      />
    </div>
  )
}
