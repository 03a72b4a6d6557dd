import { z } from 'zod'
import { bytes } from '../../shared/bytes.ts'
import { instant } from '../../shared/document/fields.ts'
import { numberRow } from './columns.ts'
import type { Database } from './database.ts'

const authorityFile = z.object({
  url: z.string(),
  kind: z.enum(['crl', 'certificate']),
  bytes,
  validUntil: instant,
  fetchedAt: instant,
})
/** A revocation list, or the certificate of an issuer, as an authority published it. */
export type AuthorityFile = z.output<typeof authorityFile>

const COLUMNS = 'url, kind, bytes, valid_until AS validUntil, fetched_at AS fetchedAt'

/** All together; the state's own lists have a few megabytes. */
const MOST_BYTES = 64 << 20
/** A larger list is used when it is fetched, and not kept. */
const MOST_BYTES_OF_ONE = 16 << 20

export type AuthorityFileStore = ReturnType<typeof authorityFileStore>

/**
 * What authorities published, by address, so that there is something to judge by without a line. A cache:
 * what is lost can be fetched again. The only module that names the `authority_file` table.
 */
export function authorityFileStore(db: Database) {
  const every = db.query(
    'authorityFiles.list',
    `SELECT ${COLUMNS} FROM authority_file ORDER BY fetched_at DESC, url, kind`,
    authorityFile,
  )
  const put = db.command(
    'authorityFiles.keep',
    `INSERT INTO authority_file (url, kind, bytes, valid_until, fetched_at)
     VALUES (@url, @kind, @bytes, @validUntil, @fetchedAt)
     ON CONFLICT (url, kind) DO UPDATE SET bytes = excluded.bytes, valid_until = excluded.valid_until,
       fetched_at = excluded.fetched_at`,
  )
  const total = db.query(
    'authorityFiles.size',
    'SELECT coalesce(sum(length(bytes)), 0) AS value FROM authority_file',
    numberRow,
  )
  const dropOldest = db.command(
    'authorityFiles.dropOldest',
    `DELETE FROM authority_file WHERE (url, kind) IN
       (SELECT url, kind FROM authority_file ORDER BY fetched_at, url LIMIT 1)`,
  )

  /** Everything kept, the newest first. Some of it may have run out. */
  function list(): AuthorityFile[] {
    return every.all()
  }

  /** Keeps a file in place of the one from the same address; the oldest make room. */
  function keep(file: AuthorityFile): void {
    if (file.bytes.byteLength > MOST_BYTES_OF_ONE) return
    db.atomically(() => {
      put.run(file)
      while ((total.get()?.value ?? 0) > MOST_BYTES && dropOldest.run({}) > 0);
    })
  }

  return { keep, list }
}
