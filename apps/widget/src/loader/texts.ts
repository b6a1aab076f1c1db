export interface LauncherTexts {
  open: string
  close: string
  unread: (count: number) => string
}

/** The launcher's few words in the page visitor's language; English where we have none. */
export function launcherTexts(language: string): LauncherTexts {
  return TEXTS[language.slice(0, 2).toLowerCase()] ?? ENGLISH
}

const ENGLISH: LauncherTexts = {
  open: 'Open support chat',
  close: 'Close support chat',
  unread: (count) => `${count} unread ${count === 1 ? 'message' : 'messages'}`,
}

const TEXTS: Record<string, LauncherTexts> = {
  ar: {
    open: 'افتح محادثة الدعم',
    close: 'أغلق محادثة الدعم',
    unread: (count) => `رسائل غير مقروءة: ${count}`,
  },
  de: {
    open: 'Support-Chat öffnen',
    close: 'Support-Chat schließen',
    unread: (count) => `${count} ungelesene ${count === 1 ? 'Nachricht' : 'Nachrichten'}`,
  },
  es: {
    open: 'Abrir el chat de ayuda',
    close: 'Cerrar el chat de ayuda',
    unread: (count) => `${count} ${count === 1 ? 'mensaje sin leer' : 'mensajes sin leer'}`,
  },
  fr: {
    open: 'Ouvrir le chat d’assistance',
    close: 'Fermer le chat d’assistance',
    unread: (count) => `${count} ${count < 2 ? 'message non lu' : 'messages non lus'}`,
  },
}
