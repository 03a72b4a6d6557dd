import type { LedgerEntry } from '../../src/hub-sim/ledger.ts'
import type { IncomingSummary, OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import type { PlannedDocument } from './desk.ts'

/** What the clerks did, and so what must have come of it. */
export interface Model {
  readonly submitted: readonly PlannedDocument[]
  /** Subjects of documents that their recipient has registered. */
  readonly registered: ReadonlySet<string>
}

/** What there is at the end. */
export interface Findings {
  readonly ledger: readonly LedgerEntry[]
  /** Every submitted document as its sender has it, by subject. */
  readonly outgoing: ReadonlyMap<string, OutgoingDetail>
  /** Everything both offices received, with whose inbox it is in. */
  readonly incoming: readonly { readonly at: string; readonly row: IncomingSummary }[]
}

/** Where model and findings differ, each with the document it is about. Empty everywhere: nothing went wrong. */
export interface Reckoning {
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  readonly stuck: readonly string[]
  readonly outOfState: readonly string[]
}

/** Compares the hub's ledger, both stores and the model. */
export function reckon({ submitted, registered }: Model, findings: Findings): Reckoning {
  const lost: string[] = []
  const duplicated: string[] = []
  const stuck: string[] = []
  const outOfState: string[] = []
  const expect = (what: string, found: number, wanted = 1): void => {
    if (found < wanted) lost.push(`${what}: ${String(found)} of ${String(wanted)}`)
    if (found > wanted) duplicated.push(`${what}: ${String(found)} of ${String(wanted)}`)
  }
  const accepted = findings.ledger.filter((entry) => entry.event === 'accepted')
  for (const { subject, to, from } of submitted) {
    const packets = accepted.filter((entry) => entry.kind === 'edoc' && entry.subject === subject)
    expect(`${subject}: taken by the hub`, packets.length)
    const [packet] = packets
    const received = findings.incoming.filter(({ row }) => row.subject === subject)
    expect(`${subject}: in the inbox`, received.length)
    if (received.some(({ at }) => at !== to)) outOfState.push(`${subject}: in the wrong inbox`)
    const wanted = registered.has(subject)
    const statuses = accepted.filter(
      (entry) => entry.kind === 'status' && entry.documentId === packet?.documentId,
    )
    expect(`${subject}: statuses`, statuses.length, wanted ? 2 : 1)
    expect(
      `${subject}: different statuses`,
      new Set(statuses.map(({ sha256 }) => sha256)).size,
      wanted ? 2 : 1,
    )
    const [row] = received
    if (row !== undefined && row.row.state !== (wanted ? 'registered' : 'admitted')) {
      outOfState.push(`${subject}: ${row.row.state} in the inbox`)
    }
    const sent = findings.outgoing.get(subject)
    if (sent === undefined) lost.push(`${subject}: at its sender ${from}`)
    else if (sent.state !== (wanted ? 'confirmed' : 'sent')) {
      const list = sent.state === 'queued' ? stuck : outOfState
      list.push(`${subject}: ${sent.state} at its sender (${sent.delivery?.error ?? 'no error'})`)
    }
    for (const each of packets) {
      const done = findings.ledger.some(
        (entry) => entry.event === 'acknowledged' && entry.docId === each.docId && entry.status === 'done',
      )
      if (!done) stuck.push(`${subject}: its fetching was never acknowledged`)
    }
  }
  const known = new Set(submitted.map(({ subject }) => subject))
  for (const { row } of findings.incoming) {
    if (!known.has(row.subject)) duplicated.push(`${row.subject}: nobody sent it`)
  }
  for (const at of new Set(findings.incoming.map((one) => one.at))) {
    const numbers = findings.incoming.flatMap(({ at: inbox, row }) =>
      inbox === at && row.arrivalNumber !== undefined ? [row.arrivalNumber] : [],
    )
    numbers.sort((a, b) => a - b)
    if (numbers.some((number, index) => number !== index + 1)) {
      outOfState.push(`${at}: the arrival numbers are ${numbers.join(', ')}`)
    }
  }
  return { lost, duplicated, stuck, outOfState }
}

/** Whether nothing went wrong. */
export function isEven({ lost, duplicated, stuck, outOfState }: Reckoning): boolean {
  return [lost, duplicated, stuck, outOfState].every((list) => list.length === 0)
}
