import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import type { Topic } from '../../src/shared/ipc/topics.ts'
import { callsOf, engineAt, plainHost, SENDER } from '../helpers/office.ts'
import { handwriting, painted, seal } from '../pdf/pictures.ts'

const certificateSha256 = sha256Hex.parse('c'.repeat(64))

/** An open office without a token, and what it told its windows. */
async function openedOffice() {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-pictures-'))
  const engine = await engineAt(dir, plainHost({}))
  onTestFinished(async () => {
    await engine.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const told: Topic[] = []
  engine.onChange((topic) => told.push(topic))
  const call = callsOf((method, input) => engine.answer(method, input))
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await call('office.create', { agency: SENDER, clerkName: 'Lê Thị Thử', recoveryCode })
  return { call, told }
}

test('a kept picture comes back byte for byte, with the height its pixels give, and windows are told', async () => {
  const { call, told } = await openedOffice()
  expect(await call('appearance.picture', { certificateSha256 })).toEqual({ picture: undefined })
  const png = new Uint8Array(handwriting())
  const kept = await call('appearance.keepPicture', { certificateSha256, png, widthMm: 40 })
  expect(kept).toMatchObject([{ certificateSha256, widthMm: 40, heightMm: 20 }])
  const { picture } = await call('appearance.picture', { certificateSha256 })
  expect(picture).toMatchObject({ widthMm: 40, heightMm: 20 })
  expect(Buffer.compare(picture?.png ?? new Uint8Array(), png)).toBe(0)
  expect(told.filter((topic) => topic === 'appearance')).toHaveLength(1)
  expect(await call('appearance.pictures', {})).toEqual(kept)

  expect(await call('appearance.removePicture', { certificateSha256 })).toEqual([])
  expect(await call('appearance.picture', { certificateSha256 })).toEqual({ picture: undefined })
  expect(told.filter((topic) => topic === 'appearance')).toHaveLength(2)
})

test('what cannot stand on a document is refused with its reason, and the old picture stays', async () => {
  const { call } = await openedOffice()
  const good = new Uint8Array(seal())
  await call('appearance.keepPicture', { certificateSha256, png: good, widthMm: 36 })
  const refused = [
    ['image/unusable', Buffer.from('not a picture'), 36],
    ['image/unusable', painted(300, 300, () => [200, 20, 30, 255]), 36],
    ['image/unusable', painted(300, 300, () => [200, 20, 30, 0]), 36],
    ['image/too-large', painted(2001, 2001, () => [0, 0, 0, 0]), 36],
    ['image/wrong-size', painted(30, 100, (x) => [20, 40, 200, x * 8]), 36],
    ['image/wrong-size', painted(100, 10, (x) => [20, 40, 200, x * 2]), 36],
    ['app/bad-request', good, 4],
    ['app/bad-request', good, 101],
    ['app/bad-request', new Uint8Array(2_000_001), 36],
  ] as const
  for (const [code, png, widthMm] of refused) {
    await expect(call('appearance.keepPicture', { certificateSha256, png, widthMm })).rejects.toMatchObject({
      code,
    })
  }
  const { picture } = await call('appearance.picture', { certificateSha256 })
  expect(picture).toMatchObject({ widthMm: 36, heightMm: 36 })
  expect(Buffer.compare(picture?.png ?? new Uint8Array(), good)).toBe(0)
})
