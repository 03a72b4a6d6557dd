import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import type { ModuleState } from '../shared/signing.ts'

const ENTRY_POINT = 'C_GetFunctionList'

/** A driver is a few megabytes; beyond this a list in its headers is nonsense. */
const MAX_TABLE_BYTES = 16_000_000

/** Processor numbers of IMAGE_FILE_HEADER.Machine, Elf64_Ehdr.e_machine and mach_header.cputype. */
const PROCESSORS: Readonly<Record<string, { pe: number; elf: number; machO: number }>> = {
  x64: { pe: 0x8664, elf: 62, machO: 0x01000007 },
  arm64: { pe: 0xaa64, elf: 183, machO: 0x0100000c },
  ia32: { pe: 0x14c, elf: 3, machO: 7 },
}

/**
 * Tells of a driver file what can be told without loading it: a library built for another architecture
 * cannot be loaded, and loading a stranger's code only to look at it is asking for trouble.
 *
 * @param architecture as `process.arch` names it
 * @source PE Format (Microsoft), ELF-64 Object File Format 1.5, Mach-O loader.h
 */
export function inspectLibrary(path: string, architecture: string = process.arch): ModuleState {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return 'unreadable'
  }
  try {
    const { size, isFile } = describe(descriptor)
    if (!isFile) return 'not-pkcs11'
    const file = fileReader(descriptor, size)
    const magic = file(0, 4).readUInt32BE(0)
    if (magic >>> 16 === 0x4d5a) return inspectPe(file, architecture)
    if (magic === 0x7f454c46) return inspectElf(file, architecture)
    if (magic === 0xcffaedfe || magic === 0xcafebabe) return inspectMachO(file, magic, architecture)
    return 'not-pkcs11'
  } catch (caught) {
    // Cut short or nonsense in its headers: whatever it is, it is no driver. A bad disk is another matter.
    return caught instanceof RangeError ? 'not-pkcs11' : 'unreadable'
  } finally {
    closeSync(descriptor)
  }
}

type Read = (offset: number, length: number) => Buffer

function describe(descriptor: number): { size: number; isFile: boolean } {
  const stats = fstatSync(descriptor)
  return { size: stats.size, isFile: stats.isFile() }
}

function fileReader(descriptor: number, size: number): Read {
  return (offset, length) => {
    if (offset < 0 || length < 0 || length > MAX_TABLE_BYTES || offset + length > size) {
      throw new RangeError('outside the file')
    }
    const buffer = Buffer.alloc(length)
    if (readSync(descriptor, buffer, 0, length, offset) !== length) throw new RangeError('cut short')
    return buffer
  }
}

/** What the headers of a Windows library tell: where its tables are, and how addresses become offsets. */
interface PeHeaders {
  readonly machine: number
  /** Virtual address of a data directory (0: exports, 1: imports); 0 where there is none. */
  readonly directory: (index: 0 | 1) => number
  /** @throws {RangeError} for an address outside every section */
  readonly toOffset: (address: number) => number
}

/** `undefined` where it is no Windows program file. */
function peHeaders(file: Read): PeHeaders | undefined {
  const header = file(0x3c, 4).readUInt32LE(0)
  const fileHeader = file(header, 24)
  if (fileHeader.readUInt32BE(0) !== 0x50450000) return undefined
  const optional = file(header + 24, fileHeader.readUInt16LE(20))
  const directories = optional.readUInt16LE(0) === 0x20b ? 112 : 96
  const count = fileHeader.readUInt16LE(6)
  const sections = file(header + 24 + optional.byteLength, count * 40)
  return {
    machine: fileHeader.readUInt16LE(4),
    directory: (index) => optional.readUInt32LE(directories + index * 8),
    toOffset: (address) => {
      for (let at = 0; at < sections.byteLength; at += 40) {
        const start = sections.readUInt32LE(at + 12)
        const length = Math.max(sections.readUInt32LE(at + 8), sections.readUInt32LE(at + 16))
        if (address >= start && address < start + length)
          return address - start + sections.readUInt32LE(at + 20)
      }
      throw new RangeError('an address outside every section')
    },
  }
}

function inspectPe(file: Read, architecture: string): ModuleState {
  const headers = peHeaders(file)
  if (headers === undefined) return 'not-pkcs11'
  if (headers.machine !== PROCESSORS[architecture]?.pe) return 'wrong-architecture'
  const { toOffset } = headers
  const exportsAt = headers.directory(0)
  if (exportsAt === 0) return 'not-pkcs11'
  const directory = file(toOffset(exportsAt), 40)
  const names = directory.readUInt32LE(24)
  const addresses = file(toOffset(directory.readUInt32LE(32)), names * 4)
  for (let at = 0; at < names; at++) {
    if (isEntryPoint(file, toOffset(addresses.readUInt32LE(at * 4)))) return 'ready'
  }
  return 'not-pkcs11'
}

