import { FolderOpen } from 'lucide-react'

import { fingerprintGroups } from '../../shared/connection-check.vi.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import {
  hubKind,
  hubRoad,
  type HubKind,
  type Input,
  type ServerKind,
  type Settings,
} from '../../shared/ipc/contract.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { ConnectionCheck } from './ConnectionCheck.tsx'
import { CheckBox, Choice, TextBox } from './Field.tsx'
import styles from './Form.module.css'

/** The hub as it is being typed. `secretKept`: one is stored already and may stay. */
export interface HubDraft {
  readonly kind: HubKind
  /** Of the kind `filedrop`, which has none of the others. */
  readonly folder: string
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
export function hubDraftOf(kept: Settings['hub']): HubDraft {
  const hub = kept?.kind === 'filedrop' ? undefined : kept
  return {
    kind: kept?.kind ?? 'vxp',
    folder: kept?.kind === 'filedrop' ? kept.folder : '',
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

type HubField = 'folder' | 'url' | 'systemId' | 'secret' | 'roadClient' | 'roadService'

/** Why the hub cannot be saved like this, by field. */
export function hubProblems(draft: HubDraft): Partial<Record<HubField, string>> {
  const { client, service } = roadOf(draft)
  if (draft.kind === 'filedrop') {
    return isFolderPath(draft.folder) ? {} : { folder: TEXT.hubForm.folderWrong }
  }
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
  const { kind } = draft
  if (kind === 'filedrop') return { kind, folder: draft.folder.trim() }
  const hub = {
    kind,
    url: draft.url.trim(),
    systemId: draft.systemId.trim(),
    ...(draft.hasRoad ? { road: roadOf(draft) } : {}),
    ...(draft.pinnedSha256 === undefined ? {} : { pinnedSha256: draft.pinnedSha256 }),
  }
  return draft.secret === '' ? hub : { ...hub, secret: draft.secret }
}

/** The hub as a new office takes it. */
export function newHubOf(draft: HubDraft): Input<'office.create'>['hub'] {
  const hub = hubOf(draft)
  return hub.kind === 'filedrop' ? hub : { ...hub, secret: draft.secret }
}

/** A whole path, as Windows writes it for a drive or a share, or as the others do. */
function isFolderPath(text: string): boolean {
  return /^([A-Za-z]:[\\/]|\\\\[^\\]|\/)/.test(text.trim())
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
      {draft.kind === 'filedrop' ? (
        <FolderFields draft={draft} onChange={onChange} error={problems.folder} autoFocus={autoFocus} />
      ) : (
        <ServerFields
          draft={draft}
          kind={draft.kind}
          onChange={onChange}
          problems={problems}
          autoFocus={autoFocus}
        />
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

/** The stick or the share, and what must be known of it. */
function FolderFields({
  draft,
  onChange,
  error,
  autoFocus,
}: {
  draft: HubDraft
  onChange: (draft: HubDraft) => void
  error: string | undefined
  autoFocus: boolean
}) {
  const choose = useAction(async () => {
    const { folder } = await call('connection.chooseFolder', {})
    if (folder !== undefined) onChange({ ...draft, folder })
  })
  return (
    <>
      <TextBox
        label={TEXT.hubForm.folder}
        hint={TEXT.hubForm.folderHint}
        value={draft.folder}
        onChange={(folder) => {
          onChange({ ...draft, folder })
        }}
        maxLength={1000}
        look="mono"
        autoFocus={autoFocus}
        error={error}
      />
      <div>
        <Button icon={FolderOpen} isBusy={choose.busy} onPress={() => void choose.run()}>
          {TEXT.hubForm.folderChoose}
        </Button>
      </div>
      <FailureBanner error={choose.error} boxed />
      <Banner tone="info" title={TEXT.hubForm.folderSealed} boxed>
        {TEXT.hubForm.folderSealedRest}
      </Banner>
    </>
  )
}

/** A hub's address, our name there, and what the way to it takes. */
function ServerFields({
  draft,
  kind,
  onChange,
  problems,
  autoFocus,
}: {
  draft: HubDraft
  kind: ServerKind
  onChange: (draft: HubDraft) => void
  problems: Partial<Record<HubField, string>>
  autoFocus: boolean
}) {
  return (
    <>
      <TextBox
        label={TEXT.hubForm.url}
        hint={TEXT.hubForm.urlHint[kind]}
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
    </>
  )
}

/** Whether what is sent there could be read on its way. This PC itself is no way. */
function isOpenLine(url: string): boolean {
  const host = /^http:\/\/(\[[^\]]+\]|[^/:]+)/i.exec(url.trim())?.[1]
  return host !== undefined && !/^(localhost|127\.|\[::1\])/i.test(host)
}
