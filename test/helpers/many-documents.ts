/** Fills an office with invented documents: for benches and for tests. */
import { createHash } from 'node:crypto'
import { outgoingFields, sha256Hex } from '../../src/shared/document/fields.ts'
import { documentMessage } from '../../src/shared/document/packet.ts'
import { vietnamDate } from '../../src/shared/document/vietnam-time.ts'
import { ARRIVALS, type Store } from '../../src/engine/store/index.ts'
import { madeDocuments, type MadeDocument, type Making } from './made-documents.ts'

/** How an office is filled. */
interface Filling extends Making {
  /** What is about to be written. */
  readonly onMade?: (made: MadeDocument) => void
  /** After so many documents. */
  readonly onProgress?: (done: number) => void
}

/** What was written, for whoever wants to compare. */
export interface Filled {
  /** UTF-8 bytes of everything that can be found. */
  readonly textBytes: number
}

const BATCH = 200

/**
 * Writes the documents through the store's own doors. Their PDFs have no bytes: what would be read of them is taken
 * in as read. Outgoing ones end as drafts or sent, received ones as new or registered.
 */
export function fillOffice(store: Store, filling: Filling): Filled {
  let textBytes = 0
  const seen = new Set<string>()
  const years = new Map<number, number>()
  let batch: MadeDocument[] = []
  const write = () => {
    store.atomically(() => {
      for (const made of batch) {
        if (!seen.has(made.agency.organId)) store.directory.upsert([made.agency])
        seen.add(made.agency.organId)
        const code = made.isOutgoing ? fillOutgoing(store, made, years) : fillIncoming(store, made)
        const texts = [code, made.subject, made.typeName, made.agency.name, made.signer, made.body]
        for (const text of texts) textBytes += Buffer.byteLength(text)
      }
    })
    readAll(store, new Map(batch.map((made) => [pdfOf(made), made.body])))
    filling.onProgress?.(batch.at(-1)?.number ?? 0)
    batch = []
  }
  for (const made of madeDocuments(filling)) {
    filling.onMade?.(made)
    batch.push(made)
    if (batch.length === BATCH) write()
  }
  if (batch.length > 0) write()
  return { textBytes }
}

function pdfOf({ number }: MadeDocument) {
  return sha256Hex.parse(
    createHash('sha256')
      .update(`pdf ${String(number)}`)
      .digest('hex'),
  )
}

function fileOf(made: MadeDocument) {
  return {
    name: `van-ban-${String(made.number)}.pdf`,
    sha256: pdfOf(made),
    contentType: 'application/pdf',
    sizeBytes: 100_000,
  }
}

function fillOutgoing(store: Store, made: MadeDocument, years: Map<number, number>): string {
  const { at, typeName, notation, subject, agency, signer } = made
  const fields = outgoingFields.parse({
    typeName,
    codeNotation: notation,
    place: 'Suối Ngọc',
    subject,
    signer: { competence: 'TM. ỦY BAN NHÂN DÂN', position: 'CHỦ TỊCH', fullName: signer },
    recipients: [agency.organId],
    toPlaces: ['Như trên', 'Lưu: VT'],
  })
  const { id } = store.outgoing.create(fields, at)
  if (made.body !== '') store.outgoing.setFile(id, fileOf(made), 'imported')
  if (made.number % 50 === 0) return `/${notation}`
  const issuedDate = vietnamDate(at)
  const year = Number(issuedDate.slice(0, 4))
  const number = store.registers.take({
    series: 'outgoing',
    year,
    documentId: id,
    notation,
    issuedDate,
    wanted: next(years, year),
  })
  store.outgoing.setNumber(id, { codeNumber: String(number).padStart(2, '0'), issuedDate })
  store.outgoing.setRecipients(id, [agency])
  for (const event of ['freeze', 'sign', 'number', 'seal', 'submit', 'accept'] as const) {
    store.outgoing.move(id, event, at)
  }
  return `${String(number)}/${notation}`
}

/** Notations differ, so the number is counted here and not looked up among all that were given. */
function next(years: Map<number, number>, year: number): number {
  const number = (years.get(year) ?? 0) + 1
  years.set(year, number)
  return number
}

const empty = { organizationInCharge: '', address: '', email: '', telephone: '', fax: '', website: '' }

function fillIncoming(store: Store, made: MadeDocument): string {
  const { at, agency, number, notation } = made
  const { id } = store.incoming.collect({
    packetId: `P-${String(number)}`,
    senderOrganId: agency.organId,
    sha256: pdfOf(made),
    sizeBytes: 100_000,
    receivedAt: at,
  })
  store.incoming.setMessage(id, {
    message: documentMessage.parse({
      from: { ...empty, organId: agency.organId, organName: agency.name },
      to: [{ ...empty, organId: 'H99.88.01', organName: 'UBND xã Suối Ngọc' }],
      documentId: `${agency.organId},${String(number)}`,
      code: { number: String(number), notation },
      place: 'Thanh Vân',
      promulgationDate: vietnamDate(at),
      documentType: { type: 18, typeName: made.typeName },
      subject: made.subject,
      content: '',
      signer: { competence: '', position: 'GIÁM ĐỐC', fullName: made.signer },
      otherInfo: { priority: number % 97 === 0 ? 3 : 0, sphere: '', typerNotation: '', appendixes: [] },
      responseFor: [],
      toPlaces: [],
      trace: [],
      business: {
        type: 0,
        reason: '',
        paper: false,
        staff: { department: '', staff: '', mobile: '', email: '' },
      },
    }),
    warnings: [],
    verdict: { verdict: 'valid', reasons: [], signatures: [] },
  })
  if (made.body !== '') store.incoming.setFiles(id, [{ ...fileOf(made), role: 'imported' }])
  store.incoming.move(id, 'admit', at)
  if (number % 40 !== 0) {
    const date = vietnamDate(at)
    const year = Number(date.slice(0, 4))
    const arrival = store.registers.take({ series: ARRIVALS, year, documentId: id })
    store.incoming.setArrival(id, { year, number: arrival, date })
    store.incoming.move(id, 'register', at, { number: arrival })
  }
  return `${String(number)}/${notation}`
}

/** What the reading of their PDFs would have found. */
function readAll(store: Store, bodies: ReadonlyMap<string, string>): void {
  store.search.endReading(
    // The index takes rows that rise at once, and others one by one.
    store.search
      .nextUnread(BATCH)
      .toReversed()
      .map((unread) => {
        const text = bodies.get(unread.pdfs[0] ?? '') ?? ''
        return [unread, { text, pages: 2, blankPages: 0, cut: false }]
      }),
  )
}
