import { defineConfig } from 'vite';

// Addresses of the built files are relative: the page works below any path.
export default defineConfig({
  base: './',
  build: { outDir: '../wwwroot', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
