/** A real Electron on this machine, found or prepared. */
export interface Runtime {
  readonly electronPath: string
  readonly distPath: string
  readonly electronVersion: string
  /** The compiled SQLite add-on, only for a runtime below Node-API 10. */
  readonly nativeBinding: string | undefined
  /** To be added to the environment of whatever starts Electron. */
  readonly env: Readonly<Record<string, string>>
}
export function runtime(options?: { say?: (line: string) => void }): Promise<Runtime>
