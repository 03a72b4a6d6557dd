/**
 * The hub seam: everything the engine may ask of an interchange hub, whatever protocol carries it.
 * Implementations translate at this edge: above it there are no headers, no hub words and no library errors,
 * only the codes `hub/*` of src/shared/errors.ts.
 *
 * What a failure says about the packet, so that nobody has to guess before sending again:
 * - `hub/outcome-unknown`: the hub may have it. Ask with {@link Transport.lookup} before sending again
 * - every other code of {@link Transport.send}: the hub does not have it; sending again makes no second packet
 */

/** `edoc` carries a document, `status` carries the answer to one. */
export type PacketKind = 'edoc' | 'status'

/** What a hub or a gateway can do. Limits are absent when nobody published one. */
export interface Capabilities {
  /** Name of the implementation, for diagnostics. */
  readonly transport: 'vxp' | 'lgsp' | 'filedrop'
  /** A broken upload can go on where it stopped. */
  readonly resumableUpload: boolean
  /** A broken download can go on where it stopped. */
  readonly resumableDownload: boolean
  /** The list of received packets names their SHA-256, so a fetched packet can be checked. */
  readonly listsHashes: boolean
  /** Largest packet in bytes that the hub is known to take. */
  readonly maxPacketBytes: number | undefined
}

/** One packet that waits for us at the hub. */
export interface ListedPacket {
  /** The hub's own id of the packet, not the document's id. */
  readonly packetId: string
  readonly kind: PacketKind
  /** Agency ids as the hub writes them. */
  readonly from: string
  readonly to: string
  /** Lower-case hex of the bytes as the hub serves them. */
  readonly sha256?: string
  readonly sizeBytes?: number
  /** ISO 8601 with +07:00. */
  readonly createdAt?: string
}

/**
 * A frozen packet to send. `open` may be called again for another attempt and must give the same bytes, from
 * `fromByte` on where that is given.
 */
export interface OutgoingPacket {
  readonly kind: PacketKind
  readonly from: string
  /** Agency ids of all that it is for, as the packet itself says; a hub reads them there. */
  readonly recipients: readonly string[]
  /** Agency ids that narrow the packet's own recipients; left out, the packet itself says who gets it. */
  readonly to?: readonly string[]
  readonly sizeBytes: number
  /** Lower-case hex, 64 digits. */
  readonly sha256: string
  open(fromByte?: number): AsyncIterable<Uint8Array>
}

/** Settings of one call. */
export interface CallOptions {
  /** Ends the call with `hub/cancelled`. */
  readonly signal?: AbortSignal | undefined
}

/** Settings of an upload. */
export interface SendOptions extends CallOptions {
  /** A UUID of this attempt, by which {@link Transport.evidence} asks for its records later. */
  readonly attemptId?: string | undefined
  /** Told after each piece that the line has taken. Bytes of the packet, without framing. */
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined
  /** An upload of this very packet that an earlier attempt began, as `onUpload` named it. */
  readonly upload?: string | undefined
  /** Told before the first byte, under what name the hub can go on with this upload if the line breaks. */
  readonly onUpload?: ((upload: string) => void) | undefined
}

/**
 * How an upload stands at the hub: bytes are missing, so the hub cannot have accepted the packet; all are
 * there, and whether it did is another question; the hub knows no such upload.
 */
export type UploadStanding = 'unfinished' | 'complete' | 'gone'

/** What the security servers of an X-Road wrote over the hub's answer. */
export interface RoadReceipt {
  /** Their own id of the request. */
  readonly requestId: string
  /** Base64 of a SHA-512 over the request as the hub's security server got it. */
  readonly requestHash?: string
  readonly service?: string
}

/** A hub's answer as it came, for whoever must prove later what it said. */
export interface HubAnswer {
  readonly httpStatus: number
  /** Its `Date` header, as written. */
  readonly date: string | undefined
  /** The body, cut where it is longer than {@link KEPT_ANSWER_CHARACTERS}. */
  readonly body: string
}

/** How much of an answer is kept: a hub's word about one packet is far shorter. */
export const KEPT_ANSWER_CHARACTERS = 4_000

/** A packet that the hub accepted. */
export interface Accepted {
  /** The hub's own id of the packet. */
  readonly packetId: string
  readonly answer?: HubAnswer
  readonly road?: RoadReceipt
}

/** What is here of a packet from an earlier attempt. */
export interface FetchedPart {
  readonly sizeBytes: number
  /** The version of the hub's file that these bytes are of, as {@link FetchBeginning} named it. */
  readonly etag: string
}

/** Where a download begins. */
export interface FetchBeginning {
  /** 0 for a new beginning, which makes earlier bytes worthless; else the size of the part that was given. */
  readonly fromByte: number
  /** Under this name the hub can go on if the line breaks; undefined where it cannot. */
  readonly etag: string | undefined
}

/** Settings of a download. What {@link ListedPacket} said about the bytes is checked when given. */
export interface FetchOptions extends CallOptions {
  readonly sha256?: string | undefined
  readonly sizeBytes?: number | undefined
  /** Asks for the rest only, where the hub's file is still the same. */
  readonly part?: FetchedPart | undefined
  /** Told once, before the first byte. */
  readonly onBegin?: ((beginning: FetchBeginning) => Promise<void>) | undefined
}

