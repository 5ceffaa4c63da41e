// The widget's words. English is complete; a session may bring another
// language, or the shop's own wording.

const en = {
  badge: "AI assistant",
  notice: "AI can make mistakes. Check important information.",
  disclosure: "You are chatting with an AI assistant, not a person.",
  you: "You",
  team: "Shop team",
  log: "Conversation",
  input: "Your question",
  placeholder: "Ask a question",
  send: "Send",
  stop: "Stop the answer",
  stopped: "Stopped.",
  close: "Close chat",
  open: "Chat",
  unread: "Chat, new message",
  menu: "Menu",
  person: "Talk to a person",
  askPerson: "I would like to talk to a person.",
  privacy: "Privacy",
  privacyNote:
    "This chat needs no name and no e-mail address. Your messages and the answers are kept for this shop, for 90 days at most. An AI service writes the answers; e-mail addresses, telephone and card numbers are masked before it reads them. Your browser keeps a key to this conversation, so that it is still here on the next page. A new conversation replaces that key.",
  size: "Text size: {n} %",
  download: "Download transcript",
  fresh: "New conversation",
  freshNote: "A new conversation has begun.",
  back: "Back to the previous one",
  suggestions: "Suggested questions",
  sources: "Sources",
  checked: "checked {date}",
  stale: "may be out of date",
  newTab: "opens in a new tab",
  waiting: "Still working on the answer",
  limited: "These are passages from the shop’s own pages.",
  offline: "You are offline. Your message is kept until the connection is back.",
  online: "The connection is back.",
  unsent: "Not sent. Check your connection.",
  cut: "The connection dropped before the answer was complete.",
  wait: "Many messages at once. Sends again in {n} s.",
  failed: "The answer could not be given. Your message is kept.",
  write: "You can also write to {mail}.",
  refused: "Chat is not available on this page.",
  unavailable: "The chat cannot be reached just now.",
  again: "Try again",
  interrupted: "This answer was interrupted.",
  partFailed: "This part of the chat did not load.",
  transcript: "Conversation with {shop}",
};

export type Strings = typeof en;

const de: Strings = {
  badge: "KI-Assistent",
  notice: "KI kann Fehler machen. Bitte wichtige Angaben prüfen.",
  disclosure: "Sie chatten mit einem KI-Assistenten, nicht mit einem Menschen.",
  you: "Sie",
  team: "Team des Shops",
  log: "Unterhaltung",
  input: "Ihre Frage",
  placeholder: "Stellen Sie eine Frage",
  send: "Senden",
  stop: "Antwort anhalten",
  stopped: "Angehalten.",
  close: "Chat schließen",
  open: "Chat",
  unread: "Chat, neue Nachricht",
  menu: "Menü",
  person: "Mit einem Menschen sprechen",
  askPerson: "Ich möchte mit einem Menschen sprechen.",
  privacy: "Datenschutz",
  privacyNote:
    "Dieser Chat braucht weder Namen noch E-Mail-Adresse. Ihre Nachrichten und die Antworten werden für diesen Shop höchstens 90 Tage aufbewahrt. Ein KI-Dienst schreibt die Antworten; E-Mail-Adressen, Telefon- und Kartennummern werden vorher maskiert. Ihr Browser behält einen Schlüssel zu dieser Unterhaltung, damit sie auf der nächsten Seite noch da ist. Eine neue Unterhaltung ersetzt ihn.",
  size: "Textgröße: {n} %",
  download: "Verlauf herunterladen",
  fresh: "Neue Unterhaltung",
  freshNote: "Eine neue Unterhaltung hat begonnen.",
  back: "Zurück zur vorherigen",
  suggestions: "Vorgeschlagene Fragen",
  sources: "Quellen",
  checked: "geprüft am {date}",
  stale: "möglicherweise veraltet",
  newTab: "öffnet in neuem Tab",
  waiting: "Die Antwort ist noch in Arbeit",
  limited: "Das sind Auszüge aus den Seiten des Shops.",
  offline: "Sie sind offline. Ihre Nachricht bleibt erhalten, bis die Verbindung zurück ist.",
  online: "Die Verbindung ist zurück.",
  unsent: "Nicht gesendet. Bitte die Verbindung prüfen.",
  cut: "Die Verbindung brach ab, bevor die Antwort vollständig war.",
  wait: "Viele Nachrichten auf einmal. Wird in {n} s erneut gesendet.",
  failed: "Die Antwort war nicht möglich. Ihre Nachricht bleibt erhalten.",
  write: "Sie können auch an {mail} schreiben.",
  refused: "Auf dieser Seite ist der Chat nicht verfügbar.",
  unavailable: "Der Chat ist gerade nicht erreichbar.",
  again: "Noch einmal versuchen",
  interrupted: "Diese Antwort wurde unterbrochen.",
  partFailed: "Dieser Teil des Chats wurde nicht geladen.",
  transcript: "Unterhaltung mit {shop}",
};

