import { FileBadge, ShieldCheck, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { call } from '../lib/call.ts'
import { announce } from '../lib/announce.ts'
import { formatDay, isoDayOf } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import { Chip } from './Chip.tsx'
import styles from './TrustForm.module.css'

/** The roots that signatures may chain to: what the office took in itself, and what the state publishes. */
export function TrustForm() {
  const roots = useLive('trust.list', {}, 'office')
  const [picked, setPicked] = useState<{ readonly name: string; readonly bytes: Uint8Array }>()
  const take = useAction(async (file: Uint8Array) => {
    await call('trust.import', { file })
    setPicked(undefined)
    announce(TEXT.trust.imported)
  })
  const remove = useAction(async (sha256: string) => {
    const root = roots.status === 'ready' ? roots.value.find((one) => one.sha256 === sha256) : undefined
    if (root === undefined) return
    await call('trust.remove', { sha256: root.sha256 })
    announce(TEXT.trust.removed)
  })
  if (roots.status === 'loading') return <Skeleton blocks={1} />
  if (roots.status === 'failed') return <Failed error={roots.error} onRetry={roots.refresh} />
  return (
    <div className={styles['stack']}>
      <p className={styles['quiet']}>{TEXT.trust.intro}</p>
      {roots.value.length === 0 ? (
        <p>{TEXT.trust.none}</p>
      ) : (
        <ul className={styles['roots']} aria-label={TEXT.trust.list}>
          {roots.value.map((root) => (
            <li key={root.sha256}>
              <ShieldCheck size={18} strokeWidth={1.75} aria-hidden />
              <div className={styles['words']}>
                <strong>{root.name}</strong>
                <div className={styles['quiet']}>
                  {root.organization === undefined ? '' : `${root.organization} · `}
                  {TEXT.incoming.fromTo(
                    formatDay(isoDayOf(root.notBefore)),
                    formatDay(isoDayOf(root.notAfter)),
                  )}
                </div>
                <div className={styles['print']}>{TEXT.trust.fingerprint(grouped(root.sha256))}</div>
              </div>
              <Chip tone={root.source === 'imported' ? 'info' : 'ok'}>{TEXT.trust.source[root.source]}</Chip>
              {root.source === 'imported' ? (
                <IconButton
                  kind="quiet"
                  icon={Trash2}
                  label={TEXT.trust.remove(root.name)}
                  onPress={() => {
                    void remove.run(root.sha256)
                  }}
                />
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <FailureBanner error={take.error ?? remove.error} boxed />
      {picked === undefined ? (
        <div>
          <label className={styles['picker']}>
            <FileBadge size={17} strokeWidth={1.75} aria-hidden />
            {TEXT.trust.choose}
            <input
              type="file"
              accept=".crt,.cer,.pem,.der"
              onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                take.clear()
                if (file === undefined) return
                void file.arrayBuffer().then((content) => {
                  setPicked({ name: file.name, bytes: new Uint8Array(content) })
                })
              }}
            />
          </label>
        </div>
      ) : (
        <Banner tone="warn" title={TEXT.trust.ask(picked.name)} boxed>
          {TEXT.trust.warning}
          <div className={styles['row']}>
            <Button
              autoFocus
              onPress={() => {
                setPicked(undefined)
              }}
            >
              {TEXT.trust.refuse}
            </Button>
            <Button
              kind="danger"
              isDisabled={take.busy}
              onPress={() => {
                void take.run(picked.bytes)
              }}
            >
              {TEXT.trust.accept}
            </Button>
          </div>
        </Banner>
      )}
    </div>
  )
}

/** As it is read out on the phone: groups of four. */
function grouped(sha256: string): string {
  return (sha256.toUpperCase().match(/.{4}/g) ?? []).join(' ')
}
