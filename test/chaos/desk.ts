import { join } from 'node:path'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  SENDER,
  type Desk,
  type OfficeTokens,
  type TestOffice,
} from '../helpers/office.ts'
import { OFFICES, type HubProcess } from '../hub/hub-process.ts'

/** One document that an office is to send, sealed already. Its subject is its own in the whole run. */
export interface PlannedDocument {
  readonly id: DocumentId
  readonly subject: string
  readonly from: string
  readonly to: string
}

/** An office that was furnished and closed again, with its sealed documents. */
export interface PreparedOffice {
  readonly organId: string
  readonly profileDir: string
  readonly recoveryCode: string
  readonly tokens: OfficeTokens
  readonly documents: readonly PlannedDocument[]
}

/** How many signatures one login makes at most here. */
const BATCH = 100

/** Makes two offices that know each other, each with half of `documents` to send to the other. */
export async function prepareOffices(
  hub: HubProcess,
  hubUrl: string,
  pdf: string,
  documents: number,
): Promise<{ readonly desk: Desk; readonly offices: readonly [PreparedOffice, PreparedOffice] }> {
  const desk = makeDesk()
  const half = Math.ceil(documents / 2)
  const common = { hubUrl: `${hub.url}/vxp`, root: desk.pki.root.certificatePem }
  const plans = [
    { agency: SENDER, other: RECEIVER.organId, tokens: desk.sender, secret: OFFICES[0].secret, amount: half },
    {
      agency: RECEIVER,
      other: SENDER.organId,
      tokens: desk.receiver,
      secret: OFFICES[1].secret,
      amount: documents - half,
    },
  ] as const
  const made: PreparedOffice[] = []
  for (const { agency, other, tokens, secret, amount } of plans) {
    const profileDir = join(desk.dir, agency.organId)
    const office = await makeOffice({ ...common, dir: profileDir, agency, tokens, secret })
    await office.until('the directory is there', async () => {
      const [found] = await office.call('directory.standings', { ids: [other] })
      return found?.standing === 'current' ? found : undefined
    })
    const planned: PlannedDocument[] = []
    for (let at = 0; at < amount; at += 1) {
      const subject = `V/v công tác văn thư, việc ${String(at + 1)} của ${agency.organId}`
      planned.push({
        id: await frozen(office, pdf, other, subject),
        subject,
        from: agency.organId,
        to: other,
      })
    }
    for (let at = 0; at < planned.length; at += BATCH) {
      const ids = planned.slice(at, at + BATCH).map(({ id }) => id)
      await office.call('outgoing.signMany', { ids, certificate: tokens.person, pin: tokens.personPin })
      await office.call('outgoing.sealMany', { ids, certificate: tokens.agency, pin: tokens.agencyPin })
    }
    const current = await office.call('settings.current', {})
    // From now on over the line that is to be troubled.
    await office.call('settings.save', {
      ...current,
      hub: { url: `${hubUrl}/vxp`, systemId: agency.organId },
    })
    await office.close()
    const { recoveryCode } = office
    made.push({ organId: agency.organId, profileDir, recoveryCode, tokens, documents: planned })
  }
  const [one, other] = made
  if (one === undefined || other === undefined) throw new Error('there are two offices')
  return { desk, offices: [one, other] }
}

async function frozen(office: TestOffice, pdf: string, to: string, subject: string): Promise<DocumentId> {
  const draft = await draftWith(office.call, pdf, to)
  const { id, revision, fields } = draft
  const saved = await office.call('outgoing.save', { id, revision, fields: { ...fields, subject } })
  await office.call('outgoing.freeze', { id, revision: saved.revision })
  return id
}
