package index

import "strings"

// A question for a duration says that it asks for one, and what about: "how long
// does delivery take". Only the second is looked for; "long" and "take" are
// everywhere where something else takes its time.

// framePhrases ask how long, in the languages of the stop words.
var framePhrases = []string{
	"how long", "how soon", "how quickly", "how quick", "how fast",
	"wie lange", "wie lang", "wie schnell",
	"combien de temps",
	"cuánto tiempo", "cuanto tiempo", "cuánto tarda", "cuanto tarda", "cuánto tardan",
	"quanto tempo", "hoe lang", "hoe snel",
	"hur lång tid", "hur länge", "hvor lang tid", "hvor lenge", "kuinka kauan",
}

// frameWords are the verbs of such a question, and what its phrases are made of.
var frameWords = words(`long soon quickly quick fast take takes taking last lasts need needs require requires
	lange lang schnell dauert dauern dauere braucht brauchen brauche
	temps prend prennent prendre dure durent durer met mettent mettre faut
	tiempo tarda tardan tardar dura duran lleva
	tempo vuole ci impiega impiegano durano demora leva
	snel duurt duren lang kost
	tid tar länge varer lenge kauan kestää`)

// frame tells which words of a text only say that it asks for a duration. It is
// nil for other texts.
func frame(text string) func(word string) bool {
	said := " " + strings.Join(plainWords(nil, lower(text)), " ") + " "
	for _, p := range framePhrases {
		if strings.Contains(said, " "+p+" ") {
			return func(word string) bool { return frameWords()[word] }
		}
	}
	return nil
}
