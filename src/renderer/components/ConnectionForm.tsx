import { useState } from 'react'

import { clockLimitSeconds, proxyChoice, type ConnectionSettings } from '../../shared/connection.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import { RadioCards, TextBox } from './Field.tsx'
import { FilePicker } from './FilePicker.tsx'
import styles from './Form.module.css'

/** How this office gets to the hub's server: proxy, clock, whom it believes, what it shows of itself. */
export function ConnectionForm() {
  const settings = useLive('connection.current', {}, 'office')
  if (settings.status === 'loading') return <Skeleton blocks={1} />
  if (settings.status === 'failed') return <Failed error={settings.error} onRetry={settings.refresh} />
  return (
    <div className={styles['stack']}>
      <ProxyAndClock settings={settings.value} />
      <Authorities names={settings.value.authorities} />
      <OwnCertificate fileName={settings.value.clientCertificate?.fileName} />
    </div>
  )
}

/** The way out as it is being typed. */
interface Draft {
  readonly by: string
  readonly host: string
  readonly port: string
  readonly userName: string
  readonly password: string
  readonly limit: string
}

function draftOf({ proxy, clockLimitSeconds: limit }: ConnectionSettings): Draft {
  const office = proxy.by === 'office' ? proxy : undefined
  return {
    by: proxy.by,
    host: office?.host ?? '',
    port: office === undefined ? '' : String(office.port),
    userName: office?.userName ?? '',
    password: '',
    limit: String(limit),
  }
}

function ProxyAndClock({ settings }: { settings: ConnectionSettings }) {
  const [draft, setDraft] = useState(draftOf(settings))
  const [asked, setAsked] = useState(false)
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change })
  }
  const { by, host, userName } = draft
  const proxy = proxyChoice.safeParse({ by, host, port: Number(draft.port), userName: userName.trim() })
  const limit = clockLimitSeconds.safeParse(Number(draft.limit))
  const wrong = new Set(proxy.error?.issues.map(({ path }) => path[0]))
  const save = useAction(async () => {
    if (!proxy.success || !limit.success) return
    await call('connection.save', {
      proxy: proxy.data,
      clockLimitSeconds: limit.data,
      ...(draft.password === '' ? {} : { proxyPassword: draft.password }),
    })
    set({ password: '' })
    announce(TEXT.saved)
  })
  return (
    <form
      className={styles['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        void save.run()
      }}
    >
      <RadioCards
        label={TEXT.connection.proxy}
        value={by}
        options={(['system', 'none', 'office'] as const).map((value) => ({
          value,
          ...TEXT.connection.proxies[value],
        }))}
        onChange={(chosen) => {
          set({ by: chosen })
        }}
      />
      {by !== 'office' ? null : (
        <div className={styles['grid']}>
          <TextBox
            label={TEXT.connection.host}
            value={host}
            onChange={(typed) => {
              set({ host: typed })
            }}
            maxLength={253}
            error={asked && wrong.has('host') ? TEXT.connection.hostWrong : undefined}
          />
          <TextBox
            label={TEXT.connection.port}
            value={draft.port}
            onChange={(port) => {
              set({ port })
            }}
            inputMode="numeric"
            maxLength={5}
            error={asked && wrong.has('port') ? TEXT.connection.portWrong : undefined}
          />
          <TextBox
            label={TEXT.connection.userName}
            hint={TEXT.connection.userNameHint}
            value={userName}
            onChange={(typed) => {
              set({ userName: typed })
            }}
            maxLength={200}
          />
          <TextBox
            label={TEXT.connection.password}
            hint={settings.hasProxyPassword ? TEXT.connection.passwordKept : undefined}
            type="password"
            value={draft.password}
            onChange={(password) => {
              set({ password })
            }}
            maxLength={200}
          />
        </div>
      )}
      <TextBox
        label={TEXT.connection.clockLimit}
        hint={TEXT.connection.clockLimitHint}
        value={draft.limit}
        onChange={(typed) => {
          set({ limit: typed })
        }}
        inputMode="numeric"
        maxLength={5}
        error={asked && !limit.success ? TEXT.connection.clockLimitWrong : undefined}
      />
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button kind="primary" type="submit" isBusy={save.busy}>
          {TEXT.connection.save}
        </Button>
      </div>
    </form>
  )
}

function Authorities({ names }: { names: readonly string[] | undefined }) {
  const keep = useAction(async (file: File) => {
    await call('connection.keepAuthorities', { file: new Uint8Array(await file.arrayBuffer()) })
    announce(TEXT.saved)
  })
  const remove = useAction(async () => {
    await call('connection.removeAuthorities', {})
    announce(TEXT.saved)
  })
  return (
    <div className={styles['stack']}>
      <h3>{TEXT.connection.authorities}</h3>
      <p>{names === undefined ? TEXT.connection.authoritiesNone : TEXT.connection.authoritiesOnly(names)}</p>
      <FailureBanner error={keep.error ?? remove.error} boxed />
      <div className={styles['row']}>
        <FilePicker
          label={TEXT.connection.authoritiesPick}
          accept=".cer,.crt,.pem,.der"
          onPick={(file) => void keep.run(file)}
        />
        {names === undefined ? null : (
          <Button isBusy={remove.busy} onPress={() => void remove.run()}>
            {TEXT.connection.authoritiesRemove}
          </Button>
        )}
      </div>
    </div>
  )
}

function OwnCertificate({ fileName }: { fileName: string | undefined }) {
  const [picked, setPicked] = useState<File>()
  const [password, setPassword] = useState('')
  const close = () => {
    setPicked(undefined)
    setPassword('')
  }
  const keep = useAction(async (file: File) => {
    const content = new Uint8Array(await file.arrayBuffer())
    await call('connection.keepCertificate', { fileName: file.name, file: content, password })
    close()
    announce(TEXT.saved)
  })
  const remove = useAction(async () => {
    await call('connection.removeCertificate', {})
    announce(TEXT.saved)
  })
  return (
    <div className={styles['stack']}>
      <h3>{TEXT.connection.own}</h3>
      <p>{fileName === undefined ? TEXT.connection.ownNone : TEXT.connection.ownKept(fileName)}</p>
      <FailureBanner error={remove.error} boxed />
      <div className={styles['row']}>
        <FilePicker label={TEXT.connection.ownPick} accept=".p12,.pfx" onPick={setPicked} />
        {fileName === undefined ? null : (
          <Button isBusy={remove.busy} onPress={() => void remove.run()}>
            {TEXT.connection.ownRemove}
          </Button>
        )}
      </div>
      <Sheet isOpen={picked !== undefined} onClose={close} title={TEXT.connection.own}>
        <form
          className={styles['stack']}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (picked !== undefined) void keep.run(picked)
          }}
        >
          <TextBox
            label={TEXT.connection.ownPassword(picked?.name ?? '')}
            hint={TEXT.connection.ownPasswordHint}
            type="password"
            value={password}
            onChange={setPassword}
            maxLength={200}
            autoFocus
          />
          <FailureBanner error={keep.error} boxed />
          <div className={styles['row']}>
            <Button kind="primary" type="submit" isBusy={keep.busy}>
              {TEXT.connection.ownKeep}
            </Button>
          </div>
        </form>
      </Sheet>
    </div>
  )
}
