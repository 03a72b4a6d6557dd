import { join } from 'node:path'

/** The program of the Electron that setup.ts found or prepared. */
export function electronPath(): string {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (dist === undefined) throw new Error('test/e2e/setup.ts gives the runtime')
  return join(dist, 'electron')
}
