import { ImageUp, RotateCcw, RotateCw } from 'lucide-react'
import { useEffect, useRef, useState, type DragEvent, type ReactNode } from 'react'

import type { Sha256 } from '../../shared/document/fields.ts'
import { isPictureMm } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { classes } from '../lib/classes.ts'
import { formatMm, parseMm } from '../lib/format.ts'
import { pixelsOf, pngOf, readPhoto, showPixels, type Crop, type Turn } from '../lib/photo.ts'
import { inSlices, makePicture, type MakerSettings, type Pixels } from '../lib/picture-maker.ts'
import type { Role } from '../lib/signers.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, Empty, FailureBanner } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import { CropStage } from './CropStage.tsx'
import { Sheet } from './Dialog.tsx'
import { CheckBox, FieldNote, RangeBox, Segments, TextBox } from './Field.tsx'
import { FilePicker } from './FilePicker.tsx'
import styles from './PictureMaker.module.css'

/** The person's handwriting or the agency's seal. */

const ACCEPT = 'image/png,image/jpeg,image/webp'
const PHOTO_BYTES_MOST = 60_000_000
const WHOLE: Crop = { left: 0, top: 0, right: 1, bottom: 1 }
/** A seal of a commune's committee has 36 mm; a signature takes up about 40. */
const WIDTH_MM: Readonly<Record<Role, number>> = { person: 40, agency: 36 }
const PRINT_DPI = 300
/** Coarser than this, print shows the pixels. */
const DPI_LEAST = 150
/** So long after the last change the picture is made anew. */
const QUIET_MS = 150

type Looks = Omit<MakerSettings, 'shape' | 'widthMost'>
const LOOKS: Readonly<Record<Role, Looks>> = {
  person: { ink: 'blue', ground: 0.3, strength: 0.5, specks: 0.3, onlyColoured: false },
  agency: { ink: 'red', ground: 0.3, strength: 0.5, specks: 0.3, onlyColoured: true },
}

/** Makes the picture that a certificate's signatures show, out of a photo or a scan, and keeps it. */
export function PictureMaker({
  role,
  certificateSha256,
  onClose,
}: {
  role: Role
  certificateSha256: Sha256
  onClose: () => void
}) {
  const [photo, setPhoto] = useState<ImageBitmap>()
  const [refused, setRefused] = useState<string>()
  const [dropping, setDropping] = useState(false)
  const opened = useRef<ImageBitmap>(undefined)

  useEffect(
    () => () => {
      opened.current?.close()
    },
    [],
  )
  const take = useAction(async (file: File) => {
    const next = file.size > PHOTO_BYTES_MOST ? undefined : await readPhoto(file)
    setRefused(next === undefined ? TEXT.maker.unreadable(file.name) : undefined)
    if (next === undefined) return
    opened.current?.close()
    opened.current = next
    setPhoto(next)
  })
  const taken = take.run
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0]
      if (file === undefined) return
      event.preventDefault()
      void taken(file)
    }
    window.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('paste', onPaste)
    }
  }, [taken])

  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setDropping(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) void take.run(file)
  }
  const picker = (
    <FilePicker
      label={photo === undefined ? TEXT.maker.choose : TEXT.maker.chooseOther}
      accept={ACCEPT}
      onPick={(file) => {
        void take.run(file)
      }}
    />
  )
  return (
    <Sheet isOpen onClose={onClose} title={TEXT.maker.title[role]} look="work" dismissable={false}>
      <div
        className={classes(styles['maker'], dropping && styles['dropping'])}
        onDragOver={(event) => {
          event.preventDefault()
          setDropping(true)
        }}
        onDragLeave={() => {
          setDropping(false)
        }}
        onDrop={onDrop}
      >
        <div role="alert" className={refused === undefined ? 'visually-hidden' : undefined}>
          {refused === undefined ? null : <Banner tone="bad" title={refused} boxed />}
        </div>
        <FailureBanner error={take.error} boxed />
        {photo === undefined ? (
          <Empty icon={ImageUp} title={TEXT.maker.invite[role]} hint={TEXT.maker.inviteHint}>
            {picker}
          </Empty>
        ) : (
          <Work
            key={role}
            photo={photo}
            role={role}
            picker={picker}
            certificateSha256={certificateSha256}
            onClose={onClose}
          />
        )}
      </div>
    </Sheet>
  )
}

