import { CircleAlert } from 'lucide-react'

import type { OutgoingSummary } from '../../shared/ipc/contract.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'

/** Said before somebody signs: recipients that the hub's directory does not know any more. Nothing where all are there. */
export function RetiredRecipients({ recipients }: Pick<OutgoingSummary, 'recipients'>) {
  const ids = recipients.map(({ organId }) => organId)
  const standings = useLive('directory.standings', { ids }, 'directory')
  if (standings.status !== 'ready') return null
  const lost = standings.value
    .filter(({ standing }) => standing === 'struck-off')
    .map(({ organId }) => organId)
  if (lost.length === 0) return null
  const names = recipients.filter(({ organId }) => lost.some((id) => id === organId)).map(({ name }) => name)
  return (
    <Banner tone="warn" icon={CircleAlert} title={TEXT.recipients.signingTitle}>
      {TEXT.recipients.signingNote(names.join('; '))}
    </Banner>
  )
}
