import react from '@vitejs/plugin-react'
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname

/**
 * The window alone, over a bridge of sample data, for looking at it in a browser:
 * `npx vite build -c test/renderer/preview/vite.config.ts`, then `npx vite preview` with the same file.
 * Never part of the product.
 */
export default defineConfig({
  root: here,
  plugins: [react()],
  build: {
    outDir: resolve(here, '../../../out/preview'),
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  preview: { port: 4179, strictPort: true },
})
