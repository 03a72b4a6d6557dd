import {
  ArrowLeft,
  BookmarkPlus,
  Check,
  CircleAlert,
  FileUp,
  History,
  LoaderCircle,
  Signature,
  Stamp,
  Trash2,
} from 'lucide-react'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'

import {
  fieldProblems,
  organId,
  type FieldName,
  type FieldProblem,
  type OutgoingFields,
} from '../../shared/document/fields.ts'
import type { TemplateId } from '../../shared/document/drafting.ts'
import { remarksOn } from '../../shared/document/form.ts'
import { COPY_TYPES, copyFormOf, DOCUMENT_TYPES, PRIORITIES } from '../../shared/document/types.ts'
import {
  MAX_PDF_BYTES,
  type Failure,
  type OfficeStatus,
  type OutgoingDetail,
} from '../../shared/ipc/contract.ts'
import { NotesButton, ProposeButton, SentBackBand, useNeedsApproval } from '../components/Approval.tsx'
import { AttachmentList } from '../components/AttachmentList.tsx'
import { Banner, Empty, FailureBanner } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { CopyFieldset } from '../components/CopyFieldset.tsx'
import { DayField } from '../components/DayField.tsx'
import { AskReason, Confirm } from '../components/Dialog.tsx'
import { Choice, Segments, TextBox } from '../components/Field.tsx'
import { DraftVersions } from '../components/DraftVersions.tsx'
import { FilePicker } from '../components/FilePicker.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import { RecipientPicker } from '../components/RecipientPicker.tsx'
import { ScanNotes } from '../components/ScanNotes.tsx'
import { SignerFieldset } from '../components/SignerFieldset.tsx'
import { StartWriting } from '../components/StartWriting.tsx'
import { WrittenPage } from '../components/WrittenPage.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { classes } from '../lib/classes.ts'
import { draftKeeper, keepDraft, type DraftState } from '../lib/draft.ts'
import { formatDay, formatTime, isoDayOf, parseDay } from '../lib/format.ts'
import { codeOf } from '../lib/lists.ts'
import { suggestNotations } from '../lib/notation.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './DraftEditor.module.css'
import screen from './screen.module.css'

type Change = (patch: Partial<OutgoingFields>) => void

