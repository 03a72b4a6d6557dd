import { RotateCcw } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import type { PlacedSignature, PlaceOfSignature, Request } from '../../shared/ipc/contract.ts'
import { formatMm } from '../lib/format.ts'
import type { PageMark } from '../lib/pdf-page.ts'
import type { Role } from '../lib/signers.ts'
import { useLive } from '../lib/useLive.ts'
import { useQuiet } from '../lib/useQuiet.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { FieldNote } from './Field.tsx'
import form from './Form.module.css'
import styles from './SignaturePlace.module.css'
import { SigningMark } from './SigningMark.tsx'

/**
 * Where the next signature will stand: found from the page's text, shown on the page, and moved there by the clerk.
 *
 * @param question left out where nobody asks, because the place is prescribed or it is another's turn
 * @param step which of the document's signatures it is: what was moved for one says nothing of the next
 */
export function useSignaturePlace(
  role: Role,
  question: Omit<Request<'outgoing.signingPlace'>, 'place'> | undefined,
  step: string,
): {
  readonly placed: PlacedSignature | undefined
  readonly mark: PageMark | undefined
  readonly note: ReactNode
} {
  const [moved, setMoved] = useState<{ of: string; placed: PlacedSignature }>()
  const of = `${step} ${question?.certificate.certificateSha256 ?? ''}`
  const placed = moved?.of === of ? moved.placed : undefined
  const place = useLive('outgoing.signingPlace', question, 'outgoing', 'appearance')
  const settled = useQuiet(placed, 300)
  const there = useLive(
    'outgoing.signingPlace',
    question === undefined || settled === undefined ? undefined : { ...question, place: settled },
    'outgoing',
  )
  if (place.status === 'failed') {
    return { placed, mark: undefined, note: <FailureBanner error={place.error} boxed /> }
  }
  if (place.status === 'loading') return { placed, mark: undefined, note: null }
  // Not said of the new place before it is known.
  const coversText =
    placed === undefined ? place.value.coversText : there.status === 'ready' && there.value.coversText
  return {
    placed,
    mark: {
      page: place.value.page,
      show: (width) => (
        <SigningMark
          key={of}
          role={role}
          place={place.value}
          placed={placed}
          width={width}
          onMove={(next) => {
            setMoved({ of, placed: next })
          }}
        />
      ),
    },
    note: (
      <PlaceNote
        role={role}
        place={place.value}
        placed={placed}
        coversText={coversText}
        onReset={() => {
          setMoved(undefined)
        }}
      />
    ),
  }
}

/** The place of the words on a copy is prescribed. */
export function CopyPlaceNote() {
  return (
    <section className={styles['place']} aria-label={TEXT.copies.place}>
      <strong>{TEXT.copies.place}</strong>
      <p className={form['quiet']}>{TEXT.copies.placeHint}</p>
    </section>
  )
}

/** What stands where, in words: found from the text, fixed, or moved by the clerk. */
function PlaceNote({
  role,
  place: { box, page, found, picture },
  placed,
  coversText,
  onReset,
}: {
  role: Role
  place: PlaceOfSignature
  placed: PlacedSignature | undefined
  coversText: boolean
  onReset: () => void
}) {
  const words =
    placed !== undefined
      ? TEXT.place.moved(
          page,
          formatMm(placed.centreXMm - box.widthMm / 2),
          formatMm(placed.centreYMm - box.heightMm / 2),
        )
      : picture === undefined
        ? TEXT.place.noPicture[role]
        : found
          ? TEXT.place.found[role](page)
          : TEXT.place.notFound[role](page)
  return (
    <section className={styles['place']} aria-label={TEXT.place.title[role]}>
      <strong>{TEXT.place.title[role]}</strong>
      <p role="status" className={form['quiet']}>
        {words}
      </p>
      {coversText ? <FieldNote kind="warning" text={TEXT.place.coversText[role]} /> : null}
      {placed === undefined ? null : (
        <div>
          <Button small icon={RotateCcw} onPress={onReset}>
            {TEXT.place.reset}
          </Button>
        </div>
      )}
      {picture === undefined ? <a href="#/settings">{TEXT.place.makePicture[role]}</a> : null}
    </section>
  )
}
