import type { Said, ShownReply } from './template.ts'

/*
 * Made for mail clients: Outlook for Windows draws with Word, so tables give the layout and styles stand in each tag.
 * The style sheet in the head, which some leave out, only changes colours in the dark. Nothing is loaded from anywhere.
 */

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Arial,sans-serif"
const INK = '#18211d'
const FAINT = '#4c5550'
const PAGE = '#f1f0ec'
const CARD = '#ffffff'
const QUOTE = '#f1f4f2'
const ACCENT = '#0d6a5b'

const DARK = `
      @media (prefers-color-scheme: dark) {
        .page { background: #121614 !important }
        .card { background: #1c2220 !important }
        .quote { background: #262e2b !important }
        .ink { color: #eef2f0 !important }
        .faint { color: #aab3ae !important }
        .button { background: #6fcfbb !important; color: #06231d !important }
      }`

export function htmlOf(said: Said): string {
  const { language, subject, appName, greeting, news, more, replies, why, unsubscribe } = said
  const direction = language === 'ar' ? 'rtl' : 'ltr'
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>${escaped(subject)}</title>
    <style>
      :root { color-scheme: light dark }${DARK}
    </style>
  </head>
  <body class="page" style="margin:0;padding:0;background:${PAGE}">
    <div style="display:none;max-height:0;overflow:hidden">${escaped(capitalized(news))}</div>
    <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${PAGE}">
      <tr>
        <td align="center" style="padding:24px 12px">
          <table role="presentation" class="card" width="560" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:560px;background:${CARD};border-radius:12px">
            <tr><td style="padding:28px 24px 0;${FONT};font-size:16px;line-height:24px;font-weight:700;color:${INK}" class="ink"><span dir="auto">${escaped(appName)}</span></td></tr>
            <tr><td style="padding:16px 24px 0;${FONT};font-size:16px;line-height:24px;color:${INK}" class="ink">${escaped(greeting)}<br>${escaped(news)}</td></tr>
            ${more === null ? '' : row(more, 14, 'faint', FAINT)}
            ${replies.map(quote).join('')}
            <tr><td style="padding:24px 24px 28px">${action(said.action)}</td></tr>
          </table>
          <table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:560px">
            <tr><td style="padding:16px 24px 0;${FONT};font-size:13px;line-height:20px;color:${FAINT}" class="faint">${escaped(why)}<br><a href="${escaped(unsubscribe.url)}" class="faint" style="color:${FAINT}">${escaped(unsubscribe.label)}</a></td></tr>
          </table>
        </td>
      </tr>
    </table>
  </body>
</html>
`
}

function row(text: string, size: number, name: string, color: string): string {
  return `<tr><td style="padding:12px 24px 0;${FONT};font-size:${size}px;line-height:20px;color:${color}" class="${name}">${escaped(text)}</td></tr>`
}

function quote({ sender, time, excerpt }: ShownReply): string {
  return `<tr><td style="padding:16px 24px 0">
              <table role="presentation" class="quote" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${QUOTE};border-radius:8px">
                <tr><td style="padding:12px 16px 0;${FONT};font-size:13px;line-height:20px;color:${FAINT}" class="faint"><b dir="auto" class="ink" style="color:${INK}">${escaped(sender)}</b> &nbsp;${escaped(time)}</td></tr>
                <tr><td dir="auto" style="padding:4px 16px 14px;${FONT};font-size:16px;line-height:24px;color:${INK};word-break:break-word" class="ink">${escaped(excerpt).replaceAll('\n', '<br>')}</td></tr>
              </table>
            </td></tr>`
}

/** The colour stands in the cell as well: Word pads no link. */
function action({ label, url }: Said['action']): string {
  if (url === null) {
    return `<span class="ink" style="${FONT};font-size:16px;line-height:24px;color:${INK}">${escaped(label)}</span>`
  }
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="button" style="background:${ACCENT};border-radius:8px;mso-padding-alt:12px 22px"><a href="${escaped(url)}" class="button" style="display:inline-block;padding:12px 22px;background:${ACCENT};border-radius:8px;${FONT};font-size:16px;line-height:24px;font-weight:600;color:#ffffff;text-decoration:none">${escaped(label)}</a></td></tr></table>`
}

/** A sentence that goes on behind a greeting begins small. */
function capitalized(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
