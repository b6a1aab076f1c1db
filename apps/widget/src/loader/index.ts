import { consumeCommands } from './commands.ts'
import { createWidget } from './widget.ts'

/** `widget.js`: takes over the command queue the page may have begun. */

const base = supportUrl()
if (base !== null && !window.AcmeChat?.loaded) consumeCommands(createWidget(base))

/** Where this script came from is where the support server is; null when nobody can say. */
function supportUrl(): URL | null {
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]')
  return script instanceof HTMLScriptElement && script.src !== '' ? new URL('.', script.src) : null
}
