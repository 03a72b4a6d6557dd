import { FilePen, Undo2 } from 'lucide-react'

import { OUTGOING_BOXES } from '../../shared/document/outgoing.ts'
import type { OfficeStatus } from '../../shared/ipc/contract.ts'
import { Empty, Failed, Skeleton } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Chip, PriorityChip } from '../components/Chip.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { later } from '../components/later.tsx'
import { formatCount, formatWhen } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, typeWords, useOutgoing } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useSession } from '../lib/session.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './screen.module.css'

const DraftEditor = later(() => import('./DraftEditor.tsx').then((module) => module.DraftEditor))

/** Dự thảo: the list, or the draft that is open. */
export function DraftsScreen({
  id,
  filter,
  office,
}: {
  id: string | undefined
  filter: string
  office: OfficeStatus
}) {
  return id === undefined ? <DraftList filter={filter} /> : <OpenDraft key={id} id={id} office={office} />
}

function DraftList({ filter }: { filter: string }) {
  const pages = useOutgoing('drafts', filter)
  const { isShared } = useSession()
  const now = useNow(60_000)
  return (
    <section className={styles['widePane']} aria-label={TEXT.places.drafts} data-pane>
      <div className={styles['head']}>
        <h1>{TEXT.places.drafts}</h1>
        {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
      </div>
      <DocumentList
        pages={pages}
        label={TEXT.places.drafts}
        rowHeight={88}
        selectedId={undefined}
        follow={false}
        onSelect={() => undefined}
        onOpen={(row) => {
          go('drafts', row.id)
        }}
        empty={TEXT.empty.drafts}
        emptyIcon={FilePen}
        filter={filter}
        renderRow={(row) => (
          <WideDocumentRow
            code={codeOf(row)}
            typeName={typeWords(row)}
            when={formatWhen(row.changedAt, now)}
            subject={row.subject}
            chips={
              <>
                <PriorityChip priority={row.priority} />
                {row.sentBackAt === undefined ? null : (
                  <Chip tone="warn" icon={Undo2}>
                    {TEXT.approval.sentBackChip}
                  </Chip>
                )}
                {isShared && row.drafter !== undefined ? (
                  <Chip>{TEXT.approval.by(row.drafter.name)}</Chip>
                ) : null}
              </>
            }
            agency={recipientNames(row.recipients)}
          />
        )}
      />
    </section>
  )
}

function OpenDraft({ id, office }: { id: string; office: OfficeStatus }) {
  const document = useLive('outgoing.one', { id: asId(id) }, 'outgoing')
  if (document.status === 'loading') return <Skeleton />
  if (document.status === 'failed') return <Failed error={document.error} onRetry={document.refresh} />
  if (!isDraft(document.value.state)) {
    return (
      <Empty icon={FilePen} title={TEXT.outgoingState[document.value.state]} hint={TEXT.empty.toSign[1]}>
        <Button
          onPress={() => {
            go('drafts')
          }}
        >
          {TEXT.back}
        </Button>
      </Empty>
    )
  }
  return <DraftEditor key={id} first={document.value} office={office} />
}

function isDraft(state: string): boolean {
  return OUTGOING_BOXES.drafts.some((known) => known === state)
}
