import { AppError } from '../shared/errors.ts'
import { DEFAULT_POLICY, type SignatureLevel, type SignaturePolicy } from '../shared/signature-policy.ts'
import type { SigningManner } from '../shared/signing.ts'
import type { DocumentVerdict, SignatureVerdict } from '../shared/verdict.ts'
import type { PacketXmlSignature } from './envelope/xml-signature.ts'
import {
  type Evidence,
  type EvidenceServices,
  fetchLists,
  type FoundEvidence,
  gatherEvidence,
  gatherSeparateEvidence,
} from './evidence.ts'
import { extendPdf } from './extend-pdf.ts'
import { verifyFileSignature } from './file-signature.ts'
import { openAuthorities } from './hub/authority.ts'
import type { FileJudges } from './incoming/judge-files.ts'
import type { WantedLevel } from './outgoing/raise.ts'
import { verifyPacketSignature } from './packet-signature.ts'
import type { PdfSource } from './pdf/source.ts'
import { type Certificate, parseCertificate, readableCertificate } from './signing/certificate.ts'
import { findPath } from './signing/path.ts'
import { judgeRevocation } from './signing/revocation.ts'
import type { FoundCertificate } from './signing/token-view.ts'
import type { TrustStore } from './signing/trust.ts'
import type { AuthorityFile, Outgoing, Store } from './store/index.ts'
import { verifyPdf, type VerifyPdfContext } from './verify-pdf.ts'

/** After an authority did not answer, documents that need not wait for it do not ask again for so long. */
const SILENT_MS = 5 * 60_000
/** A kept list is fetched anew after this time, or half its own, whichever is sooner. */
const YOUNG_MS = 24 * 3_600_000
const REFRESH_EVERY_MS = 3_600_000

/** What the dealings with authorities need of the world. */
export interface AuthorityPorts {
  readonly store: Store
  readonly trust: () => TrustStore
  readonly now: () => number
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** DER of the certificates on the tokens that are plugged in. */
  readonly held: () => readonly Uint8Array[]
  /** Nobody is asked anything. Default: whoever is named. */
  readonly isClosed?: boolean
}

/**
 * Everything between an office and the authorities for time stamps and certificates: its policy, the lists
 * and issuers that it keeps, and how documents are raised and judged with them.
 */
