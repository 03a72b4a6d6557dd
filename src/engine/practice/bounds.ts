import { AppError } from '../../shared/errors.ts'
import type { Handlers, ServerKind } from '../../shared/ipc/contract.ts'
import { PRACTICE_PATH, type PracticeStart } from '../../shared/practice.ts'
import type { ConnectionOptions } from '../hub/connection.ts'
import { isLoopback } from '../hub/proxy.ts'
import type { SignerClient } from '../signing/signer-client.ts'

/**
 * The wall between practice and the real office, as the engine keeps it on both sides. The third part of it is
 * the mark in the store, see StoreOptions.practice.
 */

/** How an engine in practice connects, whatever its settings say: by no proxy, and not beyond this machine. */
export const PRACTICE_CONNECTION: ConnectionOptions = {
  mayConnect: (address) => isLoopback(address.includes(':') ? `[${address}]` : address),
}

/** Where packets are to go: a server, or a folder. */
type HubPlace = { readonly kind: 'filedrop' } | { readonly kind: ServerKind; readonly url: string }

/**
 * Refuses a hub of the other side before anything is sent to it.
 *
 * @param practice as this engine was started; undefined in a real office
 * @throws {AppError} `practice/stays-here` in practice, `practice/hub-is-practice` in a real office
 */
export function requireOwnHub(hub: HubPlace, practice: PracticeStart | undefined): void {
  const url = hub.kind === 'filedrop' ? undefined : hub.url
  if (practice !== undefined) {
    if (url !== practice.hubUrl)
      throw new AppError('practice/stays-here', 'another hub than that of practice')
  } else if (url !== undefined && URL.canParse(url) && new URL(url).pathname.startsWith(PRACTICE_PATH)) {
    throw new AppError('practice/hub-is-practice', 'a real office does not speak to the practice hub')
  }
}

/** A signer that knows one token: no mistyped PIN of an exercise may ever count at a real one. */
export function practiceSigner(signer: SignerClient, tokenPath: string): SignerClient {
  function requireOwn(modulePath: string): void {
    if (modulePath !== tokenPath)
      throw new AppError('practice/stays-here', 'another token than that of practice')
  }
  return {
    ...signer,
    modules: async () => (await signer.modules([tokenPath])).filter(({ path }) => path === tokenPath),
    tokens: async (modulePath, password) => {
      requireOwn(modulePath)
      return signer.tokens(modulePath, password)
    },
    sign: async (batch) => {
      requireOwn(batch.modulePath)
      return signer.sign(batch)
    },
  }
}

/** What would carry an exercise out of the practice, or the real office into it; to stand before all others. */
export const PRACTICE_REFUSALS = {
  'connection.chooseFolder': stay,
  'backup.chooseFolder': stay,
  'backup.save': stay,
  'backup.make': stay,
  'restore.choose': stay,
  'restore.begin': stay,
} as const satisfies Partial<Handlers>

function stay(): never {
  throw new AppError('practice/stays-here', 'not in practice')
}
