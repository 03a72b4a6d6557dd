import { signsNext } from '../../shared/document/signers.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { formatDay, formatInstant, formatSize } from '../lib/format.ts'
import { codeOf, recipientNames } from '../lib/lists.ts'
import { TEXT } from '../text.vi.ts'
import styles from './SigningSteps.module.css'

interface Step {
  readonly step: 'done' | 'now' | 'next'
  readonly title: string
  readonly note: string
}

/** The steps of ui/sign.png: what is done, what this press does, what comes after. */
export function SigningSteps({
  detail,
  number,
  day,
}: {
  detail: OutgoingDetail
  /** As the clerk would have them. */
  number: string
  day: string
}) {
  const steps = [...personSteps(detail), ...agencySteps(detail, number, day)]
  return (
    <ol className={styles['steps']} aria-label={TEXT.sign.steps}>
      {steps.map(({ step, title, note }, index) => (
        <li key={index} data-step={step} aria-current={step === 'now' ? 'step' : undefined}>
          {title}
          <span className="visually-hidden"> ({TEXT.sign.stepState[step]})</span>
          <div className={styles['note']}>{note}</div>
        </li>
      ))}
    </ol>
  )
}

/** One person as a rule; where there are several, each by name in his turn. */
function personSteps({ state, signers, verdict, history }: OutgoingDetail): Step[] {
  const [sole, ...others] = signers
  if (sole === undefined) return []
  if (others.length > 0) {
    const turn = signers.findIndex(({ signed }) => signed === undefined)
    return signers.map(({ fullName, competence, position, part, signed }, index) => ({
      step: signed !== undefined ? 'done' : index === turn ? 'now' : 'next',
      title: TEXT.sign.turn[signed === undefined ? 'waits' : 'done'][part](fullName),
      note:
        signed === undefined
          ? [competence, position].filter((text) => text !== '').join(' · ')
          : formatInstant(signed.signedAt),
    }))
  }
  const signedEntry = history.findLast(({ event }) => event === 'sign')
  const name = sole.signed?.name ?? verdict?.signatures[0]?.signer?.name ?? sole.fullName
  const isSigned = state !== 'frozen'
  return [
    {
      step: isSigned ? 'done' : 'now',
      title: isSigned ? TEXT.sign.stepSigned : TEXT.sign.stepSign,
      note:
        isSigned && signedEntry !== undefined
          ? TEXT.sign.signedBy(name, formatInstant(signedEntry.at))
          : TEXT.sign.notSignedYet(name),
    },
  ]
}

function agencySteps(detail: OutgoingDetail, number: string, day: string): Step[] {
  const code = `${number === '' ? '…' : number}/${detail.codeNotation}`
  const issued = detail.issuedDate === undefined ? day : formatDay(detail.issuedDate)
  const isSigned = signsNext(detail.state, detail.typeName) === 'agency'
  const isNumbered = detail.state === 'numbered'
  return [
    {
      step: isNumbered ? 'done' : isSigned ? 'now' : 'next',
      title: isNumbered ? TEXT.sign.stepNumbered : TEXT.sign.stepNumber,
      note: isNumbered ? TEXT.sign.numberGiven(codeOf(detail), issued) : TEXT.sign.numberNext(code, day),
    },
    { step: isSigned ? 'now' : 'next', title: TEXT.sign.stepSeal, note: TEXT.sign.sealNote },
    {
      step: 'next',
      title: TEXT.sign.stepSubmit,
      note: TEXT.sign.submitTo(recipientNames(detail.recipients), formatSize(detail.sizeBytes)),
    },
  ]
}
