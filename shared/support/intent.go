package support

import (
	"slices"
	"strings"
)

// intent is what a message wants, where code can tell without a model.
type intent int

const (
	question intent = iota // everything else: answered from the pages
	greeting               // a mere hello
	thanks                 // a mere thank-you
	human                  // asks for a person
	machine                // asks whether this is one
	advice                 // asks for medical, legal or financial advice
)

// phrases are sequences of words; one matches where its words stand together.
var (
	greetings = []string{"hi", "hello", "hey", "good morning", "good afternoon", "good evening",
		"ciao", "buongiorno", "buonasera", "salve", "hola", "buenos días", "buenas tardes", "buenas", "hoi", "goedemorgen", "goedemiddag", "goedenavond", "こんにちは",
		"hallo", "guten tag", "guten morgen", "guten abend", "moin", "servus", "bonjour", "bonsoir", "salut"}
	thankYous = []string{"thanks", "thank you", "thank you very much", "thanks a lot", "cheers", "great thanks",
		"grazie", "grazie mille", "gracias", "muchas gracias", "dank je", "dank u", "dank je wel", "bedankt", "ありがとう", "ありがとうございます",
		"danke", "vielen dank", "danke schön", "merci", "merci beaucoup"}
	machines = []string{"are you a person", "are you human", "are you a human", "are you a real person", "are you real", "are you a robot", "are you a bot",
		"are you an ai", "am i talking to a person", "am i talking to a human", "am i talking to a robot", "is this a bot", "is this a person", "who are you", "what are you",
		"sei una persona", "sei un robot", "sei un umano", "eres una persona", "eres un robot", "es usted una persona", "ben je een mens", "ben je een robot", "bent u een mens",
		"bist du ein mensch", "sind sie ein mensch", "bist du ein roboter", "sind sie ein roboter", "sind sie eine ki", "bist du eine ki", "wer bist du", "wer sind sie",
		"êtes vous une personne", "êtes vous humain", "êtes vous un robot", "es tu un robot", "es tu humain", "qui êtes vous", "êtes vous une ia"}
	humans = []string{
		"talk to a human", "talk to a person", "talk to someone", "speak to a human", "speak to a person", "speak to someone",
		"speak with a human", "speak with a person", "talk with a human", "talk with a person", "real person", "real human",
		"human agent", "live agent", "human please", "customer service agent", "talk to an agent", "speak to an agent",
		"parlare con una persona", "parlare con un operatore", "parlare con qualcuno", "hablar con una persona", "hablar con un agente", "hablar con alguien", "met een mens", "met een medewerker", "iemand spreken",
		"mit einem menschen", "mit einem mitarbeiter", "mit jemandem sprechen", "echten menschen", "mitarbeiter sprechen",
		"parler à quelqu un", "parler à une personne", "parler à un humain", "parler à un conseiller", "vraie personne", "un conseiller humain",
	}
)

// persons are what somebody who wants a person says in a word or two.
var persons = []string{"human", "agent", "agent please", "person", "person please", "operator", "mensch", "mitarbeiter", "humain", "conseiller", "persona", "humano", "agente", "operador",
	"umano", "operatore", "mens", "medewerker", "pessoa", "atendente", "człowiek", "konsultant", "människa", "handläggare", "menneske", "medarbejder"}

// intentOf tells what a message wants.
func intentOf(message string) intent {
	said := strings.Join(words(message), " ")
	switch {
	case slices.Contains(greetings, said):
		return greeting
	case slices.Contains(thankYous, said):
		return thanks
	case slices.Contains(machines, said):
		return machine
	case anyPhrase(said, humans) || slices.Contains(persons, said):
		return human
	case asksForAdvice(said):
		return advice
	}
	return question
}

// anyPhrase reports whether one of the phrases stands in said as whole words. A
// phrase that ends with "*" stands for every ending of its last word.
func anyPhrase(said string, phrases []string) bool {
	padded := " " + said + " "
	return slices.ContainsFunc(phrases, func(p string) bool {
		for from := 0; ; {
			stem, open := strings.CutSuffix(p, "*")
			at := strings.Index(padded[from:], stem)
			if at < 0 {
				return false
			}
			at += from
			from = at + len(stem)
			if padded[at-1] == ' ' && (open || padded[from] == ' ') {
				return true
			}
		}
	})
}

// A short question leans on the one before it when it begins as a continuation
// or points back with a pronoun.
var (
	continuations = []string{"and", "or", "also", "but", "then", "what about", "how about", "und", "oder", "auch", "aber", "et", "ou", "mais", "aussi", "et pour"}
	pronouns      = []string{"it", "its", "they", "them", "that", "this", "those", "these", "one", "es", "er", "sie", "das", "dies", "davon", "dafür", "damit", "ça", "cela", "celui", "celle", "ceux", "elle", "il", "ils", "en", "y"}
)

// maxLeaning is the longest question that can lean on another, in words.
const maxLeaning = 9

func leansOnBefore(message string) bool {
	said := words(message)
	if len(said) == 0 || len(said) > maxLeaning {
		return false
	}
	if slices.Contains(continuations, said[0]) || len(said) > 1 && slices.Contains(continuations, said[0]+" "+said[1]) {
		return true
	}
	return slices.ContainsFunc(said, func(w string) bool { return slices.Contains(pronouns, w) })
}
