import { z } from 'zod'
import { bytes } from '../../shared/bytes.ts'
import { instant, sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import type { Database } from './database.ts'

const picture = z.object({ png: bytes, widthMm: z.number(), heightMm: z.number() })
/** What a certificate shows on the page, and how large it stands there. */
export type KeptPicture = z.output<typeof picture>

const listed = z.object({
  certificateSha256: sha256Hex,
  widthMm: z.number(),
  heightMm: z.number(),
  keptAt: instant,
})

export type PictureStore = ReturnType<typeof pictureStore>

/**
 * Signatures and seals, one per certificate. The only module that names the `picture` table. The bytes lie
 * in the encrypted file itself: they are small, and go with their row, in its transaction.
 */
export function pictureStore(db: Database, now: () => number) {
  const one = db.query(
    'pictures.get',
    `SELECT png, width_mm AS widthMm, height_mm AS heightMm FROM picture
     WHERE certificate_sha256 = @certificateSha256`,
    picture,
  )
  const all = db.query(
    'pictures.list',
    `SELECT certificate_sha256 AS certificateSha256, width_mm AS widthMm, height_mm AS heightMm,
       kept_at AS keptAt FROM picture ORDER BY kept_at, certificate_sha256`,
    listed,
  )
  const put = db.command(
    'pictures.keep',
    `INSERT INTO picture (certificate_sha256, png, width_mm, height_mm, kept_at)
     VALUES (@certificateSha256, @png, @widthMm, @heightMm, @at)
     ON CONFLICT (certificate_sha256) DO UPDATE SET
       png = excluded.png, width_mm = excluded.width_mm, height_mm = excluded.height_mm, kept_at = excluded.kept_at`,
  )
  const drop = db.command(
    'pictures.remove',
    'DELETE FROM picture WHERE certificate_sha256 = @certificateSha256',
  )

  /** The picture of a certificate, or `undefined` when it has none. */
  function get(certificateSha256: Sha256): KeptPicture | undefined {
    return one.get({ certificateSha256 })
  }

  /** Every picture without its bytes, the oldest first. */
  function list(): z.output<typeof listed>[] {
    return all.all()
  }

  /** Keeps a picture in place of the one there was. Whoever calls has looked at the file. */
  function keep(certificateSha256: Sha256, { png, widthMm, heightMm }: KeptPicture): void {
    put.run({ certificateSha256, png, widthMm, heightMm, at: now() })
  }

  /** Forgets a certificate's picture; that it had none is no error. */
  function remove(certificateSha256: Sha256): void {
    drop.run({ certificateSha256 })
  }

  return { get, keep, list, remove }
}
