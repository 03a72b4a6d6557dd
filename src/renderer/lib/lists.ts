import { useCallback } from 'react'

import { formatCode } from '../../shared/document/fields.ts'
import type { IncomingBox } from '../../shared/document/incoming.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import type { OutgoingBox } from '../../shared/document/outgoing.ts'
import type { IncomingSummary, OutgoingSummary } from '../../shared/ipc/contract.ts'
import { call } from './call.ts'
import { TEXT } from '../text.vi.ts'
import { usePages, type Pages } from './usePages.ts'

/** A box of outgoing documents, paged and filtered. */
export function useOutgoing(box: OutgoingBox, filter: string): Pages<OutgoingSummary> {
  const load = useCallback(
    (offset: number, limit: number) => call('outgoing.list', { box, offset, limit }),
    [box],
  )
  return usePages(`outgoing ${box}`, load, 'outgoing', filter, outgoingWords)
}

/** A box of received documents, paged and filtered. */
export function useIncoming(box: IncomingBox, filter: string): Pages<IncomingSummary> {
  const load = useCallback(
    (offset: number, limit: number) => call('incoming.list', { box, offset, limit }),
    [box],
  )
  return usePages(`incoming ${box}`, load, 'incoming', filter, incomingWords)
}

function outgoingWords(row: OutgoingSummary): string {
  const names = row.recipients.map(({ name }) => name).join(' ')
  return [formatCode(row.codeNumber, row.codeNotation), typeWords(row), row.subject, names].join(' ')
}

/** What a received document is found by in its list. */
export function incomingWords(row: IncomingSummary): string {
  return [row.code, typeWords(row), row.subject, row.senderName, row.senderOrganId].join(' ')
}

/** Số, ký hiệu as far as it is known: a document without a number shows its notation only. */
export function codeOf(row: { codeNumber?: string | undefined; codeNotation: string }): string {
  return row.codeNumber === undefined ? `…/${row.codeNotation}` : formatCode(row.codeNumber, row.codeNotation)
}

/** Tên loại; of an electronic copy, that it is one and in which form. */
export function typeWords({ typeName }: { readonly typeName: string }): string {
  const form = copyFormOf(typeName)
  return form === undefined ? typeName : TEXT.copies.words(form)
}

/** The first recipients by name, and how many more. */
export function recipientNames(recipients: readonly { readonly name: string }[], most = 2): string {
  const names = recipients.slice(0, most).map(({ name }) => name)
  const rest = recipients.length - names.length
  return rest > 0 ? TEXT.list.moreAgencies(names.join('; '), rest) : names.join('; ')
}
