import type { PacketKind } from './transport.ts'

/** What a package says of itself inside its seal. */
export interface PackageLabel {
  readonly kind: PacketKind
  /** Agency ids: who sealed it, and the one whom it is for. */
  readonly from: string
  readonly to: string
  /** Of the packet inside. Lower-case hex. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** A package that is about to be written. */
export interface SealedPackage {
  /** @param packet the packet's bytes, as many as the label says. To be called once */
  readonly sealed: (packet: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
}

/** A package whose label was read, and whose sender is proven. */
export interface OpenedPackage {
  readonly label: PackageLabel
  /**
   * The packet. What was read counts only when the iteration ends without an error: the seal stands at the end.
   *
   * @throws {AppError} `package/broken` at the end
   */
  readonly packet: () => AsyncIterable<Uint8Array>
  /** Lets the file go, where the packet was not read to its end. */
  readonly close: () => Promise<void>
}

/** How packages for an exchange folder are closed and opened, and how offices learn each other's keys there. */
export interface Sealing {
  /** What our agency states about its keys, for others to find; undefined where it wants that known to nobody. */
  ownStatement(): { readonly organId: string; readonly statement: Uint8Array } | undefined
  /** Whether another agency's statement is believed. */
  learn(statement: Uint8Array): Promise<boolean>
  /**
   * Whether packages can be sealed at all.
   *
   * @throws {AppError} `encryption/own-key-missing`
   */
  requireOwnKey(): void
  /**
   * One package for each recipient, of one packet.
   *
   * @throws {AppError} `encryption/own-key-missing`; `hub/recipient-keyless`, naming them
   */
  seal(
    packet: Omit<PackageLabel, 'to'>,
    recipients: readonly string[],
  ): readonly {
    readonly label: PackageLabel
    readonly package: SealedPackage
  }[]
  /**
   * Reads so much of a package that it is known what it is.
   *
   * @returns undefined where it is sealed for somebody else
   * @throws {AppError} `package/unreadable`, `package/broken`, `package/unproven`, `package/misaddressed`
   */
  open(chunks: AsyncIterable<Uint8Array>): Promise<OpenedPackage | undefined>
}
