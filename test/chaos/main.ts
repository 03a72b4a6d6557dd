/**
 * `npm run chaos -- [--seed S] [--documents N] [--troubles N] [--runs R]`: see run.ts. Each run takes the next seed. Prints what
 * was done to whom and what came of it; ends with 1 when anything was lost, doubled, stuck or out of state.
 */
import { parseArgs } from 'node:util'
import { newSeed } from '../helpers/chance.ts'
import { isEven } from './reckoning.ts'
import { runChaos } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    documents: { type: 'string', default: '30' },
    troubles: { type: 'string', default: '40' },
    runs: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
})
const first = values.seed === undefined ? newSeed() : Number(values.seed)
const documents = Number(values.documents)
for (let run = 0; run < Number(values.runs); run += 1) {
  const seed = first + run
  const say = (line: string): void => {
    if (values.verbose) process.stdout.write(`  ${line}\n`)
  }
  const { reckoning, troubles, curl, seconds } = await runChaos({
    seed,
    documents,
    troubles: Number(values.troubles),
    say,
  })
  const { lost, duplicated, stuck, outOfState } = reckoning
  const counts = [lost, duplicated, stuck, outOfState].map((list) => String(list.length))
  const [lostCount, duplicatedCount, stuckCount, stateCount] = counts
  process.stdout.write(
    `seed ${String(seed)}: ${String(documents)} documents, ${seconds.toFixed(0)} s, ` +
      `${[...troubles].map(([name, count]) => `${name} ${String(count)}`).join(', ')}\n` +
      `  here: ${lostCount ?? ''} lost, ${duplicatedCount ?? ''} duplicated, ${stuckCount ?? ''} stuck, ${stateCount ?? ''} out of state\n` +
      `  curl --retry 5: ${String(curl.lost)} lost, ${String(curl.duplicated)} duplicated\n`,
  )
  for (const line of [...lost, ...duplicated, ...stuck, ...outOfState]) process.stdout.write(`    ${line}\n`)
  if (!isEven(reckoning)) process.exitCode = 1
}
