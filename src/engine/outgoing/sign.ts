import { AppError } from '../../shared/errors.ts'
import { sha256Hex, type DocumentFile, type DocumentId, type FileRole } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { signersOf, signsNext } from '../../shared/document/signers.ts'
import type { CertificateChoice, PlacedSignature } from '../../shared/ipc/contract.ts'
import type { SignatureValue, SigningInput, SigningManner } from '../../shared/signing.ts'
import { isPracticeFile } from '../../shared/practice-file.ts'
import type { DocumentVerdict, ReasonCode } from '../../shared/verdict.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { Appearance } from '../pdf/appearance.ts'
import { requireRole } from '../may.ts'
import { passingChunksOf, reopening, type PdfFileSource, type PdfSource } from '../pdf/source.ts'
import { preparePdf, type PdfToSign, type PreparedPdf } from '../sign-pdf.ts'
import { holderKind, type Certificate } from '../signing/certificate.ts'
import { mannerFor } from '../signing/manner.ts'
import type { SignerClient } from '../signing/signer-client.ts'
import { findCertificate, type FoundCertificate } from '../signing/token-view.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { prepareAttachments, type AttachmentSigning } from './attach.ts'
import { requireFits } from './fit.ts'
import { requireForm } from './form.ts'
import { giveNumber, reserveNumber, type NumberChoice } from './number.ts'
import type { AgencyShow, Readied, Showing } from './show.ts'
import { fileToSign, isLastTurn, requireTurn } from './signers.ts'

/** What signing needs of the world. */
export interface SignPorts {
  readonly store: Store
  readonly signer: SignerClient
  readonly now: () => number
  readonly reach: ReachFailPoint
  /** Our own verifier, which judges every signature we make before it is kept. */
  readonly verify: (source: PdfSource) => Promise<DocumentVerdict>
  /** The Times-metric face of visible text: see appearance-font.ts. */
  readonly font: () => Promise<Uint8Array>
  /** Hash and RSA scheme as the office's settings ask for. */
  readonly manner: () => SigningManner
  /** @throws {AppError} `certificate/revoked` when it is known here that the certificate was taken back */
  readonly requireUnrevoked: (found: FoundCertificate) => void
}

/** Who signs with what. The PIN lives for this one call. */
export interface SignChoice {
  readonly certificate: CertificateChoice
  /** Left out where the token has a keypad of its own. */
  readonly pin?: string | undefined
  /** The clerk agreed to use the last try before the token locks itself. */
  readonly lastTry?: boolean | undefined
}

/** How one document is to be signed, where the clerk says more than who. */
export interface SignManner {
  /** Where the clerk dragged the picture; left out, where the page says. */
  readonly place?: PlacedSignature | undefined
}

/** How it went for one document of a batch. */
export interface SignOutcome {
  readonly id: DocumentId
  /** Why it is not signed, and is as it was; left out where it is. */
  readonly failure?: unknown
}

/** Number and date of what is sealed, where the clerk chose them. */
export interface Issue extends NumberChoice, SignManner {}

/**
 * frozen → signed, once the last has signed. The signature of the person whose turn it is; each signs over
 * what those before have signed, which stays an exact prefix.
 *
 * Never a job and never retried by the machine: a wrong PIN locks the token.
 *
 * @throws {AppError} `sign/*`, `pdf/*`, `certificate/unusable`, `certificate/wrong-holder`, and as
 *   {@link requireTurn}; the document is then as it was
 */
export async function sign(
  ports: SignPorts,
  id: DocumentId,
  choice: SignChoice,
  manner: SignManner = {},
): Promise<void> {
  requireSigned(await signEach(ports, [id], choice, signWith(manner)))
}

/**
 * {@link sign} for many documents with one PIN, one login and one try. Each is committed as its signature
 * arrives: a pulled token leaves signed what is signed, and the rest waiting.
 *
 * @param onSigned is called after each that was committed
 * @returns one outcome per document, in the order asked
 * @throws {AppError} what concerns all of them and was found before the PIN was used: `sign/token-missing`,
 *   `certificate/unusable`…
 */