/** More libraries than any driver needs; beyond this the table is nonsense. */
const MOST_IMPORTS = 500
const LONGEST_NAME_BYTES = 260

/**
 * The libraries that a Windows library cannot be loaded without, as it names them. Windows itself does not
 * say which one is missing. Empty where the file cannot be read as one.
 */
export function importedLibraries(path: string): string[] {
  const names: string[] = []
  try {
    const descriptor = openSync(path, 'r')
    try {
      const { size } = fstatSync(descriptor)
      const file = fileReader(descriptor, size)
      const headers = peHeaders(file)
      const importsAt = headers?.directory(1) ?? 0
      if (headers === undefined || importsAt === 0) return names
      const table = headers.toOffset(importsAt)
      for (let at = 0; at < MOST_IMPORTS; at++) {
        // IMAGE_IMPORT_DESCRIPTOR: the name's address is the fourth of five words; zero ends the table.
        const nameAt = file(table + at * 20, 20).readUInt32LE(12)
        if (nameAt === 0) return names
        const offset = headers.toOffset(nameAt)
        const name = file(offset, Math.min(LONGEST_NAME_BYTES, size - offset)).toString('latin1')
        names.push(name.slice(0, Math.max(0, name.indexOf('\0'))))
      }
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Only asked why a file did not load: what cannot be read of it explains nothing.
  }
  return names
}

function inspectElf(file: Read, architecture: string): ModuleState {
  const head = file(0, 64)
  const is64 = head[4] === 2
  const wanted = PROCESSORS[architecture]?.elf
  if (head[5] !== 1 || head.readUInt16LE(18) !== wanted || is64 === (architecture === 'ia32')) {
    return 'wrong-architecture'
  }
  const [word, tableAt, entryBytes, count] = is64
    ? [8, Number(head.readBigUInt64LE(40)), head.readUInt16LE(58), head.readUInt16LE(60)]
    : [4, head.readUInt32LE(32), head.readUInt16LE(46), head.readUInt16LE(48)]
  const table = file(tableAt, entryBytes * count)
  const read = (buffer: Buffer, at: number): number =>
    word === 8 ? Number(buffer.readBigUInt64LE(at)) : buffer.readUInt32LE(at)
  const section = (index: number): { type: number; at: number; size: number; link: number } => {
    const at = index * entryBytes
    // sh_name, sh_type, then flags, addr, offset, size as words, then sh_link
    return {
      type: table.readUInt32LE(at + 4),
      at: read(table, at + 8 + 2 * word),
      size: read(table, at + 8 + 3 * word),
      link: table.readUInt32LE(at + 8 + 4 * word),
    }
  }
  if (count === 0) return 'ready' // Stripped of its section table, which the system's loader does not need.
  for (let index = 0; index < count; index++) {
    const { type, at, size, link } = section(index)
    if (type !== 11 /* SHT_DYNSYM */) continue
    const symbols = file(at, size)
    const names = section(link).at
    for (let symbol = 0; symbol + (is64 ? 24 : 16) <= size; symbol += is64 ? 24 : 16) {
      const defined = symbols.readUInt16LE(symbol + (is64 ? 6 : 14)) !== 0
      if (defined && isEntryPoint(file, names + symbols.readUInt32LE(symbol))) return 'ready'
    }
  }
  return 'not-pkcs11'
}

/** macOS tells the architecture only; the exports are left to the loading. */
function inspectMachO(file: Read, magic: number, architecture: string): ModuleState {
  const wanted = PROCESSORS[architecture]?.machO
  if (magic === 0xcffaedfe) return file(4, 4).readUInt32LE(0) === wanted ? 'ready' : 'wrong-architecture'
  const slices = file(4, 4).readUInt32BE(0)
  for (let at = 0; at < slices; at++) {
    if (file(8 + at * 20, 4).readUInt32BE(0) === wanted) return 'ready'
  }
  return 'wrong-architecture'
}

function isEntryPoint(file: Read, offset: number): boolean {
  const name = file(offset, ENTRY_POINT.length + 1)
  return name[ENTRY_POINT.length] === 0 && name.toString('latin1', 0, ENTRY_POINT.length) === ENTRY_POINT
}
