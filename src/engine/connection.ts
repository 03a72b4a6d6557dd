import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { ConnectionSettings } from '../shared/connection.ts'
import { AppError } from '../shared/errors.ts'
import type { Input } from '../shared/ipc/contract.ts'
import type { PracticeStart } from '../shared/practice.ts'
import type { Host } from './host.ts'
import type { ConnectionOptions } from './hub/connection.ts'
import { isLoopback, proxyOf } from './hub/proxy.ts'
import { PRACTICE_CONNECTION } from './practice/bounds.ts'
import { parseCertificateFile } from './signing/certificate.ts'
import type { Setting, SettingStore } from './store/settings.ts'

type Kept = Setting<'connection'>

/** The title of the dialog for the exchange folder. */
export const EXCHANGE_FOLDER_TITLE = 'Chọn USB hoặc thư mục chung để trao đổi văn bản'

/** What holds where the office has set nothing: as this PC's browsers do. */
const DEFAULT: Kept = { proxy: { by: 'system' }, proxyPassword: '', clockLimitSeconds: 60 }

/** What the office has set for its connections, or what holds without. */
export function connectionKept(settings: SettingStore | undefined): Kept {
  return settings?.get('connection') ?? DEFAULT
}

/**
 * A hub with its secret: the one that was typed, else the one that is kept.
 *
 * @throws AppError `hub/not-configured` where there is neither
 */
export function accessOf(
  hub: Input<'connection.startCheck'>,
  kept: Setting<'hub'> | undefined,
): Setting<'hub'> {
  if (hub.kind === 'filedrop') return hub
  const secret = hub.secret ?? (kept?.kind === 'filedrop' ? undefined : kept?.secret)
  if (secret === undefined) {
    throw new AppError('hub/not-configured', 'the hub needs its secret', { detail: 'secret' })
  }
  return { ...hub, secret }
}

/**
 * As connections to the hub take it: in practice by no proxy and not beyond this machine, whatever is set.
 *
 * @param resolveProxy asked where the system's proxy is wanted
 * @param practice as this engine was started; left out in a real office
 */
export function connectionOptions(
  kept: Kept,
  resolveProxy: Host['resolveProxy'],
  practice?: PracticeStart,
): ConnectionOptions {
  if (practice !== undefined) return PRACTICE_CONNECTION
  const { proxy, proxyPassword, authorities, clientCertificate } = kept

  async function proxyFor(url: URL): Promise<string | undefined> {
    if (proxy.by === 'none' || isLoopback(url.hostname)) return undefined
    // Without path and query: whoever writes a PAC file has no use for them.
    if (proxy.by === 'system') return proxyOf(await resolveProxy(`${url.origin}/`))
    const name = [proxy.userName, proxyPassword].map(encodeURIComponent).join(':')
    return `http://${proxy.userName === '' ? '' : `${name}@`}${proxy.host}:${String(proxy.port)}`
  }

  return {
    proxy: proxyFor,
    ca: authorities,
    clientCertificate:
      clientCertificate === undefined
        ? undefined
        : { pfx: Buffer.from(clientCertificate.pfx, 'base64'), passphrase: clientCertificate.password },
  }
}

/** The connection section of an office's settings. */
export function connectionSection(settings: SettingStore) {
  const kept = () => connectionKept(settings)

  function change(changes: Partial<Kept>): ConnectionSettings {
    settings.set('connection', { ...kept(), ...changes })
    return current()
  }

  function current(): ConnectionSettings {
    const { proxy, proxyPassword, clockLimitSeconds, authorities, clientCertificate } = kept()
    return {
      proxy,
      hasProxyPassword: proxyPassword !== '',
      clockLimitSeconds,
      ...(authorities === undefined ? {} : { authorities: namesIn(authorities) }),
      ...(clientCertificate === undefined
        ? {}
        : { clientCertificate: { fileName: clientCertificate.fileName } }),
    }
  }

  return {
    current,
    save({ proxy, proxyPassword, clockLimitSeconds }: Input<'connection.save'>) {
      return change({
        proxy,
        clockLimitSeconds,
        ...(proxyPassword === undefined ? {} : { proxyPassword }),
        // A password without the name that it belongs to is nobody's.
        ...(proxy.by === 'office' && proxy.userName !== '' ? {} : { proxyPassword: '' }),
      })
    },
    /** @throws AppError `certificate/unreadable` for a file that holds none */
    keepAuthorities({ file }: Input<'connection.keepAuthorities'>) {
      const found = parseCertificateFile(file)
      return change({ authorities: found.map(({ der }) => new X509Certificate(der).toString()).join('') })
    },
    removeAuthorities: () => change({ authorities: undefined }),
    /** @throws AppError `hub/client-certificate-unreadable` for a wrong password or a damaged file */
    keepCertificate({ fileName, file, password }: Input<'connection.keepCertificate'>) {
      requireReadable(file, password)
      const pfx = Buffer.from(file).toString('base64')
      return change({ clientCertificate: { fileName, pfx, password } })
    },
    removeCertificate: () => change({ clientCertificate: undefined }),
  }
}

/** @throws AppError `hub/client-certificate-unreadable` unless TLS can use the PKCS#12 file with that password */
export function requireReadable(file: Uint8Array, password: string): void {
  try {
    createSecureContext({ pfx: Buffer.from(file), passphrase: password })
  } catch (cause) {
    throw new AppError('hub/client-certificate-unreadable', 'the PKCS#12 file cannot be used', { cause })
  }
}

function namesIn(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => {
    const { subject } = new X509Certificate(block)
    return /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ')
  })
}
