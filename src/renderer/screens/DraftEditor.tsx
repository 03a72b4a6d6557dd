import {
  ArrowLeft,
  BookmarkPlus,
  Check,
  CircleAlert,
  FileType,
  FileUp,
  History,
  LoaderCircle,
  Signature,
  Stamp,
  Trash2,
} from 'lucide-react'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { fieldProblems, type FieldName, type FieldProblem } from '../../shared/document/fields.ts'
import type { TemplateId } from '../../shared/document/drafting.ts'
import { remarksOn } from '../../shared/document/form.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import {
  MAX_WORD_BYTES,
  type OfficeStatus,
  type OutgoingDetail,
  type Output,
} from '../../shared/ipc/contract.ts'
import { isPressed } from '../../shared/shortcuts.ts'
import { NotesButton, ProposeButton, SentBackBand, useNeedsApproval } from '../components/Approval.tsx'
import { AttachmentList } from '../components/AttachmentList.tsx'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { AskReason, Confirm } from '../components/Dialog.tsx'
import { DraftForm } from '../components/DraftForm.tsx'
import { DraftPdf } from '../components/DraftPdf.tsx'
import { DraftVersions } from '../components/DraftVersions.tsx'
import { StartWriting } from '../components/StartWriting.tsx'
import { WrittenPage } from '../components/WrittenPage.tsx'
import { announce } from '../lib/announce.ts'
import { call, CallError } from '../lib/call.ts'
import { classes } from '../lib/classes.ts'
import { draftKeeper, keepDraft, type DraftState } from '../lib/draft.ts'
import { formatTime, isoDayOf } from '../lib/format.ts'
import { codeOf } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './DraftEditor.module.css'
import screen from './screen.module.css'

/** One draft: its form, its PDF, saved by itself while it is typed. */
export function DraftEditor({ first, office }: { first: OutgoingDetail; office: OfficeStatus }) {
  const [keeper, setKeeper] = useState(() => draftKeeper(first))
  const draft = useSyncExternalStore(keeper.subscribe, keeper.state)
  const { detail, fields, composition } = draft
  /** Rises when the text comes from a template or a version. */
  const [round, setRound] = useState(0)
  const [wordTold, setWordTold] = useState<WordTold>()
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
      if (isPressed('back', event) && !event.defaultPrevented && !busyWithDialog) go('drafts')
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
  const takeWord = useAction(async (file: File) => {
    if (file.size > MAX_WORD_BYTES) throw new CallError({ code: 'word/too-large', incident: '' })
    const bytes = new Uint8Array(await file.arrayBuffer())
    await keeper.perform(async (revision) => {
      const { detail: changed, ...told } = await call('drafting.takeWord', { id: detail.id, revision, bytes })
      setWordTold(told)
      return changed
    })
    setRound(round + 1)
    announce(TEXT.drafting.wordTaken)
  })
  const { run: runTakeWord } = takeWord
  const takeFile = useCallback(
    (file: File) => {
      void runTakeWord(file)
    },
    [runTakeWord],
  )
  const exportWord = useAction(async () => {
    await keeper.flush()
    const { path } = await call('drafting.exportWord', { id: detail.id })
    if (path !== undefined) announce(TEXT.drafting.wordExported)
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
              icon={FileType}
              label={TEXT.drafting.exportWord}
              isBusy={exportWord.busy}
              onPress={() => {
                void exportWord.run()
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
            isBusy={freeze.busy}
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
          key={`${detail.id} ${String(round)}`}
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
            fit={detail.fit}
            onAttach={(name, bytes) =>
              keeper.perform(() => call('outgoing.attach', { id: detail.id, name, bytes }))
            }
            onDetach={({ sha256 }) =>
              keeper.perform(() => call('outgoing.detach', { id: detail.id, sha256 }))
            }
          />
        </DraftForm>
        {composition === undefined ? null : (
          <section className={styles['page']} aria-label={TEXT.draft.preview} data-pane>
            <FailureBanner error={start.error ?? leave.error ?? exportWord.error} />
            {wordTold === undefined ? null : <WordTaken told={wordTold} />}
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
                  <FailureBanner error={start.error ?? takeWord.error} />
                  <div role="status">
                    {takeWord.busy ? <Banner tone="info" title={TEXT.drafting.takingWord} /> : null}
                  </div>
                  <StartWriting
                    typeName={fields.typeName}
                    busy={start.busy || takeWord.busy}
                    onStart={(template) => {
                      void start.run(template)
                    }}
                    onWord={takeFile}
                  />
                </>
              )
            }
            missing={asked && pdf === undefined}
            onWord={isCopy ? undefined : takeFile}
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

type WordTold = Omit<Output<'drafting.takeWord'>, 'detail'>

/** What was recognised in a Word file, for the drafter to look over. */
function WordTaken({ told: { recognised, lostPictures } }: { told: WordTold }) {
  const words = TEXT.drafting
  return (
    <Banner tone="info" title={words.wordTaken}>
      {words.wordTakenHint(recognised.map((part) => words.wordParts[part]))}
      {lostPictures === 0 ? '' : ` ${words.wordLostPictures(lostPictures)}`}
    </Banner>
  )
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
