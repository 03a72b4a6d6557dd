import { fingerprintGroups } from '../../shared/connection-check.vi.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import { hubKind, hubRoad, type HubKind, type Input, type Settings } from '../../shared/ipc/contract.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { ConnectionCheck } from './ConnectionCheck.tsx'
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
  readonly pinnedSha256: Sha256 | undefined
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
    pinnedSha256: hub?.pinnedSha256,
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
export function hubOf(draft: HubDraft): Input<'connection.startCheck'> {
  const hub = {
    kind: draft.kind,
    url: draft.url.trim(),
    systemId: draft.systemId.trim(),
    ...(draft.hasRoad ? { road: roadOf(draft) } : {}),
    ...(draft.pinnedSha256 === undefined ? {} : { pinnedSha256: draft.pinnedSha256 }),
  }
  return draft.secret === '' ? hub : { ...hub, secret: draft.secret }
}

/** Identifiers are often written with a slash in front, as in an address. */
function roadOf({ roadClient, roadService }: HubDraft) {
  const bare = (text: string) => text.trim().replace(/^\/+|\/+$/g, '')
  return { client: bare(roadClient), service: bare(roadService) }
}

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
          // What was compared is the certificate of the server at the address that stood here.
          onChange({ ...draft, url, pinnedSha256: undefined })
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
      {draft.pinnedSha256 === undefined ? null : (
        <div className={styles['stack']}>
          <p className={styles['quiet']}>
            {TEXT.hubForm.pinned} {fingerprintGroups(draft.pinnedSha256)}
          </p>
          <div>
            <Button
              small
              onPress={() => {
                onChange({ ...draft, pinnedSha256: undefined })
              }}
            >
              {TEXT.hubForm.pinnedForget}
            </Button>
          </div>
        </div>
      )}
      <ConnectionCheck
        hub={hubOf(draft)}
        mayStart={() => {
          onAsked()
          return Object.keys(hubProblems(draft)).length === 0
        }}
        onTrust={({ sha256 }) => {
          onChange({ ...draft, pinnedSha256: sha256 })
        }}
      />
    </div>
  )
}

/** Whether what is sent there could be read on its way. This PC itself is no way. */
function isOpenLine(url: string): boolean {
  const host = /^http:\/\/(\[[^\]]+\]|[^/:]+)/i.exec(url.trim())?.[1]
  return host !== undefined && !/^(localhost|127\.|\[::1\])/i.test(host)
}
