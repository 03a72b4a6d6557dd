import { Stethoscope } from 'lucide-react'
import { useState } from 'react'

import { failureWords } from '../../shared/failure.vi.ts'
import {
  hubKind,
  hubRoad,
  type HubKind,
  type Input,
  type Output,
  type Settings,
} from '../../shared/ipc/contract.ts'
import { call } from '../lib/call.ts'
import { formatCount, formatSpan } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner, Particulars } from './Banner.tsx'
import { Button } from './Button.tsx'
import { CheckBox, Choice, TextBox } from './Field.tsx'
import styles from './Form.module.css'

/** The hub as it is being typed. `secretKept`: one is stored already and may stay. */
export interface HubDraft {
  readonly kind: HubKind
  readonly url: string
  readonly systemId: string
  readonly secret: string
  readonly secretKept: boolean
  readonly hasRoad: boolean
  readonly roadClient: string
  readonly roadService: string
}

/** What is typed, from what is stored. The secret never comes out. */
export function hubDraftOf(hub: Settings['hub']): HubDraft {
  return {
    kind: hub?.kind ?? 'vxp',
    url: hub?.url ?? '',
    systemId: hub?.systemId ?? '',
    secret: '',
    secretKept: hub !== undefined,
    hasRoad: hub?.road !== undefined,
    roadClient: hub?.road?.client ?? '',
    roadService: hub?.road?.service ?? '',
  }
}

type HubField = 'url' | 'systemId' | 'secret' | 'roadClient' | 'roadService'

/** Why the hub cannot be saved like this, by field. */
export function hubProblems(draft: HubDraft): Partial<Record<HubField, string>> {
  const { client, service } = roadOf(draft)
  return {
    ...(/^https?:\/\/[^\s/]+/i.test(draft.url.trim()) ? {} : { url: TEXT.hubForm.urlWrong }),
    ...(draft.systemId.trim() === '' ? { systemId: TEXT.hubForm.systemIdMissing } : {}),
    ...(draft.secret === '' && !draft.secretKept ? { secret: TEXT.hubForm.secretMissing } : {}),
    ...(draft.hasRoad && !hubRoad.shape.client.safeParse(client).success
      ? { roadClient: TEXT.hubForm.roadClientWrong }
      : {}),
    ...(draft.hasRoad && !hubRoad.shape.service.safeParse(service).success
      ? { roadService: TEXT.hubForm.roadServiceWrong }
      : {}),
  }
}

/** The hub as the engine takes it. */
export function hubOf(draft: HubDraft): Input<'hub.check'> {
  const hub = {
    kind: draft.kind,
    url: draft.url.trim(),
    systemId: draft.systemId.trim(),
    ...(draft.hasRoad ? { road: roadOf(draft) } : {}),
  }
  return draft.secret === '' ? hub : { ...hub, secret: draft.secret }
}

/** Identifiers are often written with a slash in front, as in an address. */
function roadOf({ roadClient, roadService }: HubDraft) {
  const bare = (text: string) => text.trim().replace(/^\/+|\/+$/g, '')
  return { client: bare(roadClient), service: bare(roadService) }
}

/** A clock further off than this is worth a word: the hub refuses signatures of old requests. */
const SKEW_MS = 60_000

