import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunksOf, memorySource, type PdfSource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { verifyPdf } from '../../src/engine/verify-pdf.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-signed-pdf-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
const nss = join(dir, 'nss')
let original: Buffer
let signed: Buffer

async function bytesOf(source: PdfSource): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

async function sign(pdf: Buffer, signer: MadeCertificate, algorithm: 'rsa-pkcs1' | 'ecdsa' = 'rsa-pkcs1') {
  const source = await signPdf({
    source: memorySource(pdf),
    certificate: signer.der,
    chain: [pki.issuing.der],
    signedAt: new Date(),
    sign: ({ message }) => Promise.resolve(tokenSign(signer, algorithm, 'sha256', message)),
  })
  return bytesOf(source)
}

function verify(pdf: Buffer): Promise<DocumentVerdict> {
  return verifyPdf(memorySource(pdf), { trust, now: new Date() })
}

/** pdfsig, with the root in a certificate database without tokens; the responder in the certificates does not exist. */
function pdfsig(pdf: Buffer): string {
  const path = join(dir, 'judged.pdf')
  writeFileSync(path, pdf)
  return execFileSync('pdfsig', ['-no-ocsp', '-nssdir', nss, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

beforeAll(async () => {
  mkdirSync(nss)
  execFileSync('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password'])
  execFileSync('certutil', [
    ...['-A', '-d', `sql:${nss}`, '-n', 'root', '-t', 'CT,C,C', '-i', pki.root.certificatePath],
  ])
  const page = '%!PS\n/Times-Roman findfont 20 scalefont setfont 72 700 moveto (Quyet dinh) show showpage\n'
  const path = join(dir, 'original.pdf')
  execFileSync('gs', ['-q', '-sDEVICE=pdfwrite', '-o', path, '-'], { input: page })
  original = readFileSync(path)
  signed = await sign(await sign(original, pki.person), pki.agency)
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

describe('a PDF signed by the person and then by the agency', () => {
  test('is valid for us and for pdfsig, and begins with the bytes that were imported', async () => {
    const verdict = await verify(signed)
    expect(verdict.verdict).toBe('valid')
    expect(verdict.signatures.map((signature) => signature.signer?.kind)).toEqual(['person', 'agency'])
    expect(verdict.signatures.map((signature) => signature.coversWholeDocument)).toEqual([false, true])
    expect(signed.subarray(0, original.length).equals(original)).toBe(true)
    const report = pdfsig(signed)
    expect(report.match(/Signature Validation: Signature is Valid\./g)).toHaveLength(2)
    expect(report.match(/Certificate Validation: Certificate is Trusted\./g)).toHaveLength(2)
    expect(report).toContain('ETSI.CAdES.detached')
  })

  test('signed with an elliptic key is valid for us and for pdfsig', async () => {
    const signer = pki.issue({ file: 'elliptic', subject: '/CN=Trần Thị Thử', key: 'p256' })
    const pdf = await sign(original, signer, 'ecdsa')
    expect((await verify(pdf)).verdict).toBe('valid')
    expect(pdfsig(pdf)).toContain('Signature Validation: Signature is Valid.')
  })

  test('with any covered byte changed is never called valid', async () => {
    const hexadecimal = [...signed.toString('latin1').matchAll(/\/Contents ?<[0-9a-fA-F]+>/g)].map(
      (match) => [match.index, match.index + match[0].length],
    )
    expect(hexadecimal).toHaveLength(2)
    const [, last] = hexadecimal
    const covered = fc
      .nat({ max: signed.length - 1 })
      .filter((index) => index < (last?.[0] ?? 0) || index >= (last?.[1] ?? 0))
    await fc.assert(
      fc.asyncProperty(covered, fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        const bent = Buffer.from(signed)
        bent[index] = (bent[index] ?? 0) ^ mask
        expect((await verify(bent)).verdict).not.toBe('valid')
      }),
      { numRuns: 300, verbose: fc.VerbosityLevel.Verbose },
    )
  })

  test('is unsigned before, and cut short it is not valid', async () => {
    expect(await verify(original)).toMatchObject({ verdict: 'undetermined', reasons: ['unsigned'] })
    expect((await verify(signed.subarray(0, signed.length - 200))).verdict).not.toBe('valid')
    expect(await verify(Buffer.from('không phải PDF'))).toMatchObject({ reasons: ['document-unreadable'] })
  })
})
