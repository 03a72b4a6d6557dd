import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { documentId, isoDate, sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { INCOMING_BOXES, incomingState, type IncomingState } from '../../shared/document/incoming.ts'
import { OUTGOING_BOXES, outgoingState, type OutgoingState } from '../../shared/document/outgoing.ts'
import { codeOf } from '../../shared/errors.ts'
import { foldedWords } from '../../shared/fold.ts'
import {
  direction,
  FOUND_LIMIT,
  type Direction,
  type SearchAnswer,
  type SearchFilters,
  type SearchHit,
  type SearchQuery,
  type SearchStatus,
} from '../../shared/search.ts'
import { flag, json, numberRow, orNull } from './columns.ts'
import type { Database, Parameters } from './database.ts'
import { excerptOf, expressionOf, isNumber, marksOf, termsOf, type Term } from './search-query.ts'

/** What can be found of a document. */
export interface Searched {
  readonly id: string
  readonly direction: Direction
  readonly state: OutgoingState | IncomingState
  /** Of issue, else on which it was made or came. */
  readonly day: string
  readonly typeName: string
  /** Số, ký hiệu as it is shown. */
  readonly code: string
  /** Số đến, in the register of arrivals. */
  readonly arrivalNumber?: number | undefined
  readonly subject: string
  /** Who sent it, or to whom it goes: names and codes. */
  readonly agency: string
  /** Names of persons, places and files. */
  readonly people: string
  /** Its PDFs, whose text is searched too. */
  readonly pdfs: readonly Sha256[]
}

/** What was read of the PDFs of a document. */
export interface BodyText {
  readonly text: string
  readonly pages: number
  /** Pages without a text, mostly scans. */
  readonly blankPages: number
  /** There was more than is kept. */
  readonly cut: boolean
}

/** A document whose PDFs are to be read. */
export interface Unread {
  readonly id: number
  readonly direction: Direction
  readonly pdfs: readonly Sha256[]
  /** A reading that was begun and never ended: the program ended in its middle. */
  readonly interrupted: boolean
}

/** A longer text is searched in its first part only: some 80 pages. */
export const BODY_UNITS_LIMIT = 200_000
/** So many words of a text stand in the index in their order, the rest once each: phrases are found up to here. */
const ORDERED_WORDS = 12_000
/** More than there are syllables with one beginning. */
const COMPLETIONS = 256
/** So many of the newest documents that have the words in their heads are put in order of merit. */
const RANKED = 100
const EXACT = 50
/** Words known to be in `search_word`; forgotten when they are too many. */
const KNOWN_WORDS = 50_000
const DAY_MS = 86_400_000
/** A month each; a longer range is asked for by its years. */
const MONTHS_LIMIT = 36

const EVERYWHERE = '{code subject agency people body}'
const HEAD = '{code subject agency people}'
/** The tables of the index: what is wrong with them costs no document, and they are made anew from the rows. */
export const SEARCH_TABLES = 'search_'

const shownRow = z.object({
  id: z.int(),
  documentId,
  direction,
  state: z.union([outgoingState, incomingState]),
  day: isoDate,
  typeName: z.string(),
  bodyState: z.enum(['none', 'waiting', 'reading', 'read', 'unreadable']),
  pages: z.int(),
  blankPages: z.int(),
  cut: flag,
  code: z.string(),
  subject: z.string(),
  agency: z.string(),
  people: z.string(),
})
type ShownRow = z.output<typeof shownRow>
const idRow = z.object({ id: z.int() })
const changedRow = z.object({ direction, documentId })

export type SearchStore = ReturnType<typeof searchStore>

/**
 * Finds documents by their words. The only module that names the `search_*` tables. The index holds folded words,
 * so that one spelling is as good as another; what the results show is kept beside it as it was written.
 */
export function searchStore(db: Database) {
  const rowOf = db.query(
    'search.row',
    'SELECT id, state, indexed, body_files AS pdfs FROM search_document WHERE document_id = @documentId',
    z.object({ id: z.int(), state: z.string(), indexed: flag, pdfs: z.string() }),
  )
  const insert = db.command(
    'search.insert',
    `INSERT INTO search_document (direction, document_id, state, day, type_name)
     VALUES (@direction, @documentId, @state, @day, @typeName)`,
  )
  const update = db.command(
    'search.update',
    `UPDATE search_document SET state = @state, day = @day, type_name = @typeName WHERE id = @id`,
  )
  const setState = db.command('search.setState', 'UPDATE search_document SET state = @state WHERE id = @id')
  const setIndexed = db.command(
    'search.setIndexed',
    'UPDATE search_document SET indexed = @indexed WHERE id = @id',
  )
  const setPdfs = db.command(
    'search.setPdfs',
    `UPDATE search_document SET body_files = @pdfs, body = @body, pages = 0, blank_pages = 0, cut = 0 WHERE id = @id`,
  )
  const setBodyState = db.command(
    'search.setBodyState',
    `UPDATE search_document SET body = @body, pages = @pages, blank_pages = @blankPages, cut = @cut
     WHERE id = @id AND body_files = @pdfs`,
  )
  const markReading = db.command(
    'search.markReading',
    "UPDATE search_document SET body = 'reading' WHERE id = @id",
  )
  const unmarkReading = db.command(
    'search.putOff',
    "UPDATE search_document SET body = 'waiting' WHERE id = @id AND body = 'reading'",
  )
  const putText = db.command(
    'search.putText',
    `INSERT INTO search_text (id, code, subject, agency, people) VALUES (@id, @code, @subject, @agency, @people)
     ON CONFLICT (id) DO UPDATE SET code = excluded.code, subject = excluded.subject, agency = excluded.agency,
       people = excluded.people`,
  )
  const putBody = db.command('search.putBody', 'INSERT INTO search_body (id, body) VALUES (@id, @body)')
  const dropBody = db.command('search.dropBody', 'DELETE FROM search_body WHERE id = @id')
  const headOf = db.query(
    'search.head',
    `SELECT day, type_name AS typeName, code, subject, agency, people
     FROM search_document JOIN search_text USING (id) WHERE id = @id`,
    shownRow.pick({ day: true, typeName: true, code: true, subject: true, agency: true, people: true }),
  )
  const bodyOf = db.query(
    'search.body',
    'SELECT body FROM search_body WHERE id = @id',
    z.object({ body: z.custom<Uint8Array>((value) => value instanceof Uint8Array) }),
  )
  const dropWords = db.command('search.dropWords', 'DELETE FROM search_index WHERE rowid = @id')
  const dropText = db.command('search.dropText', 'DELETE FROM search_text WHERE id = @id')
  const dropDocument = db.command('search.dropDocument', 'DELETE FROM search_document WHERE id = @id')
  const insertWords = db.command(
    'search.index',
    `INSERT INTO search_index (rowid, code, subject, agency, people, body, facet)
     VALUES (@id, @code, @subject, @agency, @people, @body, @facet)`,
  )
  const noteWord = db.command(
    'search.noteWord',
    'INSERT INTO search_word (word) VALUES (@word) ON CONFLICT DO NOTHING',
  )
  const beginningWith = db.query(
    'search.completions',
    `SELECT word FROM search_word WHERE word >= @from AND word < @to LIMIT ${String(COMPLETIONS + 1)}`,
    z.object({ word: z.string() }),
  )
  const matching = db.query(
    'search.matching',
    'SELECT rowid AS id FROM search_index WHERE search_index MATCH @match ORDER BY rowid DESC LIMIT @limit',
    idRow,
  )
  const within = `(@from IS NULL OR day >= @from) AND (@to IS NULL OR day <= @to)
    AND (@states IS NULL OR state IN (SELECT value FROM json_each(@states)))`
  const matchingWithin = db.query(
    'search.matchingWithin',
    `SELECT search_index.rowid AS id FROM search_index CROSS JOIN search_document ON id = search_index.rowid
     WHERE search_index MATCH @match AND ${within} ORDER BY search_index.rowid DESC LIMIT @limit`,
    idRow,
  )
  const newest = db.query(
    'search.newest',
    `SELECT id FROM search_document WHERE indexed = 1 AND ${within} ORDER BY id DESC LIMIT @limit`,
    idRow,
  )
  const shown = db.query(
    'search.shown',
    `SELECT id, document_id AS documentId, direction, state, day, type_name AS typeName, body AS bodyState, pages,
       blank_pages AS blankPages, cut, code, subject, agency, people
     FROM search_document JOIN search_text USING (id)
     WHERE id IN (SELECT value FROM json_each(@ids))`,
    shownRow,
  )
  const notIndexed = db.query(
    'search.notIndexed',
    'SELECT direction, document_id AS documentId FROM search_document WHERE indexed = 0 ORDER BY id DESC LIMIT @limit',
    changedRow,
  )
  const unread = db.query(
    'search.unread',
    `SELECT id, direction, body_files AS pdfs, body = 'reading' AS interrupted FROM search_document
     WHERE body = @body ORDER BY id DESC LIMIT @limit`,
    z.object({ id: z.int(), direction, pdfs: json(z.array(sha256Hex)), interrupted: flag }),
  )
  const counted = db.query(
    'search.status',
    `SELECT (SELECT count(*) FROM search_document WHERE indexed = 0) AS notIndexed,
       (SELECT count(*) FROM search_document WHERE body IN ('reading', 'waiting')) AS notRead,
       (SELECT count(*) FROM search_document WHERE body = 'unreadable')
         + (SELECT count(*) FROM search_document WHERE blank_pages > 0) AS notSearchable`,
    z.object({ notIndexed: z.int(), notRead: z.int(), notSearchable: z.int() }),
  )
  const sizes = db.query(
    'search.size',
    "SELECT coalesce(sum(pgsize), 0) AS value FROM dbstat WHERE aggregate = TRUE AND name LIKE 'search\\_%' ESCAPE '\\'",
    numberRow,
  )
  const known = new Set<string>()

  /** Takes a document in as it stands now, or what changed of it. Its text stays, as long as its PDFs do. */
  function put(document: Searched): void {
    const { direction: way, state, day, typeName, subject, agency, people } = document
    const row = rowOf.get({ documentId: document.id })
    if (row === undefined) {
      insert.run({ direction: way, documentId: document.id, state, day, typeName })
    }
    const id = row?.id ?? rowOf.get({ documentId: document.id })?.id
    if (id === undefined) throw new Error('a row that was just made is there')
    const pdfs = JSON.stringify(document.pdfs)
    const code = document.arrivalNumber === undefined ? document.code : withArrival(document)
    const isSame = row?.indexed === true && row.pdfs === pdfs && isHead(id, { ...document, code })
    if (isSame) {
      if (row.state !== state) setState.run({ id, state })
      return
    }
    update.run({ id, state, day, typeName })
    putText.run({ id, code, subject, agency, people })
    if (row?.pdfs !== pdfs) {
      setPdfs.run({ id, pdfs, body: document.pdfs.length === 0 ? 'none' : 'waiting' })
      dropBody.run({ id })
    }
    takeIn(id, way, row?.indexed === true)
  }

  function isHead(id: number, document: Searched): boolean {
    const head = headOf.get({ id })
    return (
      head !== undefined &&
      (['day', 'typeName', 'code', 'subject', 'agency', 'people'] as const).every(
        (part) => head[part] === document[part],
      )
    )
  }

  /** Writes the words of a row into the index. */
  function takeIn(id: number, way: Direction, replaces: boolean): void {
    const head = headOf.get({ id })
    if (head === undefined) throw new Error('a document that is taken in has its text')
    const words = {
      code: foldedWords(head.code),
      subject: foldedWords(`${head.subject} ${head.typeName}`),
      agency: foldedWords(head.agency),
      people: foldedWords(head.people),
      body: ordered(foldedWords(textOf(id))),
      facet: facetsOf(way, head.typeName, head.day),
    }
    if (replaces) dropWords.run({ id })
    const { code, subject, agency, people, body, facet } = words
    insertWords.run({
      id,
      code: code.join(' '),
      subject: subject.join(' '),
      agency: agency.join(' '),
      people: people.join(' '),
      body: body.join(' '),
      facet: facet.join(' '),
    })
    if (known.size > KNOWN_WORDS) known.clear()
    for (const word of new Set([...code, ...subject, ...agency, ...people, ...body])) {
      if (word.length < 2 || known.has(word)) continue
      noteWord.run({ word })
      known.add(word)
    }
    setIndexed.run({ id, indexed: 1 })
  }

  function textOf(id: number): string {
    const body = bodyOf.get({ id })?.body
    return body === undefined ? '' : inflateRawSync(body).toString('utf8')
  }

  /** Nothing of the document is found any more. */
  function remove(id: string): void {
    const row = rowOf.get({ documentId: id })
    if (row === undefined) return
    if (row.indexed) dropWords.run({ id: row.id })
    dropBody.run({ id: row.id })
    dropText.run({ id: row.id })
    dropDocument.run({ id: row.id })
  }

  /**
   * From now on every change of a document's rows is taken in by the transaction that makes it, whoever makes it.
   * What cannot be taken in must not stop the office's work: it is marked, and tried again by `indexSome`.
   *
   * @param describe what can be found of the document now; undefined: nothing
   */
  function follow(
    describe: (way: Direction, id: string) => Searched | undefined,
    onFailure: (cause: unknown) => void,
  ) {
    // Temporary, so that a migration which makes a table anew cannot lose them.
    db.exec(`
      CREATE TEMP TABLE search_changed (
        direction TEXT NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY (direction, document_id)
      ) WITHOUT ROWID;
      ${triggersFor('outgoing', 'outgoing', 'id')}
      ${triggersFor('outgoing', 'outgoing_file', 'document_id')}
      ${triggersFor('outgoing', 'outgoing_recipient', 'document_id')}
      ${triggersFor('incoming', 'incoming', 'id')}
      ${triggersFor('incoming', 'incoming_file', 'document_id')}`)
    const changed = db.query(
      'search.changed',
      'SELECT direction, document_id AS documentId FROM search_changed',
      changedRow,
    )
    const forget = db.command('search.forgetChanged', 'DELETE FROM search_changed')

    function takeInOne(way: Direction, id: string): void {
      const document = describe(way, id)
      if (document === undefined) remove(id)
      else put(document)
    }

    function tryAll(rows: readonly z.output<typeof changedRow>[]): void {
      try {
        // One for all of them: each savepoint makes the index write out what it has gathered.
        db.atomically(() => {
          for (const row of rows) takeInOne(row.direction, row.documentId)
        })
      } catch (cause) {
        // Then nothing else can be written either, and the whole is undone.
        if (codeOf(cause) === 'store/disk-full') throw cause
        known.clear()
        const [only, ...others] = rows
        if (only === undefined) return
        if (others.length > 0) {
          for (const row of rows) tryAll([row])
          return
        }
        onFailure(cause)
        if (codeOf(cause) === 'store/damaged') startOver()
        const row = rowOf.get({ documentId: only.documentId })
        if (row !== undefined) setIndexed.run({ id: row.id, indexed: 0 })
      }
    }

    db.follow({
      beforeCommit() {
        const rows = changed.all()
        if (rows.length === 0) return
        forget.run()
        tryAll(rows)
      },
      afterRollback() {
        known.clear()
      },
    })

    /**
     * Takes in some of the documents that wait for it, the newest first.
     *
     * @returns how many there were
     */
    return function indexSome(limit: number): number {
      const rows = notIndexed.all({ limit })
      if (rows.length === 0) return 0
      db.atomically(() => {
        for (const { direction: way, documentId: id } of rows) takeInOne(way, id)
      })
      return rows.length
    }
  }

  /** A damaged index is emptied, and filled again from what is kept beside it. */
  function startOver(): void {
    db.exec(`
      INSERT INTO search_index (search_index) VALUES ('delete-all');
      UPDATE search_document SET indexed = 0`)
  }

  /** The next documents whose PDFs are to be read: those whose reading was interrupted, then the newest. */
  function nextUnread(limit: number): Unread[] {
    const interrupted = unread.all({ body: 'reading', limit })
    return interrupted.length > 0 ? interrupted : unread.all({ body: 'waiting', limit })
  }

  /** Its reading begins. */
  function beginReading({ id }: Unread): void {
    markReading.run({ id })
  }

  /** Its reading was stopped, and through no fault of its PDFs: it is read another time. */
  function putOff({ id }: Unread): void {
    unmarkReading.run({ id })
  }

  /** What was read of documents; undefined: cannot be read. Nothing of those that have other PDFs by now. */
  function endReading(readings: readonly (readonly [Unread, BodyText | undefined])[]): void {
    db.atomically(() => {
      for (const [unread, body] of readings) keepBody(unread, body)
    })
  }

  function keepBody({ id, direction: way, pdfs }: Unread, body: BodyText | undefined): void {
    const { text = '', pages = 0, blankPages = 0, cut = false } = body ?? {}
    const state = body === undefined ? 'unreadable' : 'read'
    const row = { id, body: state, pages, blankPages, cut: cut ? 1 : 0, pdfs: JSON.stringify(pdfs) }
    if (setBodyState.run(row) !== 1) return
    dropBody.run({ id })
    if (text === '') return
    putBody.run({ id, body: deflateRawSync(text) })
    takeIn(id, way, true)
  }

  /**
   * The documents in which all words occur, and that the filters let through: first those that bear the number,
   * then those with the words in their heads by merit, then the others, the newest first.
   *
   * @throws AppError `store/damaged`; the index is then made anew
   */
  function find(query: SearchQuery, limit: number, offset: number): SearchAnswer {
    try {
      return found(query, limit, offset)
    } catch (cause) {
      if (codeOf(cause) === 'store/damaged') db.atomically(startOver)
      throw cause
    }
  }

  function found(query: SearchQuery, limit: number, offset: number): SearchAnswer {
    const terms = termsOf(query.text)
    const ids = idsOf(terms, query.filters)
    const total = Math.min(ids.length, FOUND_LIMIT)
    const page = ids.slice(offset, Math.min(total, offset + limit))
    const rows = new Map(shown.all({ ids: JSON.stringify(page) }).map((row) => [row.id, row]))
    const hits = page.flatMap((id) => {
      const row = rows.get(id)
      return row === undefined ? [] : [hitOf(row, terms)]
    })
    return { hits, total, more: ids.length > FOUND_LIMIT }
  }

  /** At most one more than {@link FOUND_LIMIT}, in the order in which they are shown. */
  function idsOf(terms: readonly Term[], filters: SearchFilters): number[] {
    const narrowed = limitsOf(filters)
    const ask = (parts: readonly string[], limit: number) => idsMatching(parts, narrowed, limit)
    const agencyTerms = termsOf(filters.agency ?? '')
    const facets = facetParts(filters)
    const given = [...agencyTerms.map((term) => partOf('agency', term)), ...facets]
    const everywhere = terms.map((term) => partOf(EVERYWHERE, term))
    if (terms.length === 0 && filters.box === undefined && given.length === 0) {
      if (filters.from === undefined && filters.to === undefined) return []
    }
    const wanted = [...everywhere, ...given]
    if (!areParts(wanted)) return []
    if (wanted.length === 0) return newest.all({ ...narrowed, limit: FOUND_LIMIT + 1 }).map(({ id }) => id)
    const all = ask(wanted, FOUND_LIMIT + 1)
    if (terms.length === 0 || all.length < 2) return all

    const number = terms.find(isNumber)
    const atStart = number && expressionOf(numberOf(number), completions, true)
    const exact = atStart === undefined ? [] : ask([...wanted, `code : ${atStart}`], EXACT)
    const inHead = [...terms.map((term) => partOf(HEAD, term)), ...given]
    const heads = areParts(inHead) ? byMerit(ask(inHead, RANKED), terms) : []
    const first = [...new Set([...exact, ...heads])]
    const rest = new Set(all)
    for (const id of first) rest.delete(id)
    return [...first, ...rest].slice(0, FOUND_LIMIT + 1)
  }

  function idsMatching(parts: readonly string[], narrowed: Narrowed, limit: number): number[] {
    const match = parts.join(' AND ')
    const isNarrowed = Object.values(narrowed).some((value) => value !== null)
    const rows = isNarrowed
      ? matchingWithin.all({ ...narrowed, match, limit })
      : matching.all({ match, limit })
    return rows.map(({ id }) => id)
  }

  function partOf(columns: string, term: Term): string | undefined {
    const expression = expressionOf(term, completions)
    return expression === undefined ? undefined : `${columns} : (${expression})`
  }

  function completions(beginning: string): readonly string[] | undefined {
    const words = beginningWith.all({ from: beginning, to: `${beginning}\u{10FFFF}` })
    return words.length > COMPLETIONS ? undefined : words.map(({ word }) => word)
  }

  /**
   * BM25 over the heads, each field with its weight, in which every word weighs the same: all documents have all
   * of them. Documents lose a third of it with every year of age.
   */
  function byMerit(ids: readonly number[], terms: readonly Term[]): number[] {
    const rows = shown.all({ ids: JSON.stringify(ids) })
    const newestDay = Math.max(...rows.map(({ day }) => Date.parse(day)))
    const merits = new Map(
      rows.map((row) => {
        const years = (newestDay - Date.parse(row.day)) / (365 * DAY_MS)
        return [row.id, meritOf(row, terms) * (2 / 3) ** years]
      }),
    )
    const merit = (id: number) => merits.get(id) ?? 0
    return ids.toSorted((one, other) => merit(other) - merit(one) || other - one)
  }

  function hitOf(row: ShownRow, terms: readonly Term[]): SearchHit {
    const code = marksOf(row.code, terms)
    const subject = marksOf(row.subject, terms)
    const agency = marksOf(row.agency, terms)
    const seen = [code, subject, agency, marksOf(row.typeName, terms)].map(({ found }) => found)
    const missing = terms.filter((term) => seen.every((found) => !found.has(term)))
    const excerpt =
      missing.length === 0
        ? undefined
        : (excerptOf(row.people, missing) ?? excerptOf(textOf(row.id), missing))
    const { documentId: id, direction: way, state, typeName, day, pages, blankPages, cut } = row
    return {
      id,
      direction: way,
      state,
      typeName,
      day,
      code: { text: row.code, marks: [...code.marks] },
      subject: { text: row.subject, marks: [...subject.marks] },
      agency: { text: row.agency, marks: [...agency.marks] },
      excerpt: excerpt && { text: excerpt.text, marks: [...excerpt.marks] },
      body: { state: row.bodyState === 'reading' ? 'waiting' : row.bodyState, pages, blankPages, cut },
    }
  }

  /** How far the search knows the documents. */
  function status(): SearchStatus {
    return counted.get() ?? { notIndexed: 0, notRead: 0, notSearchable: 0 }
  }

  /** What the index and all that belongs to it takes in the file, in bytes. Reads all of it. */
  function sizeBytes(): number {
    return sizes.get()?.value ?? 0
  }

  return { beginReading, endReading, find, follow, nextUnread, putOff, sizeBytes, status }
}

/** What of a query is looked up row by row. */
type Narrowed = Parameters & Record<'from' | 'to' | 'states', string | null>

function limitsOf({ from, to, box }: SearchFilters): Narrowed {
  const boxes: Readonly<Record<string, readonly string[]>> = { ...OUTGOING_BOXES, ...INCOMING_BOXES }
  return {
    from: orNull(from),
    to: orNull(to),
    states: box === undefined ? null : JSON.stringify(boxes[box]),
  }
}

function areParts(parts: readonly (string | undefined)[]): parts is readonly string[] {
  return parts.every((part) => part !== undefined)
}

/** Typed as `12`, number 12 comes first and 120 does not; of `12/q` the notation is only begun. */
function numberOf(term: Term): Term {
  return term.words.length === 1 ? { ...term, begun: false } : term
}

/** The words that filters ask for stand in a column of their own, where no word of a text is. */
function facetsOf(way: Direction, typeName: string, day: string): string[] {
  return [`zd${way}`, typeFacet(typeName), `zy${day.slice(0, 4)}`, `zm${day.slice(0, 4)}${day.slice(5, 7)}`]
}

function typeFacet(typeName: string): string {
  return `zt${foldedWords(typeName).join('')}`
}

function facetParts({ direction: way, typeName, from, to, box }: SearchFilters): string[] {
  const asked = [
    way && [`zd${way}`],
    typeName && [typeFacet(typeName)],
    box && [box in OUTGOING_BOXES ? 'zdoutgoing' : 'zdincoming'],
    from !== undefined && to !== undefined ? timeFacets(from, to) : undefined,
  ]
  return asked.flatMap((words) =>
    words === undefined || words === '' || words.length === 0
      ? []
      : [`facet : (${words.map((word) => `"${word}"`).join(' OR ')})`],
  )
}

/** The months from one day to the other, or the years where they are many. */
function timeFacets(from: string, to: string): string[] {
  const month = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1
  const [first, last] = [month(from), month(to)]
  if (last - first < MONTHS_LIMIT) {
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
      const at = first + index
      return `zm${String(Math.floor(at / 12)).padStart(4, '0')}${String((at % 12) + 1).padStart(2, '0')}`
    })
  }
  const [begin, end] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))]
  if (end - begin > 100) return []
  return Array.from({ length: end - begin + 1 }, (_, index) => `zy${String(begin + index)}`)
}

