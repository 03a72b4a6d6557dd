import type { ReactNode } from 'react'

import type { Request } from '../../shared/ipc/contract.ts'
import type { PageMark } from '../lib/pdf-page.ts'
import { useLive } from '../lib/useLive.ts'
import { Failed, Skeleton } from './Banner.tsx'
import { PdfView } from './PdfView.tsx'

/** The PDF of an outgoing document. `version` (a hash) asks again when the file is another one. */
export function OutgoingPdf({
  id,
  role,
  signedBy,
  version,
  name,
  toolbar,
  mark,
}: Request<'outgoing.pdf'> & {
  version: string
  name: string
  toolbar?: ReactNode
  mark?: PageMark | undefined
}) {
  return (
    <OutgoingPdfOf
      key={version}
      question={{
        id,
        ...(role === undefined ? {} : { role }),
        ...(signedBy === undefined ? {} : { signedBy }),
      }}
      name={name}
      toolbar={toolbar}
      mark={mark}
    />
  )
}

function OutgoingPdfOf({
  question,
  name,
  toolbar,
  mark,
}: {
  question: Request<'outgoing.pdf'>
  name: string
  toolbar: ReactNode
  mark: PageMark | undefined
}) {
  const file = useLive('outgoing.pdf', question)
  if (file.status === 'loading') return <Skeleton />
  if (file.status === 'failed') return <Failed error={file.error} onRetry={file.refresh} />
  return <PdfView bytes={file.value.bytes} name={name} toolbar={toolbar} mark={mark} />
}

/** A PDF that came with a received document. */
export function IncomingPdf({
  id,
  sha256,
  signedBy,
  name,
  toolbar,
  mark,
}: Request<'incoming.file'> & { name: string; toolbar?: ReactNode; mark?: PageMark | undefined }) {
  const file = useLive('incoming.file', signedBy === undefined ? { id, sha256 } : { id, sha256, signedBy })
  if (file.status === 'loading') return <Skeleton />
  if (file.status === 'failed') return <Failed error={file.error} onRetry={file.refresh} />
  return <PdfView bytes={file.value.bytes} name={name} toolbar={toolbar} mark={mark} />
}
