import type { DocumentId } from '../../shared/document/fields.ts'
import { formatPages, SCAN_REFUSALS, type ScanFinding } from '../../shared/document/scan.ts'
import { failureWords } from '../../shared/failure.vi.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'

/** What the scan of a copy is short of, as soon as it is there: before anybody is asked to sign it. */
export function ScanNotes({ id }: { id: DocumentId }) {
  const findings = useLive('outgoing.scan', { id }, 'outgoing')
  if (findings.status === 'failed') return <FailureBanner error={findings.error} />
  return (
    <div role="status" aria-label={TEXT.copies.scan}>
      {findings.status === 'loading'
        ? null
        : findings.value.map((finding) => <ScanNote key={finding.kind} finding={finding} />)}
    </div>
  )
}

function ScanNote({ finding: { kind, pages, found } }: { finding: ScanFinding }) {
  const on = formatPages(pages)
  if (kind === 'picture' || kind === 'size') {
    return (
      <Banner tone="warn" title={TEXT.copies.warning[kind](on)}>
        {TEXT.copies.warningHint[kind]}
      </Banner>
    )
  }
  const { title, hint, special } = failureWords({
    code: SCAN_REFUSALS[kind],
    detail: kind === 'version' ? String(found) : on,
  })
  const words = kind === 'resolution' ? TEXT.copies.coarsest(found ?? 0) : ''
  return (
    <Banner tone="bad" title={`${title}.`}>
      {[hint, special, words].join(' ')}
    </Banner>
  )
}
