import type { MonthCount } from '../../shared/ipc/contract.ts'
import { TEXT } from '../text.vi.ts'
import styles from './YearChart.module.css'

const WIDTH = 720
const HEIGHT = 168
const FOOT = 22
const LEFT = 36
const BAR = 16
const STEPS = 4

/** Two bars a month, sent and received; the table beside it says the same in numbers. */
export function YearChart({ year, months }: { year: number; months: readonly MonthCount[] }) {
  const top = niceTop(Math.max(1, ...months.flatMap(({ sent, received }) => [sent, received])))
  const heightOf = (count: number) => ((HEIGHT - FOOT - 8) * count) / top
  const slot = (WIDTH - LEFT) / 12
  return (
    <figure className={styles['figure']}>
      <svg viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} role="img" aria-label={TEXT.home.chart(year)}>
        {Array.from({ length: STEPS + 1 }, (_, step) => {
          const count = (top * step) / STEPS
          const y = HEIGHT - FOOT - heightOf(count)
          return (
            <g key={step}>
              <line x1={LEFT} x2={WIDTH} y1={y} y2={y} className={styles['grid']} />
              <text x={LEFT - 8} y={y + 4} textAnchor="end" className={styles['label']}>
                {count}
              </text>
            </g>
          )
        })}
        {months.map(({ month, sent, received }) => {
          const x = LEFT + (month - 1) * slot + slot / 2
          return (
            <g key={month}>
              <Bar
                x={x - BAR - 1}
                height={heightOf(sent)}
                look="sent"
                words={TEXT.home.bar(TEXT.home.sent, month, sent)}
              />
              <Bar
                x={x + 1}
                height={heightOf(received)}
                look="received"
                words={TEXT.home.bar(TEXT.home.received, month, received)}
              />
              <text x={x} y={HEIGHT - 6} textAnchor="middle" className={styles['label']}>
                {month}
              </text>
            </g>
          )
        })}
      </svg>
      <figcaption className={styles['key']}>
        <span className={styles['sentKey']} aria-hidden />
        {TEXT.home.sent}
        <span className={styles['receivedKey']} aria-hidden />
        {TEXT.home.received}
      </figcaption>
    </figure>
  )
}

function Bar({
  x,
  height,
  look,
  words,
}: {
  x: number
  height: number
  look: 'sent' | 'received'
  words: string
}) {
  return (
    <rect x={x} y={HEIGHT - FOOT - height} width={BAR} height={height} rx={2} className={styles[look]}>
      <title>{words}</title>
    </rect>
  )
}

/** The next of 4, 8, 20, 40, 80, 200 …: its quarters are whole numbers. */
function niceTop(most: number): number {
  for (let unit = 4; ; unit *= 10) {
    for (const times of [1, 2, 5]) if (most <= unit * times) return unit * times
  }
}