const fr: Strings = {
  badge: "Assistant IA",
  notice: "L’IA peut se tromper. Vérifiez les informations importantes.",
  disclosure: "Vous discutez avec un assistant IA, pas avec une personne.",
  you: "Vous",
  team: "Équipe de la boutique",
  log: "Conversation",
  input: "Votre question",
  placeholder: "Posez une question",
  send: "Envoyer",
  stop: "Arrêter la réponse",
  stopped: "Arrêtée.",
  close: "Fermer le chat",
  open: "Chat",
  unread: "Chat, nouveau message",
  menu: "Menu",
  person: "Parler à une personne",
  askPerson: "Je voudrais parler à une personne.",
  privacy: "Confidentialité",
  privacyNote:
    "Ce chat ne demande ni nom ni adresse e-mail. Vos messages et les réponses sont conservés pour cette boutique, 90 jours au plus. Un service d’IA rédige les réponses ; les adresses e-mail, numéros de téléphone et de carte sont masqués avant qu’il les lise. Votre navigateur garde une clé de cette conversation, pour la retrouver à la page suivante. Une nouvelle conversation remplace cette clé.",
  size: "Taille du texte : {n} %",
  download: "Télécharger la conversation",
  fresh: "Nouvelle conversation",
  freshNote: "Une nouvelle conversation a commencé.",
  back: "Revenir à la précédente",
  suggestions: "Questions suggérées",
  sources: "Sources",
  checked: "vérifié le {date}",
  stale: "peut ne plus être à jour",
  newTab: "s’ouvre dans un nouvel onglet",
  waiting: "La réponse est en cours",
  limited: "Ce sont des extraits des pages de la boutique.",
  offline: "Vous êtes hors ligne. Votre message est gardé jusqu’au retour de la connexion.",
  online: "La connexion est rétablie.",
  unsent: "Non envoyé. Vérifiez la connexion.",
  cut: "La connexion a été coupée avant la fin de la réponse.",
  wait: "Beaucoup de messages à la fois. Nouvel envoi dans {n} s.",
  failed: "La réponse n’a pas pu être donnée. Votre message est gardé.",
  write: "Vous pouvez aussi écrire à {mail}.",
  refused: "Le chat n’est pas disponible sur cette page.",
  unavailable: "Le chat est injoignable pour le moment.",
  again: "Réessayer",
  interrupted: "Cette réponse a été interrompue.",
  partFailed: "Cette partie du chat n’a pas chargé.",
  transcript: "Conversation avec {shop}",
};

const catalogues: Record<string, Strings> = { en, de, fr };

/**
 * The words for a language, with a shop's own laid over them. What tells the
 * shopper that an AI answers is not the shop's to change: for a language
 * without a catalogue only, the session's translation stands in.
 */
export function words(language: string, own: Record<string, string> = {}): Strings {
  const known = catalogues[language.slice(0, 2).toLowerCase()];
  const all = { ...(known ?? en) };
  for (const key of Object.keys(en) as (keyof Strings)[]) {
    const value = own[key];
    const fixed = key === "badge" || key === "notice" || key === "disclosure";
    if (typeof value === "string" && value.trim() && !(fixed && known)) all[key] = value;
  }
  return all;
}

/** Puts values into the {places} of a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The direction a language is written in. */
export function direction(language: string): "rtl" | "ltr" {
  return /^(ar|he|fa|ur|ckb|dv|ps|sd|ug|yi)\b/i.test(language) ? "rtl" : "ltr";
}

/** The reader's own format of a language, if the browser names one. */
export function locale(language: string): string {
  const base = language.slice(0, 2).toLowerCase();
  return navigator.languages.find((own) => own.toLowerCase().startsWith(base)) ?? language;
}
