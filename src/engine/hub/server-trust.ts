import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { ServerCertificate } from '../../shared/connection.ts'
import { sha256Hex } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { serverTime } from './server-time.ts'

/**
 * Names that products write into the certificates they make when they open a secure line to look into it:
 * the vendors of Durumeric et al., "The Security Impact of HTTPS Interception" (NDSS 2017), and what offices in
 * Vietnam run beside them.
 */
const INTERCEPTORS =
  /kaspersky|avast|avg |eset |bitdefender|drweb|bkav|fortinet|fortigate|sophos|zscaler|palo alto|check ?point|blue ?coat|symantec web|mcafee web|trellix|cisco umbrella|forcepoint|websense|netskope|barracuda|watchguard|untangle|squid|mitmproxy|fiddler|charles proxy/i

/** Reasons of the chain's check that are about the time and nothing else. */
const DATE_REASONS: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/**
 * The certificate that the other end of a finished handshake shows; undefined when it shows none. To be asked
 * once: Node hands it out a first time and not again.
 */
export function certificateOf(socket: TLSSocket): ServerCertificate | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  return {
    sha256: sha256Hex.parse(createHash('sha256').update(certificate.raw).digest('hex')),
    subject: nameIn(certificate, 'subject'),
    issuer: nameIn(certificate, 'issuer'),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

/** The common name, else the organisation, else the whole name on one line. */
function nameIn(certificate: X509Certificate, side: 'subject' | 'issuer'): string {
  const lines = certificate[side].split('\n')
  const line = lines.find((one) => one.startsWith('CN=')) ?? lines.find((one) => one.startsWith('O='))
  return line?.replace(/^[A-Z]+=/, '') ?? lines.join(', ')
}

/** A fingerprint as people write it, with or without colons and spaces, as {@link ServerCertificate} has it. */
export function plainFingerprint(written: string): string {
  return written.replace(/[:\s]/g, '').toLowerCase()
}

/**
 * Whether the server at the other end is the one we trust; asked before the first byte of a request.
 *
 * A pinned certificate stands for itself: its chain, name and dates are not looked at. Without a pin all three
 * must hold, which Node has checked already.
 *
 * @param socket whose handshake is finished, made without reuse of sessions
 */
export function isTrusted(
  socket: TLSSocket,
  shown: ServerCertificate | undefined,
  pinnedSha256: string | undefined,
): boolean {
  if (pinnedSha256 === undefined) return socket.authorized
  return shown?.sha256 === plainFingerprint(pinnedSha256)
}

/**
 * Why a server is not trusted, once {@link isTrusted} has said so. Where only the dates do not hold, the server
 * is asked for its time, to tell a server with an old certificate from a PC with an empty battery.
 */
export async function distrust(
  socket: TLSSocket,
  certificate: ServerCertificate | undefined,
  pinnedSha256: string | undefined,
): Promise<AppError> {
  if (certificate === undefined) {
    return new AppError('hub/certificate-untrusted', 'the server shows no certificate')
  }
  if (INTERCEPTORS.test(certificate.issuer)) {
    return new AppError('hub/line-intercepted', `made by ${certificate.issuer}`, {
      detail: certificate.issuer,
    })
  }
  if (pinnedSha256 !== undefined) {
    return new AppError(
      'hub/certificate-changed',
      `the server shows ${certificate.sha256}, which is not pinned`,
    )
  }
  // Node's types say Error; it is the code of the reason, or its words.
  const reason = String(socket.authorizationError)
  if (DATE_REASONS.has(reason)) return outOfDate(certificate, await serverTime(socket))
  return new AppError('hub/certificate-untrusted', `the server's certificate is refused: ${reason}`)
}

function outOfDate({ notBefore, notAfter }: ServerCertificate, theirs: number | undefined): AppError {
  if (theirs !== undefined && notBefore <= theirs && theirs <= notAfter) {
    return new AppError('hub/clock-skew', 'the certificate holds by the clock of the server, not by ours')
  }
  const days = [notBefore, notAfter].map((time) => new Date(time).toLocaleDateString('vi-VN'))
  return new AppError('hub/certificate-expired', 'the certificate does not hold today', {
    detail: days.join(' – '),
  })
}
