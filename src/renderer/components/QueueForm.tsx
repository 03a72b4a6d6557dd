import { useState } from 'react'

import type { QueuePolicy } from '../../shared/queue-policy.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { CheckBox, Choice, RangeBox } from './Field.tsx'
import form from './Form.module.css'

/** The night, when nobody else needs the line. */
const USUAL_HOURS = { from: 18, to: 6 }
const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), text: TEXT.queue.hour(hour) }))

/** How many go at once, and when large ones go. Saved by itself. */
export function QueueForm() {
  const policy = useLive('queue.policy', {}, 'office')
  if (policy.status === 'loading') return <Skeleton blocks={1} />
  if (policy.status === 'failed') return <Failed error={policy.error} onRetry={policy.refresh} />
  return <PolicyForm stored={policy.value} />
}

function PolicyForm({ stored }: { stored: QueuePolicy }) {
  const [parallel, setParallel] = useState(stored.parallel)
  const [hours, setHours] = useState(stored.largeHours)
  const save = useAction(async () => {
    // Sending may have been paused or let go on since this form was opened.
    const { paused } = await call('queue.policy', {})
    await call('queue.savePolicy', {
      parallel,
      paused,
      ...(hours === undefined ? {} : { largeHours: hours }),
    })
    announce(TEXT.saved)
  })
  const text = TEXT.queue
  const isEmpty = hours !== undefined && hours.from === hours.to
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) void save.run()
      }}
    >
      <p>{text.intro}</p>
      <RangeBox
        label={text.parallel}
        value={parallel}
        least={2}
        most={6}
        step={1}
        words={text.parallelWords(parallel)}
        onChange={setParallel}
      />
      <CheckBox
        label={text.largeHours}
        hint={text.largeHoursHint}
        value={hours !== undefined}
        onChange={(wanted) => {
          setHours(wanted ? USUAL_HOURS : undefined)
        }}
      />
      {hours === undefined ? null : (
        <>
          <Choice
            label={text.from}
            value={String(hours.from)}
            options={HOURS}
            onChange={(from) => {
              setHours({ ...hours, from: Number(from) })
            }}
          />
          <Choice
            label={text.to}
            error={isEmpty ? text.sameHour : undefined}
            value={String(hours.to)}
            options={HOURS}
            onChange={(to) => {
              setHours({ ...hours, to: Number(to) })
            }}
          />
        </>
      )}
      <FailureBanner error={save.error} boxed />
      <Button kind="primary" type="submit" isBusy={save.busy}>
        {text.save}
      </Button>
    </form>
  )
}
