import type { DesktopAbilities, Notice, Standing } from '../shared/desktop.ts'
import type { UpdateStatus } from '../shared/ipc/contract.ts'
import type { PrintFile } from './page/files.ts'
import type { SignerProcess } from './signing/signer-process.ts'

/**
 * What the engine asks of the program around it: the desktop (src/main, over messages), or a test.
 * The engine runs unchanged under plain Node, where most of this is absent.
 */
export interface Host {
  /** Whether the operating system keeps keys for us. `none` is said to the clerk, never papered over. */
  readonly keyStore: () => Promise<'os' | 'none'>
  /** The key, wrapped by the operating system; `undefined` where it has no key store. */
  readonly wrapKey: (key: Uint8Array) => Promise<Uint8Array | undefined>
  /** The key again; `undefined` when this Windows user cannot unwrap it (reinstalled, other account). */
  readonly unwrapKey: (wrapped: Uint8Array) => Promise<Uint8Array | undefined>
  /** The system's file dialog for a driver; `undefined` when the clerk cancels. */
  readonly chooseModule: () => Promise<string | undefined>
  /** The system's file dialog for a packet or an evidence file; `undefined` when the clerk cancels. */
  readonly chooseOpenable: () => Promise<string | undefined>
  /** The system's dialog for a folder, under that title (Vietnamese); `undefined` when the clerk cancels. */
  readonly chooseFolder: (title: string) => Promise<string | undefined>
  /**
   * By which ways the system would have an address reached, best first, as a PAC file says it:
   * `PROXY host:port; DIRECT`.
   */
  readonly resolveProxy: (url: string) => Promise<string>
  /** The system's save dialog; returns where the file now is. */
  readonly saveFile: (name: string, bytes: Uint8Array) => Promise<string | undefined>
  /** The system's save dialog for a file that the engine writes itself; `undefined` when the clerk cancels. */
  readonly choosePath: (name: string) => Promise<string | undefined>
  /**
   * Prints a page to a tagged PDF. The first file is the page; what it asks for is among the others, by name.
   *
   * @throws {AppError} `print/failed`, also where there is no desktop to print with
   */
  readonly print: (files: readonly PrintFile[]) => Promise<Uint8Array>
  /** Starts a signer process. */
  readonly startSigner: () => SignerProcess
  /** What is around the window. */
  readonly desktop: {
    readonly abilities: () => Promise<DesktopAbilities>
    /** Has the system start the program with its user, or no longer. */
    readonly startWithSystem: (wanted: boolean) => Promise<void>
    /** Shows it in the corner of the screen; not while the clerk looks at the window, unless `evenInFront`. */
    readonly notify: (notice: Notice, evenInFront: boolean) => void
    readonly showStanding: (standing: Standing) => void
    /** The clerk is dragging something out of the window: from now on it is this file. */
    readonly startDrag: (path: string) => Promise<void>
  }
  /**
   * Ends this engine and starts that of practice, of the real office, or of a practice begun anew. Resolves before
   * that, so that whoever asked still hears.
   */
  readonly practice: {
    readonly enter: () => Promise<void>
    readonly leave: (discard: boolean) => Promise<void>
    readonly renew: () => Promise<void>
  }
  readonly update: {
    readonly status: () => Promise<UpdateStatus>
    readonly check: () => Promise<UpdateStatus>
    readonly download: () => Promise<UpdateStatus>
    readonly install: () => Promise<UpdateStatus>
  }
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}
