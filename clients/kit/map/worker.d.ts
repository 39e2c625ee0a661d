/** The address of MapLibre's worker, as the build places it (`clients/vite.ts`). */
declare module 'map-worker' {
  export const workerUrl: string;
}
