import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    // The coordinator's content security policy admits files of its own origin only, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ECharts is a chunk of its own, loaded after the table is on the screen.
    chunkSizeWarningLimit: 650,
  },
});
