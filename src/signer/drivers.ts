import { statSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { TokenModule } from '../shared/signing.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import { inspectLibrary } from './library-file.ts'

/**
 * PKCS#11 modules met on the machines of Vietnamese offices: whose they are, and the file names by which
 * public signing programs and vendors' pages look for them. A name says nothing of the token: one module
 * may see several brands. The state's own CA is first, because that is what an agency has.
 *
 * Left out on purpose: names ending in `_s.dll`, which are CSP shells, and paths without a known source.
 */
const DRIVERS: readonly {
  label: string
  software?: true
  windows?: readonly string[]
  linux?: readonly string[]
  mac?: readonly string[]
}[] = [
  {
    label: 'Chứng thư số chuyên dùng Chính phủ',
    windows: ['bit4xpki.dll', 'eTPKCS11.dll', 'eToken.dll'],
    linux: ['libbit4xpki.so', 'libeTPkcs11.so'],
    mac: ['libbit4xpki.dylib', 'libbit4ipki.dylib', 'libeTPkcs11.dylib'],
  },
  {
    label: 'VNPT-CA',
    windows: [
      ...['v6', 'v7', 'v8', 'v9', 'v10'].map((version) => `vnptca_p11_${version}.dll`),
      'vnpt-ca_csp11_x64.dll',
      'vnpt-ca_csp11.dll',
      'vnpt-ca_v34.dll',
      'vnpt-ca_v4.dll',
      'vnpt-ca_cl_v1.dll',
      'vdctdcsp11.dll',
    ],
  },
  {
    label: 'Viettel-CA',
    windows: ['viettel-ca.dll', ...[1, 2, 3, 4, 5, 6].map((version) => `viettel-ca_v${String(version)}.dll`)],
    mac: ['viettel-ca_v6.dylib'],
  },
  {
    label: 'Bkav CA',
    windows: [
      'BkavCA.dll',
      'BkavCAv2S.dll',
      'BkavCAv2T.dll',
      'st3csp11.dll',
      'bkavcaetoken.dll',
      'bkavcaetoken_p11.dll',
      'beidpkcs11D.dll',
      'bkavca_p11.dll',
    ],
  },
  {
    label: 'FPT-CA',
    windows: [
      'fpt-ca.dll',
      'fpt-ca_v4.dll',
      'fpt-ca_v5.dll',
      ...[3, 4, 5, 6].map((version) => `fptca_v${String(version)}.dll`),
      'fpt-ca-stx.dll',
    ],
  },
  { label: 'MISA-CA', windows: ['misaca_csp11_v2.dll'] },
  {
    label: 'CA2 (Nacencomm)',
    windows: [
      'ncca_csp11_v1.dll',
      'CA2_csp11.dll',
      'CA2_v34.dll',
      ...[4, 5, 6, 7, 8, 9].map((version) => `nca_v${String(version)}.dll`),
      'nca_eps2k2a.dll',
      'nca_eps2k3a.dll',
      'CA2CSP11_v2.dll',
      'ca2_ace_csp11.dll',
    ],
  },
  { label: 'I-CA', windows: ['ica_csp11_v1.dll'] },
  { label: 'FastCA', windows: ['fca_v1.dll'] },
  {
    label: 'SmartSign (Vina-CA)',
    windows: [
      'Vina-CA.dll',
      'Vina-CAv3.dll',
      'Vina-CAv4.dll',
      'Vina-CAv5.dll',
      'vina-ca_v1.dll',
      'vina-ca_v3.dll',
      'vina-ca_v5.dll',
    ],
  },
  { label: 'NewTel-CA', windows: ['newca_v4.dll', 'NEWTEL-CA.dll'] },
  { label: 'SAFE-CA', windows: ['safe-ca.dll', 'Safe-ca_v1.dll', 'Safe-ca_v2.dll'] },
  { label: 'EFY-CA', windows: ['efy-ca_v1.dll'] },
  { label: 'CK-CA', windows: ['CKCA.dll'] },
  {
    label: 'Feitian ePass2003',
    windows: ['eps2003csp11.dll', 'eps2003csp11v2.dll', 'ShuttleCsp11_3003.dll', 'ngp11v211.dll'],
  },
  { label: 'Watchdata', windows: ['wdpkcs.dll'] },
  { label: 'Gemalto / Thales', windows: ['gclib.dll', 'IDPrimePKCS1164.dll'] },
  {
    label: 'Trình điều khiển khác',
    windows: [
      'psapkcs.dll',
      'ostc1_csp11.dll',
      'ostt1_csp11.dll',
      'U1000AUTO.dll',
      'acospkcs11.dll',
      'aetpkss1.dll',
      'cvP11.dll',
    ],
  },
  { label: 'OpenSC', windows: ['opensc-pkcs11.dll'], linux: ['opensc-pkcs11.so'], mac: ['opensc-pkcs11.so'] },
  {
    label: 'SoftHSM2',
    software: true,
    windows: ['softhsm2-x64.dll'],
    linux: ['libsofthsm2.so'],
    mac: ['libsofthsm2.so'],
  },
]

/** Where to look. Windows' own folder comes from the environment: it need not be on C:. */
function folders(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string[] {
  if (platform === 'win32') {
    const programs = environment['ProgramFiles'] ?? 'C:\\Program Files'
    return [
      join(environment['SystemRoot'] ?? 'C:\\Windows', 'System32'),
      join(programs, 'SafeNet', 'Authentication', 'SAC', 'x64'),
      join(programs, 'Bkav Corporation', 'BkavCA Token Manager'),
      join(programs, 'OpenSC Project', 'OpenSC', 'pkcs11'),
      'C:\\SoftHSM2\\lib',
    ]
  }
  if (platform === 'darwin') {
    return [
      '/usr/local/lib',
      '/opt/homebrew/lib',
      '/Library/OpenSC/lib',
      '/usr/local/lib/softhsm',
      '/opt/homebrew/lib/softhsm',
    ]
  }
  return [
    '/usr/lib',
    '/usr/lib64',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/local/lib',
    '/usr/lib/softhsm',
    '/usr/lib64/pkcs11',
    '/opt/bit4id',
  ]
}

/** Where to look and for whom; a parameter only in tests. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly folders: readonly string[]
}

/**
 * The drivers on this machine, in the order to offer them, checked without loading any. One in the wrong
 * architecture is listed as such, so that the clerk is told why it cannot be used.
 *
 * @param chosen files the user picked; listed first and even if unusable
 */
export function findModules(
  chosen: readonly string[],
  { platform, folders: places }: Surroundings = {
    platform: process.platform,
    folders: folders(process.platform, process.env),
  },
): TokenModule[] {
  const os = platform === 'win32' ? 'windows' : platform === 'darwin' ? 'mac' : 'linux'
  const known = DRIVERS.flatMap(({ label, software = false, [os]: names = [] }) =>
    names.flatMap((name) => places.map((place) => ({ path: join(place, name), label, software }))),
  ).filter(({ path }) => !chosen.includes(path) && exists(path))
  const picked = chosen.map((path) => {
    const name = basename(path.replaceAll('\\', '/')).toLowerCase()
    const driver = DRIVERS.find((row) => row[os]?.some((candidate) => candidate.toLowerCase() === name))
    const software = driver?.software ?? isPracticeFile(path)
    return { path, label: driver?.label ?? basename(path), software }
  })
  return [...picked, ...known].map((module) => ({
    ...module,
    state: isPracticeFile(module.path) ? practiceFileState(module.path) : inspectLibrary(module.path),
  }))
}

function practiceFileState(path: string): TokenModule['state'] {
  return exists(path) ? 'ready' : 'unreadable'
}

function exists(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Missing or forbidden: either way not a driver that this user can load.
    return false
  }
}
