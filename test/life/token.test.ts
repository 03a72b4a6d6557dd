import { existsSync, readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { CertificateChoice } from '../../src/shared/ipc/contract.ts'
import { diagnosisText } from '../../src/shared/token-diagnosis.vi.ts'
import { reopenOffice, type TestOffice } from '../helpers/office.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

const SPY = '/usr/lib/x86_64-linux-gnu/pkcs11-spy.so'

let desk: ShimDesk
/** On the sender's third token; its PIN is 333333. */
let expired: CertificateChoice

beforeAll(async () => {
  desk = await makeShimDesk()
  const yesterday = new Date(Date.now() - 86_400_000)
  const old = desk.pki.issue({
    file: 'expired',
    subject: '/C=VN/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=Lê Văn Cũ',
    notBefore: new Date(yesterday.getTime() - 365 * 86_400_000),
    notAfter: yesterday,
  })
  const { certificatePem, keyPem } = old
  const { serial } = desk.sender.hsm.addToken({ label: 'Hết hạn', pin: '333333', certificatePem, keyPem })
  expired = {
    tokenSerial: serial,
    certificateSha256: old.sha256 as CertificateChoice['certificateSha256'],
  }
}, 120_000)
afterAll(() => desk.clear())

function sign(
  office: TestOffice,
  id: DocumentId,
  change: { pin?: string; lastTry?: boolean; certificate?: CertificateChoice } = {},
) {
  const { person, personPin } = desk.sender
  return office.call('outgoing.sign', { id, certificate: person, pin: personPin, ...change })
}

describe('a wrong PIN, as pkcs11-spy sees it', () => {
  test('costs exactly one C_Login, whatever happens afterwards, and leaves the document as it was', async () => {
    const log = desk.path('spy.log')
    const options = desk.optionsOf('spied', SPY, {
      PKCS11SPY: desk.sender.hsm.modulePath,
      PKCS11SPY_OUTPUT: log,
    })
    const calls = (name: string): number =>
      existsSync(log) ? (readFileSync(log, 'utf8').match(new RegExp(`: ${name}$`, 'gm'))?.length ?? 0) : 0
    let office = await desk.newOffice(options)
    try {
      const document = await desk.frozen(office)
      await expect(sign(office, document.id, { pin: '000000' })).rejects.toMatchObject({
        code: 'sign/pin-wrong',
      })
      expect(calls('C_Login')).toBe(1)
      expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)

      // Everything that makes the engine try its jobs again: a resume from sleep, “Gửi ngay”, a restart.
      office.engine.wake()
      await office.call('line.syncNow', {})
      await office.close()
      office = await reopenOffice(options, office.recoveryCode)
      const looked = calls('C_GetTokenInfo')
      await office.until('the office looks at the token twice more', () =>
        Promise.resolve(calls('C_GetTokenInfo') > looked + 6 ? true : undefined),
      )
      expect(calls('C_Login')).toBe(1)
      expect(calls('C_Sign')).toBe(0)

      // The clerk types it again, and it is right.
      expect(await sign(office, document.id)).toMatchObject({ state: 'signed' })
      expect(calls('C_Login')).toBe(2)
    } finally {
      await office.close()
    }
  })
})

