import type { DocumentChange, DocumentVersion } from '../../shared/document/change.ts'
import { PRIORITIES } from '../../shared/document/types.ts'
import { formatDay, formatInstant } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import styles from './Changes.module.css'

/** What an update says differently: each field as it was, struck through, and as it is to be. */
export function Changes({ changes }: { changes: readonly DocumentChange[] }) {
  if (changes.length === 0) return null
  return (
    <dl className={styles['list']}>
      {changes.map(({ field, before, after }) => (
        <div key={field}>
          <dt>{TEXT.updates.field[field]}</dt>
          <dd>
            {field === 'files' ? null : (
              <>
                <del className={styles['before']}>{valueWords(field, before)}</del>
                <span className="visually-hidden"> {TEXT.updates.becomes}</span>{' '}
              </>
            )}
            <ins>{valueWords(field, after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What a document said before each of its updates, the newest first. Nothing where there was none. */
export function Versions({ versions }: { versions: readonly DocumentVersion[] }) {
  if (versions.length === 0) return null
  return (
    <section className={styles['list']} aria-label={TEXT.updates.versions}>
      <h3>{TEXT.updates.versions}</h3>
      {versions.toReversed().map((version, at) => (
        <div key={at} className={styles['version']}>
          <span className={styles['when']}>
            {formatInstant(version.replacedAt)} · {TEXT.updates.reason(version.reason)}
          </span>
          <Changes changes={version.changes} />
        </div>
      ))}
    </section>
  )
}

function valueWords(field: DocumentChange['field'], value: string): string {
  if (field === 'priority')
    return PRIORITIES.find(({ code }) => String(code) === (value || '0'))?.name ?? value
  if (field === 'steeringType') return TEXT.draft.steeringTypes[Number(value)] ?? value
  if (value === '') return TEXT.updates.none
  return field === 'dueDate' ? formatDay(value) : value
}