/** One draft: its form, its PDF, saved by itself while it is typed. */
export function DraftEditor({ first, office }: { first: OutgoingDetail; office: OfficeStatus }) {
  const [keeper, setKeeper] = useState(() => draftKeeper(first))
  const draft = useSyncExternalStore(keeper.subscribe, keeper.state)
  const { detail, fields, composition } = draft
  /** Rises when the text comes from a template or a version. */
  const [round, setRound] = useState(0)
  const [versionsOpen, setVersionsOpen] = useState(false)
  const [naming, setNaming] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const [touched, setTouched] = useState<ReadonlySet<FieldName>>(new Set())
  const [asked, setAsked] = useState(false)
  const [discarding, setDiscarding] = useState(false)
  const pdf = detail.files.find(({ role }) => role === 'imported')
  const problems = fieldProblems(fields, pdf !== undefined || composition !== undefined)
  const today = isoDayOf(useNow(60_000))
  const remarks = composition === undefined ? [] : remarksOn({ fields, composition }, today)
  const stops = remarks.filter((one) => one.stops)
  const isCopy = copyFormOf(fields.typeName) !== undefined
  const needsApproval = useNeedsApproval() && !isCopy

  const busyWithDialog = discarding || versionsOpen || naming || leaving

  // Saves what is unsaved when the editor is left, by whatever way, and when the window loses the focus.
  useEffect(() => {
    const flush = () => {
      keeper.flush().catch(() => undefined) // shown through draft.error
    }
    // The keeper may come from an editor that could not save any more: the engine died under it.
    flush()
    window.addEventListener('blur', flush)
    return () => {
      window.removeEventListener('blur', flush)
      flush()
    }
  }, [keeper])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !busyWithDialog) go('drafts')
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [busyWithDialog])

  const freeze = useAction(async () => {
    setAsked(true)
    if (problems.length > 0 || stops.length > 0) {
      await keeper.flush()
      return
    }
    await keeper.perform((revision) => call('outgoing.freeze', { id: detail.id, revision }))
    announce(isCopy ? TEXT.copies.freezeDone : TEXT.draft.freezeDone)
    go('to-sign', detail.id)
  })
  const start = useAction(async (template: TemplateId | undefined) => {
    await keeper.perform((revision) =>
      call('drafting.begin', { id: detail.id, revision, ...(template === undefined ? {} : { template }) }),
    )
    setRound(round + 1)
  })
  const leave = useAction(async () => {
    await keeper.perform((revision) => call('drafting.stop', { id: detail.id, revision }))
    setLeaving(false)
  })
  const keepTemplate = useAction(async (name: string) => {
    await keeper.flush()
    await call('drafting.keepTemplate', { id: detail.id, name })
    setNaming(false)
    announce(TEXT.drafting.templateKept(name))
  })
  const discard = useAction(async (reason?: string) => {
    await call('outgoing.discard', { id: detail.id, ...(reason === undefined ? {} : { reason }) })
    announce(TEXT.draft.discardDone)
    go('drafts')
  })
  const newest = useAction(async () => {
    setKeeper(keepDraft(await call('outgoing.one', { id: detail.id })))
  })
  const saveFailed = draft.saving === 'failed' ? draft.error : undefined

  return (
    <div className={styles['editor']}>
      <div className={screen['head']}>
        <IconButton
          kind="quiet"
          icon={ArrowLeft}
          label={TEXT.back}
          onPress={() => {
            go('drafts')
          }}
        />
        <h1 className={styles['name']}>{fields.subject === '' ? TEXT.draft.untitled : fields.subject}</h1>
        <SavingWords draft={draft} />
        <span className={screen['push']} />
        {composition === undefined ? null : (
          <>
            <IconButton
              kind="quiet"
              icon={History}
              label={TEXT.drafting.versions}
              onPress={() => {
                keeper.flush().catch(() => undefined) // shown through draft.error
                setVersionsOpen(true)
              }}
            />
            <IconButton
              kind="quiet"
              icon={BookmarkPlus}
              label={TEXT.drafting.keepTemplate}
              onPress={() => {
                setNaming(true)
              }}
            />
            <IconButton
              kind="quiet"
              icon={FileUp}
              label={TEXT.drafting.toImport}
              onPress={() => {
                setLeaving(true)
              }}
            />
          </>
        )}
        <Button
          kind="quiet"
          icon={Trash2}
          onPress={() => {
            setDiscarding(true)
          }}
        >
          {TEXT.draft.discard}
        </Button>
        <NotesButton detail={detail} />
        {needsApproval ? (
          <ProposeButton
            id={detail.id}
            check={async () => {
              setAsked(true)
              await keeper.flush()
              return problems.length + stops.length === 0
            }}
            perform={keeper.perform}
          />
        ) : (
          <Button
            kind="primary"
            icon={isCopy ? Stamp : Signature}
            isDisabled={freeze.busy}
            onPress={() => {
              void freeze.run()
            }}
          >
            {isCopy ? TEXT.copies.freeze : TEXT.draft.freeze}
          </Button>
        )}
      </div>
      <SentBackBand detail={detail} />
      {fields.replaces === undefined ? null : (
        <Banner
          tone="info"
          title={TEXT.draft.replaces(fields.replaces.code)}
          action={
            <Button
              small
              onPress={() => {
                keeper.change({ replaces: undefined })
              }}
            >
              {TEXT.draft.replacesDrop}
            </Button>
          }
        >
          {TEXT.draft.replacesReason(fields.replaces.reason)}
        </Banner>
      )}
      <FailureBanner
        error={saveFailed}
        action={
          saveFailed?.code === 'document/changed' ? (
            <Button
              small
              onPress={() => {
                void newest.run()
              }}
            >
              {TEXT.draft.newest}
            </Button>
          ) : undefined
        }
      />
      <FailureBanner error={saveFailed === undefined ? (freeze.error ?? newest.error) : undefined} />
      <div role="alert">
        {asked && problems.length + stops.length > 0 ? (
          <Banner tone="warn" title={isCopy ? TEXT.copies.problemsTitle : TEXT.draft.problemsTitle}>
            {[
              ...new Set(problems.map(({ field }) => TEXT.field[field])),
              ...stops.map(({ remark }) => TEXT.drafting.remark[remark]),
            ].join(', ')}
            .
          </Banner>
        ) : null}
      </div>
      <div className={screen['body']}>
        <DraftForm
          key={detail.id}
          fields={fields}
          agencyName={office.agency?.name ?? ''}
          change={keeper.change}
          onLeave={(field) => {
            if (!touched.has(field)) setTouched(new Set([...touched, field]))
            keeper.flush().catch(() => undefined) // shown through draft.error
          }}
          problemOf={(field) => (asked || touched.has(field) ? problemWords(problems, field) : undefined)}
        >
          {remarks.length > stops.length ? (
            <Banner tone="info" title={TEXT.drafting.remarks}>
              {remarks
                .filter((one) => !one.stops)
                .map(({ remark }) => TEXT.drafting.remark[remark])
                .join('; ')}
              .
            </Banner>
          ) : null}
          <AttachmentList
            files={detail.files}
            onAttach={(name, bytes) =>
              keeper.perform(() => call('outgoing.attach', { id: detail.id, name, bytes }))
            }
            onDetach={({ sha256 }) =>
              keeper.perform(() => call('outgoing.detach', { id: detail.id, sha256 }))
            }
          />
        </DraftForm>
        {composition === undefined ? null : (
          <section className={styles['preview']} aria-label={TEXT.draft.preview} data-pane>
            <FailureBanner error={start.error ?? leave.error} />
            <WrittenPage
              detail={detail}
              fields={fields}
              composition={composition}
              round={round}
              keeper={keeper}
            />
          </section>
        )}
        {composition !== undefined ? null : (
          <DraftPdf
            detail={detail}
            start={
              isCopy ? null : (
                <>
                  <FailureBanner error={start.error} />
                  <StartWriting
                    typeName={fields.typeName}
                    busy={start.busy}
                    onStart={(template) => {
                      void start.run(template)
                    }}
                  />
                </>
              )
            }
            missing={asked && pdf === undefined}
            onImport={(name, bytes) => {
              // What was said of the file before does not hold for this one.
              freeze.clear()
              return keeper.perform(() => call('outgoing.importPdf', { id: detail.id, name, bytes }))
            }}
          />
        )}
      </div>
      {composition === undefined ? null : (
        <DraftVersions
          detail={detail}
          written={{ fields, composition }}
          isOpen={versionsOpen}
          onClose={() => {
            setVersionsOpen(false)
          }}
          onRestore={(content) => {
            keeper.change(content.fields)
            keeper.write(content.composition)
            setRound(round + 1)
            setVersionsOpen(false)
            announce(TEXT.drafting.restored)
          }}
        />
      )}
      <AskReason
        isOpen={naming}
        title={TEXT.drafting.keepTemplate}
        hint={TEXT.drafting.templateName}
        label={TEXT.drafting.templateName}
        missing={TEXT.drafting.templateMissing}
        safe={TEXT.cancel}
        act={TEXT.drafting.keepTemplate}
        busy={keepTemplate.busy}
        error={keepTemplate.error}
        onClose={() => {
          setNaming(false)
        }}
        onConfirm={(name) => {
          void keepTemplate.run(name.slice(0, 100))
        }}
      />
      <Confirm
        isOpen={leaving}
        title={TEXT.drafting.toImportAsk}
        hint={TEXT.drafting.toImportHint}
        safe={TEXT.drafting.keepWriting}
        act={TEXT.drafting.toImport}
        busy={leave.busy}
        error={leave.error}
        onClose={() => {
          setLeaving(false)
        }}
        onConfirm={() => {
          void leave.run()
        }}
      />
      <AskReason
        isOpen={discarding && detail.codeNumber !== undefined}
        title={TEXT.draft.discardAsk}
        hint={TEXT.numbering.discardHint(codeOf(detail))}
        label={TEXT.numbering.voidReason}
        missing={TEXT.numbering.voidMissing}
        safe={TEXT.draft.discardKeep}
        act={TEXT.draft.discard}
        busy={discard.busy}
        error={discard.error}
        onClose={() => {
          setDiscarding(false)
        }}
        onConfirm={(reason) => {
          void discard.run(reason)
        }}
      />
      <Confirm
        isOpen={discarding && detail.codeNumber === undefined}
        title={TEXT.draft.discardAsk}
        hint={TEXT.draft.discardHint}
        safe={TEXT.draft.discardKeep}
        act={TEXT.draft.discard}
        busy={discard.busy}
        error={discard.error}
        onClose={() => {
          setDiscarding(false)
        }}
        onConfirm={() => {
          void discard.run()
        }}
      />
    </div>
  )
}

