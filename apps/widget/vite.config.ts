import { defineConfig } from 'vite'

/** The panel: what stands inside the frame. */
export default defineConfig({
  base: '/widget/',
  resolve: {
    // The same components on a fifth of the weight: somebody else's page carries this.
    alias: [
      { find: /^react\/jsx(-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ],
    dedupe: ['preact'],
  },
  build: { emptyOutDir: true, modulePreload: { polyfill: false } },
})