/** The arrival number is found as a clerk says it. */
function withArrival({ code, arrivalNumber }: Searched): string {
  return `${code} · số đến ${String(arrivalNumber)}`
}

function ordered(words: readonly string[]): readonly string[] {
  if (words.length <= ORDERED_WORDS) return words
  const first = words.slice(0, ORDERED_WORDS)
  const rest = new Set(words.slice(ORDERED_WORDS))
  for (const word of first) rest.delete(word)
  return [...first, ...rest]
}

const FIELD_WEIGHTS = { code: 3, subject: 2, agency: 1, people: 1 } as const
/** As usual for BM25. */
const SATURATION = 1.2
const LENGTH_SHARE = 0.75
const USUAL_LENGTH = 60

function meritOf(row: ShownRow, terms: readonly Term[]): number {
  const fields = Object.entries(FIELD_WEIGHTS).map(([name, weight]) => ({
    words: foldedWords(row[name as keyof typeof FIELD_WEIGHTS]),
    weight,
  }))
  const length = fields.reduce((sum, { words }) => sum + words.length, 0)
  const norm = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / USUAL_LENGTH)
  return terms.reduce((sum, term) => {
    const frequency = fields.reduce((count, { words, weight }) => count + weight * timesIn(words, term), 0)
    return sum + (frequency * (SATURATION + 1)) / (frequency + norm)
  }, 0)
}

/** How often a term stands there; a word that is only begun counts half of a whole one. */
function timesIn(words: readonly string[], term: Term): number {
  let times = 0
  const end = term.words.length - 1
  for (let at = 0; at + end < words.length; at += 1) {
    if (!term.words.slice(0, end).every((word, index) => words[at + index] === word)) continue
    const [last = '', wanted = ''] = [words[at + end], term.words[end]]
    if (last === wanted) times += 1
    else if (term.begun && last.startsWith(wanted)) times += 0.5
  }
  return times
}

function triggersFor(way: Direction, table: string, column: string): string {
  const note = (row: string) =>
    `BEGIN INSERT OR IGNORE INTO search_changed VALUES ('${way}', ${row}.${column}); END;`
  return `
    CREATE TEMP TRIGGER search_${table}_insert AFTER INSERT ON main.${table} ${note('NEW')}
    CREATE TEMP TRIGGER search_${table}_update AFTER UPDATE ON main.${table} ${note('NEW')}
    CREATE TEMP TRIGGER search_${table}_delete AFTER DELETE ON main.${table} ${note('OLD')}`
}
