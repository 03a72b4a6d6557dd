/** What may travel beside the main document. */

/** One file, in bytes. @source the gateway of the interchange, which is known to take no more for one file */
export const MAX_ATTACHMENT_BYTES = 50_000_000

/** The main document and all that is beside it, in bytes: base64 and markup keep it under what receivers read. */
export const MAX_DOCUMENT_BYTES = 70_000_000

/** How many files may be beside the main document; each that is no PDF brings its signature as one more. */
export const MAX_ATTACHMENTS = 20

/** What the signature of `bang-ke.xlsx` is called, behind the whole name: `bang-ke.xlsx.p7s` (RFC 8551 section 3.2.1). */
export const SIGNATURE_SUFFIX = '.p7s'

/** The name of the file that a signature file of this name signs; undefined where the name says nothing. */
export function signedNameOf(name: string): string | undefined {
  return /^(.+)\.p7s$/i.exec(name)?.[1]
}

/** Whether a file of this name is a signature that stands by itself, with its content inside (.p7m) or beside it. */
export function isSignatureName(name: string): boolean {
  return /\.(?:p7s|p7m)$/i.test(name)
}

/** Whether a file of this name is a PDF: an appendix that is signed inside itself. */
export function isPdfName(name: string): boolean {
  return /\.pdf$/i.test(name)
}

/** Media types of what offices send; receivers go by the name. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  txt: 'text/plain',
  p7s: 'application/pkcs7-signature',
  zip: 'application/zip',
}

/** The media type of a file, by its name. */
export function contentTypeOf(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return CONTENT_TYPES[extension] ?? 'application/octet-stream'
}

/** What the encrypted form of `bang-ke.xlsx` is called, behind the whole name (RFC 8551 section 3.2.1). */
export const ENCRYPTED_SUFFIX = '.p7m'
export const ENCRYPTED_TYPE = 'application/pkcs7-mime'

/** Whether a file by its label may be one that was encrypted; its first bytes tell. */
export function mayBeEncrypted(name: string, contentType: string): boolean {
  return /\.p7m$/i.test(name) || contentType.toLowerCase().startsWith(ENCRYPTED_TYPE)
}

/** What a file is called once it was decrypted. */
export function decryptedName(name: string): string {
  return name.replace(/(?<=.)\.p7m$/i, '')
}
