import type { Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { isPictureMm } from '../../shared/ipc/contract.ts'
import { readPng } from '../pdf/png.ts'
import type { Store } from '../store/index.ts'

/**
 * Takes a picture for a certificate's signatures, in place of the one there was. The height follows from the
 * pixels, so that what stands on paper is never stretched.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II: signature and seal are PNG with transparent ground
 * @throws {AppError} `image/unusable` when it is no PNG, or all or nothing of it is clear; `image/too-large`;
 *   `image/wrong-size` when it would be too small or too large on paper
 */
export async function keepPicture(
  store: Pick<Store, 'pictures'>,
  certificateSha256: Sha256,
  { png, widthMm }: { readonly png: Uint8Array; readonly widthMm: number },
): Promise<void> {
  const { width, height, alpha } = await readPng(png)
  if (alpha === undefined) throw new AppError('image/unusable', 'the ground is not transparent')
  if (alpha.every((value) => value === 0)) throw new AppError('image/unusable', 'nothing of it shows')
  const heightMm = Math.round(((widthMm * height) / width) * 100) / 100
  if (!isPictureMm(widthMm) || !isPictureMm(heightMm)) {
    throw new AppError('image/wrong-size', `${String(widthMm)} mm × ${String(heightMm)} mm`)
  }
  store.pictures.keep(certificateSha256, { png, widthMm, heightMm })
}
