import type { ReactNode } from 'react'

import type { Request } from '../../shared/ipc/contract.ts'
import { useLive } from '../lib/useLive.ts'
import { Failed, Skeleton } from './Banner.tsx'
import { PdfView } from './PdfView.tsx'

/** The PDF of an outgoing document. `version` (a hash) asks again when the file is another one. */
export function OutgoingPdf({
  id,
  role,
  version,
  name,
  toolbar,
}: Request<'outgoing.pdf'> & { version: string; name: string; toolbar?: ReactNode }) {
  return (
    <OutgoingPdfOf
      key={version}
      question={role === undefined ? { id } : { id, role }}
      name={name}
      toolbar={toolbar}
    />
  )
}

function OutgoingPdfOf({
  question,
  name,
  toolbar,
}: {
  question: Request<'outgoing.pdf'>
  name: string
  toolbar: ReactNode
}) {
  const file = useLive('outgoing.pdf', question)
  if (file.status === 'loading') return <Skeleton />
  if (file.status === 'failed') return <Failed error={file.error} onRetry={file.refresh} />
  return <PdfView bytes={file.value.bytes} name={name} toolbar={toolbar} />
}

/** A PDF that came with a received document. */
export function IncomingPdf({
  id,
  sha256,
  name,
  toolbar,
}: Request<'incoming.file'> & { name: string; toolbar?: ReactNode }) {
  const file = useLive('incoming.file', { id, sha256 })
  if (file.status === 'loading') return <Skeleton />
  if (file.status === 'failed') return <Failed error={file.error} onRetry={file.refresh} />
  return <PdfView bytes={file.value.bytes} name={name} toolbar={toolbar} />
}
