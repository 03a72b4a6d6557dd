import { Buffer } from 'node:buffer'
import tls from 'node:tls'
import { sha256Hex } from '../shared/document/fields.ts'
import { AppError } from '../shared/errors.ts'
import type { TrustedRoot } from '../shared/ipc/contract.ts'
import anchorTable from '../../resources/trust/anchors.json' with { type: 'json' }
import { parseCertificateFile, type Certificate } from './signing/certificate.ts'
import { isSelfSigned, readAnchorTable, trustStore, type TrustStore } from './signing/trust.ts'
import type { Store } from './store/index.ts'

/**
 * The state's published roots as far as this machine holds them, and the certificate files (PEM or DER)
 * that a person chose to believe.
 *
 * @throws {AppError} certificate/unreadable for a chosen file that is damaged
 */
export function machineTrust(imported: readonly Uint8Array[]): TrustStore {
  return trustStore({ imported, anchors: readAnchorTable(anchorTable), found: machineRoots() })
}

/** The roots an office believes: its own imports, and the state's published ones found on this machine. */
export function officeTrust(store: Store) {
  let built: TrustStore | undefined

  function imports(): Uint8Array[] {
    return (store.settings.get('trustedRoots') ?? []).map((der) => Buffer.from(der, 'base64'))
  }

  function current(): TrustStore {
    built ??= machineTrust(imports())
    return built
  }

  function keep(ders: readonly Uint8Array[]): void {
    store.settings.set(
      'trustedRoots',
      ders.map((der) => Buffer.from(der).toString('base64')),
    )
    built = undefined
  }

  return {
    current,
    list(): TrustedRoot[] {
      const imported = new Set(
        imports()
          .flatMap(parseCertificateFile)
          .map(({ sha256 }) => sha256),
      )
      return current()
        .certificates.filter((certificate) => current().isAnchor(certificate))
        .map((certificate) => rootView(certificate, imported.has(certificate.sha256)))
    },
    /** Takes in a certificate file; @throws {AppError} certificate/unreadable, certificate/not-a-root */
    add(file: Uint8Array): void {
      const certificates = parseCertificateFile(file)
      if (!certificates.some(isSelfSigned)) {
        throw new AppError('certificate/not-a-root', 'the file holds no self-signed certificate')
      }
      const known = new Map(
        imports()
          .flatMap(parseCertificateFile)
          .concat(certificates)
          .map((one) => [one.sha256, one.der]),
      )
      keep([...known.values()])
    },
    remove(sha256: string): void {
      keep(
        imports()
          .flatMap(parseCertificateFile)
          .filter((certificate) => certificate.sha256 !== sha256)
          .map(({ der }) => der),
      )
    },
  }
}

function rootView(certificate: Certificate, imported: boolean): TrustedRoot {
  const { subject } = certificate
  return {
    sha256: sha256Hex.parse(certificate.sha256),
    name: subject.commonName ?? subject.text,
    ...(subject.organization === undefined ? {} : { organization: subject.organization }),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    source: imported ? 'imported' : 'known',
  }
}

/**
 * Certificates of the operating system's root store. Node has the call since 22.15; an older runtime
 * (Electron 33) finds none, and the office imports what it trusts.
 */
function machineRoots(): Uint8Array[] {
  const read: unknown = Reflect.get(tls, 'getCACertificates')
  if (typeof read !== 'function') return []
  const pems: unknown = Reflect.apply(read, tls, ['system'])
  return Array.isArray(pems) ? pems.map((pem) => Buffer.from(String(pem))) : []
}
