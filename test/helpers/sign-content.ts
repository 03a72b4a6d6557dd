import { constants, createHash, sign } from 'node:crypto'
import { prepareCms } from '../../src/engine/signing/cms.ts'
import type { PdfSignature } from '../../src/engine/signing/verify.ts'
import type { MadeCertificate } from './pki.ts'

export type Algorithm = 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa'
export type Digest = 'sha256' | 'sha384' | 'sha512'

/** Signs as a token does: RSA as it is, ECDSA as r‖s. */
export function tokenSign(
  key: MadeCertificate,
  algorithm: Algorithm,
  digest: Digest | 'sha1',
  message: Uint8Array,
): Uint8Array {
  if (algorithm === 'ecdsa') return sign(digest, message, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  const padding = algorithm === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return sign(digest, message, { key: key.privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
}

/** A finished CMS over some content, made by the app's own code with a software key. */
export function signContent(
  content: Uint8Array,
  signer: MadeCertificate,
  options: {
    chain?: readonly MadeCertificate[]
    algorithm?: Algorithm
    digest?: Digest
    signingTime?: Date
  } = {},
): Uint8Array {
  const { chain = [], algorithm = 'rsa-pkcs1', digest = 'sha256', signingTime } = options
  const prepared = prepareCms({
    certificate: signer.der,
    chain: chain.map((certificate) => certificate.der),
    digest: createHash(digest).update(content).digest(),
    digestAlgorithm: digest,
    signatureAlgorithm: algorithm,
    ...(signingTime === undefined ? {} : { signingTime }),
  })
  return prepared.finish(tokenSign(signer, algorithm, digest, prepared.toBeSigned))
}

/** A signature as the PDF leaf hands it over, over `content` instead of a real file. */
export function asPdfSignature(
  content: Uint8Array,
  contents: Uint8Array,
  facts: Partial<PdfSignature> = {},
): PdfSignature {
  return {
    fieldName: 'Signature1',
    subFilter: 'ETSI.CAdES.detached',
    contents,
    digestOf: (algorithm) => Promise.resolve(createHash(algorithm).update(content).digest()),
    rangeIsSound: true,
    coversWholeDocument: true,
    changesAfter: [],
    signedAt: new Date(),
    ...facts,
  }
}
