/**
 * The namespace of QCVN 102:2016/BTTTT. Packets of 2025 still carry it although the regulation was
 * amended in 2022.
 */
export const EDXML = 'http://www.mic.gov.vn/TBT/QCVN_102_2016'

/** Namespaces of the formats before, still met in the field. Read, never written. */
export const LEGACY_NAMESPACES: ReadonlySet<string> = new Set([
  'http://www.go.vn/eDoc',
  'http://www.e-doc.vn/Schema/',
])

/** W3C XML Signature. */
export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#'

/**
 * Ours, for what this program tells its like: an agency's statement about its encryption key, as `EncryptionKey`
 * in the header. Readers look for the children of the header by their names; a signature in the namespace of XMLDSig
 * is met there too.
 */
export const KEY_STATEMENT = 'urn:vanthu:encryption-key:1'

/** Whether an element of this namespace may be part of a packet's own vocabulary. */
export function isPacketNamespace(namespace: string): boolean {
  return namespace === EDXML || LEGACY_NAMESPACES.has(namespace)
}
