import { AppError } from '../../shared/errors.ts'
import { asRecord, textField, type Fields } from './reply.ts'
import type { AgencyRecord, Delivery, ListedPacket, PacketKind, SentQuery } from './transport.ts'
import { hashFile } from './vxp-signing.ts'

/** The hub's clock may stamp a packet a little before we noted the attempt. */
const SENT_AFTER_TOLERANCE_MS = 60_000
/** Vietnam keeps UTC+7 all year, and hubs write and read that without saying so. */
const VIETNAM_OFFSET_MS = 7 * 3_600_000

/**
 * The rows of a list. An answer without `data` is unreadable (the SDK would take it for an empty list); an
 * explicit null is a hub's way to say "nothing". One spoilt row must not hold up the others, so it is left
 * out; when all are spoilt, the list is.
 *
 * @throws AppError `hub/not-json`
 */
export function rowsOf<T>(fields: Fields, read: (row: Fields) => T | undefined): T[] {
  const data = fields['data']
  if (data === null) return []
  if (!Array.isArray(data)) throw new AppError('hub/not-json', 'the answer has no list')
  const rows = data.flatMap((row: unknown) => {
    const record = asRecord(row)
    const value = record === undefined ? undefined : read(record)
    return value === undefined ? [] : [value]
  })
  if (data.length > 0 && rows.length === 0)
    throw new AppError('hub/not-json', 'no row of the list can be read')
  return rows
}

/** A row of the list of received packets. */
export function listedPacket(row: Fields, kind: PacketKind): ListedPacket | undefined {
  const packetId = textField(row, 'docId')
  if (packetId === '') return undefined
  const sha256 = textField(row, 'contentSha256')
  const size = textField(row, 'contentLength')
  const createdAt = isoOf(row['created_time'])
  return {
    packetId,
    kind,
    from: textField(row, 'from'),
    to: textField(row, 'to'),
    ...(/^[0-9a-fA-F]{32,64}$/.test(sha256) ? { sha256: sha256.toLowerCase() } : {}),
    ...(/^[1-9]\d*$/.test(size) ? { sizeBytes: Number(size) } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
  }
}

/** Both kinds together, oldest first. */
export function byAge(...lists: readonly (readonly ListedPacket[])[]): ListedPacket[] {
  return lists.flat().sort((a, b) => compare(a.createdAt ?? '', b.createdAt ?? ''))
}

/** A row of the list of sent packets. */
export function delivery(row: Fields, kind: PacketKind): Delivery {
  return {
    packetId: optionalField(row, 'docId', 'receiverDocId'),
    kind,
    documentId: textField(row, 'senderDocId'),
    notation: textField(row, 'notation'),
    from: textField(row, 'fromCode', 'from'),
    to: textField(row, 'toCode', 'to'),
    sentAt: isoOf(row['sentTime']),
    receivedAt: isoOf(row['receivedTime']),
    sendStatus: textField(row, 'sendStatus'),
    sendStatusDescription: textField(row, 'sendStatusDesc'),
    receiveStatus: textField(row, 'receiveStatus'),
    receiveStatusDescription: textField(row, 'receiveStatusDesc'),
    sha256: optionalField(row, 'contentSha256')?.toLowerCase(),
  }
}

/**
 * The newest row that is surely the packet asked for. Several packets share one DocumentId (a document and
 * its recall, status 01 and status 03), so where the hub gives hashes they decide. Without them a document
 * counts when it is not older than the attempt; a status or a request is held for not sent, because a second
 * one harms nobody and a lost one does.
 */
export function bestMatch(rows: readonly Delivery[], query: SentQuery): Delivery | undefined {
  const same = rows.filter(
    (row) => row.documentId === query.documentId && (row.from === '' || row.from === query.from),
  )
  const { sha256, sentAfter } = query
  const matching = same.filter((row) => {
    if (sha256 !== undefined && row.sha256 !== undefined) return sameHash(row.sha256, sha256)
    if (query.kind === 'status' || query.mayRepeat === true) return false
    if (sentAfter === undefined || row.sentAt === undefined) return true
    return Date.parse(row.sentAt) >= sentAfter - SENT_AFTER_TOLERANCE_MS
  })
  return matching.sort((a, b) => compare(a.sentAt ?? '', b.sentAt ?? '')).at(-1)
}

/** Hashes may come in the SDK's form without leading zeros. */
export function sameHash(theirs: string, ours: string): boolean {
  return theirs.toLowerCase() === ours || theirs.toLowerCase() === hashFile(ours, 'sdk')
}

/** The directory, each agency with its parent's code and name where the list has the parent. */
export function agencies(rows: readonly Fields[]): AgencyRecord[] {
  const codes = new Map<string, { organId: string; name: string }>()
  for (const row of rows) {
    const id = textField(row, 'id')
    if (id !== '') codes.set(id, { organId: textField(row, 'code'), name: textField(row, 'name') })
  }
  return rows.flatMap((row) => {
    const organId = textField(row, 'code')
    if (organId === '') return []
    const parent = codes.get(textField(row, 'pid'))
    return [
      {
        organId,
        name: textField(row, 'name') || organId,
        parentOrganId: parent?.organId ?? optionalField(row, 'pcode'),
        parentName: parent?.name ?? optionalField(row, 'pname'),
        oldOrganId: optionalField(row, 'oldCode', 'code102'),
        email: optionalField(row, 'mail', 'email'),
        telephone: optionalField(row, 'mobile', 'telephone'),
        address: optionalField(row, 'address'),
        removed: /^(1|true)$/i.test(textField(row, 'deleted')),
      },
    ]
  })
}

/** `yyyy/MM/dd` in Vietnam, as the provincial hubs write it. */
export function dayOf(at: number): string {
  return new Date(at + VIETNAM_OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '/')
}

/** The times met in lists: epoch milliseconds, ISO, or date and time without a zone, which means Vietnam's. */
function isoOf(value: unknown): string | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{12,14}$/.test(value))) {
    return vietnamIso(Number(value))
  }
  if (typeof value !== 'string') return undefined
  const local = /^(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(\.\d+)?$/.exec(value.trim())
  const iso =
    local === null
      ? value
      : `${value.trim().slice(0, 10).replaceAll('/', '-')}T${value.trim().slice(11)}+07:00`
  return vietnamIso(Date.parse(iso))
}

function vietnamIso(at: number): string | undefined {
  if (!Number.isFinite(at) || Math.abs(at) > 8e15) return undefined
  return new Date(at + VIETNAM_OFFSET_MS).toISOString().replace('Z', '+07:00')
}

function optionalField(fields: Fields, ...names: string[]): string | undefined {
  return textField(fields, ...names) || undefined
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