function Work({
  photo,
  role,
  picker,
  certificateSha256,
  onClose,
}: {
  photo: ImageBitmap
  role: Role
  picker: ReactNode
  certificateSha256: Sha256
  onClose: () => void
}) {
  const [turn, setTurn] = useState<Turn>({ quarters: 0, degrees: 0 })
  const [cropped, setCropped] = useState<{ photo: ImageBitmap; crop: Crop }>({ photo, crop: WHOLE })
  const [looks, setLooks] = useState<Looks>(LOOKS[role])
  const [width, setWidth] = useState(formatMm(WIDTH_MM[role]))
  const crop = cropped.photo === photo ? cropped.crop : WHOLE
  const widthMm = parseMm(width)
  const shownMm = widthMm === undefined || !isPictureMm(widthMm) ? WIDTH_MM[role] : widthMm
  const { picture, progress } = useMadePicture(photo, turn, crop, looks, role, shownMm)
  const heightMm = picture === undefined ? undefined : (shownMm * picture.height) / picture.width
  const widthWrong =
    widthMm !== shownMm
      ? TEXT.maker.widthWrong
      : heightMm !== undefined && !isPictureMm(heightMm)
        ? TEXT.maker.heightWrong
        : undefined
  const coarse = picture !== undefined && picture.width / (shownMm / 25.4) < DPI_LEAST

  const keep = useAction(async (made: Pixels, mm: number) => {
    await call('appearance.keepPicture', { certificateSha256, png: await pngOf(made), widthMm: mm })
    announce(TEXT.maker.kept[role])
    onClose()
  })
  const change = (patch: Partial<Looks>) => {
    setLooks({ ...looks, ...patch })
  }
  const turnQuarter = (by: 1 | -1) => {
    setTurn({ ...turn, quarters: (turn.quarters + by + 4) % 4 })
    setCropped({ photo, crop: WHOLE })
  }
  const percentBox = (name: 'ground' | 'strength' | 'specks') => (
    <RangeBox
      label={TEXT.maker[name]}
      value={Math.round(looks[name] * 100)}
      least={0}
      most={100}
      step={5}
      words={TEXT.maker.percent(looks[name])}
      onChange={(value) => {
        change({ [name]: value / 100 })
      }}
    />
  )
  return (
    <>
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <CropStage
            photo={photo}
            turn={turn}
            crop={crop}
            onChange={(next) => {
              setCropped({ photo, crop: next })
            }}
          />
          <p className={styles['hint']}>{TEXT.maker.cropHint}</p>
          <div className={styles['turn']}>
            <IconButton
              icon={RotateCcw}
              label={TEXT.maker.turnLeft}
              onPress={() => {
                turnQuarter(-1)
              }}
            />
            <IconButton
              icon={RotateCw}
              label={TEXT.maker.turnRight}
              onPress={() => {
                turnQuarter(1)
              }}
            />
            <RangeBox
              label={TEXT.maker.turn}
              value={turn.degrees}
              least={-15}
              most={15}
              step={0.5}
              words={TEXT.maker.degrees(turn.degrees)}
              onChange={(degrees) => {
                setTurn({ ...turn, degrees })
              }}
            />
          </div>
        </div>
        <div className={styles['column']}>
          <Segments
            label={TEXT.maker.ink}
            value={looks.ink}
            options={(['blue', 'red', 'own'] as const).map((ink) => ({
              value: ink,
              text: TEXT.maker.inks[ink],
            }))}
            onChange={(ink) => {
              if (ink === 'blue' || ink === 'red' || ink === 'own') change({ ink })
            }}
          />
          {percentBox('ground')}
          {percentBox('strength')}
          {percentBox('specks')}
          <CheckBox
            label={TEXT.maker.onlyColoured}
            value={looks.onlyColoured}
            onChange={(onlyColoured) => {
              change({ onlyColoured })
            }}
          />
          <TextBox
            label={TEXT.maker.width}
            hint={TEXT.maker.widthHint[role]}
            value={width}
            onChange={setWidth}
            maxLength={5}
            inputMode="decimal"
            error={widthWrong}
          />
        </div>
      </div>
      <Result picture={picture} progress={progress} widthMm={shownMm} name={TEXT.maker.result[role]} />
      {coarse ? <FieldNote kind="warning" text={TEXT.maker.coarse} /> : null}
      <FailureBanner error={keep.error} boxed />
      <div className={styles['actions']}>
        {picker}
        <span className={styles['push']} />
        <Button onPress={onClose}>{TEXT.cancel}</Button>
        <Button
          kind="primary"
          isDisabled={
            keep.busy || picture === undefined || progress !== undefined || widthWrong !== undefined
          }
          onPress={() => {
            if (picture !== undefined) void keep.run(picture, shownMm)
          }}
        >
          {TEXT.maker.keep[role]}
        </Button>
      </div>
    </>
  )
}

