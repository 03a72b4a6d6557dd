import { ArrowDown, ArrowUp, UserPlus, X } from 'lucide-react'
import { useState } from 'react'

import { MAX_CO_SIGNERS, type CoSigner, type FieldName } from '../../shared/document/fields.ts'
import { fieldsOfSigners, signersOf, type Signer, type SignerFields } from '../../shared/document/signers.ts'
import { announce } from '../lib/announce.ts'
import { TEXT } from '../text.vi.ts'
import { Button, IconButton } from './Button.tsx'
import { TextBox } from './Field.tsx'
import styles from './SignerFieldset.module.css'

const NOBODY = { competence: '', position: '', fullName: '' }

/** Who signs the draft: one person, and others in the order of signing where the office adds them. */
export function SignerFieldset({
  fields,
  onChange,
  onLeave,
  problemOf,
}: {
  fields: SignerFields
  onChange: (fields: SignerFields) => void
  onLeave: (field: FieldName) => void
  problemOf: (field: FieldName) => string | undefined
}) {
  const signers = signersOf(fields)
  const main = signers.findIndex(({ part }) => part === 'main')
  /** The box that was just added, by its key: the clerk goes on there. */
  const [added, setAdded] = useState<string>()
  const keys = keysOf(signers)
  const keep = (changed: readonly Signer[]) => {
    onChange(fieldsOfSigners(changed))
  }
  const add = (part: CoSigner['part']) => {
    // Who initials does so before the main signer; whoever signs jointly is asked last.
    const changed = signers.toSpliced(part === 'initials' ? main : signers.length, 0, { ...NOBODY, part })
    setAdded(`${part} ${String(changed.filter((one) => one.part === part).length)}`)
    keep(changed)
  }
  const swap = (index: number, other: number) => {
    const [one, two] = [signers[index], signers[other]]
    if (one === undefined || two === undefined) return
    keep(signers.with(index, two).with(other, one))
    announce(TEXT.draft.signerMoved(one.fullName, other + 1))
  }
  return (
    <section className={styles['signers']} aria-label={TEXT.draft.signer}>
      <h2>{TEXT.draft.signer}</h2>
      {signers.length === 1 ? null : <p className={styles['note']}>{TEXT.draft.signersHint}</p>}
      {signers.map((signer, index) => {
        const { part, fullName } = signer
        const boxes = (
          <SignerBoxes
            signer={signer}
            autoFocus={keys[index] === added}
            error={nameProblem(signer, problemOf)}
            onChange={(patch) => {
              keep(signers.with(index, { ...signer, ...patch }))
            }}
            onLeaveName={() => {
              onLeave(part === 'main' ? 'signer.fullName' : 'coSigners')
            }}
          />
        )
        if (signers.length === 1) return <div key={keys[index]}>{boxes}</div>
        const words = TEXT.draft.signerPart[part]
        const named = fullName.trim() === '' ? words : fullName
        return (
          <div key={keys[index]} role="group" aria-label={TEXT.draft.signerTurn(index + 1, words)}>
            <div className={styles['head']}>
              <strong>{TEXT.draft.signerTurn(index + 1, words)}</strong>
              <IconButton
                kind="quiet"
                icon={ArrowUp}
                label={TEXT.draft.signerUp(named)}
                isDisabled={index === 0}
                onPress={() => {
                  swap(index, index - 1)
                }}
              />
              <IconButton
                kind="quiet"
                icon={ArrowDown}
                label={TEXT.draft.signerDown(named)}
                isDisabled={index === signers.length - 1}
                onPress={() => {
                  swap(index, index + 1)
                }}
              />
              {part === 'main' ? null : (
                <IconButton
                  kind="quiet"
                  icon={X}
                  label={TEXT.draft.signerRemove(named)}
                  onPress={() => {
                    keep(signers.toSpliced(index, 1))
                    announce(TEXT.draft.signerRemoved(named))
                  }}
                />
              )}
            </div>
            {boxes}
          </div>
        )
      })}
      {signers.length > MAX_CO_SIGNERS ? null : (
        <div className={styles['add']}>
          <Button
            small
            icon={UserPlus}
            onPress={() => {
              add('joint')
            }}
          >
            {TEXT.draft.addJoint}
          </Button>
          <Button
            small
            icon={UserPlus}
            onPress={() => {
              add('initials')
            }}
          >
            {TEXT.draft.addInitials}
          </Button>
        </div>
      )}
    </section>
  )
}

/** Keys that stay with a box while others are added: the nth of its part. */
function keysOf(signers: readonly Signer[]): string[] {
  return signers.map(({ part }, index) => {
    const nth = signers.slice(0, index + 1).filter((one) => one.part === part).length
    return `${part} ${String(nth)}`
  })
}

/** Of several, the problem is that of whoever has no name. */
function nameProblem(
  { part, fullName }: Signer,
  problemOf: (field: FieldName) => string | undefined,
): string | undefined {
  if (part === 'main') return problemOf('signer.fullName')
  return fullName.trim() === '' ? problemOf('coSigners') : undefined
}

function SignerBoxes({
  signer: { fullName, position, competence },
  autoFocus,
  error,
  onChange,
  onLeaveName,
}: {
  signer: Signer
  autoFocus: boolean
  error: string | undefined
  onChange: (patch: Partial<Omit<Signer, 'part'>>) => void
  onLeaveName: () => void
}) {
  return (
    <div className={styles['boxes']}>
      <div className={styles['two']}>
        <TextBox
          label={TEXT.draft.fullName}
          value={fullName}
          onChange={(text) => {
            onChange({ fullName: text })
          }}
          onBlur={onLeaveName}
          maxLength={50}
          autoFocus={autoFocus}
          error={error}
        />
        <TextBox
          label={TEXT.draft.position}
          value={position}
          onChange={(text) => {
            onChange({ position: text })
          }}
          maxLength={100}
        />
      </div>
      <TextBox
        label={TEXT.draft.competence}
        hint={TEXT.draft.competenceHint}
        value={competence}
        onChange={(text) => {
          onChange({ competence: text })
        }}
        maxLength={100}
        optional
      />
    </div>
  )
}
