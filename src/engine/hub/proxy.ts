import { AppError } from '../../shared/errors.ts'

/** Whether a host is this machine, which is reached without anybody's help, as browsers have it. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname)
}

/**
 * The first way that a proxy configuration names (the result of a PAC file's `FindProxyForURL`, such as
 * `PROXY a:8080; DIRECT`) and that we can go.
 *
 * @returns the proxy's address, undefined for the direct way
 * @throws AppError `hub/proxy-unreachable` when it names only ways we cannot go (SOCKS)
 */
export function proxyOf(ways: string): string | undefined {
  for (const way of ways.split(';')) {
    const [kind = '', place = ''] = way.trim().split(/\s+/)
    if (/^direct$/i.test(kind)) return undefined
    if (/^(proxy|http)$/i.test(kind)) return `http://${place}`
    if (/^https$/i.test(kind)) return `https://${place}`
  }
  throw new AppError('hub/proxy-unreachable', `no way of these can be gone: ${ways}`, { detail: ways })
}

/**
 * The proxy that the environment names for an address (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, in
 * capitals or not), as curl reads them; written as {@link proxyOf} takes it.
 */
export function waysFromEnvironment(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { protocol, hostname, port } = new URL(address)
  const variable = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? ''
  const proxy = variable(`${protocol.slice(0, -1).toUpperCase()}_PROXY`) || variable('ALL_PROXY')
  const spared = variable('NO_PROXY').split(/[\s,]+/)
  if (proxy === '' || isLoopback(hostname) || spared.some((one) => isSpared(one, hostname, port))) {
    return 'DIRECT'
  }
  const [, scheme = 'http', place = ''] = /^(?:([a-z0-9]+):\/\/)?(.*?)\/*$/i.exec(proxy) ?? []
  return `${scheme === 'http' ? 'PROXY' : scheme.toUpperCase()} ${place}`
}

function isSpared(pattern: string, hostname: string, port: string): boolean {
  if (pattern === '') return false
  if (pattern === '*') return true
  const [, name = '', only] = /^\*?\.?(.+?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? []
  if (only !== undefined && only !== port) return false
  return hostname.toLowerCase() === name || hostname.toLowerCase().endsWith(`.${name}`)
}
