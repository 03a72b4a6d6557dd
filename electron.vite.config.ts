import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** Comments and blanks are a third of what every start has to read; names stay, for the stacks in the log. */
const LEAN = { compress: false, mangle: false, codegen: { removeWhitespace: true } }

/**
 * The app for Electron. The targets are those of the oldest runtime it is tested in (Electron 33).
 * Native modules (`dependencies` in package.json) stay outside the bundles; everything else goes in.
 */
export default defineConfig({
  main: {
    // Its build for Node declares a `require`, as electron-vite does in every chunk that has one; the threads that set
    // the two apart are not used.
    resolve: { alias: [{ find: /^fflate$/, replacement: 'fflate/browser' }] },
    build: {
      outDir: at('out/main'),
      target: 'node20.18',
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: at('src/main/index.ts'),
          engine: at('src/engine/entry.ts'),
          'body-worker': at('src/engine/pdf/body-worker.ts'),
          'word-worker': at('src/engine/page/word-worker.ts'),
          'examine-worker': at('src/engine/store/examine-worker.ts'),
          signer: at('src/signer/index.ts'),
        },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          minify: LEAN,
        },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      target: 'node20.18',
      // A sandboxed preload can load nothing from disk: all it needs must be in the one file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    build: {
      outDir: at('out/renderer'),
      target: 'chrome130',
      sourcemap: true,
      minify: true,
      // The content policy allows files of our own, not data addresses; so nothing is inlined.
      assetsInlineLimit: 0,
      // The editor of texts and pdf.js are each a chunk of half a megabyte, loaded from the disk when they are shown.
      chunkSizeWarningLimit: 600,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
})
