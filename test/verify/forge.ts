/** Signed PDFs of every make, put together by hand so that a forger's liberties can be taken with them. */
import { createHash, sign } from 'node:crypto'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { encode, TAG } from '../../src/engine/signing/der.ts'
import type { TrustStore } from '../../src/engine/signing/trust.ts'
import { verifyPdf } from '../../src/engine/verify-pdf.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import type { MadeCertificate } from '../helpers/pki.ts'
import { signContent } from '../helpers/sign-content.ts'
import { appended, type NewObjects } from '../pdf/samples.ts'

/** One signature to add by an increment of its own. The document has the catalogue in 1 and its page in 3. */
export interface HandSigning {
  readonly signer: MadeCertificate
  readonly chain?: readonly MadeCertificate[]
  /** Default `Chuky`. */
  readonly fieldName?: string
  /** Default `ETSI.CAdES.detached`. */
  readonly subFilter?: string
  /** Default `Sig`. */
  readonly type?: string
  /** Level of a certification. */
  readonly docMdp?: 1 | 2 | 3
  /** /M as it is to stand in the file. */
  readonly claims?: string
  /** The CMS attribute. */
  readonly signingTime?: Date
  /** Left, bottom, right, top of the widget in points; nothing is shown without. */
  readonly rect?: readonly [number, number, number, number]
  /** Content stream of the widget's drawing. */
  readonly drawing?: string
  /** More entries of the signature dictionary. */
  readonly entries?: string
  /** More entries of the widget. */
  readonly widgetEntries?: string
  /** What stands in /Contents, over the covered bytes; by default a CAdES signature. */
  readonly contents?: (covered: Buffer) => Uint8Array
  /** More objects of the increment. */
  readonly objects?: NewObjects
  /** Entry of an empty signature field that is filled instead of adding one. */
  readonly intoField?: number
}

const ROOM_BYTES = 6000
const RANGE = '[0 0000000000 0000000000 0000000000]'

/** An object as it last stands in the file, for a forger to start from. */
export function objectOf(pdf: Buffer, number: number): string {
  const pattern = new RegExp(`(?<!\\d)${String(number)} 0 obj\\n([\\s\\S]*?)\\nendobj`, 'g')
  const found = [...pdf.toString('latin1').matchAll(pattern)].at(-1)?.[1]
  if (found === undefined) throw new Error(`the sample has no object ${String(number)}`)
  return found
}

/** The number of the last object whose text matches. */
export function numberOf(pdf: Buffer, pattern: RegExp): number {
  const objects = [...pdf.toString('latin1').matchAll(/(?<!\d)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)]
  const found = objects.filter(([, , body = '']) => pattern.test(body)).at(-1)
  if (found === undefined) throw new Error('the sample has no such object')
  return Number(found[1])
}

/** A dictionary with one entry more. */
export function withEntry(dictionary: string, entry: string): string {
  return dictionary.replace(/>>$/, `${entry} >>`)
}

function nextNumber(pdf: Buffer): number {
  const numbers = [...pdf.toString('latin1').matchAll(/(?<!\d)(\d+) 0 obj\n/g)].map(([, number]) =>
    Number(number),
  )
  return Math.max(...numbers) + 1
}

/** Where the last /Contents string begins and ends, delimiters included. */
export function lastGap(pdf: Buffer): readonly [number, number] {
  const start = pdf.lastIndexOf('/Contents <') + '/Contents '.length
  return [start, pdf.indexOf('>', start) + 1]
}

/** Adds a signature by an increment. */
export function handSigned(pdf: Buffer, signing: HandSigning): Buffer {
  const { signer, chain = [], fieldName = 'Chuky', rect = [0, 0, 0, 0], drawing, intoField } = signing
  const value = nextNumber(pdf)
  const field = intoField ?? value + 1
  const level = signing.docMdp
  const reference =
    level === undefined
      ? ''
      : `/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P ${String(level)} /V /1.2 >> >>] `
  const widget = `<< /Type /Annot /Subtype /Widget /FT /Sig /T (${fieldName}) /F 132 /P 3 0 R /Rect [${rect.join(' ')}] >>`
  const filled = [
    `/V ${String(value)} 0 R`,
    ...(drawing === undefined ? [] : [`/AP << /N ${String(value + 2)} 0 R >>`]),
    ...(signing.widgetEntries === undefined ? [] : [signing.widgetEntries]),
  ].join(' ')
  const unlisted = intoField === undefined
  const root = objectOf(pdf, 1)
  const certified = level === undefined ? root : withEntry(root, `/Perms << /DocMDP ${String(value)} 0 R >>`)
  const objects: NewObjects = {
    ...(unlisted && {
      1: certified.replace('/Fields [', `/Fields [${String(field)} 0 R `),
      3: objectOf(pdf, 3).replace('/Annots [', `/Annots [${String(field)} 0 R `),
    }),
    [value]: `<< /Type /${signing.type ?? 'Sig'} /Filter /Adobe.PPKLite /SubFilter /${signing.subFilter ?? 'ETSI.CAdES.detached'} ${
      signing.claims === undefined ? '' : `/M (${signing.claims}) `
    }${reference}${signing.entries ?? ''}/ByteRange ${RANGE} /Contents <${'00'.repeat(ROOM_BYTES)}> >>`,
    [field]: withEntry(unlisted ? widget : objectOf(pdf, field), filled),
    ...(drawing !== undefined && {
      [value + 2]: {
        dict: `/Type /XObject /Subtype /Form /BBox [0 0 ${String(rect[2] - rect[0])} ${String(rect[3] - rect[1])}]`,
        data: drawing,
      },
    }),
    ...signing.objects,
  }
  const whole = appended(pdf, objects)
  const [start, end] = lastGap(whole)
  const range = [start, end, whole.length - end].map((number) => String(number).padStart(10, '0')).join(' ')
  whole.write(`[0 ${range}]`, whole.lastIndexOf(RANGE), 'latin1')
  const covered = Buffer.concat([whole.subarray(0, start), whole.subarray(end)])
  const { signingTime } = signing
  const contents =
    signing.contents?.(covered) ??
    signContent(covered, signer, { chain, ...(signingTime === undefined ? {} : { signingTime }) })
  whole.write(Buffer.from(contents).toString('hex'), start + 1, 'latin1')
  return whole
}

/** The value of `adbe.x509.rsa_sha1`: a bare PKCS#1 block in an OCTET STRING. */
export function bareRsaSha1(covered: Uint8Array, signer: MadeCertificate): Uint8Array {
  return encode(TAG.octetString, sign('sha1', covered, signer.privateKey))
}

export function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest()
}

/** The way everything that comes in is judged. */
export function judged(pdf: Uint8Array, trust: TrustStore, now = new Date()): Promise<DocumentVerdict> {
  return verifyPdf(memorySource(pdf), { trust, now })
}

/** The word and the reasons that weigh. */
export function gist({ verdict, reasons }: DocumentVerdict): string {
  return [verdict, ...reasons.filter((code) => !code.endsWith('-note'))].join(' ')
}