export function signMany(
  ports: SignPorts,
  ids: readonly DocumentId[],
  choice: SignChoice,
  onSigned: () => void,
): Promise<SignOutcome[]> {
  return signEach(ports, ids, choice, signWith({}), onSigned)
}

/**
 * signed → numbered → sealed; a copy of a paper document, which nobody signs, frozen → numbered → sealed. The
 * agency's signature over the document, which stays an exact prefix; what is visible carries number and date,
 * on a copy its form, agency and time. No number is taken before the certificate was found
 * and may seal; one that was given stays with the document whatever happens afterwards.
 *
 * @throws {AppError} as {@link sign}, and as {@link giveNumber}
 * @source Decree 30/2020/NĐ-CP Art 32(2)d: the agency signs after the authorised person
 */
export async function seal(
  ports: SignPorts,
  id: DocumentId,
  choice: SignChoice,
  issue: Issue = {},
): Promise<void> {
  requireSigned(await signEach(ports, [id], choice, sealWith(issue)))
}

/** {@link seal} for many documents, as {@link signMany}: numbers follow the order of `ids`. */
export function sealMany(
  ports: SignPorts,
  ids: readonly DocumentId[],
  choice: SignChoice,
  issue: Pick<Issue, 'issuedDate'>,
  onSigned: () => void,
): Promise<SignOutcome[]> {
  return signEach(ports, ids, choice, sealWith(issue), onSigned)
}

/** What differs between the signatures of persons and that of the agency. */
interface Step {
  readonly from: (document: Outgoing) => FileRole
  readonly to: FileRole
  readonly event: (document: Outgoing) => 'cosign' | 'sign' | 'seal'
  /** Whose certificate it takes. One that does not tell whose it is serves for both. */
  readonly holder: 'person' | 'agency'
  /** Done for each document once the certificate is found. */
  readonly ready: (ports: SignPorts, document: Outgoing, certificate: Certificate) => Outgoing
  /** What stands in the file before the signature. */
  readonly readied: (ports: SignPorts, document: Outgoing, source: PdfSource) => Promise<Readied>
  /** What is shown, a signature each, in this order, and what is filled in with the first. */
  readonly shows: (showing: Showing) => Promise<AgencyShow>
  readonly place: PlacedSignature | undefined
}

const signWith = ({ place }: SignManner): Step => ({
  from: fileToSign,
  to: 'signed',
  event: (document) => (isLastTurn(document) ? 'sign' : 'cosign'),
  holder: 'person',
  ready: ({ store }, document, certificate) => {
    requireMaySign(store, document)
    requireTurn(document, certificate)
    return document
  },
  readied: async ({ store, font, now }, { id }, source) => {
    // Only now: what looks for places in pages takes more code than all the rest.
    const { readyForPerson } = await import('./show.ts')
    return readyForPerson(store, source, await font(), () => reserveNumber(store, id, now()))
  },
  shows: async (showing) => {
    const { personShows } = await import('./show.ts')
    return { appearances: [await personShows(showing)], fill: [], detail: {} }
  },
  place,
})

/** Whoever leads signs; initials (ký nháy) are also those of who drafted it. */
function requireMaySign(store: Store, { fields, signatures }: Outgoing): void {
  if (signersOf(fields)[signatures.length]?.part === 'initials') return
  requireRole(store, 'leader')
}

function sealWith(issue: Issue): Step {
  return {
    from: fileToSign,
    to: 'sealed',
    event: () => 'seal',
    holder: 'agency',
    ready: ({ store, now, reach }, document) => {
      if (document.state === 'numbered') return document
      giveNumber(store, document.id, asReserved(store, document, issue), now(), reach)
      return store.outgoing.get(document.id)
    },
    readied: (_, __, source) => Promise.resolve({ source, certify: false }),
    shows: async (showing) => {
      const { agencyShows } = await import('./show.ts')
      return agencyShows(showing)
    },
    place: issue.place,
  }
}

/** A day that stands on the signed page already is not another one any more. */
function asReserved(store: Store, { codeNumber, issuedDate }: Outgoing, issue: Issue): NumberChoice {
  const isDrawn = store.settings.get('numberPlacement') === 'reserved' && codeNumber !== undefined
  return isDrawn ? { ...issue, issuedDate } : issue
}

