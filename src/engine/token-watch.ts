import { codeOf, type ErrorCode } from '../shared/errors.ts'
import type { TokenStatus } from '../shared/ipc/contract.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import type { Token } from '../shared/signing.ts'
import type { SignerClient } from './signing/signer-client.ts'
import { tokenSummaryOf } from './signing/token-view.ts'
import type { Store } from './store/index.ts'

/** With the look itself and the word to the window, a token that comes or goes shows within two seconds. */
const LOOK_EVERY_MS = 1_000
const AFTER_FAILURE_MS = 15_000

/** What watching needs of the world. */
export interface TokenWatchPorts {
  readonly store: Store
  readonly signer: SignerClient
  readonly now: () => number
  readonly timer: (afterMs: number, callback: () => void) => () => void
  /** A token came or went, or the driver failed. */
  readonly onChange: () => void
}

/**
 * Looks every second which tokens are plugged in, because C_WaitForSlotEvent cannot be relied on.
 * Looking never logs in. It rests while a signature is being made.
 */
export function tokenWatch(ports: TokenWatchPorts) {
  const { store, signer } = ports
  let tokens: readonly Token[] = []
  let error: ErrorCode | undefined
  let looked = false
  let undo: (() => void) | undefined
  let stopped = false
  let busy = 0

  async function look(): Promise<void> {
    if (stopped) return
    const modulePath = store.settings.get('token')?.modulePath
    const before = fingerprint()
    if (modulePath === undefined) {
      tokens = []
      error = undefined
    } else if (busy === 0) {
      try {
        tokens = await signer.tokens(modulePath)
        error = undefined
      } catch (cause) {
        tokens = []
        const code = codeOf(cause)
        // Pulled while it was read.
        error = code === 'sign/token-missing' ? undefined : code
      }
    }
    looked = true
    if (fingerprint() !== before) ports.onChange()
  }

  /** What of the tokens a window would see change. */
  function fingerprint(): string {
    return JSON.stringify([
      looked,
      error,
      tokens.map(({ serial, pin, certificates }) => [
        serial,
        pin,
        certificates.map(({ sha256, asksEachTime }) => [sha256, asksEachTime]),
      ]),
    ])
  }

  function next(): void {
    if (stopped) return
    undo = ports.timer(error === undefined ? LOOK_EVERY_MS : AFTER_FAILURE_MS, () => {
      void look().finally(next)
    })
  }

  return {
    start(): void {
      void look().finally(next)
    },
    stop(): void {
      stopped = true
      undo?.()
    },
    /** Looks at once: another module was chosen, or the clerk asks. */
    lookNow: look,
    /** Runs `work` while nobody else asks the token, then looks at the flags it left. */
    async during<T>(work: () => Promise<T>): Promise<T> {
      busy += 1
      try {
        return await work()
      } finally {
        busy -= 1
        void look()
      }
    },
    status(): TokenStatus {
      const chosen = store.settings.get('token')
      const at = new Date(ports.now())
      const choice = {
        ...(chosen?.person === undefined ? {} : { person: chosen.person }),
        ...(chosen?.agency === undefined ? {} : { agency: chosen.agency }),
      }
      if (chosen === undefined) return { state: 'unset', tokens: [], chosen: choice }
      const slow = signer.slow()
      return {
        ...(slow === undefined
          ? {}
          : {
              waiting: {
                since: Math.round(ports.now() - slow.silentMs),
                deadlineAt: Math.round(ports.now() + slow.remainingMs),
              },
            }),
        modulePath: chosen.modulePath,
        state: error !== undefined ? 'failed' : tokens.length > 0 ? 'present' : 'absent',
        ...(error === undefined ? {} : { error }),
        tokens: tokens.map((token) => tokenSummaryOf(token, at)),
        chosen: choice,
      }
    },
    /** DER of the certificates on the tokens that are plugged in. */
    certificates: (): Uint8Array[] =>
      tokens.flatMap(({ certificates }) => certificates.map(({ der }) => der)),
    /** Whether what would sign is for practice only. */
    isPractice(): boolean {
      const modulePath = store.settings.get('token')?.modulePath
      if (modulePath !== undefined && isPracticeFile(modulePath)) return true
      return tokens.some((token) => token.software)
    },
  }
}
