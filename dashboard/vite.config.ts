import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npx vite dashboard` serves it with hot reload beside a running server; scripts/build-dashboard.ts builds it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // Inlined files would need `data:` in the policy for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // A file for each small part that two pages share would be fifty requests before the first page stands.
        codeSplitting: {
          groups: [
            { name: 'icons', test: /node_modules\/lucide-react/ },
            {
              name: 'parts',
              test: /dashboard\/src\/(?:ui|lib|shell)\/|node_modules\/(?:radix-ui|@radix-ui|@floating-ui)/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/files', '/docs', '/openapi.json'].map((path) => [path, 'http://127.0.0.1:8080']),
    ),
  },
});
