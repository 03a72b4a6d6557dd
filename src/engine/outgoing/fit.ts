import { AppError } from '../../shared/errors.ts'
import type { Outgoing, Store } from '../store/index.ts'

/** What an encrypted file is larger, and by how much more for each recipient. */
const ENCRYPTED_BYTES = 500
const RECIPIENT_BYTES = 500

/** What signatures, their evidence and the packet's own words add, at most. */
const BESIDE_FILES_BYTES = 500_000
const MB = 1_000_000

/** How large a document's packet will be, and how large the hub takes it; both in bytes. */
export interface PacketFit {
  readonly bytes: number
  /** Left out where the hub does not say. No hub says it of a recipient. */
  readonly largest?: number | undefined
}

/** {@link PacketFit} of a document as it is now: what its signatures will add is counted. */
export function packetFit(store: Store, { files, fields }: Pick<Outgoing, 'files' | 'fields'>): PacketFit {
  const pdf = files.findLast(({ role }) => role !== 'attachment')
  const encryption = ENCRYPTED_BYTES + fields.recipients.length * RECIPIENT_BYTES
  const bytes = files
    .filter((file) => file === pdf || file.role === 'attachment')
    .reduce((sum, { sizeBytes }) => sum + base64Bytes(sizeBytes + encryption), BESIDE_FILES_BYTES)
  return { bytes, largest: store.settings.get('largestPacketBytes') }
}

/**
 * Refuses a document that the hub will not take, before anybody signs it: a signed one can only be drafted anew.
 *
 * @throws {AppError} document/too-large-for-hub
 */
export function requireFits(store: Store, document: Outgoing): void {
  const { bytes, largest } = packetFit(store, document)
  if (largest === undefined || bytes <= largest) return
  throw new AppError(
    'document/too-large-for-hub',
    `${document.id}: ${String(bytes)} of ${String(largest)} bytes`,
    {
      detail: `${(bytes / MB).toFixed(1)} MB > ${(largest / MB).toFixed(1)} MB`,
    },
  )
}

/** Files stand in a packet as base64. */
function base64Bytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 3) * 4
}
