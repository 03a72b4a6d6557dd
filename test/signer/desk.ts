import { createHash, verify, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { signerClient } from '../../src/engine/signing/signer-client.ts'
import type { SignBatch, SignerClient, SignerClientOptions } from '../../src/engine/signing/signer-client.ts'
import { startSignerProcess } from '../../src/engine/signing/signer-process.ts'
import type { SigningInput, TokenCertificate } from '../../src/shared/signing.ts'
import { makePki } from '../helpers/pki.ts'
import type { MadeCertificate, Pki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import type { SoftHsm, SoftToken } from '../helpers/softhsm.ts'
import { makeFaultShim } from '../native/fault-shim.ts'
import type { FaultShim } from '../native/fault-shim.ts'

const SIGNER = join(import.meta.dirname, '../../src/signer/index.ts')

/** A clerk's desk: certificates, tokens in SoftHSM2, the fault shim before them, and the real signer. */
export interface Desk {
  readonly directory: string
  readonly pki: Pki
  readonly softHsm: SoftHsm
  readonly shim: FaultShim
  /** PIN 123456, the person's certificate. */
  readonly person: SoftToken
  /** PIN 654321, the agency's certificate. */
  readonly agency: SoftToken
  /** A client of the real signer process. Ended with the desk. */
  signer(
    options?: SignerClientOptions,
    env?: Readonly<Record<string, string>>,
  ): SignerClient & { starts(): number }
  /** A batch that would succeed: the person signs these texts, through the shim. */
  batch(texts: readonly string[], change?: Partial<SignBatch>): SignBatch
  clear(): Promise<void>
}

export function makeDesk(): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'vanthu-signer-'))
  const pki = makePki(join(directory, 'pki'))
  const softHsm = makeSoftHsm(join(directory, 'tokens'))
  const chainPem = [pki.issuing.certificatePem, pki.root.certificatePem]
  const person = softHsm.addToken({ label: 'Nguyễn Văn Mẫu', pin: '123456', ...pems(pki.person), chainPem })
  const agency = softHsm.addToken({ label: 'UBND xã Suối Ngọc', pin: '654321', ...pems(pki.agency) })
  const shim = makeFaultShim(join(directory, 'shim'), softHsm)
  const clients: SignerClient[] = []
  return {
    directory,
    pki,
    softHsm,
    shim,
    person,
    agency,
    signer(options = {}, env = {}) {
      let started = 0
      const client = signerClient(() => {
        started++
        return startSignerProcess(SIGNER, { ...shim.env, ...env })
      }, options)
      clients.push(client)
      return { ...client, starts: () => started }
    },
    batch: (texts, change = {}) => ({
      modulePath: shim.modulePath,
      tokenSerial: person.serial,
      certificateSha256: pki.person.sha256,
      pin: person.pin,
      hashes: texts.map(toSign),
      ...change,
    }),
    async clear() {
      await Promise.all(clients.map((client) => client.close()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export function pems({ certificatePem, keyPem }: MadeCertificate): {
  certificatePem: string
  keyPem: string
} {
  return { certificatePem, keyPem }
}

/** A text as the engine would pass it, with the message that was hashed. Its id is the text. */
export function toSign(text: string): SigningInput & { message: Uint8Array } {
  const message = Buffer.from(text)
  return { id: text, digest: createHash('sha256').update(message).digest(), message }
}

/** The same without the message: only a bare hash reaches the token. */
export function hashOf(text: string): SigningInput {
  const { id, digest } = toSign(text)
  return { id, digest }
}

/** The judge: node:crypto over the text whose name the signature bears. */
export function isRight(certificate: Uint8Array, signature: { id: string; value: Uint8Array }): boolean {
  const key = new X509Certificate(certificate).publicKey
  return verify('sha256', Buffer.from(signature.id), { key, dsaEncoding: 'ieee-p1363' }, signature.value)
}

/** Certificates in a form that a test can compare at a glance. */
export function summary(certificates: readonly TokenCertificate[]): string[] {
  return certificates
    .map(({ der, hasKey, algorithm, keyBits }) => {
      const name = /^CN=(.*)$/m.exec(new X509Certificate(der).subject)?.[1] ?? ''
      return `${name}: ${algorithm} ${String(keyBits)}${hasKey ? ', key' : ''}`
    })
    .sort()
}
