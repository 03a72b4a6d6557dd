import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

const ARCHITECTURES = { 1: 'x64', 3: 'arm64' }

/** The first bytes of a loadable library: MZ on Windows, ELF on Linux, a Mach-O number on macOS. */
const FIRST_BYTES = { win32: ['4d5a'], linux: ['7f454c46'], darwin: ['cffaedfe', 'cafebabe'] }

/**
 * Called by electron-builder before it packs: both native add-ons must be there and made for the system
 * that the package is for.
 * @throws {Error} naming the add-on and what to do
 */
export async function beforePack({ packager, electronPlatformName, arch }) {
  const modules = join(packager.projectDir, 'node_modules')
  const target = `${electronPlatformName}-${ARCHITECTURES[arch] ?? arch}`
  await check(join(modules, 'better-sqlite3', 'prebuilds', `${target}.node`), electronPlatformName)
  await check(join(modules, 'pkcs11js', 'build', 'Release', 'pkcs11.node'), electronPlatformName)
}

async function check(file, platform) {
  if (!existsSync(file)) throw new Error(`${file} is missing; run: npm run setup`)
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    const found = buffer.toString('hex')
    if (FIRST_BYTES[platform].some((bytes) => found.startsWith(bytes))) return
    throw new Error(`${file} was not compiled for ${platform}; make the package on that system`)
  } finally {
    await handle.close()
  }
}
