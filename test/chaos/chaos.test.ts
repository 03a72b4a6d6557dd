import { expect, test } from 'vitest'
import { printedSeed } from '../helpers/chance.ts'
import { runChaos } from './run.ts'

test(
  'whatever is cut, killed, filled, shifted or put to sleep, every document is there exactly once',
  { timeout: 600_000 },
  async () => {
    const seed = printedSeed('chaos')
    const { reckoning, troubles } = await runChaos({
      seed,
      documents: 12,
      troubles: 25,
      say: () => undefined,
    })
    expect(reckoning, `seed ${String(seed)}, ${JSON.stringify([...troubles])}`).toEqual({
      lost: [],
      duplicated: [],
      stuck: [],
      outOfState: [],
    })
  },
)
