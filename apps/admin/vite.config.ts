import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The inbox. The server hands out index.html for every place inside it. */
export default defineConfig({
  base: '/admin/',
  plugins: [react()],
  build: { emptyOutDir: true, modulePreload: { polyfill: false } },
})
