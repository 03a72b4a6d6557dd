import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { chunksOf, memorySource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { chance, printedSeed } from '../helpers/chance.ts'
import { watchLimits } from '../helpers/limits.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { ghostscriptPdf, handMade, hybrid, PLAIN_OBJECTS, qpdf, workFolder } from '../pdf/samples.ts'
import { handSigned, judged } from './forge.ts'

/** How many changes, over all makes together; each is a whole verdict. */
const CHANGES = 10_000
const dir = mkdtempSync(join(tmpdir(), 'vanthu-bytes-'))
const folder = workFolder()
const pki = makePki(join(dir, 'pki'))
const elliptic = pki.issue({ file: 'elliptic', subject: '/CN=Trần Thị Thử', key: 'p256' })
const trust = trustStore({ imported: [pki.root.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
  folder.remove()
})

async function signed(pdf: Buffer, signer: MadeCertificate, algorithm: 'rsa-pkcs1' | 'ecdsa' = 'rsa-pkcs1') {
  const source = await signPdf({
    source: memorySource(pdf),
    certificate: signer.der,
    chain: [pki.issuing.der],
    signedAt: new Date(),
    sign: ({ message }) => Promise.resolve(tokenSign(signer, algorithm, 'sha256', message)),
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

/** Signed files of several makes: tables, streams, linearised, hybrid, certified, with a seal, with drawings. */
async function makes(): Promise<Readonly<Record<string, Buffer>>> {
  ghostscriptPdf(folder, 'gs.pdf')
  const plain = handMade(PLAIN_OBJECTS, '/Info 6 0 R')
  const by = (signer: MadeCertificate) => ({ signer, chain: [pki.issuing] })
  const certified = handSigned(plain, { ...by(pki.person), docMdp: 2 })
  return {
    'hand-made, one signature': await signed(plain, elliptic, 'ecdsa'),
    'hand-made, person and agency': await signed(await signed(plain, pki.person), pki.agency),
    'hand-made, certified and sealed': handSigned(certified, {
      ...by(pki.agency),
      fieldName: 'Dau',
      rect: [300, 280, 402, 382],
      drawing: '1 0 0 rg 9 9 84 84 re f',
    }),
    'hand-made, hybrid': handSigned(hybrid(), by(pki.person)),
    'object streams': await signed(qpdf(folder, 'gs.pdf', 'o.pdf', '--object-streams=generate'), pki.person),
    linearised: await signed(qpdf(folder, 'gs.pdf', 'l.pdf', '--linearize'), elliptic, 'ecdsa'),
  }
}

test(
  'of 10,000 changes of one byte in signed files none is called valid that touches a covered byte, and none breaks or stops the verifier',
  { timeout: 300_000 },
  async () => {
    const seed = printedSeed('single-byte changes')
    const next = chance(seed)
    const files = Object.entries(await makes())
    const limits = watchLimits()
    for (const [name, pdf] of files) {
      expect((await judged(pdf, trust)).verdict, name).toBe('valid')
      const last = (await inspectPdf(memorySource(pdf))).signatures.at(-1)?.byteRange
      if (last === undefined) throw new Error('the sample is not signed')
      const [, gap, end] = last
      for (let turn = 0; turn < Math.ceil(CHANGES / files.length); turn += 1) {
        // One in ten falls anywhere; the others keep out of the gap, which is long and not covered.
        const covered = next(pdf.length - (end - gap))
        const at = turn % 10 === 0 ? next(pdf.length) : covered < gap ? covered : covered + (end - gap)
        const mask = 1 + next(255)
        const about = `${name}: byte ${String(at)} ^ ${String(mask)}, seed ${String(seed)}`
        pdf[at] = (pdf[at] ?? 0) ^ mask
        const { verdict } = await limits.within(about, () => judged(pdf, trust))
        pdf[at] = (pdf[at] ?? 0) ^ mask
        if (at < gap || at >= end) expect(verdict, about).not.toBe('valid')
      }
    }
    await limits.end()
  },
)
