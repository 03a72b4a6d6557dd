import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { Output } from '../../src/shared/ipc/contract.ts'
import { buildEngine, startEngine, type EngineProgram } from '../helpers/engine-process.ts'
import type { TestOffice } from '../helpers/office.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

type Outcomes = Output<'outgoing.signMany'>

let desk: ShimDesk
beforeAll(async () => {
  desk = await makeShimDesk()
}, 120_000)
afterEach(() => {
  desk.shim.clear()
})
afterAll(() => desk.clear())

function signMany(office: TestOffice, ids: readonly DocumentId[], pin = desk.sender.personPin) {
  return office.call('outgoing.signMany', { ids: [...ids], certificate: desk.sender.person, pin })
}

function sealMany(office: TestOffice, ids: readonly DocumentId[]) {
  const { agency: certificate, agencyPin: pin } = desk.sender
  return office.call('outgoing.sealMany', { ids: [...ids], certificate, pin })
}

const counted = () => [desk.shim.calls('Login'), desk.shim.calls('Sign')]
const signedOf = (outcomes: Outcomes) =>
  outcomes.filter(({ error }) => error === undefined).map(({ id }) => id)
const codesOf = (outcomes: Outcomes) => outcomes.map(({ error }) => error?.code)

/** What was signed is whole and judged valid; what was not is as it was; nothing lies half-written. */
async function expectWhole(
  office: TestOffice,
  name: string,
  ids: readonly DocumentId[],
  signed: DocumentId[],
) {
  for (const id of ids) {
    const document = await office.call('outgoing.one', { id })
    const roles = document.files.map(({ role }) => role)
    if (signed.includes(id)) {
      expect(document).toMatchObject({ state: 'signed', verdict: { signatures: [{ verdict: 'valid' }] } })
      expect(roles).toEqual(['imported', 'signed'])
      const { bytes } = await office.call('outgoing.pdf', { id })
      expect(bytes.byteLength).toBe(document.files.at(-1)?.sizeBytes)
    } else {
      expect(document.state).toBe('frozen')
      expect(roles).toEqual(['imported'])
    }
  }
  expect(readdirSync(join(desk.path(name), 'files', 'tmp'))).toEqual([])
}

test('a hundred documents take one PIN, one C_Login and a hundred C_Sign, and so does their sealing', async () => {
  const office = await desk.office('hundred')
  try {
    const ids = await desk.frozenIds(office, 100)
    desk.shim.clear()
    expect(signedOf(await signMany(office, ids))).toEqual(ids)
    expect(counted()).toEqual([1, 100])
    await expectWhole(office, 'hundred', ids, ids)

    desk.shim.clear()
    expect(signedOf(await sealMany(office, ids))).toEqual(ids)
    expect(counted()).toEqual([1, 100])
    const sealed = await Promise.all(ids.map((id) => office.call('outgoing.one', { id })))
    expect(sealed.map(({ codeNumber }) => Number(codeNumber))).toEqual(ids.map((_, at) => at + 1))
    for (const { state, verdict } of sealed) {
      expect(state).toBe('sealed')
      expect(verdict?.signatures.map((signature) => signature.verdict)).toEqual(['valid', 'valid'])
    }
  } finally {
    await office.close()
  }
}, 180_000)