function problemWords(problems: readonly FieldProblem[], field: FieldName): string | undefined {
  const found = problems.find((problem) => problem.field === field)
  if (found === undefined) return undefined
  return found.problem === 'missing' ? TEXT.missing[field] : TEXT.problem[found.problem]
}

function SavingWords({ draft }: { draft: DraftState }) {
  const words = {
    saved: TEXT.draft.savedAt(formatTime(draft.savedAt)),
    waiting: TEXT.draft.waiting,
    saving: TEXT.draft.saving,
    failed: TEXT.draft.failed,
  }
  const Icon = draft.saving === 'saved' ? Check : draft.saving === 'failed' ? CircleAlert : LoaderCircle
  return (
    <span className={classes(styles['state'], draft.saving === 'failed' && styles['failed'])} role="status">
      <Icon size={15} strokeWidth={1.75} aria-hidden />
      {words[draft.saving]}
    </span>
  )
}

const TYPE_OPTIONS = DOCUMENT_TYPES.map(({ name }) => ({ value: name, text: name }))
const COPY_OPTIONS = COPY_TYPES.map(({ name }) => ({ value: name, text: name }))
/** What the form begins with on either side of the switch. */
const USUAL = { document: 'Công văn', copy: 'Sao y' } as const

function DraftForm({
  fields,
  agencyName,
  change,
  onLeave,
  problemOf,
  children,
}: {
  fields: OutgoingFields
  agencyName: string
  change: Change
  onLeave: (field: FieldName) => void
  problemOf: (field: FieldName) => string | undefined
  /** What of the form is saved by itself: the files beside the document. */
  children: ReactNode
}) {
  const suggestions = suggestNotations(fields.typeName, agencyName)
  const offered = suggestions.filter((text) => text !== fields.codeNotation)
  const isCopy = copyFormOf(fields.typeName) !== undefined
  const known = isCopy ? COPY_OPTIONS : TYPE_OPTIONS
  const typeOptions = known.some(({ value }) => value === fields.typeName)
    ? known
    : [...known, { value: fields.typeName, text: fields.typeName }]
  const now = useNow(60_000)
  const setType = (typeName: string) => {
    const next = suggestNotations(typeName, agencyName)[0]
    const untouched = fields.codeNotation === '' || suggestions.includes(fields.codeNotation)
    change(untouched && next !== undefined ? { typeName, codeNotation: next } : { typeName })
  }
  return (
    <section className={styles['form']} aria-label={TEXT.draft.form} data-pane>
      <Segments
        label={TEXT.copies.kind}
        value={isCopy ? 'copy' : 'document'}
        options={[
          { value: 'document', text: TEXT.copies.document },
          { value: 'copy', text: TEXT.copies.copy },
        ]}
        onChange={(kind) => {
          setType(kind === 'copy' ? USUAL.copy : USUAL.document)
        }}
      />
      <div className={styles['two']}>
        <Choice<string>
          label={isCopy ? TEXT.copies.form : TEXT.draft.typeName}
          value={fields.typeName}
          options={typeOptions}
          error={problemOf('typeName')}
          onChange={setType}
        />
        <TextBox
          label={TEXT.draft.codeNotation}
          value={fields.codeNotation}
          onChange={(codeNotation) => {
            change({ codeNotation })
          }}
          onBlur={() => {
            onLeave('codeNotation')
          }}
          maxLength={30}
          error={problemOf('codeNotation')}
        />
      </div>
      {offered.length === 0 ? null : (
        <div className={styles['suggestions']}>
          {TEXT.draft.suggestions}:
          {offered.map((text) => (
            <Button
              key={text}
              small
              label={TEXT.draft.suggestion(text)}
              onPress={() => {
                change({ codeNotation: text })
              }}
            >
              {text}
            </Button>
          ))}
        </div>
      )}
      <TextBox
        label={TEXT.draft.subject}
        value={fields.subject}
        onChange={(subject) => {
          change({ subject })
        }}
        onBlur={() => {
          onLeave('subject')
        }}
        lines={3}
        maxLength={500}
        counted
        error={problemOf('subject')}
      />
      <Segments
        label={TEXT.draft.priority}
        value={String(fields.priority)}
        options={PRIORITIES.map(({ code, name }) => ({
          value: String(code),
          text: name,
          urgent: code > 0,
        }))}
        onChange={(value) => {
          change({ priority: Number(value) })
        }}
      />
      <RecipientPicker
        value={fields.recipients}
        onChange={(organIds) => {
          change({ recipients: organIds.flatMap((text) => organId.safeParse(text).data ?? []) })
        }}
        onBlur={() => {
          onLeave('recipients')
        }}
        error={problemOf('recipients')}
      />
      <div className={styles['two']}>
        <TextBox
          label={TEXT.draft.place}
          value={fields.place}
          onChange={(place) => {
            change({ place })
          }}
          onBlur={() => {
            onLeave('place')
          }}
          maxLength={100}
          error={problemOf('place')}
        />
        <DayField
          label={TEXT.draft.dueDate}
          value={fields.dueDate}
          onChange={(dueDate) => {
            change({ dueDate })
          }}
          warningOf={(day) => (day < isoDayOf(now) ? TEXT.draft.duePast : undefined)}
        />
      </div>
      {isCopy ? (
        <CopyFieldset fields={fields} onChange={change} onLeave={onLeave} problemOf={problemOf} />
      ) : (
        <SignerFieldset fields={fields} onChange={change} onLeave={onLeave} problemOf={problemOf} />
      )}
      <Lines
        label={TEXT.draft.toPlaces}
        hint={TEXT.draft.toPlacesHint}
        value={fields.toPlaces}
        onChange={(toPlaces) => {
          change({ toPlaces })
        }}
        onBlur={() => {
          onLeave('toPlaces')
        }}
        error={problemOf('toPlaces')}
      />
      {children}
      <details className={styles['more']}>
        <summary>{TEXT.draft.more}</summary>
        <MoreFields fields={fields} change={change} />
      </details>
    </section>
  )
}

