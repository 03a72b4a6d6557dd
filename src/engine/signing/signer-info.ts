import { createHash } from 'node:crypto'
import { type DigestAlgorithm, readDigestAlgorithm } from './algorithms.ts'
import { type Certificate, readName } from './certificate.ts'
import type { Attribute, SignedData, SignerInfo } from './cms.ts'
import { childrenOfTag, DerError, type Element, expectTag, octets, sameBytes, TAG } from './der.ts'
import type { TrustStore } from './trust.ts'

/** The certificate a SignerInfo names, among those that came along and those at hand. */
export function signerCertificate(
  cms: SignedData,
  { signer }: SignerInfo,
  trust: Pick<TrustStore, 'certificates'>,
): Certificate | undefined {
  return [...cms.certificates, ...trust.certificates].find((certificate) =>
    'issuer' in signer
      ? certificate.serialNumber === signer.serialNumber && certificate.issuer.folded === signer.issuer.folded
      : certificate.subjectKeyId !== undefined && sameBytes(certificate.subjectKeyId, signer.subjectKeyId),
  )
}

/** The only value of the only attribute of a type; undefined when there is none. */
export function single(attributes: readonly Attribute[], type: string): Element | undefined {
  const [found, again] = attributes.filter((attribute) => attribute.type === type)
  if (found === undefined) return undefined
  const [value, more] = found.values
  if (value === undefined || more !== undefined || again !== undefined)
    throw new DerError('attribute not single')
  return value
}

/** Whether the first ESSCertID(v2) of a signing-certificate attribute is this certificate (RFC 5035 section 5). */
export function namesCertificate(
  value: Element,
  defaultDigest: DigestAlgorithm,
  signer: Certificate,
): boolean {
  const [certificates] = childrenOfTag(value, TAG.sequence)
  const [essCertId] = childrenOfTag(certificates, TAG.sequence)
  const fields = [...childrenOfTag(essCertId, TAG.sequence)]
  const digest = fields[0]?.tag === TAG.sequence ? readDigestAlgorithm(fields.shift()) : defaultDigest
  const hash = octets(fields.shift())
  const [issuerSerial] = fields
  if (!sameBytes(hash, createHash(digest).update(signer.der).digest())) return false
  if (issuerSerial === undefined) return true
  const [generalNames, serial] = childrenOfTag(issuerSerial, TAG.sequence)
  const serialNumber = Buffer.from(expectTag(serial, TAG.integer).content).toString('hex')
  const issuers = childrenOfTag(generalNames, TAG.sequence).filter((name) => name.tag === 0xa4)
  return (
    serialNumber === signer.serialNumber &&
    issuers.every((name) => readName(name.children[0]).folded === signer.issuer.folded)
  )
}
