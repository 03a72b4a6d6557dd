import { createPrivateKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSoftwarePki as makeInMemory, type SoftwareCertificate } from '../../src/hub-sim/software-pki.ts'
import type { MadeCertificate } from './pki.ts'

/** The practice hub's infrastructure with its files on disk, where openssl and its like look for them. */
export interface SoftwarePki {
  readonly root: MadeCertificate
  readonly issuing: MadeCertificate
  issue(options: SoftwareIssueOptions): MadeCertificate
}

/** What to put into a certificate of {@link SoftwarePki}. */
export interface SoftwareIssueOptions {
  /** File name without suffix, unique within the PKI. */
  readonly file: string
  readonly subject: string
}

/** Makes a root and an issuing CA in `dir`, both invented. */
export function makeSoftwarePki(dir: string, label = 'Suối Ngọc'): SoftwarePki {
  mkdirSync(dir, { recursive: true })
  const pki = makeInMemory(label)
  return {
    root: onDisk(dir, 'root', pki.root),
    issuing: onDisk(dir, 'issuing', pki.issuing),
    issue: ({ file, subject }) => onDisk(dir, file, pki.issue(subject)),
  }
}

function onDisk(dir: string, file: string, made: SoftwareCertificate): MadeCertificate {
  const certificatePath = join(dir, `${file}.crt.pem`)
  const keyPath = join(dir, `${file}.key.pem`)
  writeFileSync(certificatePath, made.certificatePem)
  writeFileSync(keyPath, made.keyPem, { mode: 0o600 })
  return { ...made, certificatePath, keyPath, privateKey: createPrivateKey(made.keyPem) }
}