function MoreFields({ fields, change }: { fields: OutgoingFields; change: Change }) {
  return (
    <div className={styles['moreBody']}>
      <div className={styles['two']}>
        <CountField
          label={TEXT.draft.pageAmount}
          value={fields.pageAmount}
          least={0}
          onChange={(pageAmount) => {
            change({ pageAmount })
          }}
        />
        <CountField
          label={TEXT.draft.issuedAmount}
          value={fields.issuedAmount}
          least={1}
          onChange={(issuedAmount) => {
            change({ issuedAmount })
          }}
        />
        <TextBox
          label={TEXT.draft.sphere}
          value={fields.sphere}
          onChange={(sphere) => {
            change({ sphere })
          }}
          maxLength={100}
        />
        <TextBox
          label={TEXT.draft.typerNotation}
          value={fields.typerNotation}
          onChange={(typerNotation) => {
            change({ typerNotation })
          }}
          maxLength={20}
        />
        <TextBox
          label={TEXT.draft.language}
          value={fields.language}
          onChange={(language) => {
            change({ language })
          }}
          maxLength={30}
        />
        <Choice
          label={TEXT.draft.paper}
          value={fields.paperFollows ? 'follows' : 'none'}
          options={[
            { value: 'none', text: TEXT.draft.paperNone },
            { value: 'follows', text: TEXT.draft.paperFollows },
          ]}
          onChange={(value) => {
            change({ paperFollows: value === 'follows' })
          }}
        />
        <Choice
          label={TEXT.draft.steeringType}
          value={String(fields.steeringType)}
          options={TEXT.draft.steeringTypes.map((text, code) => ({ value: String(code), text }))}
          onChange={(value) => {
            change({ steeringType: Number(value) })
          }}
        />
      </div>
      <TextBox
        label={TEXT.draft.description}
        value={fields.description}
        onChange={(description) => {
          change({ description })
        }}
        lines={2}
        maxLength={500}
        counted
      />
      <Lines
        label={TEXT.draft.appendixes}
        hint={TEXT.draft.appendixesHint}
        value={fields.appendixes}
        onChange={(appendixes) => {
          change({ appendixes })
        }}
      />
      <ResponseFields value={fields.responseFor} change={change} />
    </div>
  )
}

