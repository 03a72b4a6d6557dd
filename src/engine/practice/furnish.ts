import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import {
  PRACTICE_SIDES,
  practiceOutfit,
  type PracticeOutfit,
  type PracticeStart,
} from '../../shared/practice.ts'
import type { SignerClient } from '../signing/signer-client.ts'
import { tokenSummaryOf } from '../signing/token-view.ts'
import { writeWhole } from '../store/durable.ts'
import {
  createKey,
  createStore,
  hasStore,
  openStore,
  readKeyFile,
  unwrapWithRecoveryCode,
  writeKeyFile,
  type Store,
  type StoreOptions,
} from '../store/index.ts'

/** Beside key.json: the code that opens it. Nothing in a practice store is worth a lock. */
const CODE_FILE = 'practice-code.json'
const keptCode = z.object({ recoveryCode: z.string() })

/** What furnishing needs of the engine. */
export interface FurnishPorts {
  readonly profileDir: string
  readonly practice: PracticeStart
  readonly outfit: PracticeOutfit
  readonly signer: Pick<SignerClient, 'tokens'>
  readonly storeOptions: (masterKey: Uint8Array) => StoreOptions
  readonly now: () => number
}

/** What the practice hub made for the part that this engine plays. */
export async function readOutfit({ outfitPath }: PracticeStart): Promise<PracticeOutfit> {
  return practiceOutfit.parse(JSON.parse(await readFile(outfitPath, 'utf8')))
}

/**
 * Opens the practice store of a profile, ready to work with: made first where there is none, without asking
 * anybody anything. The hub listens at another port each time, so what depends on that is written anew.
 *
 * @throws {AppError} what createStore and openStore throw
 */
export async function openPracticeStore(
  ports: FurnishPorts,
): Promise<{ store: Store; masterKey: Uint8Array }> {
  const { profileDir, practice, outfit, storeOptions, now } = ports
  const side = PRACTICE_SIDES[practice.part]
  const masterKey = hasStore(profileDir) ? await keptKey(profileDir) : await newKey(profileDir)
  const options = storeOptions(masterKey)
  const store = hasStore(profileDir)
    ? openStore(options)
    : createStore(options, ({ settings, history }) => {
        settings.set('agency', side.agency)
        settings.set('clerkName', side.clerkName)
        history.append({
          at: now(),
          subjectKind: 'office',
          subjectId: side.agency.organId,
          event: 'create',
        })
      })
  const { systemId, secret, tokenPath, root } = outfit
  const token = await tokenOf(ports)
  store.atomically(() => {
    store.settings.set('hub', { kind: 'vxp', url: practice.hubUrl, systemId, secret })
    store.settings.set('token', { modulePath: tokenPath, ...token })
    store.settings.set('trustedRoots', [root])
  })
  return { store, masterKey }
}

/** Which certificates of the token sign for whom. */
async function tokenOf({ signer, outfit, now }: FurnishPorts) {
  const [token] = await signer.tokens(outfit.tokenPath)
  if (token === undefined) throw new AppError('sign/token-missing', 'the practice file shows no token')
  const { serial, certificates } = tokenSummaryOf(token, new Date(now()))
  const choice = (kind: 'person' | 'agency') => {
    const found = certificates.find((certificate) => certificate.kind === kind)
    if (found === undefined) throw new AppError('sign/certificate-missing', `no ${kind} in the practice file`)
    return { tokenSerial: serial, certificateSha256: found.sha256 }
  }
  return { person: choice('person'), agency: choice('agency') }
}

async function newKey(profileDir: string): Promise<Uint8Array> {
  const key = createKey()
  await mkdir(profileDir, { recursive: true, mode: 0o700 })
  await writeWhole(
    join(profileDir, CODE_FILE),
    Buffer.from(JSON.stringify({ recoveryCode: key.recoveryCode } satisfies z.output<typeof keptCode>)),
  )
  await writeKeyFile(profileDir, key)
  return key.masterKey
}

async function keptKey(profileDir: string): Promise<Uint8Array> {
  const keyFile = await readKeyFile(profileDir)
  if (keyFile === undefined) throw new AppError('store/file-missing', 'there is no key.json in this profile')
  const text = await readFile(join(profileDir, CODE_FILE), 'utf8')
  return unwrapWithRecoveryCode(keyFile, keptCode.parse(JSON.parse(text)).recoveryCode)
}