/**
 * The picture as it comes out with these settings, made anew a moment after each change. The one before
 * stays until then; `progress` is there while the work is under way.
 */
function useMadePicture(
  photo: ImageBitmap,
  { quarters, degrees }: Turn,
  { left, top, right, bottom }: Crop,
  { ink, ground, strength, specks, onlyColoured }: Looks,
  role: Role,
  widthMm: number,
): { picture: Pixels | undefined; progress: number | undefined } {
  const [picture, setPicture] = useState<Pixels>()
  const [progress, setProgress] = useState<number | undefined>(0)
  const widthMost = Math.round((widthMm / 25.4) * PRINT_DPI)
  useEffect(() => {
    const off = new AbortController()
    const work = async () => {
      setProgress(0)
      const source = pixelsOf(photo, { quarters, degrees }, { left, top, right, bottom })
      if (source === undefined) return
      const shape = role === 'person' ? 'lines' : 'areas'
      const settings = { ink, ground, strength, specks, onlyColoured, shape, widthMost } as const
      const made = await inSlices(makePicture(source, settings), off.signal, (part) => {
        setProgress(Math.round(part * 10) / 10)
      })
      if (off.signal.aborted) return
      setPicture(made)
      setProgress(undefined)
    }
    const timer = setTimeout(() => {
      void work()
    }, QUIET_MS)
    return () => {
      clearTimeout(timer)
      off.abort()
    }
  }, [
    photo,
    quarters,
    degrees,
    left,
    top,
    right,
    bottom,
    ink,
    ground,
    strength,
    specks,
    onlyColoured,
    role,
    widthMost,
  ])
  return { picture, progress }
}

/** What comes out, in its size on paper, over white and over a checked ground. */
function Result({
  picture,
  progress,
  widthMm,
  name,
}: {
  picture: Pixels | undefined
  progress: number | undefined
  widthMm: number
  name: string
}) {
  const heightMm = picture === undefined ? undefined : (widthMm * picture.height) / picture.width
  return (
    <section className={styles['result']} aria-label={TEXT.maker.preview} aria-busy={progress !== undefined}>
      <div className={styles['resultHead']}>
        <h3>{TEXT.maker.preview}</h3>
        <span className={styles['hint']} role="status">
          {progress !== undefined
            ? TEXT.maker.making(progress)
            : heightMm === undefined
              ? TEXT.maker.noInk
              : TEXT.maker.measures(formatMm(widthMm), formatMm(heightMm))}
        </span>
      </div>
      <div className={styles['grounds']}>
        {(['white', 'checked'] as const).map((ground) => (
          <div key={ground} className={styles[ground]}>
            {picture === undefined ? null : (
              <Shown picture={picture} widthMm={widthMm} name={`${name}, ${TEXT.maker.over[ground]}`} />
            )}
          </div>
        ))}
      </div>
    </section>
  )
}

function Shown({ picture, widthMm, name }: { picture: Pixels; widthMm: number; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current !== null) showPixels(canvas.current, picture)
  }, [picture])
  return <canvas ref={canvas} role="img" aria-label={name} style={{ width: `${String(widthMm)}mm` }} />
}
