/** Random numbers that the same seed gives again: below `below`, whole, from 0. */
export type Chance = (below: number) => number

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose troubles and places. */
export function chance(seed: number): Chance {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/**
 * The seed of this run's chance, printed so that the run can be had again. A test run repeats the run before it;
 * `VANTHU_SEED=new npx vitest …` looks elsewhere, `VANTHU_SEED=<number>` there again.
 */
export function printedSeed(what: string): number {
  const wanted = process.env['VANTHU_SEED'] ?? '20260305'
  const seed = wanted === 'new' ? newSeed() : Number(wanted)
  process.stdout.write(`${what}: VANTHU_SEED=${String(seed)}\n`)
  return seed
}

/** One that no run had before, for a search that goes on. */
export function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31)
}
