/** The explorer as static files that work under any path; `clients/build.ts` says where they go. */
import { defineConfig } from 'vite';
import { pageConfig } from '../vite.ts';

export default defineConfig(pageConfig(import.meta.dirname, './'));
