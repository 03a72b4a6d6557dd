import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { SignerClient } from '../../src/engine/signing/signer-client.ts'
import { tokenWatch } from '../../src/engine/token-watch.ts'
import type { Token } from '../../src/shared/signing.ts'
import { AppError } from '../../src/shared/errors.ts'
import { MORNING, office } from '../store/office.ts'

const PLUGGED: Token = {
  serial: '54001',
  label: 'UBND xã Suối Ngọc',
  manufacturer: 'Thử nghiệm',
  model: 'T1',
  software: false,
  pin: { minLength: 6, maxLength: 16, countLow: false, finalTry: false, locked: false, pinPad: false },
  flags: [],
  mechanisms: [],
  certificates: [],
}

/** A watch over a reader whose token the test plugs and pulls, and whose clock the test moves. */
function watched() {
  const store = office()
  store.settings.set('token', { modulePath: '/usr/lib/token/libtoken.so' })
  let inReader: Token[] | AppError = [PLUGGED]
  let due: { readonly afterMs: number; readonly callback: () => void } | undefined
  let told = 0
  const refuse = () => {
    throw new Error('nobody expected this call')
  }
  const signer: SignerClient = {
    modules: refuse,
    sign: refuse,
    reset: refuse,
    close: refuse,
    slow: () => undefined,
    tokens: () => (inReader instanceof AppError ? Promise.reject(inReader) : Promise.resolve([...inReader])),
  }
  const watch = tokenWatch({
    store,
    signer,
    now: () => MORNING,
    timer: (afterMs, callback) => {
      due = { afterMs, callback }
      return () => (due = undefined)
    },
    onChange: () => (told += 1),
  })
  return {
    watch,
    told: () => told,
    reader: (now: Token[] | AppError): void => {
      inReader = now
    },
    /** Until the next look is over; how long the watch waited for it. */
    nextLook: async (): Promise<number | undefined> => {
      const waited = due?.afterMs
      due?.callback()
      due = undefined
      await turn()
      return waited
    },
  }
}

test('a token that comes or goes is seen at the next look, and looks are a second apart', async () => {
  const { watch, told, reader, nextLook } = watched()
  watch.start()
  await turn()
  expect([watch.status().state, told()]).toEqual(['present', 1])
  reader([])
  expect(await nextLook()).toBeLessThanOrEqual(1_000)
  expect([watch.status().state, told()]).toEqual(['absent', 2])
  reader([PLUGGED])
  expect(await nextLook()).toBeLessThanOrEqual(1_000)
  expect([watch.status().state, told()]).toEqual(['present', 3])
  await nextLook()
  expect(told()).toBe(3)
  watch.stop()
})

test('a broken driver is looked at less often, and a pulled token is not a broken driver', async () => {
  const { watch, reader, nextLook } = watched()
  watch.start()
  await turn()
  reader(new AppError('sign/token-missing', 'it went while it was read'))
  await nextLook()
  expect(await nextLook()).toBe(1_000)
  expect(watch.status()).toMatchObject({ state: 'absent' })
  reader(new AppError('sign/timed-out', 'the driver hangs'))
  await nextLook()
  expect(await nextLook()).toBe(15_000)
  expect(watch.status()).toMatchObject({ state: 'failed', error: 'sign/timed-out' })
  watch.stop()
})
