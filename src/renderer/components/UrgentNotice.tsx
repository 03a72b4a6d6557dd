import { Zap } from 'lucide-react'

import { PRIORITIES } from '../../shared/document/types.ts'
import { addressOf } from '../lib/route.ts'
import { useMay } from '../lib/session.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './UrgentNotice.module.css'

/**
 * An urgent document announces itself wherever the clerk is, until it is accepted or returned. It stands in the bar
 * on top, where its coming and going moves nothing that somebody is about to press.
 */
export function UrgentNotice({ openId }: { openId: string | undefined }) {
  const may = useMay()
  const urgent = useLive('incoming.urgent', {}, 'incoming')
  const waiting = urgent.status === 'ready' && may('incoming.register') ? urgent.value : []
  // The document itself says so already.
  const others = waiting.filter(({ id }) => id !== openId)
  return (
    <div role="alert" className={others.length === 0 ? 'visually-hidden' : styles['notice']}>
      {others.slice(0, 1).map(({ id, priority, code, senderName, subject }) => {
        const level = PRIORITIES.find((one) => one.code === priority) ?? PRIORITIES[3]
        const title = TEXT.urgent.title(level.name, code === '' ? senderName : code)
        const more = others.length > 1 ? TEXT.urgent.more(others.length - 1) : ''
        const rest = `${TEXT.urgent.waits} ${subject} ${more}`.trimEnd()
        return (
          <a key={id} className={styles['link']} href={addressOf('new', id)} title={`${title} ${rest}`}>
            <Zap size={17} strokeWidth={1.75} aria-hidden />
            <span className={styles['words']}>{title}</span>
            <span className="visually-hidden">
              {rest} {TEXT.urgent.open}
            </span>
          </a>
        )
      })}
    </div>
  )
}
