import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultBoard } from './faults.ts'
import type { AcceptedPacket, Acknowledgement, Delivery, Ledger, PacketKind } from './ledger.ts'
import type { Office, Offices } from './offices.ts'
import { PacketRefusal, readRoutedPacket, type RoutedPacket } from './packet.ts'

/** What the desk works with. */
export interface DeskParts {
  readonly dataDirectory: string
  readonly offices: Offices
  readonly ledger: Ledger
  readonly faults: FaultBoard
  /** The hub's clock, epoch milliseconds. */
  readonly now: () => number
  readonly maxPacketBytes: number
  readonly reserialise: boolean
}

/** A packet that an office hands in. `to` narrows the packet's own recipients. */
export interface HandedIn extends Terms {
  readonly packet: Buffer
  /** The resumable upload it came by: the same one is accepted once, however often it ends. */
  readonly upload?: string
}

/** On what terms an office hands a packet in. */
export interface Terms {
  readonly kind: PacketKind
  readonly to?: readonly string[] | undefined
}

export type Desk = ReturnType<typeof openDesk>

/**
 * What a hub does whatever protocol it is asked in: take packets, hand them out, remember who has what.
 * Everything it refuses it refuses with PacketRefusal.
 */
export function openDesk(parts: DeskParts) {
  const { offices, ledger, faults, now } = parts
  const packetDirectory = join(parts.dataDirectory, 'packets')
  mkdirSync(packetDirectory, { recursive: true })

  function keep(name: string, bytes: Buffer): void {
    const file = openSync(join(packetDirectory, name), 'wx')
    writeSync(file, bytes)
    fsyncSync(file)
    closeSync(file)
  }

  function accept(
    routed: Omit<RoutedPacket, 'served'>,
    sent: Buffer,
    served: Buffer,
    to: readonly string[],
    origin: AcceptedPacket['origin'],
    upload?: string,
  ): string {
    const docId = randomUUID()
    // The bytes are on disk before the ledger says so: a packet in the ledger can always be fetched.
    keep(`${docId}.edxml`, served)
    if (origin === 'sent') keep(`${docId}.sent.edxml`, sent)
    ledger.append({
      event: 'accepted',
      docId,
      kind: routed.kind,
      from: routed.from,
      to,
      documentId: routed.documentId,
      notation: routed.notation,
      subject: routed.subject,
      sha256: sha256Of(sent),
      sizeBytes: sent.length,
      servedSha256: sha256Of(served),
      servedSizeBytes: served.length,
      origin,
      ...(upload === undefined ? {} : { upload }),
    })
    return docId
  }

  function recipient(organId: string): string {
    const office = offices.byOrganId(organId)
    if (office === undefined) throw new PacketRefusal('18', `recipient ${organId} does not exist`)
    return office.organId
  }

  /** Takes a packet and answers the hub's id of it. */
  function send(office: Office, { kind, packet, to, upload }: HandedIn): string {
    const earlier = upload === undefined ? undefined : ledger.uploaded(upload)
    if (earlier !== undefined) return earlier.docId
    if (packet.length > parts.maxPacketBytes) throw new PacketRefusal('21', 'the packet is too large')
    const routed = readRoutedPacket(packet, kind, parts.reserialise, vietnamTime(now(), '/'))
    if (!isOffice(office, routed.from)) throw notYours()
    const recipients = [...new Set((to ?? routed.to).map(recipient))]
    const served = routed.served()
    const docId = accept(routed, packet, served, recipients, 'sent', upload)
    for (let copy = 0; copy < faults.current.duplicateDeliveries; copy += 1) {
      accept(routed, packet, served, recipients, 'duplicate')
    }
    return docId
  }

  /** Puts bytes into an office's list as they are, for tests. */
  function inject(bytes: Buffer, to: string, more: { kind: PacketKind; from: string; documentId: string }) {
    const organId = recipient(to)
    const routed = { ...more, to: [organId], notation: '', subject: '' }
    return accept(routed, bytes, bytes, [organId], 'injected')
  }

  function addressed(office: Office, docId: string): AcceptedPacket {
    const packet = ledger.packet(docId)
    if (packet?.to.includes(office.organId) !== true) {
      throw new PacketRefusal('100', `there is no packet ${docId} for this agency`)
    }
    return packet
  }

  /**
   * The bytes of a packet for this office, and the version of them that the hub believes to have.
   * `operation` is how it was asked for.
   */
  function fetch(office: Office, docId: string, operation: string): { file: Buffer; etag: string } {
    const { servedSha256 } = addressed(office, docId)
    const file = readFileSync(join(packetDirectory, `${docId}.edxml`))
    if (faults.current.corruptNext) {
      faults.current.corruptNext = false
      const middle = Math.floor(file.length / 2)
      file[middle] = (file[middle] ?? 0) ^ 0x01
    }
    ledger.append({ event: 'fetched', docId, by: office.organId, operation })
    return { file, etag: `"${servedSha256}"` }
  }

  /** Everything of a kind that ever came for this office. */
  function received(office: Office, kind: PacketKind): Delivery[] {
    return ledger.deliveries().filter(({ packet, to }) => to === office.organId && packet.kind === kind)
  }

  /** What still waits for this office. */
  function waiting(office: Office, kind: PacketKind): Delivery[] {
    return received(office, kind).filter(({ status }) => status === 'initial' || status === 'processing')
  }

  /** What this office sent, one for each recipient; of one packet only where `docId` is not empty. */
  function sent(office: Office, kind: PacketKind, docId: string): Delivery[] {
    return ledger
      .deliveries()
      .filter(({ packet }) => isOffice(office, packet.from) && packet.kind === kind)
      .filter(({ packet }) => packet.origin === 'sent' && (docId === '' || packet.docId === docId))
  }

  function acknowledge(office: Office, docId: string, status: string): void {
    if (!isAcknowledgement(status)) throw new PacketRefusal('10', `no such status: ${status}`)
    addressed(office, docId)
    ledger.append({ event: 'acknowledged', docId, by: office.organId, status })
  }

  return {
    acknowledge,
    directory: () => directoryRows(offices.all()),
    fetch,
    inject,
    received,
    send,
    sent,
    waiting,
  }
}

