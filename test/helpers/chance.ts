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

/** The seed of this run's chance, printed so that the run can be had again: `VANTHU_SEED=… npx vitest …`. */
export function printedSeed(what: string): number {
  const seed = Number(process.env['VANTHU_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`${what}: VANTHU_SEED=${String(seed)}\n`)
  return seed
}
