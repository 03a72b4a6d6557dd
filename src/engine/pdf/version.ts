/** The version of the format that a file says it has. */
import type { BlockReader } from './source.ts'
import { PdfName, type PdfDict } from './syntax.ts'

/** 1.0 to 2.0 as a number; 0 for what is no version. */
export function versionOf(text: string): number {
  return /^(1\.[0-7]|2\.0)$/.test(text) ? Number(text) : 0
}

/** By the header, or by the catalogue where that says a later one; 0 where neither says any. */
export async function formatVersion(reader: BlockReader, catalog: PdfDict): Promise<number> {
  const header = Buffer.from(await reader.bytes(0, 1024)).toString('latin1')
  const stated = versionOf(/%PDF-(\d\.\d)/.exec(header)?.[1] ?? '')
  const version = catalog.get('Version')
  return version instanceof PdfName ? Math.max(stated, versionOf(version.name)) : stated
}
