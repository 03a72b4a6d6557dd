import type { DocumentFile } from '../../shared/document/fields.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import type { Incoming, Store } from '../store/index.ts'

/**
 * Whether a document is one that is here already: the same files, beside which updates may have brought more, and
 * not sent anew after it was returned or recalled. Of a recalled one the sender's own time tells a repetition from a
 * new sending.
 */
export function isRepetition(
  store: Store,
  earlier: Incoming,
  { message, files }: { readonly message: DocumentMessage; readonly files: readonly DocumentFile[] },
): boolean {
  const isUpdated = store.versions
    .of(earlier.id)
    .some(({ changes }) => changes.some(({ field }) => field === 'files'))
  const hasAll = (known: readonly DocumentFile[]) =>
    files.every(({ sha256 }) => known.some((one) => one.sha256 === sha256))
  if (earlier.state === 'returned' || !(isUpdated ? hasAll(earlier.files) : sameFiles(earlier.files, files)))
    return false
  return earlier.state !== 'recalled' || earlier.message?.trace[0]?.timestamp === message.trace[0]?.timestamp
}

/** Whether two packets carry the same bytes, in whatever order. */
function sameFiles(one: readonly DocumentFile[], other: readonly DocumentFile[]): boolean {
  const hashes = (files: readonly DocumentFile[]) =>
    files
      .map(({ sha256 }) => sha256)
      .sort()
      .join()
  return hashes(one) === hashes(other)
}
