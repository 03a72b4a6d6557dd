/**
 * The document security store (/DSS; ISO 32000-2, 12.8.4.3, ETSI EN 319 142-1, 5.4.2): certificates, OCSP
 * responses and revocation lists that travel with the document, so that it can be judged later without
 * asking anybody. Written without /VRI, which that standard leaves open.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { openPdf } from './document.ts'
import type { PdfDocument } from './document.ts'
import type { NewStream } from './font.ts'
import { Update } from './incremental.ts'
import { decodeStream } from './filters.ts'
import { extended } from './source.ts'
import type { PdfSource } from './source.ts'
import { PdfName, PdfRef, PdfStream, unreadable } from './syntax.ts'
import type { Writable } from './write.ts'

/** DER of each. Nothing in them is believed here. */
export interface SecurityStore {
  readonly certificates: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

const LISTS = [
  ['Certs', 'certificates'],
  ['OCSPs', 'ocsps'],
  ['CRLs', 'crls'],
] as const

const ITEMS_LIMIT = 200
/** What a hostile file may make us read. */
const BYTES_LIMIT = 64 << 20

/** What the file brings along. Damaged parts are passed over: without them less can be proven. */
export async function readSecurityStore(source: PdfSource): Promise<SecurityStore> {
  try {
    return await storeOf(await openPdf(source))
  } catch (caught) {
    if (!(caught instanceof AppError)) throw caught
    return { certificates: [], ocsps: [], crls: [] }
  }
}

async function storeOf(document: PdfDocument): Promise<SecurityStore> {
  const store = { certificates: [] as Uint8Array[], ocsps: [] as Uint8Array[], crls: [] as Uint8Array[] }
  const dss = await document.resolveDict((await document.catalog()).get('DSS'))
  let left = BYTES_LIMIT
  for (const [key, name] of LISTS) {
    const items = (await document.resolveArray(dss?.get(key) ?? null)) ?? []
    for (const item of items.slice(0, ITEMS_LIMIT)) {
      const stream = await document.resolve(item)
      if (!(stream instanceof PdfStream)) continue
      const { offset, length } = await document.streamExtent(stream)
      left -= length
      if (left < 0) return store
      const bytes = await decoded(stream, await document.reader.bytes(offset, length))
      if (bytes !== undefined) store[name].push(bytes)
    }
  }
  return store
}

async function decoded(stream: PdfStream, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await decodeStream(stream.dict, bytes)
  } catch (caught) {
    if (caught instanceof AppError) return undefined
    throw caught
  }
}

/**
 * Adds to the security store by an incremental update; what is in it already is not added again. No
 * signature or certification forbids that.
 *
 * @returns the longer document, nothing written yet; the source itself when there is nothing new
 * @throws {AppError} `pdf/encrypted`, `pdf/unreadable`, `pdf/too-large`
 */
export async function addToSecurityStore(source: PdfSource, added: SecurityStore): Promise<PdfSource> {
  const document = await openPdf(source)
  if (document.isEncrypted) throw new AppError('pdf/encrypted', 'the file is encrypted')
  const root = document.xref.trailer.get('Root')
  if (!(root instanceof PdfRef)) throw unreadable('the catalogue is not an object of its own')
  const catalog = await document.catalog()
  const place = catalog.get('DSS')
  const dss = await document.resolveDict(place)
  const known = await storeOf(document)
  const update = new Update(document)
  const entries = new Map<string, Writable>(dss?.entries ?? [['Type', new PdfName('DSS')]])
  let isChanged = false
  for (const [key, name] of LISTS) {
    const seen = new Set(known[name].map(digest))
    const fresh = added[name].filter((der) => {
      const isNew = !seen.has(digest(der))
      seen.add(digest(der))
      return isNew
    })
    if (fresh.length === 0) continue
    isChanged = true
    const earlier = (await document.resolveArray(dss?.get(key) ?? null)) ?? []
    entries.set(key, [...earlier, ...fresh.map((der) => update.add(streamOf(der)))])
  }
  if (!isChanged) return source
  if (place instanceof PdfRef && dss !== undefined) update.set(place, entries)
  else update.set(root, new Map<string, Writable>([...catalog.entries, ['DSS', update.add(entries)]]))
  return extended(source, await update.bytes())
}

function digest(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex')
}

function streamOf(der: Uint8Array): NewStream {
  return { dict: new Map<string, Writable>(), data: Buffer.from(der) }
}