/** What an office hears that hands in a packet in another's name. */
export function notYours(): PacketRefusal {
  return new PacketRefusal('19', 'the packet is not from the agency of this system')
}

/** Whether a code in a packet or a request is this office's, old or new. */
export function isOffice(office: Office, organId: string): boolean {
  return organId === office.organId || (office.oldCode !== undefined && organId === office.oldCode)
}

/** A packet's kind by its name in requests. */
export function kindNamed(name: string): PacketKind {
  if (name === 'edoc' || name === 'status') return name
  throw new PacketRefusal('10', 'messagetype is neither edoc nor status')
}

/** The row of a received packet, as every hub lists it. */
export function receivedRow({ packet, to, acceptedAt, status, changedAt }: Delivery) {
  return {
    docId: packet.docId,
    serviceType: 'eDoc',
    messageType: packet.kind,
    created_time: vietnamTime(Date.parse(acceptedAt), '-'),
    updated_time: vietnamTime(Date.parse(changedAt), '-'),
    from: packet.from,
    to,
    status,
    status_desc: '',
    contentLength: packet.servedSizeBytes,
  }
}

/** `yyyy-MM-dd HH:mm:ss` in Vietnam, with the given separator in the date. */
export function vietnamTime(at: number, separator: string): string {
  const iso = new Date(at + 7 * 3_600_000).toISOString()
  return `${iso.slice(0, 10).replaceAll('-', separator)} ${iso.slice(11, 19)}`
}

function isAcknowledgement(status: string): status is Acknowledgement {
  return status === 'processing' || status === 'done' || status === 'fail'
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function directoryRows(offices: readonly Office[]) {
  const ids = new Map<string, number>()
  const idOf = (key: string) => {
    const id = ids.get(key) ?? ids.size + 1
    ids.set(key, id)
    return id
  }
  return offices.map((office) => ({
    id: idOf(office.organId),
    pid: office.parentOrganId === undefined ? 0 : idOf(office.parentOrganId),
    code: office.organId,
    name: office.name,
    mail: office.email ?? '',
    oldCode: office.oldCode ?? '',
    pname: office.parentName ?? '',
    address: office.address ?? '',
    mobile: office.telephone ?? '',
    deleted: '0',
    isAgency: '1',
  }))
}
