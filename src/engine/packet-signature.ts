/** The XML signature of a whole packet: made with a certificate, and judged. */
import type { SignatureVerdict } from '../shared/verdict.ts'
import { PACKET_LIMITS } from './envelope/read.ts'
import {
  OUR_PACKET_SIGNATURE,
  preparePacketSignature,
  signedPacketParts,
  withSignature,
  type PacketXmlSignature,
} from './envelope/xml-signature.ts'
import { AppError } from '../shared/errors.ts'
import { createHash } from 'node:crypto'
import { ecdsaToDer, verifyMessage } from './signing/algorithms.ts'
import { parseCertificate } from './signing/certificate.ts'
import { sameBytes } from './signing/der.ts'
import type { VerifyContext } from './signing/context.ts'
import { verifyBareSignature } from './signing/verify-bare.ts'

/**
 * Judges the signature that a packet bears on itself. It is evidence of the transport alone: the hub is
 * known to write packets anew on the way, which no such signature survives, and what has legal force is
 * signed in the PDF.
 *
 * @param open the packet's bytes from the start
 * @throws {AppError} `packet/*` where the packet cannot be read; a bad signature is a verdict
 */
export async function verifyPacketSignature(
  open: () => AsyncIterable<Uint8Array>,
  signature: PacketXmlSignature,
  context: VerifyContext,
): Promise<SignatureVerdict> {
  const { packetDigest, signedInfo } = await signedPacketParts(open(), signature, PACKET_LIMITS)
  const { key, digest } = signature.method
  return verifyBareSignature(
    {
      fieldName: 'Signature',
      certificates: signature.certificates,
      scheme: key === 'rsa' ? 'rsa-pkcs1' : 'ecdsa',
      digests: [digest, signature.digest],
      message: signedInfo,
      value: signature.value,
      isContentIntact: sameBytes(packetDigest, signature.digestValue),
    },
    context,
  )
}

/** A packet that wants nothing but the token's answer. */
export interface PreparedPacket {
  /** What the token is asked to sign: `digest` is the SHA-256 of `message`, the canonical SignedInfo. */
  readonly hash: { readonly digest: Uint8Array; readonly message: Uint8Array }
  /**
   * The signed packet. The value is checked with the certificate's key first, because drivers are known to
   * answer with another key's signature.
   *
   * @throws {AppError} `sign/self-check-failed`
   */
  readonly signed: (value: Uint8Array) => AsyncIterable<Uint8Array>
}

/**
 * Lays out an enveloped XML signature over a packet, as the last child of its header: exclusive C14N,
 * SHA-256, RSA or ECDSA. The packet is read here and again by whoever reads the signed one; all its other
 * bytes stay as they are.
 *
 * @param open the packet's bytes from the start
 * @throws {AppError} `packet/*`, `certificate/unusable`; `packet/ambiguous` for one that is signed already
 */
export async function preparePacket(
  open: () => AsyncIterable<Uint8Array>,
  certificate: Uint8Array,
  chain: readonly Uint8Array[],
): Promise<PreparedPacket> {
  const { publicKey } = parseCertificate(certificate)
  if (publicKey.kind === 'other') {
    throw new AppError('certificate/unusable', 'the key of the certificate is of an unknown kind')
  }
  const { key, scheme } =
    publicKey.kind === 'ec'
      ? { key: 'ec' as const, scheme: { kind: 'ecdsa' as const } }
      : { key: 'rsa' as const, scheme: { kind: 'rsa-pkcs1' as const } }
  const { packetDigest, headerEnd, hasSignature } = await signedPacketParts(
    open(),
    OUR_PACKET_SIGNATURE,
    PACKET_LIMITS,
  )
  if (hasSignature) {
    throw new AppError('packet/ambiguous', 'the packet is signed already', { detail: 'Signature' })
  }
  if (headerEnd === undefined) {
    throw new AppError('packet/incomplete', 'the packet has no header', { detail: 'edXMLHeader' })
  }
  const { signedInfo, element } = preparePacketSignature(packetDigest, key, [certificate, ...chain])
  return {
    hash: { digest: createHash('sha256').update(signedInfo).digest(), message: signedInfo },
    signed(value) {
      if (!verifyMessage(publicKey, scheme, 'sha256', signedInfo, inDer(value, publicKey))) {
        throw new AppError('sign/self-check-failed', 'the token signed something else or with another key')
      }
      return withSignature(open(), headerEnd, element(value))
    },
  }
}

function inDer(
  value: Uint8Array,
  { kind, bits }: { readonly kind: string; readonly bits: number },
): Uint8Array {
  if (kind !== 'ec') return value
  try {
    return ecdsaToDer(value, bits)
  } catch (cause) {
    throw new AppError('sign/self-check-failed', 'the token answered with a signature of the wrong length', {
      cause,
    })
  }
}
