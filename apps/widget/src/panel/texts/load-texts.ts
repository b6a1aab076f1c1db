import { english } from './en.ts'
import type { Texts } from './texts.ts'

/** The reader's language where we have it, otherwise English. Only that language is downloaded. */
export async function loadTexts(asked: string): Promise<{ texts: Texts; language: string }> {
  const language = languageTag(asked)
  const wanted = language.slice(0, 2).toLowerCase()
  try {
    const loaded = await OTHERS[wanted]?.()
    if (loaded) return { texts: loaded.texts, language }
  } catch {
    // English is better than nothing.
  }
  return { texts: english, language: wanted === 'en' ? language : 'en' }
}

/** What `Intl` takes: some systems report tags like `en-US@posix`, on which every date would throw. */
export function languageTag(asked: string): string {
  const tag = asked.replace(/[^\w-].*$/, '').replaceAll('_', '-')
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

export function isRightToLeft(language: string): boolean {
  return /^(ar|fa|he|ur)\b/i.test(language)
}

const OTHERS: Record<string, () => Promise<{ texts: Texts }>> = {
  ar: () => import('./ar.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  fr: () => import('./fr.ts'),
}
