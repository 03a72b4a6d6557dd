import { FilePlus2, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { body } from '../../shared/document/body.ts'
import { CIRCULATION_NOTES, type Composition, type PageLayout } from '../../shared/document/composition.ts'
import type { OutgoingFields } from '../../shared/document/fields.ts'
import { abstractOf, formOf } from '../../shared/document/form.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import type { DraftKeeper } from '../lib/draft.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, Skeleton } from './Banner.tsx'
import { BodyEditor } from './BodyEditor.tsx'
import { Button } from './Button.tsx'
import { CheckBox, Choice, Segments, TextBox } from './Field.tsx'
import { PdfView } from './PdfView.tsx'
import styles from './WrittenPage.module.css'

const NEW_APPENDIX = { title: '', landscape: false, body: body.parse({ type: 'doc' }) }
const TABS = ['write', 'preview', 'settings'] as const
type Tab = (typeof TABS)[number]

/** The page of a document that is written here: its parts in their places, the page as it will be signed, its layout. */
export function WrittenPage({
  detail,
  fields,
  composition,
  round,
  keeper,
}: {
  detail: OutgoingDetail
  fields: OutgoingFields
  composition: Composition
  /** Rises when the text comes from elsewhere than the keyboard: a template, a version. */
  round: number
  keeper: DraftKeeper
}) {
  const [tab, setTab] = useState<Tab>('write')
  const { drafting: words } = TEXT
  return (
    <>
      <div className={styles['tabs']}>
        <Segments
          label={words.tabs}
          value={tab}
          options={[
            { value: 'write', text: words.tabWrite },
            { value: 'preview', text: words.tabPreview },
            { value: 'settings', text: words.tabSettings },
          ]}
          onChange={(value) => {
            const next = TABS.find((one) => one === value)
            if (next !== undefined) setTab(next)
            // What is looked at is what was saved.
            if (next === 'preview') keeper.flush().catch(() => undefined) // shown through draft.error
          }}
        />
      </div>
      {tab === 'preview' ? <Preview detail={detail} /> : null}
      {tab === 'settings' ? <LayoutForm composition={composition} write={keeper.write} /> : null}
      {/* The editor keeps its place and what can be undone while another tab is looked at. */}
      <div className={styles['desk']} hidden={tab !== 'write'}>
        <Sheet key={round} detail={detail} fields={fields} composition={composition} write={keeper.write} />
      </div>
    </>
  )
}

function Preview({ detail }: { detail: OutgoingDetail }) {
  return <PreviewOf key={detail.revision} detail={detail} />
}

function PreviewOf({ detail }: { detail: OutgoingDetail }) {
  const page = useLive('drafting.preview', { id: detail.id })
  if (page.status === 'loading') return <Skeleton />
  if (page.status === 'failed') return <Failed error={page.error} onRetry={page.refresh} />
  return <PdfView bytes={page.value.bytes} name={TEXT.drafting.previewOf} />
}

type Write = DraftKeeper['write']

/** The sheet: what the form beside it says is shown where it will stand, the rest is typed in its place. */
function Sheet({
  detail,
  fields,
  composition,
  write,
}: {
  detail: OutgoingDetail
  fields: OutgoingFields
  composition: Composition
  write: Write
}) {
  const { drafting: words } = TEXT
  const { title, abstractUnderNumber, addressed } = formOf(fields.typeName)
  const { signer } = fields
  const subject = abstractOf(fields)
  const { appendices } = composition
  return (
    <section className={styles['sheet']} aria-label={words.page}>
      <div className={styles['head']}>
        <div>
          <PartBox
            label={words.parentName}
            look="parent"
            value={composition.parentName}
            onChange={(parentName) => {
              write({ parentName })
            }}
          />
          <PartBox
            label={words.agencyName}
            look="agency"
            value={composition.agencyName}
            onChange={(agencyName) => {
              write({ agencyName })
            }}
          />
        </div>
        <div className={styles['state']}>
          <p>{words.state}</p>
          <p className={styles['motto']}>{words.motto}</p>
        </div>
        <p className={styles['number']} title={words.openHint}>
          {words.number(fields.codeNotation)}
        </p>
        <p className={styles['date']} title={words.openHint}>
          {words.date(fields.place)}
        </p>
        {abstractUnderNumber ? <p className={styles['about']}>{subject}</p> : null}
      </div>
      {title === '' ? null : (
        <div className={styles['title']}>
          <p>{title.toLocaleUpperCase('vi')}</p>
          <p>{subject}</p>
        </div>
      )}
      {addressed === 'never' ? null : (
        <div className={styles['to']}>
          {/* The box has the same name for whoever cannot see it. */}
          <p aria-hidden>{words.addressedTo}</p>
          <LinesBox
            label={words.addressees}
            value={composition.addressees}
            onChange={(addressees) => {
              write({ addressees })
            }}
          />
        </div>
      )}
      <BodyEditor
        id={detail.id}
        label={words.body}
        first={composition.body}
        onChange={(changed) => {
          write({ body: changed })
        }}
      />
      <div className={styles['foot']}>
        <div className={styles['places']}>
          <p>{words.places}</p>
          <ul>
            {fields.toPlaces.map((place, index) => (
              <li key={`${String(index)} ${place}`}>
                - {place}
                {index < fields.toPlaces.length - 1 ? ';' : '.'}
              </li>
            ))}
          </ul>
        </div>
        <div className={styles['signer']}>
          <p>{signer.competence.toLocaleUpperCase('vi')}</p>
          <p>{signer.position.toLocaleUpperCase('vi')}</p>
          <p className={styles['name']}>{signer.fullName === '' ? words.signerMissing : signer.fullName}</p>
        </div>
      </div>
      {appendices.map((appendix, index) => {
        const set = (patch: Partial<typeof appendix>) => {
          write({ appendices: appendices.with(index, { ...appendix, ...patch }) })
        }
        return (
          // An appendix has no name of its own; removing one gives the sheet another key.
          <div key={`${String(index)} of ${String(appendices.length)}`} className={styles['appendix']}>
            <p className={styles['appendixHead']}>{words.appendix(index + 1)}</p>
            <PartBox
              label={words.appendixTitle(index + 1)}
              look="agency"
              value={appendix.title}
              onChange={(changed) => {
                set({ title: changed })
              }}
            />
            <BodyEditor
              id={detail.id}
              label={words.appendixBody(index + 1)}
              first={appendix.body}
              onChange={(changed) => {
                set({ body: changed })
              }}
            />
            <div className={styles['appendixTools']}>
              <CheckBox
                label={words.landscape}
                value={appendix.landscape}
                onChange={(landscape) => {
                  set({ landscape })
                }}
              />
              <Button
                small
                kind="quiet"
                icon={Trash2}
                onPress={() => {
                  write({ appendices: appendices.toSpliced(index, 1) })
                }}
              >
                {words.removeAppendix(index + 1)}
              </Button>
            </div>
          </div>
        )
      })}
      <div className={styles['appendixTools']}>
        <Button
          small
          icon={FilePlus2}
          onPress={() => {
            write({ appendices: [...appendices, NEW_APPENDIX] })
          }}
        >
          {words.addAppendix}
        </Button>
      </div>
    </section>
  )
}

