import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { openStore } from '../../src/engine/store/index.ts'
import { clock, folder, MORNING, office } from './office.ts'

const person = sha256Hex.parse('a'.repeat(64))
const agency = sha256Hex.parse('b'.repeat(64))

test('each certificate has one picture: a new one takes the place of the old', () => {
  const time = clock()
  const { pictures } = office({ now: time.now })
  pictures.keep(person, { png: Buffer.from('old'), widthMm: 40, heightMm: 20 })
  pictures.keep(agency, { png: Buffer.from('seal'), widthMm: 36, heightMm: 36 })
  time.advance(1)
  pictures.keep(person, { png: Buffer.from('new'), widthMm: 42.5, heightMm: 21.25 })
  expect(pictures.get(person)).toEqual({ png: Buffer.from('new'), widthMm: 42.5, heightMm: 21.25 })
  expect(pictures.get(agency)).toEqual({ png: Buffer.from('seal'), widthMm: 36, heightMm: 36 })
  expect(pictures.list()).toEqual([
    { certificateSha256: agency, widthMm: 36, heightMm: 36, keptAt: MORNING },
    { certificateSha256: person, widthMm: 42.5, heightMm: 21.25, keptAt: MORNING + 1 },
  ])
})

test('a removed picture is gone, and removing what is not there does nothing', () => {
  const { pictures } = office()
  pictures.keep(person, { png: Buffer.from('one'), widthMm: 40, heightMm: 20 })
  pictures.remove(person)
  pictures.remove(person)
  expect(pictures.get(person)).toBeUndefined()
  expect(pictures.list()).toEqual([])
})

test('a picture survives a restart, and nothing of it can be read from the disk', () => {
  const dir = folder()
  const png = randomBytes(120_000)
  const options = { dir, masterKey: new Uint8Array(32).fill(7), now: () => MORNING }
  const before = office(options)
  before.pictures.keep(agency, { png, widthMm: 36, heightMm: 36 })
  before.close()
  const onDisk = readFileSync(join(dir, 'store.db'))
  expect(onDisk.length).toBeGreaterThan(png.length)
  expect(onDisk.includes(png.subarray(60_000, 60_016))).toBe(false)
  const after = openStore(options)
  try {
    expect(after.pictures.get(agency)).toEqual({ png, widthMm: 36, heightMm: 36 })
  } finally {
    after.close()
  }
})