/** What we know of a packet whose sending ended without an answer. */
export interface SentQuery {
  readonly kind: PacketKind
  /** DocumentId of the message header; for a status, that of the document it answers. */
  readonly documentId: string
  /** `number/notation`, such as `07/UBND-VP`. */
  readonly notation: string
  readonly from: string
  /** See {@link OutgoingPacket.recipients}. */
  readonly recipients: readonly string[]
  /** SHA-256 of the packet as sent. The only thing that tells two packets of one document apart for certain. */
  readonly sha256?: string | undefined
  /**
   * A second one harms nobody and a lost one does: it counts as sent only where a hash proves it. So does
   * every status.
   */
  readonly mayRepeat?: boolean | undefined
  /** When the first attempt began, epoch milliseconds. Older packets of the same document do not count. */
  readonly sentAfter?: number | undefined
}

/** The hub's row about a packet we sent, one for each recipient. */
export interface Delivery {
  /** The hub's id of the packet, when the hub says it. */
  readonly packetId: string | undefined
  readonly kind: PacketKind
  readonly documentId: string
  readonly notation: string
  readonly from: string
  readonly to: string
  /** ISO 8601 with +07:00. */
  readonly sentAt: string | undefined
  readonly receivedAt: string | undefined
  /** The hub's words for our side and for the recipient's side (`processing`, `done`, `fail`, ...), verbatim. */
  readonly sendStatus: string
  readonly sendStatusDescription: string
  readonly receiveStatus: string
  readonly receiveStatusDescription: string
  readonly sha256: string | undefined
}

/** An agency as the hub's directory knows it. */
export interface AgencyRecord {
  readonly organId: string
  readonly name: string
  readonly parentOrganId: string | undefined
  readonly parentName: string | undefined
  /** The id of before Decision 20/2020, still met in old packets. */
  readonly oldOrganId: string | undefined
  readonly email: string | undefined
  readonly telephone: string | undefined
  readonly address: string | undefined
  /** The hub has struck it off: keep it for old documents, do not offer it for new ones. */
  readonly removed: boolean
}

/** The answer of a trial call. */
export interface HubCheck {
  /** Our clock minus the hub's, in milliseconds, exact to about a second; undefined when the hub says no time. */
  readonly clockSkewMs: number | undefined
  readonly roundTripMs: number
  readonly waitingDocuments: number
  readonly waitingStatuses: number
}

/** One connection to one hub for one agency. Every method throws AppError with a `hub/*` code. */
export interface Transport {
  /**
   * What this hub can do, as it says itself. Asked of the hub now and then, else remembered.
   * @throws AppError `hub/unreachable` and the like, while nothing is known of it
   */
  capabilities(options?: CallOptions): Promise<Capabilities>
  /**
   * Packets of both kinds that wait for us, oldest first. `since` (epoch milliseconds) is a hint: hubs may
   * answer with more. An answer that cannot be read is an error, never "nothing there".
   */
  list(since?: number, options?: CallOptions): Promise<ListedPacket[]>
  /**
   * The packet's bytes as they arrive. The request starts with the first read. What was read counts only
   * when the iteration ends without an error: size and hash are known at the end (`hub/packet-mismatch`). Of
   * the rest of a packet only the size is checked here: who has the part can compare the hash of the whole.
   */
  fetch(packetId: string, options?: FetchOptions): AsyncIterable<Uint8Array>
  send(packet: OutgoingPacket, options?: SendOptions): Promise<Accepted>
  /** How an upload stands that an earlier attempt began, as {@link SendOptions.onUpload} named it. */
  uploadStanding(upload: string, sizeBytes: number, options?: CallOptions): Promise<UploadStanding>
  /**
   * Whether the hub has what we tried to send; undefined means it has not, and sending again is safe.
   * @throws AppError `hub/outcome-unaskable` where the hub keeps no list of what was sent: a person decides
   */
  lookup(query: SentQuery, options?: CallOptions): Promise<Delivery | undefined>
  /**
   * Where a sent packet is: one row for each recipient. Empty when the hub knows nothing of it.
   * @throws AppError `hub/outcome-unaskable` where the hub keeps no such list
   */
  deliveries(packetId: string, kind: PacketKind, options?: CallOptions): Promise<Delivery[]>
  /** Tells the hub what became of a received packet. `done` only after our own commit. */
  acknowledge(packetId: string, outcome: 'processing' | 'done' | 'fail', options?: CallOptions): Promise<void>
  /** Every agency the hub knows; undefined where the hub offers no directory. */
  directory(options?: CallOptions): Promise<AgencyRecord[] | undefined>
  /**
   * The records that the connection itself keeps of one attempt to send, signed by others than us: a ZIP of
   * ASiC-E containers. Undefined where nothing on the way keeps any. Read as {@link fetch} is.
   * @throws AppError `road/evidence-missing` at the first read, when there are none (yet)
   */
  evidence(attemptId: string, options?: CallOptions): AsyncIterable<Uint8Array> | undefined
  /** Proves address, secret and clock with the cheapest call there is. */
  check(options?: CallOptions): Promise<HubCheck>
  /** Ends all connections; calls in flight fail. */
  close(): Promise<void>
}
