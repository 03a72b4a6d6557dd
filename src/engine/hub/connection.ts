import type { ServerCertificate } from '../../shared/connection.ts'

/** How to reach the security server: trust, our own certificate, the office's proxy. */
export interface ConnectionOptions {
  /** Waiting for TCP and TLS. Default 10 000 ms. */
  readonly connectTimeoutMs?: number | undefined
  /** Issuers to trust instead of the system's, PEM. */
  readonly ca?: string | undefined
  /**
   * SHA-256 of the server's certificate (DER), hex with or without colons. Replaces chain and name checks:
   * security servers are mostly self-signed and known by address only.
   */
  readonly pinnedSha256?: string | undefined
  /** Hears which certificate a server shows, before it is judged. */
  readonly onCertificate?: ((shown: ServerCertificate) => void) | undefined
  /** Our certificate for servers that ask for one. */
  readonly clientCertificate?:
    | { readonly cert: string; readonly key: string; readonly passphrase?: string | undefined }
    | { readonly pfx: Uint8Array; readonly passphrase?: string | undefined }
    | undefined
  /**
   * The office's HTTP proxy, `http://[name:password@]host:port`, or who says which one leads to an address, if
   * any. Asked for each request: a laptop changes its networks.
   */
  readonly proxy?: string | ProxyFor | undefined
  /**
   * Whether a connection to this address may be opened. Asked after the name was resolved, so that no name
   * can hide where it leads. Without a proxy only: that one resolves names itself.
   */
  readonly mayConnect?: ((address: string) => boolean) | undefined
}

/** The proxy on the way to an address, `http://host:port`; undefined where there is none. */
export type ProxyFor = (url: URL) => Promise<string | undefined>