function requireSigned([outcome]: readonly SignOutcome[]): void {
  const failure = outcome?.failure
  if (failure === undefined) return
  throw failure instanceof Error ? failure : new Error('it was not signed', { cause: failure })
}

async function signEach(
  ports: SignPorts,
  ids: readonly DocumentId[],
  choice: SignChoice,
  step: Step,
  onSigned: () => void = () => undefined,
): Promise<SignOutcome[]> {
  const failures = new Map<DocumentId, unknown>()
  const begun: DocumentId[] = []
  for (const id of new Set(ids)) {
    try {
      requireState(ports.store.outgoing.get(id), step)
      begun.push(id)
    } catch (cause) {
      failures.set(id, cause)
    }
  }
  if (begun.length > 0) {
    const signer = await findSigner(ports, choice, step)
    const prepared: Prepared[] = []
    for (const id of begun) {
      try {
        prepared.push(await prepare(ports, signer, step, id))
      } catch (cause) {
        failures.set(id, cause)
      }
    }
    if (prepared.length > 0) await signBatch(ports, signer, step, prepared, failures, onSigned)
  }
  return ids.map((id) => (failures.has(id) ? { id, failure: failures.get(id) } : { id }))
}

function requireState({ state, fields }: Outgoing, step: Step): void {
  if (signsNext(state, fields.typeName) === step.holder) return
  throw new AppError('document/wrong-state', `the ${step.holder} signs while ${state}`)
}

/** The certificate that signs, and how its token is asked. */
interface Signer extends FoundCertificate {
  readonly choice: SignChoice
  readonly modulePath: string
  readonly manner: SigningManner
}

/** Everything that can be refused before a document is touched or a PIN is used. */
async function findSigner(ports: SignPorts, choice: SignChoice, step: Step): Promise<Signer> {
  const token = ports.store.settings.get('token')
  if (token === undefined) throw new AppError('sign/module-missing', 'no token module is chosen')
  const { modulePath } = token
  const password = isPracticeFile(modulePath) ? choice.pin : undefined
  const tokens = await ports.signer.tokens(modulePath, password)
  const found = findCertificate(tokens, choice.certificate, new Date(ports.now()))
  const kind = holderKind(found.certificate.subject)
  if (kind !== 'unknown' && kind !== step.holder) {
    throw new AppError(
      'certificate/wrong-holder',
      `the ${step.holder} with a certificate of the kind ${kind}`,
    )
  }
  ports.requireUnrevoked(found)
  return { ...found, choice, modulePath, manner: mannerFor(found, ports.manner()) }
}

/** A document that wants nothing but the token's answer. Its file is closed meanwhile. */
interface Prepared {
  readonly document: Outgoing
  readonly original: DocumentFile
  readonly file: PdfFileSource
  readonly detail: HistoryEntry['detail']
  /** The signature that is waited for; those before it are in its bytes. */
  readonly pdf: PreparedPdf
  /** How many there are with it. */
  readonly count: number
  /** Lays out the next one over the bytes of this one; left out where this is the last. */
  readonly next?: (value: Uint8Array) => Promise<Prepared>
  /** What is signed beside it under the same login, once its own signatures are there. */
  readonly attachments: readonly AttachmentSigning[]
}

