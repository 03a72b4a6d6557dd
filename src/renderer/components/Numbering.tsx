import { Plus, X } from 'lucide-react'
import { useState } from 'react'

import {
  formatRange,
  gapReason,
  numberingScheme,
  type GapReason,
  type Numbering,
  type NumberGap,
  type NumberingGroup,
  type NumberSeries,
} from '../../shared/document/numbering.ts'
import { DOCUMENT_TYPES } from '../../shared/document/types.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatInstant, isoDayOf } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import { Choice, RadioCards, Segments, TextBox } from './Field.tsx'
import { SheetForm } from './SheetForm.tsx'
import form from './Form.module.css'
import { GAP_KINDS } from './NumberFields.tsx'
import styles from './Numbering.module.css'

const NUMBER = /^0*[1-9]\d{0,4}$/

/** Cách đánh số: which types share a series, and where a series goes on from a paper book. */
export function NumberingForm() {
  const current = useLive('numbering.current', {}, 'office', 'outgoing')
  if (current.status === 'loading') return <Skeleton blocks={1} />
  if (current.status === 'failed') return <Failed error={current.error} onRetry={current.refresh} />
  return <Rules current={current.value} onSaved={current.refresh} />
}

function Rules({ current, onSaved }: { current: Numbering; onSaved: () => void }) {
  const { rules, year } = current
  const [scheme, setScheme] = useState(rules.scheme)
  const [groups, setGroups] = useState(() => rules.groups.filter(({ types }) => types.length > 0))
  const [firsts, setFirsts] = useState<Readonly<Record<string, string>>>({})
  const [asked, setAsked] = useState(false)
  const save = useAction(async () => {
    const retired = rules.groups.filter(
      ({ id, types }) => types.length === 0 && !groups.some((group) => group.id === id),
    )
    const changed = Object.entries(firsts).map(([series, text]) => ({ series, year, number: Number(text) }))
    const kept = rules.starts.filter((start) => start.year !== year || !(start.series in firsts))
    await call('numbering.save', {
      scheme,
      groups: [...groups, ...retired],
      starts: [...kept, ...changed.filter(({ number }) => number > 1)],
    })
    setFirsts({})
    onSaved()
    announce(TEXT.saved)
  })
  const groupsWrong =
    scheme === 'groups' && groups.some(({ name, types }) => name.trim() === '' || types.length === 0)
  const firstsWrong = Object.values(firsts).some((text) => !NUMBER.test(text))
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (!groupsWrong && !firstsWrong) void save.run()
      }}
    >
      <p>{TEXT.numbering.intro}</p>
      <RadioCards
        label={TEXT.numbering.scheme}
        value={scheme}
        options={numberingScheme.options.map((value) => ({ value, ...TEXT.numbering.schemes[value] }))}
        onChange={(value) => {
          setScheme(numberingScheme.parse(value))
        }}
      />
      {scheme === 'groups' ? <Groups groups={groups} onChange={setGroups} asked={asked} /> : null}
      {scheme === rules.scheme ? (
        <details className={styles['starts']}>
          <summary>{TEXT.numbering.starts(String(year))}</summary>
          <p className={form['quiet']}>{TEXT.numbering.startsHint}</p>
          <ul>
            {current.series.map(({ key, name, first, next, begun }) => (
              <li key={key}>
                {begun ? (
                  <span>
                    {seriesName({ key, name })}: {TEXT.numbering.next(String(next))}
                  </span>
                ) : (
                  <TextBox
                    label={seriesName({ key, name })}
                    value={firsts[key] ?? String(first)}
                    onChange={(text) => {
                      setFirsts({ ...firsts, [key]: text })
                    }}
                    inputMode="numeric"
                    maxLength={5}
                    error={
                      firsts[key] !== undefined && !NUMBER.test(firsts[key])
                        ? TEXT.sign.numberWrong
                        : undefined
                    }
                  />
                )}
              </li>
            ))}
          </ul>
        </details>
      ) : (
        <p className={form['quiet']}>{TEXT.numbering.schemeChanges}</p>
      )}
      <FailureBanner error={save.error} boxed />
      <div className={form['row']}>
        <Button kind="primary" type="submit" isBusy={save.busy}>
          {TEXT.numbering.save}
        </Button>
      </div>
    </form>
  )
}

