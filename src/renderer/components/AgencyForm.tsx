import { looksLikeOrganId, organId, type Agency } from '../../shared/document/fields.ts'
import { TEXT } from '../text.vi.ts'
import { TextBox } from './Field.tsx'
import styles from './Form.module.css'

/** The agency as it is being typed. */
export interface AgencyDraft {
  readonly organId: string
  readonly name: string
  readonly parentName: string
  readonly address: string
  readonly email: string
  readonly telephone: string
  readonly clerkName: string
}

/** What is typed, from what is stored; empty at the first run. */
export function agencyDraftOf(agency: Agency | undefined, clerkName: string): AgencyDraft {
  return {
    organId: agency?.organId ?? '',
    name: agency?.name ?? '',
    parentName: agency?.parentName ?? '',
    address: agency?.address ?? '',
    email: agency?.email ?? '',
    telephone: agency?.telephone ?? '',
    clerkName,
  }
}

/** Why the agency cannot be saved like this, by field. */
export function agencyProblems(draft: AgencyDraft): Partial<Record<keyof AgencyDraft, string>> {
  return {
    ...(organId.safeParse(draft.organId).success ? {} : { organId: TEXT.agencyForm.organIdWrong }),
    ...(draft.name.trim() === '' ? { name: TEXT.agencyForm.nameMissing } : {}),
    ...(draft.clerkName.trim() === '' ? { clerkName: TEXT.agencyForm.clerkMissing } : {}),
  }
}

/** The agency and who is at the PC. Errors show once `asked`. */
export function AgencyForm({
  draft,
  onChange,
  asked,
  autoFocus = false,
}: {
  draft: AgencyDraft
  onChange: (draft: AgencyDraft) => void
  asked: boolean
  autoFocus?: boolean
}) {
  const problems = asked ? agencyProblems(draft) : {}
  const set = (field: keyof AgencyDraft) => (value: string) => {
    onChange({ ...draft, [field]: value })
  }
  const code = draft.organId.trim()
  const odd = code !== '' && problems.organId === undefined && !looksLikeOrganId(code)
  return (
    <div className={styles['grid']}>
      <TextBox
        label={TEXT.agencyForm.organId}
        hint={TEXT.agencyForm.organIdHint}
        value={draft.organId}
        onChange={set('organId')}
        maxLength={35}
        autoFocus={autoFocus}
        error={problems.organId}
        warning={odd ? TEXT.agencyForm.organIdOdd : undefined}
        className={styles['wide']}
      />
      <TextBox
        label={TEXT.agencyForm.name}
        value={draft.name}
        onChange={set('name')}
        maxLength={200}
        error={problems.name}
      />
      <TextBox
        label={TEXT.agencyForm.parentName}
        value={draft.parentName}
        onChange={set('parentName')}
        maxLength={200}
        optional
      />
      <TextBox
        label={TEXT.agencyForm.address}
        value={draft.address}
        onChange={set('address')}
        maxLength={300}
        optional
        className={styles['wide']}
      />
      <TextBox
        label={TEXT.agencyForm.email}
        value={draft.email}
        onChange={set('email')}
        maxLength={200}
        optional
      />
      <TextBox
        label={TEXT.agencyForm.telephone}
        value={draft.telephone}
        onChange={set('telephone')}
        maxLength={50}
        optional
      />
      <TextBox
        label={TEXT.agencyForm.clerkName}
        value={draft.clerkName}
        onChange={set('clerkName')}
        maxLength={50}
        error={problems.clerkName}
        className={styles['wide']}
      />
    </div>
  )
}
