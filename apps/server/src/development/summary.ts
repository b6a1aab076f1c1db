import type { ServerSettings } from '../server.ts'
import type { TryingOut } from './trying-out.ts'

/** What a newcomer sees when it runs: where to go, and what was made up for them. */
export function summary({ settings, built }: Pick<TryingOut, 'settings' | 'built'>): string {
  const { publicUrl, appName, dataDir, firstAdmin, databaseUrl, smtpUrl } = settings
  return `
  ${appName} is running.

    Demo page   ${publicUrl}/
    Inbox       ${publicUrl}/admin/
                ${firstAdmin ? `log in as ${firstAdmin.email} with ${firstAdmin.password}` : ''}
    Mailbox     ${built.mailbox ? `${publicUrl}/mailbox/` : hostOf(smtpUrl)}
    Database    ${built.postgres ? `embedded, kept in ${dataDir}` : hostOf(databaseUrl)}

  Open the demo page and the inbox side by side and write. Unread replies are mailed after ${minutes(settings)}.
  Ctrl-C stops everything.
`
}

/** Addresses without what is secret in them. */
function hostOf(url: string): string {
  return new URL(url).host
}

function minutes({ replyEmailDelayMs }: ServerSettings): string {
  return replyEmailDelayMs < 60_000 ? `${replyEmailDelayMs / 1000} s` : `${replyEmailDelayMs / 60_000} min`
}