function Groups({
  groups,
  onChange,
  asked,
}: {
  groups: readonly NumberingGroup[]
  onChange: (groups: NumberingGroup[]) => void
  asked: boolean
}) {
  const taken = new Set(groups.flatMap(({ types }) => types))
  const free = DOCUMENT_TYPES.filter(({ name }) => !taken.has(name))
  const change = (id: string, part: Partial<NumberingGroup>) => {
    onChange(groups.map((group) => (group.id === id ? { ...group, ...part } : group)))
  }
  return (
    <div className={form['stack']}>
      {groups.map(({ id, name, types }, at) => (
        <fieldset key={id} className={styles['group']}>
          <legend>{TEXT.numbering.group(String(at + 1))}</legend>
          <TextBox
            label={TEXT.numbering.groupName}
            value={name}
            onChange={(next) => {
              change(id, { name: next })
            }}
            maxLength={100}
            error={asked && name.trim() === '' ? TEXT.numbering.groupNameMissing : undefined}
          />
          <ul className={styles['types']} aria-label={TEXT.numbering.groupTypes}>
            {types.map((type) => (
              <li key={type}>
                {type}
                <IconButton
                  kind="quiet"
                  icon={X}
                  label={TEXT.numbering.groupRemoveType(type)}
                  onPress={() => {
                    change(id, { types: types.filter((other) => other !== type) })
                  }}
                />
              </li>
            ))}
          </ul>
          <Choice
            label={TEXT.numbering.groupAddType}
            value=""
            options={[
              { value: '', text: TEXT.numbering.groupChoose },
              ...free.map((type) => ({ value: type.name, text: type.name })),
            ]}
            onChange={(type) => {
              if (type !== '') change(id, { types: [...types, type] })
            }}
            error={asked && types.length === 0 ? TEXT.numbering.groupTypesMissing : undefined}
          />
          <div className={form['row']}>
            <Button
              small
              onPress={() => {
                onChange(groups.filter((group) => group.id !== id))
              }}
            >
              {TEXT.numbering.groupRemove}
            </Button>
          </div>
        </fieldset>
      ))}
      <div className={form['row']}>
        <Button
          small
          icon={Plus}
          isDisabled={free.length === 0}
          onPress={() => {
            onChange([...groups, { id: crypto.randomUUID(), name: '', types: [] }])
          }}
        >
          {TEXT.numbering.groupAdd}
        </Button>
      </div>
      <p className={form['quiet']}>{TEXT.numbering.groupRest}</p>
    </div>
  )
}

/** Số bỏ trống, số hủy of a year, each with its reason, who gave it and when. */
export function NumberGaps() {
  const [thisYear] = useState(() => Number(isoDayOf(Date.now()).slice(0, 4)))
  const [year, setYear] = useState(String(thisYear))
  const [explaining, setExplaining] = useState<{ series: string; from: string; to: string }>()
  const gaps = useLive('numbering.gaps', { year: Number(year) }, 'outgoing', 'office')
  const current = useLive('numbering.current', {}, 'office', 'outgoing')
  if (gaps.status === 'failed') return <Failed error={gaps.error} onRetry={gaps.refresh} />
  const series = current.status === 'ready' ? current.value.series : []
  return (
    <div className={form['stack']}>
      <h3>{TEXT.numbering.gaps}</h3>
      <Choice
        label={TEXT.numbering.year}
        value={year}
        options={[0, 1, 2, 3, 4].map((back) => ({
          value: String(thisYear - back),
          text: String(thisYear - back),
        }))}
        onChange={setYear}
      />
      {gaps.status === 'loading' ? (
        <Skeleton blocks={1} />
      ) : gaps.value.length === 0 ? (
        <p>{TEXT.numbering.noGaps(year)}</p>
      ) : (
        <ul className={styles['gaps']} aria-label={TEXT.numbering.gaps}>
          {gaps.value.map((gap) => (
            <Gap
              key={`${gap.series.key} ${String(gap.from)}`}
              gap={gap}
              onExplain={() => {
                setExplaining({ series: gap.series.key, from: String(gap.from), to: String(gap.to) })
              }}
            />
          ))}
        </ul>
      )}
      <div className={form['row']}>
        <Button
          isDisabled={series.length === 0 || year !== String(thisYear)}
          onPress={() => {
            const [first] = series
            if (first === undefined) return
            setExplaining({ series: first.key, from: String(first.next), to: String(first.next) })
          }}
        >
          {TEXT.numbering.explainPaper}
        </Button>
      </div>
      {explaining === undefined ? null : (
        <Explain
          year={Number(year)}
          first={explaining}
          series={series}
          onDone={() => {
            setExplaining(undefined)
            gaps.refresh()
          }}
        />
      )}
    </div>
  )
}

