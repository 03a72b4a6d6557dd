import { expect, test } from 'vitest'
import { MORNING, office } from './office.ts'

const DAY = 86_400_000

function file(url: string, size: number, fetchedAt: number) {
  return {
    url,
    kind: 'crl' as const,
    bytes: new Uint8Array(size).fill(7),
    validUntil: fetchedAt + DAY,
    fetchedAt,
  }
}

test('a file takes the place of the one from the same address, and comes back byte for byte', () => {
  const { authorityFiles } = office()
  const issuer = { ...file('http://ca.example/a', 10, MORNING), kind: 'certificate' as const }
  authorityFiles.keep(file('http://ca.example/a', 100, MORNING))
  authorityFiles.keep(issuer)
  authorityFiles.keep(file('http://ca.example/a', 200, MORNING + 1))
  expect(authorityFiles.list()).toEqual([
    { ...file('http://ca.example/a', 200, MORNING + 1), bytes: Buffer.alloc(200, 7) },
    { ...issuer, bytes: Buffer.alloc(10, 7) },
  ])
})

test('the oldest make room, and a list that is too large by itself is not kept at all', () => {
  const { authorityFiles } = office()
  for (let at = 0; at < 6; at++) {
    authorityFiles.keep(file(`http://ca.example/${String(at)}`, 15 << 20, MORNING + at))
  }
  authorityFiles.keep(file('http://ca.example/huge', (16 << 20) + 1, MORNING + 9))
  expect(authorityFiles.list().map(({ url }) => url)).toEqual([
    'http://ca.example/5',
    'http://ca.example/4',
    'http://ca.example/3',
    'http://ca.example/2',
  ])
})
