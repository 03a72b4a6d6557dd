/** Signatures of files that are no PDF: CAdES-B in a file of its own, which travels beside what it signs. */
import { createHash } from 'node:crypto'
import { AppError } from '../shared/errors.ts'
import type { SigningManner } from '../shared/signing.ts'
import type { DocumentVerdict } from '../shared/verdict.ts'
import { passingChunksOf, type PdfSource } from './pdf/source.ts'
import { parseCertificate } from './signing/certificate.ts'
import { prepareCms } from './signing/cms.ts'
import { schemeOf } from './signing/manner.ts'
import type { ContentDigest, VerifyContext } from './signing/context.ts'
import { verifySeparateSignature } from './signing/verify-separate.ts'

/** One signature to make over a file, without the token's part. */
export interface FileToSign {
  readonly source: PdfSource
  /** DER of the signer's certificate, and of those above it, nearest first. */
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly signedAt: Date
  /** The hash, and how an RSA key signs: as the token is asked. */
  readonly manner: SigningManner
}

/** A file's signature that wants nothing but the token's answer. */
export interface PreparedFileSignature {
  /** What the token is asked to sign: `digest` is the hash of `message`, the CMS signed attributes. */
  readonly hash: { readonly digest: Uint8Array; readonly message: Uint8Array }
  /**
   * DER of the signature file. The value is checked with the certificate's key first.
   *
   * @throws {AppError} `sign/self-check-failed`
   */
  readonly signature: (value: Uint8Array) => Uint8Array
}

/**
 * Lays out a detached CAdES-B signature (EN 319 122-1) over a file that is read once, piece by piece.
 *
 * @throws {AppError} `certificate/unusable`
 */
export async function prepareFileSignature(signing: FileToSign): Promise<PreparedFileSignature> {
  const certificate = parseCertificate(signing.certificate)
  if (certificate.publicKey.kind === 'other') {
    throw new AppError('certificate/unusable', 'the key of the certificate is of an unknown kind')
  }
  const cms = prepareCms({
    certificate: signing.certificate,
    chain: signing.chain,
    digest: await digestOf(signing.source, signing.manner.digestAlgorithm),
    digestAlgorithm: signing.manner.digestAlgorithm,
    signatureAlgorithm: schemeOf(certificate, signing.manner),
    signingTime: signing.signedAt,
  })
  return { hash: { digest: cms.hash, message: cms.toBeSigned }, signature: (value) => cms.finish(value) }
}

/**
 * Judges a file by the signature that lies beside it, or around its content: the verdict words and reasons
 * of a PDF.
 *
 * @param file what is said to be signed; undefined where only the signature is there
 */
export function verifyFileSignature(
  file: PdfSource | undefined,
  signature: Uint8Array,
  context: VerifyContext,
): Promise<DocumentVerdict> {
  if (file === undefined) return verifySeparateSignature({ contents: signature }, context)
  const known = new Map<ContentDigest, Promise<Uint8Array>>()
  return verifySeparateSignature(
    {
      contents: signature,
      digestOf(algorithm) {
        // Several signers of one file mostly use the same hash of it.
        const digest = known.get(algorithm) ?? digestOf(file, algorithm)
        known.set(algorithm, digest)
        return digest
      },
    },
    context,
  )
}

async function digestOf(source: PdfSource, algorithm: ContentDigest): Promise<Uint8Array> {
  const hash = createHash(algorithm)
  for await (const chunk of passingChunksOf(source)) hash.update(chunk)
  return hash.digest()
}
