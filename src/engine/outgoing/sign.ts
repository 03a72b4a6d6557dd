import { AppError } from '../../shared/errors.ts'
import { formatCode, type DocumentId, type FileRole } from '../../shared/document/fields.ts'
import { formatDate, vietnamClock } from '../../shared/document/vietnam-time.ts'
import type { CertificateChoice } from '../../shared/ipc/contract.ts'
import type { DocumentVerdict, ReasonCode } from '../../shared/verdict.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { SignatureAppearance } from '../pdf/appearance.ts'
import { chunksOf, type PdfSource } from '../pdf/source.ts'
import { signPdf } from '../sign-pdf.ts'
import { holderKind, type Certificate } from '../signing/certificate.ts'
import type { SignerClient } from '../signing/signer-client.ts'
import { findCertificate } from '../signing/token-view.ts'
import type { Outgoing, Store } from '../store/index.ts'

/** What signing needs of the world. */
export interface SignPorts {
  readonly store: Store
  readonly signer: SignerClient
  readonly now: () => number
  readonly reach: ReachFailPoint
  /** Our own verifier, which judges every signature we make before it is kept. */
  readonly verify: (source: PdfSource) => Promise<DocumentVerdict>
  /** The Times-metric face of the visible block. */
  readonly font: Uint8Array
}

/** Who signs with what. The PIN lives for this one call. */
export interface SignChoice {
  readonly certificate: CertificateChoice
  readonly pin: string
}

/**
 * frozen → signed. The authorised person's signature.
 *
 * Never a job and never retried by the machine: a wrong PIN locks the token.
 *
 * @throws {AppError} `sign/*`, `pdf/*`, `certificate/unusable`, `certificate/wrong-holder`; the document is
 *   then as it was
 */
export async function sign(ports: SignPorts, id: DocumentId, choice: SignChoice): Promise<void> {
  const document = ports.store.outgoing.get(id)
  if (document.state !== 'frozen') throw new AppError('document/wrong-state', `sign while ${document.state}`)
  await addSignature(ports, document, choice, {
    from: 'imported',
    to: 'signed',
    event: 'sign',
    holder: 'person',
    appearance: (certificate, at) => [
      `Người ký: ${certificate.subject.commonName ?? ''}`,
      ...(certificate.subject.title === undefined ? [] : [`Chức vụ: ${certificate.subject.title}`]),
      `Thời gian ký: ${signingTime(at)}`,
    ],
    place: { corner: 'bottom-right', xMm: 15, yMm: 12 },
  })
}

/**
 * numbered → sealed. The agency's signature over the signed document, which stays an exact prefix; the
 * visible block carries number and date.
 *
 * @throws {AppError} as {@link sign}; the number stays with the document
 * @source Decree 30/2020/NĐ-CP Art 32(2)d: the agency signs after the authorised person
 */
export async function seal(ports: SignPorts, id: DocumentId, choice: SignChoice): Promise<void> {
  const document = ports.store.outgoing.get(id)
  const { codeNumber, issuedDate, state } = document
  if (state !== 'numbered' || codeNumber === undefined || issuedDate === undefined) {
    throw new AppError('document/wrong-state', `seal while ${state}`)
  }
  await addSignature(ports, document, choice, {
    from: 'signed',
    to: 'sealed',
    event: 'seal',
    holder: 'agency',
    appearance: (certificate, at) => [
      `Cơ quan: ${certificate.subject.commonName ?? ''}`,
      `Số: ${formatCode(codeNumber, document.fields.codeNotation)}`,
      `Ngày ban hành: ${formatDate(issuedDate)}`,
      `Thời gian ký: ${signingTime(at)}`,
    ],
    place: { corner: 'bottom-left', xMm: 30, yMm: 12 },
  })
}

