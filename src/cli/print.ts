import type { ReasonCode } from '../shared/verdict.ts'
import { REASON_TEXT } from '../shared/verdict.vi.ts'

/** One line, or several, of the answer. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What went wrong, apart from the answer so that a script can tell them apart. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A reason of a verdict: what was found, then what to do. */
export function reasonLine(code: ReasonCode): string {
  const { title, hint } = REASON_TEXT[code]
  return `  ${code.endsWith('-note') ? 'Ghi chú' : 'Lý do'}: ${title}. ${hint}`
}
