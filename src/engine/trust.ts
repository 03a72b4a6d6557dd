import { Buffer } from 'node:buffer'
import tls from 'node:tls'
import { sha256Hex, type Sha256 } from '../shared/document/fields.ts'
import { AppError } from '../shared/errors.ts'
import type { TrustedRoot } from '../shared/ipc/contract.ts'
import anchorTable from '../../resources/trust/anchors.json' with { type: 'json' }
import { parseCertificateFile, type Certificate } from './signing/certificate.ts'
import {
  type AnchorRecord,
  isSelfSigned,
  readAnchorTable,
  trustStore,
  type TrustStore,
} from './signing/trust.ts'
import type { Store } from './store/index.ts'

/**
 * The state's published roots as far as this machine holds them, and the certificate files (PEM or DER)
 * that a person chose to believe.
 *
 * @throws {AppError} certificate/unreadable for a chosen file that is damaged
 */
export function machineTrust(
  imported: readonly Uint8Array[],
  confirmed: ReadonlySet<string> = new Set(),
): TrustStore {
  return trustStore({ imported, anchors: readAnchorTable(anchorTable), confirmed, found: machineRoots() })
}

/** Published roots that were seen in one place only: nothing rests on them before somebody compared them. */
function rootsToCompare(): readonly AnchorRecord[] {
  return readAnchorTable(anchorTable).filter(({ root, seenIn }) => root && seenIn === 1)
}

/** The roots an office believes: its own imports, and the state's published ones found on this machine. */
export function officeTrust(store: Store) {
  let built: TrustStore | undefined

  function imports(): Uint8Array[] {
    return (store.settings.get('trustedRoots') ?? []).map((der) => Buffer.from(der, 'base64'))
  }

  function confirmed(): ReadonlySet<string> {
    return new Set(store.settings.get('confirmedRoots'))
  }

  function keepConfirmed(fingerprints: Iterable<Sha256>): void {
    store.settings.set('confirmedRoots', [...fingerprints])
    built = undefined
  }

  function current(): TrustStore {
    built ??= machineTrust(imports(), confirmed())
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
      const own = new Map(
        imports()
          .flatMap(parseCertificateFile)
          .map((one) => [one.sha256, one]),
      )
      const toCompare = new Set(rootsToCompare().map(({ sha256 }) => sha256))
      const trust = current()
      const here = trust.certificates.flatMap((certificate): TrustedRoot[] => {
        const { sha256 } = certificate
        if (own.has(sha256)) {
          return [rootView(certificate, trust.isAnchor(certificate) ? 'imported' : 'intermediate')]
        }
        if (toCompare.has(sha256) || !trust.isTimeStampAnchor(certificate)) return []
        return [{ ...rootView(certificate, 'known'), forTimeStamps: !trust.isAnchor(certificate) }]
      })
      const rows = rootsToCompare().filter(({ sha256 }) => !own.has(sha256))
      return [...here, ...rows.map((row) => recordView(row, confirmed().has(row.sha256)))]
    },
    /** Takes in a certificate file; @throws {AppError} certificate/unreadable, certificate/not-a-root */
    add(file: Uint8Array): void {
      const certificates = parseCertificateFile(file)
      if (!certificates.some((one) => isSelfSigned(one) || one.certificationAuthority)) {
        throw new AppError('certificate/not-a-root', 'the file holds no certificate of an authority')
      }
      const known = new Map(
        imports()
          .flatMap(parseCertificateFile)
          .concat(certificates)
          .map((one) => [one.sha256, one.der]),
      )
      keep([...known.values()])
    },
    /** Takes a published root that was seen in one place only; @throws {AppError} document/not-found for any other */
    confirm(sha256: Sha256): void {
      if (!rootsToCompare().some((row) => row.sha256 === sha256)) {
        throw new AppError('document/not-found', 'no published root waits for that confirmation')
      }
      keepConfirmed(new Set([...(store.settings.get('confirmedRoots') ?? []), sha256]))
    },
    /** Takes back an import or a confirmation. */
    remove(sha256: Sha256): void {
      keepConfirmed((store.settings.get('confirmedRoots') ?? []).filter((one) => one !== sha256))
      keep(
        imports()
          .flatMap(parseCertificateFile)
          .filter((certificate) => certificate.sha256 !== sha256)
          .map(({ der }) => der),
      )
    },
  }
}

function rootView(certificate: Certificate, source: TrustedRoot['source']): TrustedRoot {
  const { subject } = certificate
  return {
    sha256: sha256Hex.parse(certificate.sha256),
    name: subject.commonName ?? subject.text,
    ...(subject.organization === undefined ? {} : { organization: subject.organization }),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    source,
    forTimeStamps: false,
  }
}

function recordView(row: AnchorRecord, isConfirmed: boolean): TrustedRoot {
  return {
    sha256: sha256Hex.parse(row.sha256),
    name: row.name,
    notBefore: Date.parse(row.notBefore),
    notAfter: Date.parse(row.notAfter),
    source: isConfirmed ? 'confirmed' : 'unconfirmed',
    forTimeStamps: row.role === 'time-stamp-root',
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
