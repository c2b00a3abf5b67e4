import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page asks for nothing but its own files, by names that change with what is in them. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('../../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Inlined, a file would be a data: address, which the policy for scripts and styles forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
