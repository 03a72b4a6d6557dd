import { FileCheck } from 'lucide-react'

import type { DocumentId } from '../../shared/document/fields.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'

/** Writes all that proves the way of a document into one file, where the clerk wants it. */
export function EvidenceButton({ direction, id }: { direction: 'outgoing' | 'incoming'; id: DocumentId }) {
  const save = useAction(async () => {
    const { path } = await call('evidence.export', { direction, id })
    if (path !== undefined) announce(TEXT.evidence.exported)
  })
  return (
    <>
      <Button
        small
        icon={FileCheck}
        isBusy={save.busy}
        onPress={() => {
          void save.run()
        }}
      >
        {TEXT.evidence.export}
      </Button>
      <FailureBanner error={save.error} boxed />
    </>
  )
}