async function prepare(ports: SignPorts, signer: Signer, step: Step, id: DocumentId): Promise<Prepared> {
  const { store, font } = ports
  const { certificate, chain, choice } = signer
  const document = step.ready(ports, store.outgoing.get(id), certificate)
  requireFits(store, document)
  requireForm(store, document, ports.now())
  const role = step.from(document)
  const original = document.files.findLast((one) => one.role === role)
  if (original === undefined) throw new AppError('document/incomplete', `no ${role} file`, { detail: 'pdf' })
  const at = ports.now()
  const file = reopening(original.sizeBytes, () => store.files.open(original.sha256))

  async function layOut(
    base: Omit<Prepared, 'pdf' | 'count' | 'next'>,
    source: PdfSource,
    [appearance, ...rest]: readonly [Appearance, ...Appearance[]],
    count: number,
    extras: Pick<PdfToSign, 'certify' | 'fill'> = {},
  ): Promise<Prepared> {
    const pdf = await preparePdf({
      source,
      certificate: certificate.der,
      chain,
      signedAt: new Date(at),
      manner: signer.manner,
      location: document.fields.place,
      appearance,
      ...extras,
    })
    const [following, ...others] = rest
    if (following === undefined) return { ...base, pdf, count }
    const next = (value: Uint8Array) =>
      closing(layOut(base, pdf.signed(value), [following, ...others], count + 1))
    return { ...base, pdf, count, next }
  }

  async function closing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      await file.close()
    }
  }

  const begin = async (): Promise<Prepared> => {
    const { source, certify } = await step.readied(ports, document, file)
    const { appearances, fill, detail } = await step.shows({
      store,
      font: await font(),
      document,
      source,
      certificate,
      certificateSha256: choice.certificate.certificateSha256,
      at,
      place: step.place,
    })
    const attachments =
      step.holder === 'agency'
        ? await prepareAttachments(ports, document, signer, at, (verdict) =>
            isOurOwnGood(verdict, 1, undefined),
          )
        : []
    const base = { document, original, file, detail, attachments }
    return layOut(base, source, appearances, 1, { certify, fill })
  }

  return closing(begin())
}

/** What the token is asked for a document's next signature. */
function inputOf({ document, count, pdf }: Prepared): SigningInput {
  return { id: `${document.id}/${String(count)}`, ...pdf.hash }
}

/**
 * Asks the token once for all of them, and keeps each document as its last signature comes. Notes what
 * failed: a document that has not all of its signatures is as it was.
 */
async function signBatch(
  ports: SignPorts,
  signer: Signer,
  step: Step,
  prepared: readonly Prepared[],
  failures: Map<DocumentId, unknown>,
  onSigned: () => void,
): Promise<void> {
  const { choice, modulePath, pinPad, manner } = signer
  const unsigned = new Map<string, Prepared>(prepared.map((one) => [inputOf(one).id, one]))
  let kept: Promise<void> = Promise.resolve()

  /** Documents whose attachments are being signed, by what the token works on. */
  const beside = new Map<string, { one: Prepared; value: Uint8Array; signed: readonly Uint8Array[] }>()

  /** The next attachment to sign; once there is none, the document is kept with all of them. */
  function nextBeside(one: Prepared, value: Uint8Array, signed: readonly Uint8Array[]): SigningInput[] {
    const attachment = one.attachments[signed.length]
    if (attachment !== undefined) {
      ports.reach(signed.length === 0 ? 'sign/attachment-next' : 'sign/attachment-made')
      beside.set(attachment.input.id, { one, value, signed })
      return [attachment.input]
    }
    // Not waited for: the token works on meanwhile.
    keepSoon(one, value, signed)
    return []
  }

  function keepSoon(one: Prepared, value: Uint8Array, signed: readonly Uint8Array[]): void {
    kept = kept.then(async () => {
      try {
        await keep(ports, step, signer, one, value, signed)
        onSigned()
      } catch (cause) {
        failures.set(one.document.id, cause)
      }
    })
  }

  async function following({ id, value }: SignatureValue): Promise<SigningInput[]> {
    const waiting = beside.get(id)
    if (waiting !== undefined) {
      beside.delete(id)
      return nextBeside(waiting.one, waiting.value, [...waiting.signed, value])
    }
    const one = unsigned.get(id)
    if (one === undefined) return []
    unsigned.delete(id)
    if (one.next === undefined) return nextBeside(one, value, [])
    ports.reach(one.count === 1 ? 'sign/one-made' : 'sign/two-made')
    try {
      const next = await one.next(value)
      const input = inputOf(next)
      unsigned.set(input.id, next)
      return [input]
    } catch (cause) {
      failures.set(one.document.id, cause)
      return []
    }
  }

  let failure: unknown
  try {
    await ports.signer.sign({
      modulePath,
      ...choice.certificate,
      ...(pinPad || choice.pin === undefined ? {} : { pin: choice.pin }),
      ...(choice.lastTry === undefined ? {} : { lastTry: choice.lastTry }),
      ...manner,
      hashes: prepared.map(inputOf),
      following,
    })
  } catch (cause) {
    failure = cause
  }
  await kept
  const left = [...unsigned.values(), ...[...beside.values()].map(({ one }) => one)]
  for (const { document } of left) {
    failures.set(document.id, failure ?? new AppError('sign/driver-failed', 'no signature came back'))
  }
}