describe('a batch that goes wrong', () => {
  let office: TestOffice
  let ids: DocumentId[]
  beforeAll(async () => {
    office = await desk.office('unlucky')
  })
  beforeEach(async () => {
    desk.shim.clear()
    ids = await desk.frozenIds(office, 5)
  })
  afterAll(() => office.close())

  test('by a wrong PIN costs exactly one try, and leaves every document as it was', async () => {
    const before = await Promise.all(ids.map((id) => office.call('outgoing.one', { id })))
    desk.shim.set({ 'lock-after': 3 })
    expect(codesOf(await signMany(office, ids, '000000'))).toEqual(ids.map(() => 'sign/pin-wrong'))
    expect(counted()).toEqual([1, 0])
    expect(await Promise.all(ids.map((id) => office.call('outgoing.one', { id })))).toEqual(before)
  })

  test.each([1, 2, 3, 5])('by a token pulled at signature %i leaves the ones before signed', async (nth) => {
    desk.shim.set({ 'fail-at': `Sign:32:${String(nth)}` /* CKR_DEVICE_REMOVED */ })
    const outcomes = await signMany(office, ids)
    expect(codesOf(outcomes)).toEqual(ids.map((_, at) => (at < nth - 1 ? undefined : 'sign/token-removed')))
    expect(counted()).toEqual([1, nth])
    await expectWhole(office, 'unlucky', ids, ids.slice(0, nth - 1))

    // Plugged in again, the rest is signed with one more PIN.
    desk.shim.set({})
    const rest = ids.slice(nth - 1)
    expect(signedOf(await signMany(office, rest))).toEqual(rest)
    await expectWhole(office, 'unlucky', ids, ids)
  })

  test('by a token pulled at any call to its driver, from the first to the last, loses nothing', async () => {
    let waiting = await desk.frozenIds(office, 3)
    const howMany = new Set<number>()

    /** A batch of three whose token is pulled at that call. Returns the calls, each with how many there were. */
    async function pulledAt(call: number): Promise<string[]> {
      // Behind whatever the office still asks of the token, so that the calls counted are those of the batch.
      desk.shim.set({})
      await office.call('token.list', { modulePath: desk.shim.modulePath })
      desk.shim.clear()
      desk.shim.set({ 'remove-at': call })
      const outcomes = await signMany(office, waiting).catch((refused: unknown) => {
        // It was gone before the PIN was used.
        expect(refused).toMatchObject({ code: 'sign/token-missing' })
        expect(counted()).toEqual([0, 0])
        return waiting.map((id) => ({ id, error: { code: 'sign/token-missing' as const, incident: '' } }))
      })
      const calls = numbered(desk.shim.allCalls())
      const signed = signedOf(outcomes)
      howMany.add(signed.length)
      expect(desk.shim.calls('Login')).toBeLessThanOrEqual(1)
      for (const code of codesOf(outcomes).slice(signed.length)) expect(code).toMatch(/^sign\/token-/)
      await expectWhole(office, 'unlucky', waiting, signed)
      waiting = [...waiting.slice(signed.length), ...(await desk.frozenIds(office, signed.length))]
      return calls
    }

    const undisturbed = await pulledAt(Number.MAX_SAFE_INTEGER)
    const whole = undisturbed.slice(0, undisturbed.indexOf('Logout 1') + 2)
    expect(whole.at(-1)).toMatch(/^CloseSession /)
    const left = new Set(whole)
    // A look of the office that comes between shifts the count, and that call is pulled at once more.
    for (let round = 0; round < 3; round++) {
      for (const wanted of [...left]) {
        const at = whole.indexOf(wanted) + 1
        const pulled = (await pulledAt(at))[at - 1]
        if (pulled !== undefined) left.delete(pulled)
      }
    }
    expect([...left]).toEqual([])
    expect([...howMany].sort()).toEqual([0, 1, 2, 3])
  }, 300_000)

  test('by a driver that crashes at the third signature leaves two signed', async () => {
    desk.shim.set({ 'crash-at': 'Sign:3' })
    const outcomes = await signMany(office, ids)
    expect(codesOf(outcomes).slice(2)).toEqual(ids.slice(2).map(() => 'sign/process-lost'))
    expect(counted()).toEqual([1, 3])
    await expectWhole(office, 'unlucky', ids, ids.slice(0, 2))
  })

  test('for one document only signs the others', async () => {
    const [first, second, ...others] = ids
    if (first === undefined || second === undefined) throw new Error('there are five')
    await office.call('outgoing.reopen', { id: second })
    const outcomes = await signMany(office, ids)
    expect(codesOf(outcomes).slice(0, 2)).toEqual([undefined, 'document/wrong-state'])
    expect(counted()).toEqual([1, 4])
    expect(signedOf(outcomes)).toEqual([first, ...others])
  })

  test('because the certificate may not seal takes neither a PIN nor a number', async () => {
    await signMany(office, ids)
    const next = (await office.call('outgoing.one', { id: first(ids) })).nextNumber
    desk.shim.clear()
    await expect(
      office.call('outgoing.sealMany', {
        ids,
        certificate: desk.sender.person,
        pin: desk.sender.personPin,
      }),
    ).rejects.toMatchObject({ code: 'certificate/wrong-holder' })
    expect(counted()).toEqual([0, 0])
    expect(await office.call('outgoing.one', { id: first(ids) })).toMatchObject({
      state: 'signed',
      nextNumber: next,
    })
  })
})

/** Calls by name with how many of that name there were so far: `Sign 2`. */
function numbered(calls: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return calls.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return `${name} ${String(count)}`
  })
}

function first(ids: readonly DocumentId[]): DocumentId {
  const [id] = ids
  if (id === undefined) throw new Error('there is none')
  return id
}

describe('a driver that hangs', () => {
  let program: EngineProgram
  beforeAll(async () => {
    program = await buildEngine()
  }, 60_000)
  afterAll(() => {
    program.remove()
  })

  test('does not keep the window waiting for a tenth of a second', async () => {
    const prepared = await desk.office('hanging')
    const [id] = await desk.frozenIds(prepared, 1)
    await prepared.close()
    if (id === undefined) throw new Error('there is one')
    const { shim, sender } = desk
    const profileDir = desk.path('hanging')
    const engine = await startEngine({ program, profileDir, env: shim.env })
    try {
      await engine.call('office.unlock', { recoveryCode: prepared.recoveryCode })
      shim.set({ 'hang-at': 'Sign' })
      let over = false
      const signing = engine
        .call('outgoing.sign', { id, certificate: sender.person, pin: sender.personPin })
        .catch((refused: unknown) => refused)
        .finally(() => (over = true))
      while (shim.calls('Sign') === 0) await engine.call('token.status', {})
      const took: number[] = []
      for (let time = 0; time < 100; time++) {
        const asked = performance.now()
        await engine.call(time % 2 === 0 ? 'office.status' : 'counts', {})
        took.push(performance.now() - asked)
      }
      expect(over).toBe(false)
      // The machine may be busy with other tests: the middle one speaks for the engine, not for the machine.
      expect(took.sort((a, b) => a - b)[50]).toBeLessThan(100)
      await engine.leave()
      expect(await signing).toBeInstanceOf(Error)
    } finally {
      engine.kill()
    }
  })
})
