import { defineConfig } from 'vite'

/** The loader: one classic script for the host page. Runs after the panel's build and keeps its files. */
export default defineConfig({
  build: {
    emptyOutDir: false,
    target: 'es2020',
    rollupOptions: {
      input: 'src/loader/index.ts',
      output: { format: 'iife', entryFileNames: 'widget.js' },
    },
  },
})
