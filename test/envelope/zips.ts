import { Buffer } from 'node:buffer'
import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of a zip made by hand, so that it can lie. */
export interface MadeEntry {
  name: string
  content: Uint8Array
  method?: 0 | 8 | 12
  encrypted?: boolean
  /** What both headers claim instead of the truth. */
  claimedBytes?: number
  claimedCrc32?: number
  /** Sizes and checksum behind the content instead of before it, as Java's ZipOutputStream writes. */
  descriptor?: boolean
  headerOffset?: number
}

/** A zip, sound unless an entry or `damage` says otherwise. */
export function madeZip(
  entries: readonly MadeEntry[],
  damage: { comment?: string; claimedEntries?: number; disk?: number } = {},
): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const method = entry.method ?? 8
    const packed = method === 8 ? deflateRawSync(entry.content) : Buffer.from(entry.content)
    const checksum = entry.claimedCrc32 ?? crc32(entry.content)
    const size = entry.claimedBytes ?? entry.content.length
    const flags = (entry.encrypted === true ? 1 : 0) | (entry.descriptor === true ? 8 : 0)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(flags, 6)
    local.writeUInt16LE(method, 8)
    if (entry.descriptor !== true) {
      local.writeUInt32LE(checksum, 14)
      local.writeUInt32LE(packed.length, 18)
      local.writeUInt32LE(size, 22)
    }
    local.writeUInt16LE(name.length, 26)
    const trailer = Buffer.alloc(entry.descriptor === true ? 16 : 0)
    if (entry.descriptor === true) {
      trailer.writeUInt32LE(0x08074b50, 0)
      trailer.writeUInt32LE(checksum, 4)
      trailer.writeUInt32LE(packed.length, 8)
      trailer.writeUInt32LE(size, 12)
    }
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(20, 4)
    central.writeUInt16LE(20, 6)
    central.writeUInt16LE(flags, 8)
    central.writeUInt16LE(method, 10)
    central.writeUInt32LE(checksum, 16)
    central.writeUInt32LE(packed.length, 20)
    central.writeUInt32LE(size, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt32LE(entry.headerOffset ?? offset, 42)
    parts.push(local, name, packed, trailer)
    directory.push(central, name)
    offset += local.length + name.length + packed.length + trailer.length
  }
  const listing = Buffer.concat(directory)
  const comment = Buffer.from(damage.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(damage.disk ?? 0, 4)
  end.writeUInt16LE(damage.claimedEntries ?? entries.length, 8)
  end.writeUInt16LE(damage.claimedEntries ?? entries.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, listing, end, comment])
}
