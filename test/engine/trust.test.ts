import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fingerprint, parseCertificate } from '../../src/engine/signing/certificate.ts'
import { officeTrust } from '../../src/engine/trust.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { makePki } from '../helpers/pki.ts'
import { office } from '../store/office.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-trust-'))
const pki = makePki(dir)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** Published for USB tokens since November 2025, found in one public place only. */
const SEEN_ONCE = sha256Hex.parse('41803135f13a6359866e7e6f76dafd598d496836944a52dd1fad66b3bf2ee63b')
/** The government's second root, found in two. */
const SEEN_TWICE = sha256Hex.parse('f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8')

function sourceOf(trust: ReturnType<typeof officeTrust>, sha256: string) {
  return trust.list().find((root) => root.sha256 === sha256)?.source
}

describe('a published root that was seen in one place only', () => {
  test('waits until the administrator compared it, and may be taken back', () => {
    const trust = officeTrust(office())
    const isAnchor = () => trust.current().isAnchor({ ...parseCertificate(pki.root.der), sha256: SEEN_ONCE })
    expect(sourceOf(trust, SEEN_ONCE)).toBe('unconfirmed')
    expect(isAnchor()).toBe(false)
    trust.confirm(SEEN_ONCE)
    trust.confirm(SEEN_ONCE)
    expect(sourceOf(trust, SEEN_ONCE)).toBe('confirmed')
    expect(isAnchor()).toBe(true)
    trust.remove(SEEN_ONCE)
    expect(sourceOf(trust, SEEN_ONCE)).toBe('unconfirmed')
    expect(isAnchor()).toBe(false)
  })

  test('is the only kind that a confirmation makes a root', () => {
    const trust = officeTrust(office())
    for (const sha256 of [SEEN_TWICE, sha256Hex.parse('ab'.repeat(32))]) {
      expect(() => {
        trust.confirm(sha256)
      }).toThrow(expect.objectContaining({ code: 'document/not-found' }))
    }
  })
})

describe('a certificate that the office takes in', () => {
  test('ends a chain where it is a root, and only helps where it is an intermediate', () => {
    const trust = officeTrust(office())
    trust.add(pki.issuing.der)
    expect(sourceOf(trust, fingerprint(pki.issuing.der))).toBe('intermediate')
    trust.add(pki.root.der)
    expect(sourceOf(trust, fingerprint(pki.root.der))).toBe('imported')
    expect(trust.current().certificates.map((one) => trust.current().isAnchor(one))).toEqual([false, true])
    trust.remove(sha256Hex.parse(fingerprint(pki.issuing.der)))
    expect(sourceOf(trust, fingerprint(pki.issuing.der))).toBeUndefined()
  })

  test('is refused where it is a signer’s own', () => {
    const trust = officeTrust(office())
    expect(() => {
      trust.add(pki.person.der)
    }).toThrow(expect.objectContaining({ code: 'certificate/not-a-root' }))
  })
})
