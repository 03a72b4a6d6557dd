/**
 * `npm run chaos -- [--seed S] [--documents N] [--troubles N] [--runs R]
 * [--verbose]`: two offices, a hub and everything that can
 * go wrong between them; see test/chaos/run.ts. Loaded through vite, which knows the engine's fonts and styles of
 * import as the build does.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

setup()
continueUnderCurrentNode()
const { runnerImport } = await import('vite')
await runnerImport(join(root, 'test', 'chaos', 'main.ts'), { root, configFile: false, logLevel: 'error' })
