/** How every page is built: static files, nothing inlined that a strict content-security policy would refuse. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin, UserConfig } from 'vite';

/**
 * MapLibre is published as two bundles, of which the worker's repeats half of the page's. Built from its sources, which it
 * publishes too, they share that half: 130 kB less to load. `map-worker` is the address of the worker.
 */
const mapLibre: Plugin = {
  name: 'maplibre',
  enforce: 'pre',
  resolveId: (id) => ({ 'maplibre-gl': join(sources(), 'index.ts'), 'map-worker': '\0map-worker' })[id],
  load(id) {
    if (id !== '\0map-worker') return;
    const reference = this.emitFile({ type: 'chunk', id: join(sources(), 'source/worker.ts'), name: 'map-worker' });
    return `export const workerUrl = import.meta.ROLLUP_FILE_URL_${reference};`;
  },
};

const sources = (): string => join(dirname(createRequire(import.meta.url).resolve('maplibre-gl/package.json')), 'src');

/** @param base the path that the gateway serves the page at; `./` for one that works at any. */
export const pageConfig = (root: string, base: string): UserConfig => ({
  root,
  base,
  logLevel: 'error',
  plugins: [mapLibre],
  // MapLibre's sources take a class's field without a value for a type alone.
  oxc: { typescript: { removeClassFieldsWithoutInitializer: true }, assumptions: { setPublicClassFields: true } },
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
