/** The words of the reply email. */
export interface Texts {
  subject: (sender: string) => string
  greeting: (name: string | null) => string
  /** So many replies are new since the mail before. Also what mail clients show beside the subject. */
  news: (count: number) => string
  /** So many older ones are not shown. */
  more: (count: number) => string
  open: string
  /** What to do where there is no page to open. */
  openYourself: string
  why: (appName: string) => string
  unsubscribe: string
}

export type Language = keyof typeof TEXTS

const english: Texts = {
  subject: (sender) => `New reply from ${sender}`,
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  news: (count) => (count === 1 ? 'you have a new reply.' : `you have ${count} new replies.`),
  more: (count) =>
    count === 1
      ? 'An earlier reply is in the conversation.'
      : `${count} earlier replies are in the conversation.`,
  open: 'Open the conversation',
  openYourself: 'To answer, open the chat where you wrote to us.',
  why: (appName) =>
    `You get this email because you wrote to ${appName} and the reply was not read. Answers to this email are not read.`,
  unsubscribe: 'No more emails about replies',
}

const german: Texts = {
  subject: (sender) => `Neue Antwort von ${sender}`,
  greeting: (name) => (name ? `Hallo ${name},` : 'Hallo,'),
  news: (count) => (count === 1 ? 'Sie haben eine neue Antwort.' : `Sie haben ${count} neue Antworten.`),
  more: (count) =>
    count === 1
      ? 'Eine frühere Antwort steht in der Unterhaltung.'
      : `${count} frühere Antworten stehen in der Unterhaltung.`,
  open: 'Unterhaltung öffnen',
  openYourself: 'Zum Antworten öffnen Sie bitte den Chat, in dem Sie uns geschrieben haben.',
  why: (appName) =>
    `Sie erhalten diese E-Mail, weil Sie ${appName} geschrieben haben und die Antwort ungelesen blieb. Antworten auf diese E-Mail werden nicht gelesen.`,
  unsubscribe: 'Keine E-Mails mehr über Antworten',
}

const french: Texts = {
  subject: (sender) => `Nouvelle réponse de ${sender}`,
  greeting: (name) => (name ? `Bonjour ${name},` : 'Bonjour,'),
  news: (count) =>
    count === 1 ? 'vous avez une nouvelle réponse.' : `vous avez ${count} nouvelles réponses.`,
  more: (count) =>
    count === 1
      ? 'Une réponse plus ancienne se trouve dans la conversation.'
      : `${count} réponses plus anciennes se trouvent dans la conversation.`,
  open: 'Ouvrir la conversation',
  openYourself: 'Pour répondre, ouvrez le chat dans lequel vous nous avez écrit.',
  why: (appName) =>
    `Vous recevez cet e-mail parce que vous avez écrit à ${appName} et que la réponse n’a pas été lue. Les réponses à cet e-mail ne sont pas lues.`,
  unsubscribe: 'Ne plus recevoir d’e-mails sur les réponses',
}

const spanish: Texts = {
  subject: (sender) => `Nueva respuesta de ${sender}`,
  greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
  news: (count) => (count === 1 ? 'tiene una respuesta nueva.' : `tiene ${count} respuestas nuevas.`),
  more: (count) =>
    count === 1
      ? 'Hay una respuesta anterior en la conversación.'
      : `Hay ${count} respuestas anteriores en la conversación.`,
  open: 'Abrir la conversación',
  openYourself: 'Para responder, abra el chat en el que nos escribió.',
  why: (appName) =>
    `Recibe este correo porque escribió a ${appName} y la respuesta quedó sin leer. Las respuestas a este correo no se leen.`,
  unsubscribe: 'No recibir más correos sobre respuestas',
}

const arabic: Texts = {
  subject: (sender) => `رد جديد من ${sender}`,
  greeting: (name) => (name ? `مرحبًا ${name}،` : 'مرحبًا،'),
  news: (count) => (count === 1 ? 'لديك رد جديد.' : `ردود جديدة: ${count}`),
  more: (count) => `ردود أقدم في المحادثة: ${count}`,
  open: 'افتح المحادثة',
  openYourself: 'للرد، افتح المحادثة التي راسلتنا فيها.',
  why: (appName) => `وصلتك هذه الرسالة لأنك راسلت ${appName} ولم تقرأ الرد. الردود على هذه الرسالة لا تُقرأ.`,
  unsubscribe: 'إيقاف الرسائل عن الردود',
}

const TEXTS = { en: english, de: german, fr: french, es: spanish, ar: arabic }

/** The texts for a language tag such as `de-AT`; English where we have none. */
export function textsFor(tag: string | null): { language: Language; texts: Texts } {
  const wanted = tag?.split('-')[0]?.toLowerCase() ?? 'en'
  const language = isLanguage(wanted) ? wanted : 'en'
  return { language, texts: TEXTS[language] }
}

function isLanguage(name: string): name is Language {
  return Object.hasOwn(TEXTS, name)
}
