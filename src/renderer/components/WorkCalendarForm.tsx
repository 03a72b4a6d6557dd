import { useState } from 'react'

import { workCalendar, type SpecialDay, type WorkCalendar } from '../../shared/document/working-days.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay, parseDay } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { TextBox } from './Field.tsx'
import form from './Form.module.css'

const HOURS = ['morningStart', 'morningEnd', 'afternoonEnd'] as const
/** Khẩn, Thượng khẩn, Hỏa tốc. */
const URGENT = [0, 1, 2] as const

/** Working days and hours, from which the deadlines of sending and answering follow. Saved by itself. */
export function WorkCalendarForm() {
  const calendar = useLive('workCalendar.current', {}, 'office')
  if (calendar.status === 'loading') return <Skeleton blocks={1} />
  if (calendar.status === 'failed') return <Failed error={calendar.error} onRetry={calendar.refresh} />
  return <CalendarForm stored={calendar.value} />
}

function CalendarForm({ stored }: { stored: WorkCalendar }) {
  const [days, setDays] = useState(textOf(stored.days))
  const [hours, setHours] = useState({
    morningStart: stored.morningStart,
    morningEnd: stored.morningEnd,
    afternoonEnd: stored.afternoonEnd,
  })
  const [urgent, setUrgent] = useState(stored.urgentMinutes.map(String))
  const [warn, setWarn] = useState(String(stored.warnMinutes))
  const save = useAction(async (next: WorkCalendar) => {
    await call('workCalendar.save', next)
    announce(TEXT.saved)
  })
  const text = TEXT.workCalendar
  const read = daysOf(days)
  const whole = workCalendar.safeParse({
    days: read.days,
    ...hours,
    urgentMinutes: urgent.map(Number),
    warnMinutes: Number(warn),
  })
  const wrong = (name: string) =>
    whole.error?.issues.some(({ path }) => path[0] === name) === true ? text.wrong : undefined
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (whole.success && read.wrongLine === undefined) void save.run(whole.data)
      }}
    >
      <p>{text.intro}</p>
      <div className={form['row']}>
        {HOURS.map((name) => (
          <TextBox
            key={name}
            label={text.hours[name]}
            error={wrong(name)}
            value={hours[name]}
            maxLength={5}
            onChange={(value) => {
              setHours({ ...hours, [name]: value })
            }}
          />
        ))}
      </div>
      <div className={form['row']}>
        {URGENT.map((index) => (
          <TextBox
            key={index}
            label={text.urgent[index]}
            error={wrong('urgentMinutes')}
            inputMode="numeric"
            maxLength={4}
            value={urgent[index] ?? ''}
            onChange={(value) => {
              setUrgent(urgent.map((one, at) => (at === index ? value : one)))
            }}
          />
        ))}
        <TextBox
          label={text.warn}
          error={wrong('warnMinutes')}
          inputMode="numeric"
          maxLength={4}
          value={warn}
          onChange={setWarn}
        />
      </div>
      <TextBox
        label={text.days}
        hint={text.daysHint}
        error={read.wrongLine === undefined ? wrong('days') : text.daysWrong(read.wrongLine)}
        lines={8}
        optional
        value={days}
        onChange={setDays}
      />
      <FailureBanner error={save.error} boxed />
      <div className={form['row']}>
        <Button kind="primary" type="submit" isBusy={save.busy}>
          {text.save}
        </Button>
      </div>
    </form>
  )
}

function textOf(days: readonly SpecialDay[]): string {
  return [...days]
    .sort((one, other) => (one.date < other.date ? -1 : 1))
    .map(({ date, kind, name }) => `${formatDay(date)} ${TEXT.workCalendar.kinds[kind]} ${name}`.trim())
    .join('\n')
}

/** One line per day: `16/02/2026 nghỉ Tết Nguyên đán`. `wrongLine`: the first that cannot be read so. */
function daysOf(text: string): { days: SpecialDay[]; wrongLine: string | undefined } {
  const days: SpecialDay[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue
    const [day = '', word = '', ...name] = line.split(/\s+/)
    const date = parseDay(day)
    const kind = (['off', 'work'] as const).find(
      (one) => TEXT.workCalendar.kinds[one] === word.normalize('NFC').toLowerCase(),
    )
    if (date === undefined || kind === undefined) return { days, wrongLine: line }
    days.push({ date, kind, name: name.join(' ') })
  }
  return { days, wrongLine: undefined }
}
