import { History, Save } from 'lucide-react'
import { useState } from 'react'

import type { Composed } from '../../shared/document/composition.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { compared, linesOfDocument } from '../lib/compare.ts'
import { formatInstant } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import styles from './DraftVersions.module.css'

/** The versions of a draft: keep one, compare it with what is being written, take it back. */
export function DraftVersions({
  detail,
  written,
  isOpen,
  onClose,
  onRestore,
}: {
  detail: OutgoingDetail
  written: Composed
  isOpen: boolean
  onClose: () => void
  onRestore: (content: Composed) => void
}) {
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={TEXT.drafting.versions} look="wide">
      {isOpen ? <VersionList detail={detail} written={written} onRestore={onRestore} /> : null}
    </Sheet>
  )
}

function VersionList({
  detail: { id },
  written,
  onRestore,
}: {
  detail: OutgoingDetail
  written: Composed
  onRestore: (content: Composed) => void
}) {
  const { drafting: words } = TEXT
  const versions = useLive('drafting.versions', { id }, 'outgoing')
  const [chosen, setChosen] = useState<number>()
  const keep = useAction(async () => {
    await call('drafting.keepVersion', { id })
    versions.refresh()
    announce(words.versionKept)
  })
  if (versions.status === 'loading') return <Skeleton />
  if (versions.status === 'failed') return <Failed error={versions.error} onRetry={versions.refresh} />
  return (
    <div className={styles['versions']}>
      <FailureBanner error={keep.error} />
      <div className={styles['side']}>
        <Button
          icon={Save}
          onPress={() => {
            // Not switched off meanwhile: the focus would be lost, and Esc with it.
            void keep.run()
          }}
        >
          {words.keepVersion}
        </Button>
        <p className={styles['hint']}>
          {versions.value.length === 0 ? words.versionsNone : words.versionsHint}
        </p>
        <ul>
          {versions.value.map(({ number, keptAt, reason, by, note }) => (
            <li key={number}>
              <button
                type="button"
                aria-pressed={chosen === number}
                className={styles['version']}
                onClick={() => {
                  setChosen(number)
                }}
              >
                <strong>{words.version(number, formatInstant(keptAt))}</strong>
                <span>
                  {[words.versionReasons[reason], by, note].filter((part) => part !== '').join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {chosen === undefined ? null : (
        <Difference key={chosen} id={id} number={chosen} written={written} onRestore={onRestore} />
      )}
    </div>
  )
}

function Difference({
  id,
  number,
  written,
  onRestore,
}: {
  id: OutgoingDetail['id']
  number: number
  written: Composed
  onRestore: (content: Composed) => void
}) {
  const { drafting: words } = TEXT
  const version = useLive('drafting.version', { id, number })
  if (version.status === 'loading') return <Skeleton />
  if (version.status === 'failed') return <Failed error={version.error} onRetry={version.refresh} />
  const content = version.value
  const lines = compared(linesOfDocument(content), linesOfDocument(written))
  const isSame = lines.every(({ side }) => side === 'both')
  return (
    <section className={styles['difference']} aria-label={words.compare}>
      <Button
        icon={History}
        onPress={() => {
          onRestore(content)
        }}
      >
        {words.restore}
      </Button>
      {isSame ? <p className={styles['hint']}>{words.same}</p> : null}
      <div className={styles['lines']}>
        {lines.map(({ side, text }, index) =>
          side === 'both' ? (
            <p key={`${String(index)} ${text}`}>{text}</p>
          ) : side === 'before' ? (
            <del key={`${String(index)} ${text}`} aria-label={`${words.gone}: ${text}`}>
              − {text}
            </del>
          ) : (
            <ins key={`${String(index)} ${text}`} aria-label={`${words.come}: ${text}`}>
              + {text}
            </ins>
          ),
        )}
      </div>
    </section>
  )
}
