import { textsIn } from './texts.ts'

export type Shown = { state: 'subscribed' | 'optedOut'; token: string } | { state: 'invalid' | 'unavailable' }

/** The page behind an unsubscribe link: works without scripts, cookies and style sheets of elsewhere. */
export function unsubscribePage(shown: Shown, tag: string): string {
  const { language, texts } = textsIn(tag)
  const words = { subscribed: texts.ask, optedOut: texts.stopped, ...texts }[shown.state]
  return `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${texts.title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${texts.title}</h1>
<p role="status">${words}</p>
${'token' in shown ? form(shown, texts) : ''}
</main>
</body>
</html>
`
}

function form(
  { state, token }: Extract<Shown, { token: string }>,
  { stop, undo }: { stop: string; undo: string },
) {
  const query = new URLSearchParams({ token, ...(state === 'optedOut' && { undo: '1' }) })
  const look = state === 'optedOut' ? ' class="undo"' : ''
  return `<form method="post" action="/unsubscribe?${String(query).replaceAll('&', '&amp;')}"><button${look}>${state === 'optedOut' ? undo : stop}</button></form>`
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f1f0ec, #121614); color: light-dark(#18211d, #eef2f0) }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 16px; box-sizing: border-box }
main { width: 100%; max-width: 420px; padding: 32px 28px; border-radius: 16px; background: light-dark(#fff, #1c2220); box-sizing: border-box }
h1 { margin: 0 0 12px; font-size: 20px; line-height: 1.3 }
p { margin: 0 0 24px }
form { margin: 0 }
p:last-child { margin: 0 }
button { padding: 12px 22px; border: 2px solid transparent; border-radius: 10px; background: light-dark(#0d6a5b, #6fcfbb); color: light-dark(#fff, #06231d); font: inherit; font-weight: 600; cursor: pointer }
button.undo { border-color: currentColor; background: transparent; color: light-dark(#0d6a5b, #6fcfbb) }
button:focus-visible { outline: 3px solid light-dark(#18211d, #eef2f0); outline-offset: 2px }
`
