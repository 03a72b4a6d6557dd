import type { SearchHit } from '../../shared/search.ts'
import styles from './SearchBox.module.css'

/** A text with the words that were looked for. */
export function Marked({ text: { text, marks } }: { text: SearchHit['code'] }) {
  const parts = marks.flatMap(([from, to], index) => {
    const before = text.slice(marks[index - 1]?.[1] ?? 0, from)
    return [
      before,
      <mark key={from} className={styles['mark']}>
        {text.slice(from, to)}
      </mark>,
    ]
  })
  return (
    <>
      {parts}
      {text.slice(marks.at(-1)?.[1] ?? 0)}
    </>
  )
}
