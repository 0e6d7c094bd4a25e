import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = fileURLToPath(new URL('mads/grace/dashboard/page/', import.meta.url));

/** The dashboard: one page in `dist/dashboard`, with all that it needs. */
export default defineConfig({
  root: page,
  base: './',
  oxc: { jsx: { importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('dist/dashboard/', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Icons stay files: the page's own rules allow no inline scripts, and nothing here is worth a request saved.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
