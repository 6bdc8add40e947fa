import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` serves the page from source and asks a running `souk up` for the figures.
const api = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // One script and one style sheet, named by their content, so the program may serve them as immutable.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // A picture turned into a data: address would be refused by the content security policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': {
        target: api,
        changeOrigin: true,
        // The program refuses foreign origins, and the development server is one.
        configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin')),
      },
    },
  },
});
