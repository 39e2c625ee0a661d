/** The console as static files for `/console`; `clients/build.ts` says where they go. */
import { defineConfig } from 'vite';
import { pageConfig } from '../vite.ts';

export default defineConfig(pageConfig(import.meta.dirname, '/console/'));