/** What differs between the two signatures. */
interface Step {
  readonly from: FileRole
  readonly to: FileRole
  readonly event: 'sign' | 'seal'
  /** Whose certificate it takes. One that does not tell whose it is serves for both. */
  readonly holder: 'person' | 'agency'
  readonly appearance: (certificate: Certificate, at: number) => string[]
  readonly place: Pick<SignatureAppearance, 'corner' | 'xMm' | 'yMm'>
}

async function addSignature(
  ports: SignPorts,
  document: Outgoing,
  choice: SignChoice,
  step: Step,
): Promise<void> {
  const { store, reach } = ports
  const token = store.settings.get('token')
  if (token === undefined) throw new AppError('sign/module-missing', 'no token module is chosen')
  const original = document.files.findLast((file) => file.role === step.from)
  if (original === undefined)
    throw new AppError('document/incomplete', `no ${step.from} file`, { detail: 'pdf' })

  const at = ports.now()
  const { modulePath } = token
  const isPracticeFile = /\.(p12|pfx)$/i.test(modulePath)
  const tokens = await ports.signer.tokens(modulePath, isPracticeFile ? choice.pin : undefined)
  const { certificate, chain, pinPad } = findCertificate(tokens, choice.certificate, new Date(at))
  const kind = holderKind(certificate.subject)
  if (kind !== 'unknown' && kind !== step.holder) {
    throw new AppError('certificate/wrong-holder', `${step.event} with a certificate of the kind ${kind}`)
  }

  const source = await store.files.open(original.sha256)
  try {
    const signed = await signPdf({
      source,
      certificate: certificate.der,
      chain,
      signedAt: new Date(at),
      location: document.fields.place,
      appearance: {
        page: 'last',
        ...step.place,
        widthMm: 78,
        lines: step.appearance(certificate, at),
        font: ports.font,
      },
      sign: async ({ digest, message }) => {
        const batch = await ports.signer.sign({
          modulePath,
          ...choice.certificate,
          ...(pinPad ? {} : { pin: choice.pin }),
          hashes: [{ id: document.id, digest, message }],
        })
        const [signature] = batch.signatures
        if (signature === undefined) throw new AppError('sign/driver-failed', 'no signature came back')
        return signature.value
      },
    })
    reach('sign/prepared')
    const verdict = await ports.verify(signed)
    if (!isOurOwnGood(verdict)) {
      throw new AppError('sign/self-check-failed', `our own verdict: ${verdict.reasons.join(', ')}`)
    }
    const stored = await store.files.put(chunksOf(signed))
    reach('sign/stored')
    store.atomically(() => {
      // It may have been reopened, changed and frozen again while the token worked.
      const { files, revision } = store.outgoing.get(document.id)
      const current = files.findLast((file) => file.role === step.from)
      if (revision !== document.revision || current?.sha256 !== original.sha256) {
        throw new AppError('document/changed', 'it is not the document that was signed any more')
      }
      const { name, contentType } = original
      store.outgoing.setFile(document.id, { name, contentType, ...stored }, step.to)
      store.outgoing.setVerdict(document.id, verdict)
      store.outgoing.move(document.id, step.event, ports.now(), {
        signer: certificate.subject.commonName ?? '',
        certificate: certificate.sha256,
      })
    })
    reach('sign/committed')
  } finally {
    await source.close()
  }
}

/** What may be wrong with a signature that we made ourselves: whom it chains to, and nothing else. */
const NOT_OUR_FAULT: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'root-unknown',
  'intermediate-missing',
  'revocation-unknown-note',
  'signing-time-claimed-note',
  'signing-time-off-note',
  'bytes-added-note',
])

function isOurOwnGood(verdict: DocumentVerdict): boolean {
  const last = verdict.signatures.at(-1)
  return last?.coversWholeDocument === true && last.reasons.every((reason) => NOT_OUR_FAULT.has(reason))
}

/** As government-CA tools print it: `dd.MM.yyyy HH:mm:ss +07:00`. */
function signingTime(at: number): string {
  return `${vietnamClock(at).replaceAll('/', '.')} +07:00`
}
