import { useState } from 'react'

import type { GapReason, NumberPreview } from '../../shared/document/numbering.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { TEXT } from '../text.vi.ts'
import { formatDay, isoDayOf, parseDay } from './format.ts'
import { useLive } from './useLive.ts'

/** Số và ngày ban hành while the clerk chooses them. */
export interface NumberChoice {
  /** As typed, or as the book suggests. */
  readonly number: string
  readonly day: string
  readonly why: GapReason
  readonly setNumber: (number: string) => void
  readonly setDay: (day: string) => void
  readonly setWhy: (why: GapReason) => void
  /** What the book says to it; of the last choice until the new answer is there. */
  readonly preview: NumberPreview | undefined
  readonly numberWrong: string | undefined
  readonly dayWrong: string | undefined
  readonly whyWrong: string | undefined
  /** Marks what is missing; answers whether it can be given like this. */
  readonly check: () => boolean
  /** For `outgoing.seal`. */
  readonly request: { number?: number; issuedDate?: string; skips?: GapReason }
}

/** Asks the book about each choice before anything is given. */
export function useNumberChoice(detail: OutgoingDetail): NumberChoice {
  const [typed, setNumber] = useState<string>()
  const [day, setDay] = useState(() => formatDay(isoDayOf(Date.now())))
  const [why, setWhy] = useState<GapReason>({ kind: 'left-out', reason: '' })
  const [asked, setAsked] = useState(false)
  const [preview, setPreview] = useState<NumberPreview>()
  const text = typed?.trim() ?? ''
  const isNumber = /^0*[1-9]\d{0,4}$/.test(text)
  const issuedDate = parseDay(day)
  const chosen = {
    ...(isNumber ? { number: Number(text) } : {}),
    ...(issuedDate === undefined ? {} : { issuedDate }),
  }
  const live = useLive('numbering.preview', { id: detail.id, ...chosen }, 'outgoing', 'office')
  if (live.status === 'ready' && live.value !== preview) setPreview(live.value)
  const whyWrong =
    preview?.skips !== undefined && why.reason.trim() === '' ? TEXT.numbering.skipsMissing : undefined
  const numberWrong =
    text !== '' && !isNumber
      ? TEXT.sign.numberWrong
      : preview?.taken === true
        ? TEXT.numbering.taken
        : undefined
  const dayWrong =
    issuedDate === undefined
      ? TEXT.draft.dateWrong
      : preview?.wrongYear === true
        ? TEXT.numbering.wrongYear
        : undefined
  return {
    number: typed ?? detail.nextNumber ?? '',
    day,
    why,
    setNumber,
    setDay,
    setWhy,
    preview,
    numberWrong,
    dayWrong,
    whyWrong: asked ? whyWrong : undefined,
    check() {
      setAsked(true)
      return [numberWrong, dayWrong, whyWrong, preview?.misfit].every((problem) => problem === undefined)
    },
    request: { ...chosen, ...(preview?.skips === undefined ? {} : { skips: why }) },
  }
}