function CountField({
  label,
  value,
  least,
  onChange,
}: {
  label: string
  value: number
  least: number
  onChange: (value: number) => void
}) {
  const [typed, setTyped] = useState<string>()
  const wrong = typed !== undefined && !isCount(typed, least)
  return (
    <TextBox
      label={label}
      value={typed ?? String(value)}
      inputMode="numeric"
      maxLength={3}
      onChange={(text) => {
        setTyped(text)
        if (isCount(text, least)) onChange(Number(text))
      }}
      onBlur={() => {
        if (!wrong) setTyped(undefined)
      }}
      error={wrong ? TEXT.draft.numberWrong : undefined}
    />
  )
}

function isCount(text: string, least: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= least
}

/** A text area whose lines are a list. Empty lines stay while typing and are dropped from the list. */
function Lines({
  label,
  hint,
  value,
  onChange,
  onBlur,
  error,
}: {
  label: string
  hint: string
  value: readonly string[]
  onChange: (value: string[]) => void
  onBlur?: () => void
  error?: string | undefined
}) {
  const [text, setText] = useState(value.join('\n'))
  return (
    <TextBox
      label={label}
      hint={hint}
      value={text}
      lines={3}
      maxLength={4000}
      error={error}
      onChange={(typed) => {
        setText(typed)
        const lines = typed.split('\n').map((line) => line.trim())
        onChange(
          lines
            .filter((line) => line !== '')
            .slice(0, 50)
            .map((line) => line.slice(0, 500)),
        )
      }}
      {...(onBlur === undefined ? {} : { onBlur })}
    />
  )
}

