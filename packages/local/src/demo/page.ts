import { people } from '../people.ts'
import { embedSnippet, signingSnippet } from './snippets.ts'

export const viewers = ['alice', 'bob', 'visitor'] as const
export type Viewer = (typeof viewers)[number]

/** The whole page as HTML. Nothing on it comes from elsewhere. */
export function demoPage({ as, audience }: { as: Viewer; audience: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Northwind Outdoor</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo/page.css">
<link rel="stylesheet" href="/demo/sections.css">
<script src="/demo/page.js" data-as="${as}"></script>
<script async src="/widget.js"></script>
</head>
<body>
${tryStrip(as)}
<header class="top">
  <a class="brand" href="/?as=${as}">${PEAKS}Northwind Outdoor</a>
  <nav aria-label="Shop"><a href="#gear">Gear</a><a href="#care">Repairs</a></nav>
  <span class="account">${greeting(as)}</span>
</header>
<main>
  <section class="hero">
    <div>
      <h1>Gear that goes out again.</h1>
      <p>Tents, packs and shells, built to be repaired. If something breaks on the way, ask us: we were probably there.</p>
      <p class="actions"><a class="primary" href="#gear">See the gear</a><button type="button" id="ask">Ask about a repair</button></p>
    </div>
    ${LANDSCAPE}
  </section>
  <section id="gear" class="gear" aria-label="Gear">
    ${GEAR.map(card).join('\n    ')}
  </section>
  <section id="care" class="care">
    <h2>Repairs, for as long as you own it</h2>
    <p>Send it in muddy. Seams, zips and poles are mended in our workshop within nine days, and you can ask how it is going at any time.</p>
  </section>
  <section class="code" aria-labelledby="code-title">
    <h2 id="code-title">Put the chat on your own page</h2>
    <p>This page does just that. The first part goes into your HTML, the second into your back end.</p>
    ${codeBlock('In the page', embedSnippet(audience))}
    ${codeBlock('In your back end (Node)', signingSnippet(audience))}
  </section>
</main>
<footer>Northwind Outdoor is made up, and sells nothing.</footer>
</body>
</html>
`
}

function tryStrip(as: Viewer): string {
  const label = (viewer: Viewer) => (viewer === 'visitor' ? 'A visitor' : people[viewer].name)
  const buttons = viewers.map(
    (viewer) =>
      `<button name="as" value="${viewer}" aria-pressed="${viewer === as}">${label(viewer)}</button>`,
  )
  return `<aside class="strip" aria-label="For trying it out">
  <span class="strip-title">For trying it out</span>
  <form class="who" action="/" aria-label="Look at the page as">${buttons.join('')}</form>
  <nav aria-label="Behind the scenes"><a href="/admin/">Inbox</a><a href="/mailbox/">Mailbox</a></nav>
</aside>`
}

function greeting(as: Viewer): string {
  return as === 'visitor' ? 'Not logged in' : people[as].name
}

function card({ name, price, note, drawing }: (typeof GEAR)[number]): string {
  return `<article><svg viewBox="0 0 120 80" aria-hidden="true">${drawing}</svg><h2>${name}</h2><p>${note}</p><p class="price">${price}</p></article>`
}

function codeBlock(title: string, code: string): string {
  return `<figure class="snippet">
      <figcaption>${title}<button type="button" data-copy>Copy</button></figcaption>
      <pre tabindex="0"><code>${escapeHtml(code)}</code></pre>
    </figure>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const GEAR = [
  {
    name: 'Fell tent',
    price: '€ 389',
    note: 'Two people, 1.6 kg, up in four minutes.',
    drawing: '<path d="M12 66 60 16l48 50z"/><path d="M60 16v50M60 30 44 66h32z"/>',
  },
  {
    name: 'Larch 38 pack',
    price: '€ 179',
    note: 'Thirty-eight litres that sit still.',
    drawing:
      '<path d="M40 28c0-12 8-16 20-16s20 4 20 16v36c0 4-3 6-6 6H46c-3 0-6-2-6-6z"/><path d="M46 44h28v18H46zM50 12c0-8 20-8 20 0M40 32h40"/>',
  },
  {
    name: 'Sleet shell',
    price: '€ 249',
    note: 'Three layers, one zip, no squeak.',
    drawing:
      '<path d="M46 14 26 24l-8 34 12 4 6-20v28h48V42l6 20 12-4-8-34-20-10c-4 8-24 8-28 0z"/><path d="M60 20v50"/>',
  },
]

const PEAKS =
  '<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path d="M2 27 12 9l6 10 4-6 8 14z" fill="currentColor"/></svg>'

const LANDSCAPE = `<svg class="landscape" viewBox="0 0 480 320" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <rect class="sky" width="480" height="320"/><circle class="sun" cx="350" cy="92" r="38"/>
      <path class="far" d="M0 210 90 130l60 52 92-104 88 96 54-40 96 76v100H0z"/>
      <path class="mid" d="M0 250 70 204l84 40 90-62 110 70 62-32 64 40v60H0z"/>
      <path class="near" d="M0 282c90-30 170-20 250-6s160 10 230-14v58H0z"/>
      <path class="camp" d="m118 284 28-40 28 40z"/><path class="door" d="m146 244-9 40h18z"/>
    </svg>`