/** A part of the page that is typed where it stands. */
function PartBox({
  label,
  look,
  value,
  onChange,
}: {
  label: string
  look: 'parent' | 'agency'
  value: string
  onChange: (value: string) => void
}) {
  return (
    <textarea
      aria-label={label}
      title={label}
      placeholder={label}
      className={styles[look]}
      rows={2}
      maxLength={200}
      value={value}
      onChange={(event) => {
        onChange(event.target.value)
      }}
    />
  )
}

function LinesBox({
  label,
  value,
  onChange,
}: {
  label: string
  value: readonly string[]
  onChange: (value: string[]) => void
}) {
  const [typed, setTyped] = useState(value.join('\n'))
  return (
    <textarea
      aria-label={label}
      title={label}
      placeholder={label}
      className={styles['lines']}
      rows={2}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value)
        const lines = target.value.split('\n').map((line) => line.trim().slice(0, 500))
        onChange(lines.filter((line) => line !== '').slice(0, 50))
      }}
    />
  )
}

const MARGINS = {
  topMm: [20, 21, 22, 23, 24, 25],
  bottomMm: [20, 21, 22, 23, 24, 25],
  leftMm: [30, 31, 32, 33, 34, 35],
  rightMm: [15, 16, 17, 18, 19, 20],
} as const
const HEAD_PT = [12, 12.5, 13]
const TEXT_PT = [13, 13.5, 14]
const SPACING = [1, 1.15, 1.25, 1.5]

/** What the law leaves to the office. */
function LayoutForm({ composition, write }: { composition: Composition; write: Write }) {
  const { drafting: words } = TEXT
  const { layout } = composition
  const set = (patch: Partial<PageLayout>) => {
    write({ layout: { ...layout, ...patch } })
  }
  const number = (
    label: string,
    value: number,
    values: readonly number[],
    onChange: (value: number) => void,
  ) => (
    <Choice
      label={label}
      value={String(value)}
      options={[...new Set([...values, value])]
        .sort((a, b) => a - b)
        .map((one) => ({ value: String(one), text: String(one).replace('.', ',') }))}
      onChange={(chosen) => {
        onChange(Number(chosen))
      }}
    />
  )
  return (
    <div className={styles['settings']}>
      <h2>{words.margins}</h2>
      <div className={styles['four']}>
        {number(words.top, layout.topMm, MARGINS.topMm, (topMm) => {
          set({ topMm })
        })}
        {number(words.bottom, layout.bottomMm, MARGINS.bottomMm, (bottomMm) => {
          set({ bottomMm })
        })}
        {number(words.left, layout.leftMm, MARGINS.leftMm, (leftMm) => {
          set({ leftMm })
        })}
        {number(words.right, layout.rightMm, MARGINS.rightMm, (rightMm) => {
          set({ rightMm })
        })}
        {number(words.headPt, layout.headPt, HEAD_PT, (headPt) => {
          set({ headPt })
        })}
        {number(words.textPt, layout.textPt, TEXT_PT, (textPt) => {
          set({ textPt })
        })}
        {number(words.lineSpacing, layout.lineSpacing, SPACING, (lineSpacing) => {
          set({ lineSpacing })
        })}
        <Choice
          label={words.circulation}
          value={composition.circulation}
          options={[
            { value: '', text: words.circulationNone },
            ...CIRCULATION_NOTES.map((note) => ({ value: note, text: note })),
          ]}
          onChange={(circulation) => {
            write({ circulation })
          }}
        />
      </div>
      <TextBox
        label={words.addressLines}
        value={composition.addressLines.join('\n')}
        lines={3}
        maxLength={600}
        onChange={(text) => {
          write({
            addressLines: text
              .split('\n')
              .slice(0, 3)
              .map((line) => line.slice(0, 200)),
          })
        }}
      />
    </div>
  )
}
