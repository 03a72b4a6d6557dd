import { Stamp } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import { ARRIVAL_STAMP_MM, type PlaceOfStamp } from '../../shared/document/arrival-stamp.ts'
import type { IncomingDetail, Request } from '../../shared/ipc/contract.ts'
import { formatDay } from '../lib/format.ts'
import type { PageMark } from '../lib/pdf-page.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { IconButton } from './Button.tsx'
import styles from './ArrivalStamp.module.css'

/**
 * Lays the stamp over the main PDF of a registered document, and lets it be taken off the screen.
 *
 * @param sha256 of the main PDF; undefined where there is none to be seen
 */
export function useArrivalStamp(
  detail: IncomingDetail,
  sha256: Request<'incoming.stamp'>['sha256'] | undefined,
): { readonly mark: PageMark | undefined; readonly toggle: ReactNode } {
  const [isShown, setShown] = useState(true)
  const isWanted = detail.arrivalNumber !== undefined && sha256 !== undefined
  const place = useLive('incoming.stamp', isWanted ? { id: detail.id, sha256 } : undefined)
  const settings = useLive('settings.current', isWanted ? {} : undefined, 'office')
  if (!isWanted || place.status !== 'ready' || settings.status !== 'ready') {
    return { mark: undefined, toggle: null }
  }
  const agencyName = settings.value.agency.name
  return {
    mark: isShown
      ? {
          page: 1,
          isPrinted: true,
          show: (width) => (
            <ArrivalStamp detail={detail} agencyName={agencyName} place={place.value} width={width} />
          ),
        }
      : undefined,
    toggle: (
      <IconButton
        kind="quiet"
        icon={Stamp}
        label={isShown ? TEXT.stamp.hide : TEXT.stamp.show}
        onPress={() => {
          setShown(!isShown)
        }}
      />
    ),
  }
}

/** Dấu "ĐẾN" over the first page of a registered document; the file itself stays as it came. */
function ArrivalStamp({
  detail,
  agencyName,
  place,
  width,
}: {
  detail: IncomingDetail
  agencyName: string
  place: PlaceOfStamp
  /** How wide the page is drawn, in CSS pixels. */
  width: number
}) {
  const { arrivalNumber, arrivalDate, assignee } = detail
  if (arrivalNumber === undefined) return null
  const perMm = width / place.pageWidthMm
  const day = arrivalDate === undefined ? '' : formatDay(arrivalDate)
  const { widthMm, heightMm } = ARRIVAL_STAMP_MM
  const text = TEXT.stamp
  return (
    <div
      className={styles['stamp']}
      role="img"
      aria-label={text.label(arrivalNumber, day)}
      style={{
        left: place.leftMm * perMm,
        top: place.topMm * perMm,
        width: widthMm * perMm,
        height: heightMm * perMm,
        fontSize: 3.1 * perMm,
      }}
    >
      <div className={styles['agency']}>{agencyName}</div>
      <div className={styles['body']}>
        <div className={styles['word']}>{text.word}</div>
        <div className={styles['lines']}>
          <div>
            {text.number} <b>{arrivalNumber}</b>
          </div>
          <div>
            {text.day} <b>{day}</b>
          </div>
        </div>
      </div>
      <div className={styles['line']}>
        {text.to} {assignee?.name ?? ''}
      </div>
      <div className={styles['line']}>{text.file}</div>
    </div>
  )
}
