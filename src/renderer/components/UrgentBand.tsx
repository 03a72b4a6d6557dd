import { Zap } from 'lucide-react'

import { PRIORITIES } from '../../shared/document/types.ts'
import { go } from '../lib/route.ts'
import { useMay } from '../lib/session.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'

/** An urgent document announces itself wherever the clerk is, until it is accepted or returned. */
export function UrgentBand({ openId }: { openId: string | undefined }) {
  const may = useMay()
  const urgent = useLive('incoming.urgent', {}, 'incoming')
  const waiting = urgent.status === 'ready' && may('incoming.register') ? urgent.value : []
  // The document itself says so already.
  const others = waiting.filter(({ id }) => id !== openId)
  const [first] = others
  return (
    <div role="alert" className={first === undefined ? 'visually-hidden' : undefined}>
      {first === undefined ? null : (
        <Banner
          tone="bad"
          icon={Zap}
          title={TEXT.urgent.title(
            (PRIORITIES.find(({ code }) => code === first.priority) ?? PRIORITIES[3]).name,
            first.code === '' ? first.senderName : first.code,
          )}
          action={
            <Button
              small
              onPress={() => {
                go('new', first.id)
              }}
            >
              {TEXT.urgent.open}
            </Button>
          }
        >
          {first.subject} {others.length > 1 ? TEXT.urgent.more(others.length - 1) : ''}
        </Banner>
      )}
    </div>
  )
}
