import { BlockList, isIP } from 'node:net'
import { oneChunk } from '../../shared/bytes.ts'
import { AppError } from '../../shared/errors.ts'
import { startDeadline } from './deadline.ts'
import type { Http } from './http.ts'
import { openHttp } from './open-http.ts'

/** Who names the address that is asked, which decides where it may lead. */
export type NamedBy =
  /** The office's settings: anywhere. */
  | 'office'
  /** A certificate that chains to a trusted root: anywhere but this machine and the link it hangs on. */
  | 'authority'
  /** A certificate nobody vouches for yet, such as one in a received document: public addresses and ports only. */
  | 'stranger'

/** One question to an authority for time stamps or certificates. */
export interface AuthorityRequest {
  readonly url: string
  readonly namedBy: NamedBy
  /** Posted; left out, the address is only read. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array } | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AuthorityOptions {
  /**
   * Other hosts for those that addresses name, `host[:port]` to `host[:port]`. What they lead to is the
   * office's own word.
   */
  readonly hosts: () => Readonly<Record<string, string>>
  /** Nobody is asked anything: every question is refused. */
  readonly isClosed?: boolean
  /** For a whole question with its answer. Default 15 s. */
  readonly timeoutMs?: number
}

/** Plain HTTP to the authorities. Sends no secret and no name of ours. */
export interface Authorities {
  /**
   * The answer's bytes.
   *
   * @throws {AppError} `authority/unreachable` (no line, no answer in time, an error page);
   *   `authority/address-refused` where the address leads to where it may not
   */
  ask(request: AuthorityRequest): Promise<Uint8Array>
  close(): Promise<void>
}

const TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000
/** The state's largest revocation lists have a few megabytes. */
const LARGEST_ANSWER = 32 << 20
const MOST_REDIRECTS = 3

/** This machine, the link it hangs on, and what is no place at all. */
const HERE = blockList(
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
)
/** Networks of offices, homes and carriers. */
const INSIDE = blockList(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
)

function blockList(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of subnets) {
    list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Where an address may lead that was not written by the office itself. Both hold for IPv4 inside IPv6 too. */
const MAY_CONNECT: Readonly<Record<NamedBy, ((address: string) => boolean) | undefined>> = {
  office: undefined,
  authority: (address) => !isIn(HERE, address),
  stranger: (address) => !isIn(HERE, address) && !isIn(INSIDE, address),
}

/**
 * Opens the door to authorities: time stamps (RFC 3161), OCSP, revocation lists, issuers' certificates.
 *
 * Their answers are signed or judged by fingerprint, so plain HTTP is as good as TLS here. But the addresses
 * stand in certificates, and those come from anybody: what a certificate names must not lead into the
 * office's own network.
 */
export function openAuthorities({
  hosts,
  isClosed = false,
  timeoutMs = TIMEOUT_MS,
}: AuthorityOptions): Authorities {
  const doors = new Map<NamedBy, Http>()

  function doorFor(namedBy: NamedBy): Http {
    const open =
      doors.get(namedBy) ??
      openHttp({ connectTimeoutMs: CONNECT_TIMEOUT_MS, mayConnect: MAY_CONNECT[namedBy] })
    doors.set(namedBy, open)
    return open
  }

  async function ask({ url, namedBy, body, signal }: AuthorityRequest): Promise<Uint8Array> {
    const deadline = startDeadline(signal, timeoutMs)
    try {
      let target = placeOf(url, namedBy)
      for (let hops = 0; ; hops++) {
        const answer = await doorFor(target.namedBy).request({
          url: target.url,
          method: body === undefined ? 'GET' : 'POST',
          headers:
            body === undefined
              ? {}
              : { 'content-type': body.type, 'content-length': String(body.bytes.length) },
          body: body === undefined ? undefined : oneChunk(body.bytes),
          signal: deadline.signal,
        })
        const moved = answer.status >= 300 && answer.status < 400 ? answer.header('location') : undefined
        if (answer.status === 200) return await whole(answer.body)
        answer.discard()
        if (moved === undefined || body !== undefined || hops === MOST_REDIRECTS) {
          throw new AppError('authority/unreachable', `${target.url.host} answers ${String(answer.status)}`)
        }
        // Whoever redirects is no better than whoever named the first address, and never the office.
        target = placeOf(
          URL.canParse(moved, target.url.href) ? new URL(moved, target.url).href : moved,
          namedBy === 'office' ? 'authority' : namedBy,
        )
      }
    } catch (cause) {
      if (
        cause instanceof AppError &&
        (cause.code.startsWith('authority/') || cause.code === 'hub/cancelled')
      ) {
        throw cause
      }
      throw new AppError('authority/unreachable', `no answer from ${url.slice(0, 200)}`, { cause })
    } finally {
      deadline.end()
    }
  }

  /** The address to go to, after the office's own table of hosts. */
  function placeOf(address: string, namedBy: NamedBy): { readonly url: URL; readonly namedBy: NamedBy } {
    if (isClosed) throw new AppError('authority/address-refused', 'nobody outside is asked')
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw new AppError('authority/address-refused', `not an address for HTTP: ${address.slice(0, 200)}`)
    }
    url.username = ''
    url.password = ''
    const table = hosts()
    const mapped = table[url.host] ?? table[url.hostname]
    if (mapped !== undefined) {
      url.host = mapped
      return { url, namedBy: 'office' }
    }
    if (namedBy === 'stranger' && url.port !== '') {
      throw new AppError('authority/address-refused', `a port of its own: ${url.host}`)
    }
    return { url, namedBy }
  }

  return {
    ask,
    async close() {
      await Promise.all([...doors.values()].map((door) => door.close()))
    },
  }
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > LARGEST_ANSWER) throw new AppError('authority/unreachable', 'the answer is too large')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