/** Trả lời văn bản: kept once its four parts are there. */
function ResponseFields({ value, change }: { value: OutgoingFields['responseFor']; change: Change }) {
  const [typed, setTyped] = useState({
    code: value?.code ?? '',
    organ: value?.organId ?? '',
    day: value === undefined ? '' : formatDay(value.issuedDate),
    document: value?.documentCode ?? '',
  })
  const set = (patch: Partial<typeof typed>) => {
    const all = { ...typed, ...patch }
    setTyped(all)
    const organ = organId.safeParse(all.organ)
    const issuedDate = parseDay(all.day)
    change({
      responseFor:
        organ.success && issuedDate !== undefined && all.code.trim() !== '' && all.document.trim() !== ''
          ? { organId: organ.data, code: all.code.trim(), documentCode: all.document.trim(), issuedDate }
          : undefined,
    })
  }
  const partial = value === undefined && Object.values(typed).some((text) => text.trim() !== '')
  return (
    <div className={styles['group']}>
      <h2>{TEXT.draft.responseFor}</h2>
      <div className={styles['two']}>
        <TextBox
          label={TEXT.draft.responseCode}
          value={typed.code}
          maxLength={60}
          onChange={(code) => {
            set({ code })
          }}
        />
        <TextBox
          label={TEXT.draft.responseDate}
          value={typed.day}
          maxLength={10}
          onChange={(day) => {
            set({ day })
          }}
          error={
            typed.day.trim().length >= 8 && parseDay(typed.day) === undefined
              ? TEXT.draft.dateWrong
              : undefined
          }
        />
        <TextBox
          label={TEXT.draft.responseOrgan}
          value={typed.organ}
          maxLength={35}
          onChange={(organ) => {
            set({ organ })
          }}
        />
        <TextBox
          label={TEXT.draft.responseId}
          value={typed.document}
          maxLength={200}
          onChange={(document) => {
            set({ document })
          }}
          warning={partial ? TEXT.draft.responsePartial : undefined}
        />
      </div>
    </div>
  )
}

