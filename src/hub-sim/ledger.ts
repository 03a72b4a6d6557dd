import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** `edoc` carries a document, `status` the answer to one. */
export type PacketKind = 'edoc' | 'status'

/** What a recipient's system told the hub about one packet. */
export type Acknowledgement = 'initial' | 'processing' | 'done' | 'fail'

/** A packet the hub took, with where it goes. Sending the same bytes twice makes two of these. */
export interface AcceptedPacket {
  readonly event: 'accepted'
  readonly docId: string
  readonly kind: PacketKind
  readonly from: string
  readonly to: readonly string[]
  readonly documentId: string
  readonly notation: string
  readonly subject: string
  /** Of the bytes as the sender sent them. */
  readonly sha256: string
  readonly sizeBytes: number
  /** Of the bytes as recipients get them, after the hub's own changes. */
  readonly servedSha256: string
  readonly servedSizeBytes: number
  /** How it came to be: sent, copied by the duplicate fault, or put there by a test. */
  readonly origin: 'sent' | 'duplicate' | 'injected'
  /** The resumable upload it came by. */
  readonly upload?: string
}

/** Everything that happens to packets, in the order it happened. */
export type LedgerEvent =
  | AcceptedPacket
  | { readonly event: 'fetched'; readonly docId: string; readonly by: string; readonly operation: string }
  | {
      readonly event: 'acknowledged'
      readonly docId: string
      readonly by: string
      readonly status: Acknowledgement
    }
  | {
      readonly event: 'refused'
      readonly operation: string
      readonly by: string
      readonly code: string
      readonly description: string
    }

/** A line of the ledger: the event, its number from 1 and its time (ISO 8601, UTC). */
export type LedgerEntry = LedgerEvent & { readonly seq: number; readonly at: string }

/** One packet on its way to one office. */
export interface Delivery {
  readonly packet: AcceptedPacket
  readonly to: string
  readonly acceptedAt: string
  status: Acknowledgement
  changedAt: string
}

/** The hub's memory: an append-only file, each line on disk before anybody is answered. */
export interface Ledger {
  append(event: LedgerEvent): LedgerEntry
  entries(): readonly LedgerEntry[]
  /** All deliveries in the order they came, one for each packet and recipient. */
  deliveries(): readonly Delivery[]
  packet(docId: string): AcceptedPacket | undefined
  /** The packet that came by this resumable upload, if it was accepted. */
  uploaded(upload: string): AcceptedPacket | undefined
  close(): void
}

/**
 * Opens `DIR/ledger.jsonl` and reads it back. A last line that was cut by a kill never was answered, so it
 * is dropped.
 *
 * @throws Error when a line in the middle is unreadable: that is no ledger to go on with
 */
export function openLedger(directory: string, now: () => number): Ledger {
  mkdirSync(directory, { recursive: true })
  const file = openSync(join(directory, 'ledger.jsonl'), 'a+')
  const bytes = readFileSync(file)
  const whole = bytes.lastIndexOf(0x0a) + 1
  if (whole !== bytes.length) {
    ftruncateSync(file, whole)
    fsyncSync(file)
  }
  const entries: LedgerEntry[] = []
  const deliveries: Delivery[] = []
  const packets = new Map<string, AcceptedPacket>()

  function remember(entry: LedgerEntry): void {
    entries.push(entry)
    if (entry.event === 'accepted') {
      packets.set(entry.docId, entry)
      for (const to of entry.to) {
        deliveries.push({ packet: entry, to, acceptedAt: entry.at, status: 'initial', changedAt: entry.at })
      }
    } else if (entry.event === 'acknowledged') {
      for (const delivery of deliveries) {
        if (delivery.packet.docId === entry.docId && delivery.to === entry.by) {
          delivery.status = entry.status
          delivery.changedAt = entry.at
        }
      }
    }
  }

  for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
    if (line !== '') remember(JSON.parse(line) as LedgerEntry)
  }

  return {
    append(event) {
      const entry: LedgerEntry = { seq: entries.length + 1, at: new Date(now()).toISOString(), ...event }
      writeSync(file, `${JSON.stringify(entry)}\n`)
      fsyncSync(file)
      remember(entry)
      return entry
    },
    entries: () => entries,
    deliveries: () => deliveries,
    packet: (docId) => packets.get(docId),
    uploaded: (upload) => [...packets.values()].find((packet) => packet.upload === upload),
    close() {
      closeSync(file)
    },
  }
}
