import { ImageUp, Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'

import type { Sha256 } from '../../shared/document/fields.ts'
import { isPictureMm, type Output, type TokenSettings } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatMm, parseMm } from '../lib/format.ts'
import { pngUrl } from '../lib/photo.ts'
import type { Role } from '../lib/signers.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Confirm } from './Dialog.tsx'
import { TextBox } from './Field.tsx'
import { PictureMaker } from './PictureMaker.tsx'
import styles from './PictureSettings.module.css'

type KeptPicture = NonNullable<Output<'appearance.picture'>['picture']>

/** What the signatures of the chosen certificates show on paper, each to be made, measured and removed. */
export function PictureSettings({ token }: { token: TokenSettings | undefined }) {
  const pictures = useLive('appearance.pictures', {}, 'appearance')
  const status = useLive('token.status', {}, 'token')
  if (pictures.status === 'loading') return <Skeleton blocks={1} />
  if (pictures.status === 'failed') return <Failed error={pictures.error} onRetry={pictures.refresh} />
  const certificates = status.status === 'ready' ? status.value.tokens.flatMap((one) => one.certificates) : []
  const nameOf = (sha256: Sha256) => certificates.find((one) => one.sha256 === sha256)?.name
  const chosen = { person: token?.person?.certificateSha256, agency: token?.agency?.certificateSha256 }
  const others = pictures.value.filter(
    ({ certificateSha256 }) => certificateSha256 !== chosen.person && certificateSha256 !== chosen.agency,
  )
  return (
    <>
      <p>{TEXT.pictures.intro}</p>
      {(['person', 'agency'] as const).map((role) => (
        <div key={role} className={styles['one']}>
          <h3>{TEXT.pictures.title[role]}</h3>
          {chosen[role] === undefined ? (
            <p className={styles['quiet']}>
              {TEXT.sign.notChosenTitle[role]}. {TEXT.sign.notChosenHint}
            </p>
          ) : (
            <OnePicture
              key={chosen[role]}
              role={role}
              certificateSha256={chosen[role]}
              name={nameOf(chosen[role])}
            />
          )}
        </div>
      ))}
      {others.length === 0 ? null : (
        <div className={styles['one']}>
          <h3>{TEXT.pictures.others}</h3>
          <p className={styles['quiet']}>{TEXT.pictures.othersHint}</p>
          {others.map(({ certificateSha256 }) => (
            <OnePicture
              key={certificateSha256}
              role={undefined}
              certificateSha256={certificateSha256}
              name={nameOf(certificateSha256)}
            />
          ))}
        </div>
      )}
    </>
  )
}

/** @param role undefined for a certificate that plays none now: its picture may only be removed */
function OnePicture({
  role,
  certificateSha256,
  name,
}: {
  role: Role | undefined
  certificateSha256: Sha256
  name: string | undefined
}) {
  const kept = useLive('appearance.picture', { certificateSha256 }, 'appearance')
  const [making, setMaking] = useState(false)
  const [removing, setRemoving] = useState(false)
  const remove = useAction(async () => {
    await call('appearance.removePicture', { certificateSha256 })
    setRemoving(false)
    announce(TEXT.pictures.removed)
  })
  if (kept.status === 'loading') return <Skeleton blocks={1} />
  if (kept.status === 'failed') return <Failed error={kept.error} onRetry={kept.refresh} />
  const { picture } = kept.value
  const called = name ?? TEXT.pictures.unknownName
  return (
    <>
      <div className={styles['holder']}>{TEXT.pictures.of(called)}</div>
      {picture === undefined ? (
        <p className={styles['quiet']}>{role === undefined ? '' : TEXT.pictures.none[role]}</p>
      ) : (
        <div className={styles['picture']}>
          <PaperPicture picture={picture} name={TEXT.pictures.of(called)} />
          {role === undefined ? null : (
            <SizeForm
              key={picture.widthMm}
              role={role}
              certificateSha256={certificateSha256}
              picture={picture}
            />
          )}
        </div>
      )}
      <div className={styles['row']}>
        {role === undefined ? null : (
          <Button
            icon={ImageUp}
            label={picture === undefined ? TEXT.pictures.make[role] : TEXT.pictures.replaceName[role]}
            onPress={() => {
              setMaking(true)
            }}
          >
            {picture === undefined ? TEXT.pictures.make[role] : TEXT.pictures.replace}
          </Button>
        )}
        {picture === undefined ? null : (
          <Button
            icon={Trash2}
            label={TEXT.pictures.removeName(called)}
            onPress={() => {
              setRemoving(true)
            }}
          >
            {TEXT.pictures.remove}
          </Button>
        )}
      </div>
      {making && role !== undefined ? (
        <PictureMaker
          role={role}
          certificateSha256={certificateSha256}
          onClose={() => {
            setMaking(false)
          }}
        />
      ) : null}
      <Confirm
        isOpen={removing}
        title={TEXT.pictures.removeAsk}
        hint={TEXT.pictures.removeHint}
        safe={TEXT.pictures.removeNo}
        act={TEXT.pictures.removeYes}
        busy={remove.busy}
        error={remove.error}
        onClose={() => {
          setRemoving(false)
        }}
        onConfirm={() => {
          void remove.run()
        }}
      />
    </>
  )
}

/** A kept picture on white, as wide as on paper. */
function PaperPicture({ picture, name }: { picture: KeptPicture; name: string }) {
  const url = useMemo(() => pngUrl(picture.png), [picture.png])
  return (
    <figure className={styles['paper']}>
      <img
        src={url}
        alt={name}
        style={{ width: `${String(picture.widthMm)}mm`, height: `${String(picture.heightMm)}mm` }}
      />
      <figcaption>{TEXT.maker.measures(formatMm(picture.widthMm), formatMm(picture.heightMm))}</figcaption>
    </figure>
  )
}

/** The width on paper, without making the picture anew. */
function SizeForm({
  role,
  certificateSha256,
  picture,
}: {
  role: Role
  certificateSha256: Sha256
  picture: KeptPicture
}) {
  const [width, setWidth] = useState(formatMm(picture.widthMm))
  const widthMm = parseMm(width)
  const wrong = widthMm === undefined || !isPictureMm(widthMm)
  const save = useAction(async (mm: number) => {
    await call('appearance.keepPicture', { certificateSha256, png: picture.png, widthMm: mm })
    announce(TEXT.saved)
  })
  return (
    <form
      className={styles['size']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (widthMm !== undefined && !wrong) void save.run(widthMm)
      }}
    >
      <TextBox
        label={TEXT.maker.width}
        hint={TEXT.maker.widthHint[role]}
        value={width}
        onChange={setWidth}
        maxLength={5}
        inputMode="decimal"
        error={wrong ? TEXT.maker.widthWrong : undefined}
      />
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button small type="submit" isBusy={save.busy} isDisabled={wrong || widthMm === picture.widthMm}>
          {TEXT.pictures.saveSize}
        </Button>
      </div>
    </form>
  )
}
