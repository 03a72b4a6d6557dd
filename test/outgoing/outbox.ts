import type { Transport } from '../../src/engine/hub/transport.ts'
import { giveNumber } from '../../src/engine/outgoing/number.ts'
import type { RaisePorts } from '../../src/engine/outgoing/raise.ts'
import { submit } from '../../src/engine/outgoing/submit.ts'
import type { Job, Outgoing, Store } from '../../src/engine/store/index.ts'
import type { DocumentId, OutgoingFields } from '../../src/shared/document/fields.ts'
import { RECEIVER, SENDER } from '../helpers/office.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { MORNING, office, typed } from '../store/office.ts'

const PARENT = { ...RECEIVER, organId: 'H99', name: 'UBND tỉnh Thanh Vân', parentName: '' }

/** The office of xã Suối Ngọc with a directory of two other agencies. */
export function sendingOffice(now?: () => number): Store {
  const store = office(now === undefined ? {} : { now })
  store.settings.set('agency', SENDER)
  store.settings.set('clerkName', 'Lê Thị Thử')
  store.directory.upsert([RECEIVER, PARENT])
  return store
}

/** A document that the authorised person has signed, as far as its state goes. */
export async function signedDocument(
  store: Store,
  fields: Partial<OutgoingFields> = {},
): Promise<DocumentId> {
  const kept = await store.files.putBytes(handMade(PLAIN_OBJECTS))
  return store.atomically(() => {
    const { id } = store.outgoing.create(typed({ recipients: [RECEIVER.organId], ...fields }))
    store.outgoing.setFile(id, { ...kept, name: 'cong-van.pdf', contentType: 'application/pdf' }, 'sealed')
    store.outgoing.move(id, 'freeze', MORNING)
    store.outgoing.move(id, 'sign', MORNING)
    return id
  })
}

/** A document that may be submitted. */
export async function sealedDocument(
  store: Store,
  fields: Partial<OutgoingFields> = {},
): Promise<DocumentId> {
  const id = await signedDocument(store, fields)
  store.atomically(() => {
    giveNumber(store, id, {}, MORNING)
    store.outgoing.move(id, 'seal', MORNING)
  })
  return id
}

/** A document in the outbox. */
export async function queuedDocument(store: Store, fields: Partial<OutgoingFields> = {}): Promise<Outgoing> {
  const id = await sealedDocument(store, fields)
  await submit({ store, now: () => MORNING, reach: () => undefined }, id)
  return store.outgoing.get(id)
}

/** An office that lets signatures leave as the token made them. */
export const NO_LEVEL: Pick<RaisePorts, 'verify' | 'wanted' | 'extend'> = {
  verify: () => Promise.reject(new Error('nobody expected this call')),
  wanted: () => undefined,
  extend: () => Promise.reject(new Error('nobody expected this call')),
}

/** The errand that carries a document, as it stands. */
export function delivery(store: Store, id: DocumentId): Job {
  const [job] = store.jobs.forSubject('deliver', id)
  if (job === undefined) throw new Error('it is not in the outbox')
  return job
}

/** A hub that does what the test says, and nothing else: every other call fails the test. */
export function hubThat(does: Partial<Transport>): () => Transport {
  const refuse = () => Promise.reject(new Error('nobody expected this call'))
  const transport: Transport = {
    capabilities: refuse,
    list: refuse,
    fetch: () => {
      throw new Error('nobody expected this call')
    },
    send: refuse,
    uploadStanding: refuse,
    lookup: refuse,
    deliveries: refuse,
    acknowledge: refuse,
    directory: refuse,
    evidence: () => {
      throw new Error('nobody expected this call')
    },
    check: refuse,
    close: () => Promise.resolve(),
    ...does,
  }
  return () => transport
}