describe('a token or driver that fails', () => {
  let office: TestOffice
  beforeAll(async () => {
    office = await desk.office('unlucky')
  })
  afterEach(() => {
    desk.shim.clear()
  })
  afterAll(() => office.close())

  test('a driver that crashes in the middle of a signature costs that one request and nothing else', async () => {
    const other = await desk.frozen(office)
    const document = await desk.frozen(office)
    desk.shim.set({ 'crash-at': 'Sign' })
    await expect(sign(office, document.id)).rejects.toMatchObject({ code: 'sign/process-lost' })
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 1])

    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
    expect(await office.call('outgoing.one', { id: other.id })).toEqual(other)
    desk.shim.set({})
    expect(await sign(office, document.id)).toMatchObject({
      state: 'signed',
      verdict: { signatures: [{ signer: { name: 'Nguyễn Văn Mẫu' }, verdict: 'valid' }] },
    })
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([2, 2])
  })

  test('a token pulled in the middle of a signature is named, and signs when it is plugged in again', async () => {
    const document = await desk.frozen(office)
    desk.shim.set({ 'fail-at': 'Sign:32' /* CKR_DEVICE_REMOVED */ })
    await expect(sign(office, document.id)).rejects.toMatchObject({ code: 'sign/token-removed' })
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 1])
    desk.shim.unplug()
    await office.until('the status bar shows that the token is out', async () => {
      const { state } = await office.call('token.status', {})
      return state === 'absent' ? state : undefined
    })
    await expect(sign(office, document.id)).rejects.toMatchObject({ code: 'sign/token-missing' })
    expect(desk.shim.calls('Login')).toBe(1)

    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
    desk.shim.set({})
    expect(await sign(office, document.id)).toMatchObject({ state: 'signed' })
  })

  test('a driver that does not answer is given up after a minute, and the document can be signed then', async () => {
    // An office of its own: its timers stand still with the clock.
    const waiting = await desk.office('waiting')
    try {
      const document = await desk.frozen(waiting)
      desk.shim.set({ 'hang-at': 'Sign' })
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const refusal = expect(sign(waiting, document.id)).rejects.toMatchObject({ code: 'sign/timed-out' })
      while (desk.shim.calls('Sign') === 0) await turn()
      expect(await waiting.call('token.status', {})).not.toHaveProperty('waiting')
      vi.advanceTimersByTime(3_000)
      const { since, deadlineAt } = (await waiting.call('token.status', {})).waiting ?? {
        since: 0,
        deadlineAt: 0,
      }
      expect(Math.round((deadlineAt - since) / 10) * 10).toBe(60_000)
      vi.advanceTimersByTime(57_000)
      await refusal
      expect(await waiting.call('token.status', {})).not.toHaveProperty('waiting')
      vi.useRealTimers()
      expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 1])

      expect(await waiting.call('outgoing.one', { id: document.id })).toEqual(document)
      desk.shim.set({})
      expect(await sign(waiting, document.id)).toMatchObject({ state: 'signed' })
    } finally {
      vi.useRealTimers()
      await waiting.close()
    }
  })

  test('a token that locked itself is refused before another C_Login, even with the right PIN', async () => {
    const document = await desk.frozen(office)
    desk.shim.set({ 'lock-after': 1 })
    await expect(sign(office, document.id, { pin: '000000', lastTry: true })).rejects.toMatchObject({
      code: 'sign/pin-locked',
    })
    expect(desk.shim.calls('Login')).toBe(1)
    await expect(sign(office, document.id)).rejects.toMatchObject({ code: 'sign/pin-locked' })
    expect(desk.shim.calls('Login')).toBe(1)
    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
  })
})

describe('a certificate that must not sign is refused before any C_Login', () => {
  let office: TestOffice
  beforeAll(async () => {
    desk.shim.clear()
    office = await desk.office('refusing')
  })
  afterEach(() => {
    desk.shim.clear()
  })
  afterAll(() => office.close())

  test('one that has expired', async () => {
    const document = await desk.frozen(office)
    await expect(sign(office, document.id, { certificate: expired, pin: '333333' })).rejects.toMatchObject({
      code: 'certificate/unusable',
      detail: 'expired',
    })
    expect(desk.shim.calls('Login')).toBe(0)
    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
  })

  test('one of the agency where the authorised person signs', async () => {
    const document = await desk.frozen(office)
    const { agency, agencyPin } = desk.sender
    await expect(sign(office, document.id, { certificate: agency, pin: agencyPin })).rejects.toMatchObject({
      code: 'certificate/wrong-holder',
    })
    expect(desk.shim.calls('Login')).toBe(0)
    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
  })

  test('one of a person where the agency seals', async () => {
    const { id } = await desk.frozen(office)
    const signed = await sign(office, id)
    expect(desk.shim.calls('Login')).toBe(1)
    const { person, personPin } = desk.sender
    await expect(
      office.call('outgoing.seal', { id, certificate: person, pin: personPin }),
    ).rejects.toMatchObject({ code: 'certificate/wrong-holder' })
    expect(desk.shim.calls('Login')).toBe(1)
    // Not even a number was given.
    expect(await office.call('outgoing.one', { id })).toEqual(signed)
  })

  test('the diagnosis says which role could sign and with what, without a PIN and without a login', async () => {
    const diagnosis = await office.call('token.diagnosis', {})
    expect(diagnosis.roles.person).toEqual({
      outcome: 'ready',
      name: 'Nguyễn Văn Mẫu',
      token: 'Lãnh đạo',
      mechanism: 'CKM_SHA256_RSA_PKCS',
    })
    expect(diagnosis.modules[0]).toMatchObject({ path: desk.shim.modulePath, state: 'ready' })
    const text = diagnosisText(diagnosis)
    for (const word of [desk.sender.person.tokenSerial, 'CKF_LOGIN_REQUIRED', 'CKM_RSA_PKCS', 'đã hết hạn']) {
      expect(text).toContain(word)
    }
    expect(text).not.toContain(desk.sender.personPin)
    expect(desk.shim.calls('Login')).toBe(0)

    desk.shim.unplug()
    const { roles } = await office.call('token.diagnosis', {})
    expect(roles.person).toEqual({ outcome: 'sign/token-missing' })
  })

  test('one that is on another token than the clerk chose', async () => {
    const document = await desk.frozen(office)
    const { person, agency } = desk.sender
    const certificate = { ...person, tokenSerial: agency.tokenSerial }
    await expect(sign(office, document.id, { certificate })).rejects.toMatchObject({
      code: 'sign/certificate-missing',
    })
    expect(desk.shim.calls('Login')).toBe(0)
    expect(await office.call('outgoing.one', { id: document.id })).toEqual(document)
  })
})
