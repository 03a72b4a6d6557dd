import { FileSearch, FileX2, Info, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'

import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { OpenedReport } from '../../shared/opened.ts'
import { Banner, Empty, Failed, Skeleton } from '../components/Banner.tsx'
import { PdfView } from '../components/PdfView.tsx'
import { OpenFile } from '../components/OpenFile.tsx'
import { VerdictBand, VerdictDialog } from '../components/VerdictReport.tsx'
import { classes } from '../lib/classes.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './OpenedScreen.module.css'
import screen from './screen.module.css'

/** A packet or an evidence file that was opened outside: looked at, and nothing of it taken in. */
export function OpenedScreen() {
  const opened = useLive('opened.report', {}, 'wanted', 'office')
  if (opened.status === 'loading') return <Skeleton />
  if (opened.status === 'failed') {
    const { code } = opened.error
    if (!code.startsWith('packet/') && !code.startsWith('evidence/')) {
      return <Failed error={opened.error} onRetry={opened.refresh} />
    }
    // What is advised about packets from the hub does not hold for a file of this PC.
    return (
      <Empty icon={FileX2} title={`${ERROR_TEXT[code].title}.`} hint={TEXT.opened.unreadableHint}>
        <OpenFile />
      </Empty>
    )
  }
  const { report } = opened.value
  if (report === undefined) {
    return (
      <Empty icon={FileSearch} title={TEXT.opened.none} hint={TEXT.opened.noneHint}>
        <OpenFile />
      </Empty>
    )
  }
  return <Report report={report} />
}

function Report({ report }: { report: OpenedReport }) {
  const [isJudging, setJudging] = useState(false)
  const { kind, name, isSound, parts, verdict, pdf } = report
  const text = TEXT.opened
  return (
    <div className={screen['panes']}>
      <section
        className={classes(screen['widePane'], styles['pane'])}
        aria-label={text.titles[kind]}
        tabIndex={-1}
        data-pane
      >
        <div className={screen['head']}>
          <h1 className={styles['title']}>{text.titles[kind]}</h1>
          <span className={styles['name']}>{name}</span>
          <span className={screen['push']} />
          <OpenFile />
        </div>
        {kind === 'evidence' ? (
          <Banner
            tone={isSound ? 'ok' : 'bad'}
            icon={isSound ? ShieldCheck : ShieldAlert}
            title={isSound ? text.sound : text.unsound}
          >
            {isSound ? text.soundHint : text.unsoundHint}
          </Banner>
        ) : (
          <Banner tone="info" icon={Info} title={text.onlyLooked}>
            {text.onlyLookedHint}
          </Banner>
        )}
        {kind === 'status' ? null : (
          <VerdictBand
            verdict={verdict}
            onMore={() => {
              setJudging(true)
            }}
          />
        )}
        <div className={styles['parts']}>
          {parts.map(({ part, lines }) => (
            <section key={part} aria-label={text.parts[part]}>
              <h2>{text.parts[part]}</h2>
              <ul>
                {lines.map((line, index) => (
                  <li key={index}>{line}</li>
                ))}
              </ul>
            </section>
          ))}
          {kind === 'evidence' ? <p className={styles['note']}>{text.clock}</p> : null}
        </div>
        {verdict === undefined ? null : (
          <VerdictDialog
            verdict={verdict}
            isOpen={isJudging}
            onClose={() => {
              setJudging(false)
            }}
          />
        )}
      </section>
      {pdf === undefined ? null : <OpenedPdf key={pdf.sha256} {...pdf} />}
    </div>
  )
}

function OpenedPdf({ name, sha256 }: { name: string; sha256: NonNullable<OpenedReport['pdf']>['sha256'] }) {
  const file = useLive('opened.pdf', { sha256 })
  return (
    <div className={screen['reading']} data-pane>
      {file.status === 'loading' ? (
        <Skeleton />
      ) : file.status === 'failed' ? (
        <Failed error={file.error} onRetry={file.refresh} />
      ) : (
        <PdfView bytes={file.value.bytes} name={name} />
      )}
    </div>
  )
}