/** Judges, stores and commits one signed document: all of it or nothing. */
async function keep(
  ports: SignPorts,
  step: Step,
  { certificate, software }: Signer,
  { document, original, file, pdf, count, detail, attachments }: Prepared,
  value: Uint8Array,
  attachmentValues: readonly Uint8Array[],
): Promise<void> {
  const { store, reach } = ports
  try {
    const signed = pdf.signed(value)
    reach('sign/prepared')
    const verdict = await ports.verify(signed)
    if (step.place !== undefined && verdict.signatures.at(-1)?.reasons.includes('text-covered') === true) {
      throw new AppError('sign/covers-text', 'what the clerk dragged stands over text')
    }
    if (!isOurOwnGood(verdict, count, document.verdict)) {
      throw new AppError('sign/self-check-failed', `our own verdict: ${verdict.reasons.join(', ')}`)
    }
    const stored = await store.files.put(passingChunksOf(signed))
    const signedBeside: Omit<DocumentFile, 'role'>[] = []
    for (const [at, attachment] of attachments.entries()) {
      signedBeside.push(await attachment.keep(attachmentValues[at] ?? new Uint8Array(0)))
    }
    reach('sign/stored')
    store.atomically(() => {
      // It may have been reopened, changed and frozen again while the token worked, or signed by another.
      const { files, revision, signatures } = store.outgoing.get(document.id)
      const current = files.findLast((file) => file.role === original.role)
      if (
        revision !== document.revision ||
        current?.sha256 !== original.sha256 ||
        signatures.length !== document.signatures.length
      ) {
        throw new AppError('document/changed', 'it is not the document that was signed any more')
      }
      const { name, contentType } = original
      store.outgoing.setFile(document.id, { name, contentType, ...stored }, step.to)
      for (const one of signedBeside) store.outgoing.setFile(document.id, one, 'attachment')
      store.outgoing.setVerdict(document.id, verdict)
      const signer = certificate.subject.commonName ?? ''
      const at = ports.now()
      if (step.holder === 'agency') store.outgoing.setPractice(document.id, software)
      else {
        const certificateSha256 = sha256Hex.parse(certificate.sha256)
        store.outgoing.addSignature(document.id, { certificateSha256, name: signer, signedAt: at })
      }
      store.outgoing.move(document.id, step.event(document), at, {
        signer,
        certificate: certificate.sha256,
        ...detail,
      })
    })
    reach('sign/committed')
  } finally {
    await file.close()
  }
}

/** What may be wrong with a signature that we made ourselves: whom it chains to, and where it was put. */
const NOT_OUR_FAULT: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'root-unknown',
  'intermediate-missing',
  'revocation-unknown-note',
  'revocation-cached-note',
  'signing-time-claimed-note',
  'signing-time-off-note',
  'bytes-added-note',
  'text-covered',
  'drawing-unjudged',
])

/** What may not come over an earlier signature by ours. */
const ALTERED: readonly ReasonCode[] = [
  'content-altered',
  'changed-after-signing',
  'certification-broken',
  'filled-after-signing',
  'covered-range-wrong',
]

/** Our own signatures, the last `count`, are good, and those before read as they did. */
function isOurOwnGood(
  { signatures }: DocumentVerdict,
  count: number,
  before: DocumentVerdict | undefined,
): boolean {
  const own = signatures.slice(-count)
  const areEarlierAsTheyWere = (before?.signatures ?? []).every(({ reasons }, at) =>
    ALTERED.every((reason) => reasons.includes(reason) || !signatures[at]?.reasons.includes(reason)),
  )
  return (
    own.length === count &&
    own.at(-1)?.coversWholeDocument === true &&
    own.every(({ reasons }) => reasons.every((reason) => NOT_OUR_FAULT.has(reason))) &&
    areEarlierAsTheyWere
  )
}
