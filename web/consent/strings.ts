// The words that people choose by. Their version is part of every receipt, so a
// change here is a new version; a test compares the two.

export const version = "2026-11-24";

const en = {
  title: "Cookies on this site",
  text: "The chat and your choice here need a little storage in this browser. May we also count page views and chat interactions, to see what is used and make it better? Either answer is fine, and you can change it at any time.",
  accept: "Accept",
  reject: "Reject",
  choose: "Choose",
  policy: "Cookie policy",
  centre: "Cookie choices",
  close: "Close",
  save: "Save choices",
  essential: "Essential",
  essentialText:
    "Your session and this choice, the chat across pages, protection from attacks, and delivery. It cannot be switched off: without it, neither the chat nor your choice could be kept.",
  always: "Always on",
  analytics: "Analytics",
  analyticsText:
    "One cookie for 30 minutes, which groups the pages of a visit. Kept for 180 days: pages, chat interactions, kind of device, browser and system, and a shortened network address. Never sold, never used for advertising.",
  marketing: "News",
  marketingText: "E-mails about new features. Everything you need to run your account comes in any case.",
  signal: "Your browser sends {signal}. We honour it: analytics stays off.",
  gpc: "Global Privacy Control",
  dnt: "Do Not Track",
  saved: "Saved.",
  failed: "This could not be saved. Check your connection and try again.",
  rejected: "Rejected here. We will record it when the connection is back.",
  since: "Chosen on {date}.",
  reference: "Your reference, should you write to us: {reference}",
};

export type Words = typeof en;

const de: Words = {
  title: "Cookies auf dieser Website",
  text: "Der Chat und Ihre Auswahl brauchen etwas Speicher in diesem Browser. Dürfen wir außerdem Seitenaufrufe und Chat-Nutzung zählen, um zu sehen, was genutzt wird, und es zu verbessern? Beide Antworten sind in Ordnung, und Sie können sie jederzeit ändern.",
  accept: "Annehmen",
  reject: "Ablehnen",
  choose: "Auswählen",
  policy: "Cookie-Richtlinie",
  centre: "Cookie-Auswahl",
  close: "Schließen",
  save: "Auswahl speichern",
  essential: "Notwendig",
  essentialText:
    "Ihre Sitzung und diese Auswahl, der Chat über mehrere Seiten, Schutz vor Angriffen und Auslieferung. Das lässt sich nicht abschalten: Ohne diesen Speicher blieben weder der Chat noch Ihre Auswahl erhalten.",
  always: "Immer an",
  analytics: "Statistik",
  analyticsText:
    "Ein Cookie für 30 Minuten, das die Seiten eines Besuchs zusammenfasst. 180 Tage aufbewahrt: Seiten, Chat-Nutzung, Art von Gerät, Browser und System und eine gekürzte Netzadresse. Nie verkauft, nie für Werbung.",
  marketing: "Neuigkeiten",
  marketingText: "E-Mails über neue Funktionen. Was Sie für Ihr Konto brauchen, kommt in jedem Fall.",
  signal: "Ihr Browser sendet {signal}. Wir halten uns daran: Statistik bleibt aus.",
  gpc: "Global Privacy Control",
  dnt: "Do Not Track",
  saved: "Gespeichert.",
  failed: "Das konnte nicht gespeichert werden. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  rejected: "Hier abgelehnt. Wir vermerken es, sobald die Verbindung wieder da ist.",
  since: "Ausgewählt am {date}.",
  reference: "Ihr Zeichen, falls Sie uns schreiben: {reference}",
};

const fr: Words = {
  title: "Cookies sur ce site",
  text: "Le chat et votre choix ont besoin d’un peu de stockage dans ce navigateur. Pouvons-nous aussi compter les pages vues et les interactions avec le chat, pour voir ce qui sert et l’améliorer ? Les deux réponses conviennent, et vous pouvez changer d’avis à tout moment.",
  accept: "Accepter",
  reject: "Refuser",
  choose: "Choisir",
  policy: "Politique de cookies",
  centre: "Choix des cookies",
  close: "Fermer",
  save: "Enregistrer",
  essential: "Essentiel",
  essentialText:
    "Votre session et ce choix, le chat d’une page à l’autre, la protection contre les attaques et la diffusion. Il ne peut pas être désactivé : sans lui, ni le chat ni votre choix ne seraient conservés.",
  always: "Toujours actif",
  analytics: "Statistiques",
  analyticsText:
    "Un cookie de 30 minutes, qui regroupe les pages d’une visite. Conservés 180 jours : pages, interactions avec le chat, type d’appareil, de navigateur et de système, et une adresse réseau raccourcie. Jamais vendus, jamais utilisés pour la publicité.",
  marketing: "Nouveautés",
  marketingText: "Des e-mails sur les nouvelles fonctions. Ce qu’il faut à votre compte arrive de toute façon.",
  signal: "Votre navigateur envoie {signal}. Nous le respectons : les statistiques restent désactivées.",
  gpc: "Global Privacy Control",
  dnt: "Do Not Track",
  saved: "Enregistré.",
  failed: "L’enregistrement a échoué. Vérifiez la connexion et réessayez.",
  rejected: "Refusé ici. Nous le noterons au retour de la connexion.",
  since: "Choisi le {date}.",
  reference: "Votre référence, si vous nous écrivez : {reference}",
};

/** The words of a language, English where there are none. */
export function words(language: string): { words: Words; language: string } {
  const base = language.slice(0, 2).toLowerCase();
  const all: Record<string, Words> = { en, de, fr };
  return all[base] ? { words: all[base], language: base } : { words: en, language: "en" };
}
