export interface LauncherTexts {
  open: string
  close: string
  unread: (count: number) => string
  missing: string
}

/** The launcher's few words in the page visitor's language; English where we have none. */
export function launcherTexts(language: string): LauncherTexts {
  return TEXTS[language.slice(0, 2).toLowerCase()] ?? ENGLISH
}

const ENGLISH: LauncherTexts = {
  open: 'Open support chat',
  close: 'Close support chat',
  unread: (count) => `${count} unread ${count === 1 ? 'message' : 'messages'}`,
  missing: 'The chat cannot be reached right now. Trying again …',
}

const TEXTS: Record<string, LauncherTexts> = {
  ar: {
    open: 'افتح محادثة الدعم',
    close: 'أغلق محادثة الدعم',
    unread: (count) => `رسائل غير مقروءة: ${count}`,
    missing: 'لا يمكن الوصول إلى المحادثة الآن. تجري إعادة المحاولة …',
  },
  de: {
    open: 'Support-Chat öffnen',
    close: 'Support-Chat schließen',
    unread: (count) => `${count} ungelesene ${count === 1 ? 'Nachricht' : 'Nachrichten'}`,
    missing: 'Der Chat ist gerade nicht erreichbar. Es wird erneut versucht …',
  },
  es: {
    open: 'Abrir el chat de ayuda',
    close: 'Cerrar el chat de ayuda',
    unread: (count) => `${count} ${count === 1 ? 'mensaje sin leer' : 'mensajes sin leer'}`,
    missing: 'Ahora no se puede acceder al chat. Reintentando …',
  },
  fr: {
    open: 'Ouvrir le chat d’assistance',
    close: 'Fermer le chat d’assistance',
    unread: (count) => `${count} ${count < 2 ? 'message non lu' : 'messages non lus'}`,
    missing: 'Le chat est injoignable pour le moment. Nouvel essai …',
  },
}
