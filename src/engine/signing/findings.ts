/** What is found about a signature, each thing once, and the word it makes. */
import { type ReasonCode, reasonCode, type VerdictWord } from '../../shared/verdict.ts'

/** How far a reason pulls the verdict. */
type Effect = 'invalid' | 'undetermined' | 'note'

/** Each thing found, with how far it pulls. */
export type Findings = Map<ReasonCode, Effect>

const EFFECT_RANK: Readonly<Record<Effect, number>> = { note: 0, undetermined: 1, invalid: 2 }

/** Adds what was found; found twice, it pulls as far as the worse. */
export function addFinding(findings: Findings, code: ReasonCode, effect: Effect): void {
  const known = findings.get(code)
  if (known === undefined || EFFECT_RANK[known] < EFFECT_RANK[effect]) findings.set(code, effect)
}

/** The verdict word that the findings make together. */
export function wordFor(findings: Findings): VerdictWord {
  const effects = [...findings.values()]
  if (effects.includes('invalid')) return 'invalid'
  return effects.includes('undetermined') ? 'undetermined' : 'valid'
}

/** The order of the reason table is the order of weight. */
export function ordered(codes: Iterable<ReasonCode>): ReasonCode[] {
  const present = new Set(codes)
  return reasonCode.options.filter((code) => present.has(code))
}
