export interface Texts {
  title: string
  /** Shown to who gets emails, with a button. */
  ask: string
  stop: string
  /** Shown to who gets none, with a button. */
  stopped: string
  undo: string
  invalid: string
  unavailable: string
}

const ENGLISH: Texts = {
  title: 'Emails about replies',
  ask: 'You get an email when a reply from support stays unread.',
  stop: 'Send no more emails',
  stopped: 'You get no more emails about replies.',
  undo: 'Send them again',
  invalid: 'This link is not complete. Open it from the email once more, or copy it whole.',
  unavailable: 'This did not work just now. Please try again in a minute.',
}

const TEXTS: Record<string, Texts> = {
  ar: {
    title: 'رسائل عن الردود',
    ask: 'تصلك رسالة عندما يبقى رد من الدعم غير مقروء.',
    stop: 'إيقاف الرسائل',
    stopped: 'لن تصلك رسائل أخرى عن الردود.',
    undo: 'إرسالها من جديد',
    invalid: 'هذا الرابط غير مكتمل. افتحه من الرسالة مرة أخرى أو انسخه كاملًا.',
    unavailable: 'لم ينجح ذلك الآن. حاول مرة أخرى بعد دقيقة.',
  },
  de: {
    title: 'E-Mails über Antworten',
    ask: 'Sie erhalten eine E-Mail, wenn eine Antwort des Supports ungelesen bleibt.',
    stop: 'Keine E-Mails mehr senden',
    stopped: 'Sie erhalten keine E-Mails mehr über Antworten.',
    undo: 'Wieder senden',
    invalid:
      'Dieser Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der E-Mail oder kopieren Sie ihn ganz.',
    unavailable: 'Das hat gerade nicht geklappt. Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  es: {
    title: 'Correos sobre respuestas',
    ask: 'Recibe un correo cuando una respuesta del equipo de ayuda queda sin leer.',
    stop: 'No enviar más correos',
    stopped: 'Ya no recibirá correos sobre respuestas.',
    undo: 'Volver a enviarlos',
    invalid: 'Este enlace no está completo. Ábralo de nuevo desde el correo o cópielo entero.',
    unavailable: 'No ha funcionado en este momento. Inténtelo de nuevo en un minuto.',
  },
  fr: {
    title: 'E-mails sur les réponses',
    ask: 'Vous recevez un e-mail lorsqu’une réponse de l’assistance reste non lue.',
    stop: 'Ne plus envoyer d’e-mails',
    stopped: 'Vous ne recevez plus d’e-mails sur les réponses.',
    undo: 'Les envoyer à nouveau',
    invalid: 'Ce lien n’est pas complet. Ouvrez-le encore une fois depuis l’e-mail ou copiez-le en entier.',
    unavailable: 'Cela n’a pas fonctionné. Veuillez réessayer dans une minute.',
  },
}

/** In the language of a tag such as `de-AT`, or of an Accept-Language header; English where we have none. */
export function textsIn(tag: string): { language: string; texts: Texts } {
  const asked = tag.split(',').map((one) => one.trim().split(/[-;]/)[0]?.toLowerCase() ?? '')
  const language = asked.find((one) => one === 'en' || Object.hasOwn(TEXTS, one)) ?? 'en'
  return { language, texts: TEXTS[language] ?? ENGLISH }
}
