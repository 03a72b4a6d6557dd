import { builtinModules } from 'node:module'
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

/**
 * The programs that run under plain Node: `--mode cli` gives out/cli, `--mode hub-sim` gives out/hub-sim,
 * `--mode bench` what scripts/bench.mjs measures. Builds of their own, so that the hub to practise against
 * shares no chunk with the engine it judges.
 */
export default defineConfig(({ mode }) => ({
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  ssr: { noExternal: true, external: ['better-sqlite3', 'pkcs11js'] },
  build: {
    ssr: true,
    ssrEmitAssets: true,
    outDir: at(mode === 'bench' ? 'out/bench/program' : `out/${mode}`),
    emptyOutDir: true,
    target: 'node20.18',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        index: at(mode === 'bench' ? 'test/bench/program.ts' : `src/${mode}/index.ts`),
        // The command line signs with a signer process of its own, and needs no built app for it.
        ...(mode === 'cli' ? { signer: at('src/signer/index.ts') } : {}),
        ...(mode === 'bench'
          ? {
              transfer: at('test/bench/transfer.ts'),
              searching: at('test/bench/searching.ts'),
              making: at('test/bench/making.ts'),
            }
          : {}),
      },
      external: ['better-sqlite3', 'pkcs11js', ...builtinModules.flatMap((name) => [name, `node:${name}`])],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
}))
