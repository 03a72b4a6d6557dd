import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { AppError } from '../shared/errors.ts'
import { importedLibraries } from './library-file.ts'

/** Where Windows would look for what a library needs; a parameter only in tests. */
export interface LoadSurroundings {
  readonly platform: NodeJS.Platform
  /** Beside the driver's own folder. */
  readonly folders: readonly string[]
}

function here(): LoadSurroundings {
  const { SystemRoot = 'C:\\Windows', Path, PATH } = process.env
  const windows = [join(SystemRoot, 'System32'), SystemRoot, dirname(process.execPath)]
  return {
    platform: process.platform,
    folders: process.platform === 'win32' ? [...windows, ...(Path ?? PATH ?? '').split(';')] : [],
  }
}

/**
 * Why the system would not load a driver whose file is in order.
 *
 * @param caught what loading it threw
 * @returns `sign/module-dependency` with the names of the missing files as `detail`, where they can be told;
 *   else `sign/module-failed` with the system's own words
 */
export function loadFailure(path: string, caught: unknown, surroundings = here()): AppError {
  const words = caught instanceof Error ? caught.message : String(caught)
  const missing =
    surroundings.platform === 'win32'
      ? missingImports(path, surroundings.folders)
      : missingByLoader(words, path)
  if (missing.length > 0) {
    return new AppError('sign/module-dependency', `${path} needs ${missing.join(', ')}`, {
      cause: caught,
      detail: missing.join(', '),
    })
  }
  return new AppError('sign/module-failed', `cannot load ${path}`, { cause: caught, detail: words })
}

/** glibc and musl: "NAME: cannot open shared object file"; macOS: "Library not loaded: NAME". */
const LOADER_SAYS = [
  /^(.+?): cannot open shared object file/m,
  /Error loading shared library (.+?):/,
  /Library not loaded: (.+)$/m,
]

function missingByLoader(words: string, path: string): string[] {
  for (const pattern of LOADER_SAYS) {
    const name = pattern.exec(words)?.[1]
    if (name !== undefined && name !== path) return [basename(name.trim())]
  }
  return []
}

/**
 * Error 126 of Windows names nothing, so the driver's import table is followed, through the vendor's own
 * libraries beside it.
 */
function missingImports(path: string, folders: readonly string[]): string[] {
  const home = dirname(path)
  const missing = new Map<string, string>()
  const seen = new Set<string>()
  const waiting = [path]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const name of importedLibraries(file)) {
      const key = name.toLowerCase()
      if (seen.has(key) || isApiSet(key)) continue
      seen.add(key)
      const beside = join(home, name)
      if (isFile(beside)) waiting.push(beside)
      else if (!folders.some((folder) => folder !== '' && isFile(join(folder, name)))) missing.set(key, name)
    }
  }
  return [...missing.values()]
}

/** Names that Windows resolves by itself; there is no file of that name. */
function isApiSet(name: string): boolean {
  return name.startsWith('api-ms-') || name.startsWith('ext-ms-')
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Missing or forbidden: the loader would not find it either.
    return false
  }
}
