import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { addRoadEvidence, evidenceJob } from '../../src/engine/outgoing/road-evidence.ts'
import { namedFiles } from '../../src/engine/proof/course.ts'
import { AppError } from '../../src/shared/errors.ts'
import { MORNING } from '../store/office.ts'
import { delivery, hubThat, queuedDocument, sendingOffice } from './outbox.ts'

const ATTEMPTS = ['11111111-2222-4333-8444-555555555555', '66666666-7777-4888-9999-000000000000'] as const
const DAY_MS = 86_400_000
const ROAD = { client: 'VN/COM/H99-88-01/VANTHU', service: 'VN/GOV/TRUC/LIENTHONG/vxp' }

/** A document that arrived with its second attempt. */
async function arrived(road?: typeof ROAD) {
  const store = sendingOffice()
  store.settings.set('hub', {
    kind: 'vxp',
    url: 'https://truc.example',
    systemId: 'H99.88.01',
    secret: 'khoa',
    ...(road === undefined ? {} : { road }),
  })
  const { id } = await queuedDocument(store)
  const sending = delivery(store, id)
  for (const attemptId of ATTEMPTS) store.jobs.markSending(sending.key, MORNING, { attemptId })
  addRoadEvidence(store, id, sending, MORNING)
  return { store, id, errand: store.jobs.forSubject('evidence', id)[0] }
}

type Arrived = Awaited<ReturnType<typeof arrived>>

/** Runs the errand once, at a time after it was added. */
async function run(
  { store, errand }: Arrived,
  evidence: () => AsyncIterable<Uint8Array> | undefined,
  afterMs = 0,
) {
  if (errand === undefined) throw new Error('there is no such errand')
  const transport = hubThat({ evidence })
  const ports = { store, transport, now: () => MORNING + afterMs, reach: () => undefined }
  const commit = await evidenceJob(ports)(errand, new AbortController().signal, store.durable)
  store.atomically(commit)
}

const missing = () =>
  Readable.from(
    (function* () {
      yield Buffer.from('PK')
      throw new AppError('road/evidence-missing', 'HTTP 404')
    })(),
  )

describe('what the security servers signed of a sending', () => {
  test('is asked for some time after, by the attempt that arrived, and only over an X-Road', async () => {
    const { errand } = await arrived(ROAD)
    expect(errand).toMatchObject({ payload: { attemptId: ATTEMPTS[1] } })
    expect(errand?.dueAt).toBeGreaterThan(MORNING)
    expect((await arrived()).errand).toBeUndefined()
  })

  test('is kept as it came, and the history names it for the evidence file', async () => {
    const made = await arrived(ROAD)
    await run(made, () => Readable.from([Buffer.from('PK'), Buffer.from('containers')]))
    const lines = made.store.history.of('outgoing', made.id).filter(({ event }) => event === 'road-evidence')
    expect(lines.map(({ detail }) => detail)).toMatchObject([{ attemptId: ATTEMPTS[1], sizeBytes: 12 }])
    const [named] = namedFiles(lines)
    const file = await made.store.files.open(named?.sha256 as Parameters<typeof made.store.files.open>[0])
    expect(Buffer.concat(await Readable.from(file.stream()).toArray()).toString()).toBe('PKcontainers')
    await file.close()
  })

  test('may come later: the errand waits, and gives up aloud after a week', async () => {
    const made = await arrived(ROAD)
    await expect(run(made, missing, 6 * DAY_MS)).rejects.toMatchObject({ code: 'road/evidence-missing' })
    await run(made, missing, 8 * DAY_MS)
    expect(made.store.history.of('outgoing', made.id).at(-1)).toMatchObject({
      event: 'road-evidence-missing',
      detail: { attemptId: ATTEMPTS[1] },
    })
  })

  test('is not waited for where the office no longer goes over that road', async () => {
    const made = await arrived(ROAD)
    const before = made.store.history.of('outgoing', made.id).length
    await run(made, () => undefined)
    expect(made.store.history.of('outgoing', made.id)).toHaveLength(before)
  })
})
