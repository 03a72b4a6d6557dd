import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const SOURCE = join(import.meta.dirname, 'fault-shim.c')
const HEADERS = resolve(import.meta.dirname, '../../node_modules/pkcs11js/includes')

/** What the shim can be told to do; see fault-shim.c. Functions are named without their C_. */
export interface Faults {
  readonly 'lock-after'?: number
  readonly 'no-final-try'?: 1
  readonly 'remove-at'?: number
  readonly print?: number
  readonly 'crash-at'?: string
  readonly 'hang-at'?: string
  readonly 'fail-at'?: `${string}:${string}`
  readonly 'slot-offset'?: number
  readonly 'hide-mechanism'?: string
  readonly 'only-mechanism'?: string
  readonly 'always-authenticate'?: 1
  readonly 'keys-show'?: 1
  readonly 'no-login-required'?: 1
  readonly 'zero-sizes'?: 1
  readonly 'no-ids'?: 1
  readonly 'private-keys-hide-public-part'?: 1
  readonly 'longest-pin'?: number
  readonly 'pin-pad'?: string
  readonly 'pin-pad-waits'?: 1
  readonly 'wrong-signatures'?: 1
}

/** A PKCS#11 module that passes everything to SoftHSM2 but what it is told to get wrong. */
export interface FaultShim {
  readonly modulePath: string
  /** For the environment of the process that loads the module. */
  readonly env: Readonly<Record<string, string>>
  /** From the next call on; replaces what was set before. Also plugs the token in again. */
  set(faults: Faults): void
  /** Pulls all tokens, until {@link set} or {@link clear}. */
  unplug(): void
  /** The clerk typed on the keypad: a C_Login that `pin-pad-waits` holds goes on. */
  typeOnKeypad(): void
  /** Forgets faults, calls, wrong PINs, and plugs the token in again. */
  clear(): void
  /** How often the module's C_`name` was called since {@link clear}. */
  calls(name: string): number
  /** All of them, in order. */
  allCalls(): string[]
}

/** Compiles the shim (gcc, a second) into `directory` and puts it in front of a set of SoftHSM2 tokens. */
export function makeFaultShim(
  directory: string,
  softHsm: { readonly modulePath: string; readonly env: Readonly<Record<string, string>> },
): FaultShim {
  const home = resolve(directory)
  mkdirSync(home, { recursive: true })
  const modulePath = join(home, 'fault-shim.so')
  execFileSync('gcc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-Wall',
    '-Werror',
    `-I${HEADERS}`,
    '-o',
    modulePath,
    SOURCE,
    '-ldl',
  ])
  const file = (name: string): string => join(home, name)
  const allCalls = (): string[] =>
    existsSync(file('calls'))
      ? readFileSync(file('calls'), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : []
  let turn = 0
  return {
    modulePath,
    env: { ...softHsm.env, FAULT_SHIM_MODULE: softHsm.modulePath, FAULT_SHIM_DIR: home },
    set(faults) {
      const lines = Object.entries(faults).map(([name, value]) => `${name}=${String(value)}\n`)
      // The shim starts counting again when the text changes, so it always does.
      writeFileSync(file('faults'), `${lines.join('')}turn=${String(++turn)}\n`)
      rmSync(file('unplugged'), { force: true })
    },
    unplug() {
      writeFileSync(file('unplugged'), '')
    },
    typeOnKeypad() {
      writeFileSync(file('typed'), '')
    },
    clear() {
      for (const name of readdirSync(home)) {
        if (/^(faults|calls|wrong-pins-\d+|unplugged|typed)$/.test(name)) rmSync(file(name), { force: true })
      }
    },
    calls: (name) => allCalls().filter((line) => line === name).length,
    allCalls,
  }
}
