/** The explorer as static files that work under any path; `assets.ts` says where they go. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  logLevel: 'error',
  build: {
    target: 'es2022',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    // Small files stay files: a strict content-security policy then need not allow `data:` scripts.
    assetsInlineLimit: 0,
  },
});
