import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import { backupContract } from './contract/backup.ts'
import { desktopContract } from './contract/desktop.ts'
import { encryptionContract } from './contract/encryption.ts'
import { draftingContract } from './contract/drafting.ts'
import { homeContract } from './contract/home.ts'
import { hubContract } from './contract/hub.ts'
import { incomingContract } from './contract/incoming.ts'
import { officeContract } from './contract/office.ts'
import { openedContract } from './contract/opened.ts'
import { outgoingContract } from './contract/outgoing.ts'
import { peopleContract } from './contract/people.ts'
import { registerContract } from './contract/registers.ts'
import { searchContract } from './contract/search.ts'
import { tokenContract } from './contract/token.ts'
import { trustContract } from './contract/trust.ts'
import { updateContract } from './contract/update.ts'
import type { Requests } from './contract/values.ts'

export { type DesktopSettings } from './contract/desktop.ts'
export { MAX_WORD_BYTES, type DraftTemplate, type DraftVersion } from './contract/drafting.ts'
export { type MonthCount, type PressingDocument, type Today } from './contract/home.ts'
export {
  folderSettings,
  hubKind,
  hubRoad,
  serverKind,
  type HubKind,
  type HubRoad,
  type LineStatus,
  type ServerKind,
} from './contract/hub.ts'
export { MAX_ASSIGNED, type IncomingDetail, type IncomingSummary } from './contract/incoming.ts'
export { type Counts, type OfficeStatus, type Settings, type TokenSettings } from './contract/office.ts'
export {
  MAX_BATCH,
  MAX_PDF_BYTES,
  type DeliveryStatus,
  type OutgoingDetail,
  type OutgoingSummary,
  type PlaceOfSignature,
  type PlacedSignature,
} from './contract/outgoing.ts'
export { type Session } from './contract/people.ts'
export {
  type CertificateSummary,
  type DriverSummary,
  type RoleDiagnosis,
  type TokenDiagnosis,
  type TokenStatus,
  type TokenSummary,
} from './contract/token.ts'
export { isPictureMm, type TrustedRoot } from './contract/trust.ts'
export { type UpdateStatus } from './contract/update.ts'
export { certificateChoice, type CertificateChoice } from './contract/values.ts'

/**
 * Every request a window may make, by what it is about. Add methods in contract/, nowhere else. Queries are nouns,
 * commands verbs.
 */
export const contract = {
  ...officeContract,
  ...peopleContract,
  ...hubContract,
  ...tokenContract,
  ...trustContract,
  ...encryptionContract,
  ...outgoingContract,
  ...draftingContract,
  ...incomingContract,
  ...backupContract,
  ...searchContract,
  ...registerContract,
  ...homeContract,
  ...desktopContract,
  ...openedContract,
  ...updateContract,
} satisfies Requests

export type Method = keyof typeof contract
/** What a handler receives, defaults filled in. */
export type Input<M extends Method> = z.output<(typeof contract)[M]['input']>
/** What a window may send: fields with a default may be left out. */
export type Request<M extends Method> = z.input<(typeof contract)[M]['input']>
export type Output<M extends Method> = z.output<(typeof contract)[M]['output']>
export type Handlers = { readonly [M in Method]: (input: Input<M>) => Output<M> | Promise<Output<M>> }

/** What a failure looks like to the window: the rest stays in the log, under the incident id. */
export interface Failure {
  readonly code: ErrorCode
  readonly incident: string
  /** Words to be shown verbatim, see AppErrorOptions.detail. */
  readonly detail?: string | undefined
}
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }

/** Whether a name from a window is one of ours. */
export function isMethod(name: unknown): name is Method {
  return typeof name === 'string' && Object.hasOwn(contract, name)
}