/** The PDF beside the form: by button, by drop, by paste. */
function DraftPdf({
  detail,
  start,
  missing,
  onImport,
}: {
  detail: OutgoingDetail
  missing: boolean
  /** The other way: to write it here. */
  start: ReactNode
  onImport: (name: string, bytes: Uint8Array) => Promise<OutgoingDetail>
}) {
  const [dropping, setDropping] = useState(false)
  const [refused, setRefused] = useState<Failure | 'not-pdf'>()
  const [name, setName] = useState('')
  const depth = useRef(0)
  const pdf = detail.files.find(({ role }) => role === 'imported')
  const action = useAction(onImport)
  const importNow = action.run

  const take = useCallback(
    async (file: File | undefined) => {
      if (file === undefined) return
      setRefused(undefined)
      if (file.size > MAX_PDF_BYTES) {
        setRefused({ code: 'pdf/too-large', incident: '' })
        return
      }
      setName(file.name)
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (!looksLikePdf(bytes)) {
        setRefused('not-pdf')
        return
      }
      const done = await importNow(file.name, bytes)
      if (done !== undefined) announce(TEXT.draft.imported(file.name))
    },
    [importNow],
  )
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0]
      if (file === undefined) return
      event.preventDefault()
      void take(file)
    }
    window.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('paste', onPaste)
    }
  }, [take])

  const picker = (
    <FilePicker
      label={pdf === undefined ? TEXT.draft.importPdf : TEXT.draft.replacePdf}
      accept="application/pdf,.pdf"
      onPick={(file) => {
        void take(file)
      }}
    />
  )
  return (
    <section
      className={classes(styles['preview'], dropping && styles['dropping'])}
      aria-label={TEXT.draft.preview}
      data-drop={TEXT.draft.dropHere}
      data-pane
      onDragEnter={() => {
        depth.current += 1
        setDropping(true)
      }}
      onDragLeave={() => {
        depth.current -= 1
        if (depth.current <= 0) setDropping(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        depth.current = 0
        setDropping(false)
        void take(event.dataTransfer.files[0])
      }}
    >
      <FailureBanner error={refused === undefined || refused === 'not-pdf' ? action.error : refused} />
      <div role="alert">{refused === 'not-pdf' ? <Banner tone="bad" title={TEXT.draft.notPdf} /> : null}</div>
      <div role="status">
        {action.busy ? <Banner tone="info" title={TEXT.draft.importing(name)} /> : null}
      </div>
      {pdf === undefined || copyFormOf(detail.fields.typeName) === undefined ? null : (
        <ScanNotes id={detail.id} />
      )}
      {pdf === undefined ? start : null}
      {pdf === undefined ? (
        <div className={classes(styles['invite'], missing && styles['inviteBad'])}>
          <Empty
            icon={FileUp}
            title={missing ? TEXT.missing.pdf : TEXT.draft.importTitle}
            hint={TEXT.draft.importHint}
          >
            {picker}
          </Empty>
        </div>
      ) : (
        <OutgoingPdf
          id={detail.id}
          role="imported"
          version={pdf.sha256}
          name={`${TEXT.pdf.label} ${codeOf(detail)}`}
          toolbar={
            <span className={styles['toolbar']}>
              {picker}
              <span>{pdf.name}</span>
            </span>
          }
        />
      )}
    </section>
  )
}

/** Readers accept the header within the first kilobyte; the engine looks closer. */
function looksLikePdf(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-')
}
