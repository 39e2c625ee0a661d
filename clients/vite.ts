/** How every page is built: static files, nothing inlined that a strict content-security policy would refuse. */
import type { UserConfig } from 'vite';

/** @param base the path that the gateway serves the page at; `./` for one that works at any. */
export const pageConfig = (root: string, base: string): UserConfig => ({
  root,
  base,
  logLevel: 'error',
  // The gateway puts a fresh nonce in its place with each answer; libraries that add styles at run time read it.
  ...(base === './' ? {} : { html: { cspNonce: '__CSP_NONCE__' } }),
  build: {
    target: 'es2022',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    // Small files stay files: a strict policy then need not allow `data:` scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