function Gap({ gap, onExplain }: { gap: NumberGap; onExplain: () => void }) {
  const { kind, reason, by, at, code } = gap
  const who = at === undefined ? '' : TEXT.numbering.said(by, formatInstant(at))
  return (
    <li>
      <div>
        <strong>
          {code ?? TEXT.numbering.numbers(formatRange(gap))} · {seriesName(gap.series)}
        </strong>
        <div>
          {TEXT.numbering.gapKind[kind]}
          {reason === '' ? '' : `: ${reason}`}
        </div>
        {who === '' ? null : <div className={form['quiet']}>{who}</div>}
      </div>
      {kind === 'unexplained' || kind === 'left-out' ? (
        <Button small label={TEXT.numbering.explainOf(formatRange(gap))} onPress={onExplain}>
          {kind === 'unexplained' ? TEXT.numbering.explain : TEXT.numbering.explainAgain}
        </Button>
      ) : null}
    </li>
  )
}

function Explain({
  year,
  first,
  series,
  onDone,
}: {
  year: number
  first: { series: string; from: string; to: string }
  series: readonly (NumberSeries & { next: number })[]
  onDone: () => void
}) {
  const [range, setRange] = useState(first)
  const [why, setWhy] = useState<GapReason>({ kind: 'paper', reason: '' })
  const [asked, setAsked] = useState(false)
  const wrongNumber = (text: string) => (NUMBER.test(text) ? undefined : TEXT.sign.numberWrong)
  const toWrong =
    wrongNumber(range.to) ?? (Number(range.to) < Number(range.from) ? TEXT.numbering.rangeWrong : undefined)
  const reasonWrong = why.reason.trim() === '' ? TEXT.numbering.skipsMissing : undefined
  const act = useAction(async () => {
    const { series: key, from, to } = range
    await call('numbering.explain', { series: key, year, from: Number(from), to: Number(to), why })
    announce(TEXT.numbering.explainDone)
    onDone()
  })
  const known = series.some(({ key }) => key === first.series)
  return (
    <Sheet isOpen onClose={onDone} title={TEXT.numbering.explainTitle}>
      <SheetForm
        act={TEXT.numbering.explain}
        busy={act.busy}
        onCancel={onDone}
        error={act.error}
        onSubmit={() => {
          setAsked(true)
          const isFine = [wrongNumber(range.from), toWrong, reasonWrong].every((text) => text === undefined)
          if (isFine) void act.run()
        }}
      >
        {known ? (
          <Choice
            label={TEXT.numbering.book}
            value={range.series}
            options={series.map((one) => ({ value: one.key, text: seriesName(one) }))}
            onChange={(key) => {
              const next = String(series.find((one) => one.key === key)?.next ?? 1)
              setRange({ series: key, from: next, to: next })
            }}
          />
        ) : null}
        <div className={form['grid']}>
          <TextBox
            label={TEXT.numbering.from}
            value={range.from}
            onChange={(from) => {
              setRange({ ...range, from })
            }}
            inputMode="numeric"
            maxLength={5}
            error={asked ? wrongNumber(range.from) : undefined}
          />
          <TextBox
            label={TEXT.numbering.to}
            value={range.to}
            onChange={(to) => {
              setRange({ ...range, to })
            }}
            inputMode="numeric"
            maxLength={5}
            error={asked ? toWrong : undefined}
          />
        </div>
        <Segments
          label={TEXT.numbering.kind}
          value={why.kind}
          options={GAP_KINDS}
          onChange={(kind) => {
            setWhy({ ...why, kind: gapReason.shape.kind.parse(kind) })
          }}
        />
        <TextBox
          label={TEXT.numbering.skipsReason}
          value={why.reason}
          onChange={(reason) => {
            setWhy({ ...why, reason })
          }}
          lines={2}
          maxLength={300}
          error={asked ? reasonWrong : undefined}
        />
      </SheetForm>
    </Sheet>
  )
}

function seriesName({ key, name }: NumberSeries): string {
  return name ?? (key === 'copies' ? TEXT.numbering.copies : TEXT.numbering.common)
}
