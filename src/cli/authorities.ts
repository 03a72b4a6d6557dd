import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { EvidenceServices } from '../engine/evidence.ts'
import { openAuthorities } from '../engine/hub/authority.ts'
import type { TrustStore } from '../engine/signing/trust.ts'
import { machineTrust } from '../engine/trust.ts'
import { DEFAULT_POLICY, signaturePolicy } from '../shared/signature-policy.ts'
import { UsageError } from './arguments.ts'

/**
 * The roots of this machine, and those in the folder of `--trust`.
 *
 * @throws {UsageError} when the folder holds no certificate
 */
export async function trustFrom(dir: string | undefined): Promise<TrustStore> {
  return machineTrust(dir === undefined ? [] : await certificatesIn(dir))
}

async function certificatesIn(dir: string): Promise<Uint8Array[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    throw new UsageError(`Không đọc được thư mục “${dir}”.`, { cause })
  })
  const wanted = names.filter((name) => /^\.(pem|crt|cer|der)$/i.test(extname(name))).sort()
  if (wanted.length === 0) throw new UsageError(`Thư mục “${dir}” không có chứng thư số nào.`)
  return Promise.all(wanted.map((name) => readFile(join(dir, name))))
}

/** The way to authorities for one command. Close it, or the process stays. */
export interface CommandAuthorities {
  readonly services: EvidenceServices
  /** Asks the time stamp authority at an address that was typed. */
  stamp(url: string, request: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * @param hosts of `--host NAME=PLACE`, beside the one that is known
 * @throws {UsageError} for one that is not of that form
 */
export function openCommandAuthorities(trust: TrustStore, hosts: readonly string[] = []): CommandAuthorities {
  const table = signaturePolicy.shape.hosts.safeParse({
    ...DEFAULT_POLICY.hosts,
    ...Object.fromEntries(hosts.map((one) => one.split('=', 2))),
  })
  if (!table.success || hosts.some((one) => !one.includes('='))) {
    throw new UsageError('Giá trị của --host phải có dạng TÊN=TÊN.')
  }
  const door = openAuthorities({ hosts: () => table.data })
  return {
    services: {
      trust,
      now: () => new Date(),
      fetchBytes: (url, request) =>
        door.ask({
          url,
          namedBy: 'authority',
          body: request === undefined ? undefined : { type: 'application/ocsp-request', bytes: request },
        }),
      fetchIssuer: (url) => door.ask({ url, namedBy: 'stranger' }),
    },
    stamp: (url, request) =>
      door.ask({ url, namedBy: 'office', body: { type: 'application/timestamp-query', bytes: request } }),
    close: () => door.close(),
  }
}