/** Where the hub is, and a try whether it answers. Errors show once `asked`. */
export function HubForm({
  draft,
  onChange,
  asked,
  onAsked,
  autoFocus = false,
}: {
  draft: HubDraft
  onChange: (draft: HubDraft) => void
  asked: boolean
  onAsked: () => void
  autoFocus?: boolean
}) {
  const problems = asked ? hubProblems(draft) : {}
  const check = useAction(() => call('hub.check', hubOf(draft)))
  const checked = useCheckedOf(draft, check.run)
  return (
    <div className={styles['stack']}>
      <Choice
        label={TEXT.hubForm.kind}
        hint={TEXT.hubForm.kindHint}
        value={draft.kind}
        options={hubKind.options.map((value) => ({ value, text: TEXT.hubForm.kinds[value] }))}
        onChange={(kind) => {
          onChange({ ...draft, kind })
        }}
      />
      <TextBox
        label={TEXT.hubForm.url}
        hint={TEXT.hubForm.urlHint[draft.kind]}
        warning={isOpenLine(draft.url) ? TEXT.hubForm.urlOpen : undefined}
        type="url"
        value={draft.url}
        onChange={(url) => {
          onChange({ ...draft, url })
        }}
        maxLength={500}
        autoFocus={autoFocus}
        error={problems.url}
      />
      <div className={styles['grid']}>
        <TextBox
          label={TEXT.hubForm.systemId}
          value={draft.systemId}
          onChange={(systemId) => {
            onChange({ ...draft, systemId })
          }}
          maxLength={100}
          error={problems.systemId}
        />
        <TextBox
          label={TEXT.hubForm.secret}
          hint={draft.secretKept ? TEXT.hubForm.secretKept : undefined}
          type="password"
          value={draft.secret}
          onChange={(secret) => {
            onChange({ ...draft, secret })
          }}
          maxLength={500}
          error={problems.secret}
        />
      </div>
      <CheckBox
        label={TEXT.hubForm.road}
        hint={TEXT.hubForm.roadHint}
        value={draft.hasRoad}
        onChange={(hasRoad) => {
          onChange({ ...draft, hasRoad })
        }}
      />
      {draft.hasRoad ? (
        <div className={styles['grid']}>
          <TextBox
            label={TEXT.hubForm.roadClient}
            hint={TEXT.hubForm.roadClientHint}
            value={draft.roadClient}
            onChange={(roadClient) => {
              onChange({ ...draft, roadClient })
            }}
            maxLength={400}
            error={problems.roadClient}
          />
          <TextBox
            label={TEXT.hubForm.roadService}
            hint={TEXT.hubForm.roadServiceHint}
            value={draft.roadService}
            onChange={(roadService) => {
              onChange({ ...draft, roadService })
            }}
            maxLength={400}
            error={problems.roadService}
          />
        </div>
      ) : null}
      <div className={styles['row']}>
        <Button
          icon={Stethoscope}
          isDisabled={check.busy}
          onPress={() => {
            onAsked()
            if (Object.keys(hubProblems(draft)).length === 0) checked.start()
          }}
        >
          {check.busy ? TEXT.hubForm.checking : TEXT.hubForm.check}
        </Button>
      </div>
      <FailureBanner error={check.error} boxed />
      <div role="status">{checked.answer === undefined ? null : <CheckResult answer={checked.answer} />}</div>
    </div>
  )
}

/** The answer of the check, as long as what it was asked about is still what is typed. */
function useCheckedOf(
  draft: HubDraft,
  run: () => Promise<Output<'hub.check'> | undefined>,
): { answer: Output<'hub.check'> | undefined; start: () => void } {
  const asked = JSON.stringify(hubOf(draft))
  const [held, setHeld] = useState<{ asked: string; answer: Output<'hub.check'> }>()
  return {
    answer: held?.asked === asked ? held.answer : undefined,
    start() {
      void run().then((answer) => {
        if (answer !== undefined) setHeld({ asked, answer })
      })
    },
  }
}

/** What a try of the hub found, and what to do about it. */
export function CheckResult({ answer }: { answer: Output<'hub.check'> }) {
  const skew =
    answer.clockSkewMs !== undefined && Math.abs(answer.clockSkewMs) > SKEW_MS
      ? ` ${TEXT.hubForm.skew(formatSpan(answer.clockSkewMs))}`
      : ''
  if (answer.error === undefined && answer.reached) {
    const agencies =
      answer.agencies === undefined ? '' : TEXT.hubForm.goodAgencies(formatCount(answer.agencies))
    return (
      <Banner tone={skew === '' ? 'ok' : 'warn'} title={TEXT.hubForm.good} boxed>
        {agencies}
        {skew}
      </Banner>
    )
  }
  const words = failureWords({ code: answer.error ?? 'hub/unreachable', detail: answer.detail })
  return (
    <Banner tone="bad" title={`${words.title}.`} boxed>
      {words.hint}
      {skew}
      <Particulars words={words} />
    </Banner>
  )
}

/** Whether what is sent there could be read on its way. This PC itself is no way. */
function isOpenLine(url: string): boolean {
  const host = /^http:\/\/(\[[^\]]+\]|[^/:]+)/i.exec(url.trim())?.[1]
  return host !== undefined && !/^(localhost|127\.|\[::1\])/i.test(host)
}