export function officeAuthorities({ store, trust, now, log, held, isClosed = false }: AuthorityPorts) {
  let kept = store.authorityFiles.list()
  let issuers = issuersAmong(kept)
  let silentUntil = 0
  let refreshedAt: number | undefined
  const door = openAuthorities({ hosts: () => policy().hosts, isClosed })

  function policy(): SignaturePolicy {
    return store.settings.get('signaturePolicy') ?? DEFAULT_POLICY
  }

  function keep({ kind, url, bytes, until }: FoundEvidence): void {
    const file = { url, kind, bytes, validUntil: until.getTime(), fetchedAt: now() }
    store.authorityFiles.keep(file)
    kept = [file, ...kept.filter((one) => one.url !== url || one.kind !== kind)]
    issuers = issuersAmong(kept)
  }

  function lists(wanted: (file: AuthorityFile) => boolean = () => true): Uint8Array[] {
    return kept.filter((file) => file.kind === 'crl' && wanted(file)).map(({ bytes }) => bytes)
  }

  /** The trust store with the issuers found earlier, which help to find a way and end none. */
  function knowing(): TrustStore {
    const known = trust()
    return { ...known, certificates: [...known.certificates, ...issuers] }
  }

  function services(signal?: AbortSignal): EvidenceServices {
    return {
      trust: knowing(),
      now: () => new Date(now()),
      fetchBytes: (url, request) =>
        door.ask({
          url,
          namedBy: 'authority',
          body: request === undefined ? undefined : { type: 'application/ocsp-request', bytes: request },
          signal,
        }),
      fetchIssuer: (url) => door.ask({ url, namedBy: 'stranger', signal }),
      cachedCrls: lists(),
      onFound: keep,
    }
  }

  function context(more: Partial<VerifyPdfContext> = {}): VerifyPdfContext {
    return {
      trust: knowing(),
      now: new Date(now()),
      revocation: [{ source: 'cache', ocsps: [], crls: lists() }],
      ...more,
    }
  }

  /** Judges without asking anybody, by what is in the file and what is kept here. */
  function verify(source: PdfSource): Promise<DocumentVerdict> {
    return verifyPdf(source, context())
  }

  const judges: FileJudges = {
    pdf: verify,
    beside: (file, signature) => verifyFileSignature(file, signature, context()),
  }

  /** The signature that a packet bears on itself, by what is kept here. */
  function verifyPacket(
    open: () => AsyncIterable<Uint8Array>,
    signature: PacketXmlSignature,
  ): Promise<SignatureVerdict> {
    return verifyPacketSignature(open, signature, context())
  }

  /**
   * Judges after asking the authorities anew.
   *
   * @returns with `complete`, which says no once some of them did not answer
   */
  function judgesOnline(signal: AbortSignal): FileJudges & { readonly complete: () => boolean } {
    const asking = services(signal)
    let silent = 0
    const heard = <T>(answer: Promise<T>): Promise<T> =>
      answer.catch((cause: unknown) => {
        // Only silence can end: an address that may not be asked stays one.
        if (!(cause instanceof AppError) || cause.code !== 'authority/address-refused') silent++
        throw cause
      })
    const listening: EvidenceServices = {
      ...asking,
      cachedCrls: [],
      fetchBytes: (url, request) => heard(asking.fetchBytes(url, request)),
      fetchIssuer: (url) => heard(door.ask({ url, namedBy: 'stranger', signal })),
    }
    const knowingBy = ({ certificates, ocsps, crls }: Evidence): VerifyPdfContext =>
      context({
        certificates: certificates.map((der) => parseCertificate(der)),
        revocation: [
          { source: 'online', ocsps, crls },
          { source: 'cache', ocsps: [], crls: lists() },
        ],
      })
    return {
      complete: () => silent === 0,
      pdf: async (source) => verifyPdf(source, knowingBy(await gatherEvidence(source, listening))),
      beside: async (file, signature) => {
        // One that cannot be read is judged all the same, and there is nobody to ask.
        const evidence = await gatherSeparateEvidence(signature, listening).catch((cause: unknown) => {
          if (cause instanceof AppError && cause.code === 'cms/unreadable') return undefined
          throw cause
        })
        const known = evidence === undefined ? context() : knowingBy(evidence)
        return verifyFileSignature(file, signature, known)
      },
    }
  }

  async function stamp(request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { timeStampUrl, ifMissed } = policy()
    if (ifMissed === 'send' && now() < silentUntil) {
      throw new AppError('authority/unreachable', 'it did not answer a moment ago')
    }
    try {
      const body = { type: 'application/timestamp-query', bytes: request }
      const answer = await door.ask({ url: timeStampUrl, namedBy: 'office', body, signal })
      silentUntil = 0
      return answer
    } catch (cause) {
      if (cause instanceof AppError && cause.code === 'authority/unreachable') silentUntil = now() + SILENT_MS
      throw cause
    }
  }

  /**
   * Fetches the lists about the certificates on the tokens, so that they are there when the line is not. Call
   * when the line is up. Failures cost nothing and are logged.
   */
  async function refresh(): Promise<void> {
    if (isClosed) return
    if (refreshedAt !== undefined && now() - refreshedAt < REFRESH_EVERY_MS) return
    const certificates = held().flatMap(readableCertificate)
    if (certificates.length === 0) return
    const at = now()
    refreshedAt = at
    const young = lists(({ fetchedAt, validUntil }) => {
      return at - fetchedAt < Math.min(YOUNG_MS, (validUntil - fetchedAt) / 2)
    })
    for (const certificate of certificates) {
      try {
        await fetchLists(certificate, certificates, { ...services(), cachedCrls: young })
      } catch (cause) {
        log('warn', `no revocation lists for ${certificate.sha256}: ${String(cause)}`)
      }
    }
  }

  /** A change of the settings is a reason to try again at once. */
  function setPolicy(next: SignaturePolicy): void {
    store.settings.set('signaturePolicy', next)
    silentUntil = 0
  }

  /** Practice documents are nobody's business outside, until the office says otherwise. */
  function wanted({ practice }: Outgoing): WantedLevel | undefined {
    const { level, ifMissed } = policy()
    const isAsked = store.settings.get('signaturePolicy') !== undefined || !practice
    return level === 'none' || !isAsked ? undefined : { level, ifMissed }
  }

  function extend(source: PdfSource, level: SignatureLevel, signal: AbortSignal): Promise<PdfSource> {
    return extendPdf(source, level, { ...services(signal), timeStamp: (request) => stamp(request, signal) })
  }

  function manner(): SigningManner {
    const { digest, rsaScheme } = policy()
    return { digestAlgorithm: digest, rsaScheme }
  }

  /** @throws {AppError} certificate/revoked when a kept list says so, however old it is */
  function requireUnrevoked({ certificate, chain }: Pick<FoundCertificate, 'certificate' | 'chain'>): void {
    const at = new Date(now())
    const path = findPath(certificate, chain.flatMap(readableCertificate), knowing(), at)
    const evidence = [{ source: 'cache' as const, ocsps: [], crls: lists() }]
    if (judgeRevocation(path.certificates, evidence, { at, now: at }).status !== 'revoked') return
    throw new AppError('certificate/revoked', `a kept list names ${certificate.sha256}`)
  }

  return {
    close: () => door.close(),
    extend,
    manner,
    policy,
    refresh,
    requireUnrevoked,
    setPolicy,
    judges,
    judgesOnline,
    verify,
    verifyPacket,
    wanted,
  }
}
export type OfficeAuthorities = ReturnType<typeof officeAuthorities>

function issuersAmong(files: readonly AuthorityFile[]): Certificate[] {
  return files.filter(({ kind }) => kind === 'certificate').flatMap(({ bytes }) => readableCertificate(bytes))
}
