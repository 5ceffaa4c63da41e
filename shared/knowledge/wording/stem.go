// Package wording takes texts apart into what can be compared: sentences, and the
// Stems of the words that say something.
package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/spanish"
	"golang.org/x/text/unicode/norm"
)

// stemmers are the languages whose words are reduced before they are compared.
// Words of others are compared by how they begin.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"en": english.Stem, "de": german.Stem, "fr": french.Stem, "es": spanish.Stem, "it": italian.Stem, "nl": dutch.Stem,
}

// small say nothing about what a sentence is about.
var small = set(strings.Fields(`
a about after all also am an and any are as at be been before but by can could d did do does for from get had has have he her here him his how i if
in into is it its just ll may me might more most must my no not now of on one only or our out over own please re s shall she should so some such t
than that the their them then there these they this those through to too under until up us ve very was we were what when where which while who why
will with within without would yes you your yours sorry sure course
aber alle als also am an auch auf aus bei beim bin bis bitte da damit dann das dass dem den denn der des die dies diese diesem diesen dieser dieses doch
du durch ein eine einem einen einer eines er es etwas für haben hat hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in innerhalb ist ja jede jeder
jedes kann kein keine können man mein meine mit muss müssen nach nein nicht noch nur ob oder ohne sehr sein seine sich sie sind so soll sollte über
um und uns unser unsere unter von vom vor war was wenn wer werden wie wir wird zu zum zur gern
à ai au aux avec avez c ce cela ces cet cette comme d dans de des du elle elles en est et être eu il ils j je jusqu l la le les leur leurs lui m ma
mais me même mes moi mon n ne non nos notre nous on ont ou où oui par pas peut peuvent peux plus pour pouvez qu que quel quelle qui quoi s sa sans se
ses si son sont sous sur ta te tes ton tous tout toute toutes tu un une vos votre vous y`)...)

// Words splits a text into lower-case words.
func Words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// IsSmall reports whether a lower-case word is one that says nothing by itself,
// such as "the", "nicht" or "avec".
func IsSmall(word string) bool { return small[word] }

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// Stems gives what the informative words of a text come down to, in the language
// of a lower-case primary subtag.
func Stems(text, language string) map[string]bool {
	found := map[string]bool{}
	for _, w := range Words(text) {
		if informative(w) {
			found[Stem(w, language)] = true
		}
	}
	return found
}

// informative reports whether a lower-case word says something. Numbers are
// looked at elsewhere.
func informative(w string) bool {
	return utf8.RuneCountInString(w) > 1 && !small[w] && !strings.ContainsAny(w, "0123456789")
}

// Stem reduces a lower-case word, and spells it with plain letters.
func Stem(w, language string) string {
	if s := stemmers[language]; s != nil {
		env := snowballstem.NewEnv(w)
		s(env)
		w = env.Current()
	}
	return fold(w)
}

// fold removes the marks from letters.
func fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ReplaceAll(s, "ß", "ss")))
}

// minShared is how many letters the beginnings of two stems share when the words
// belong together, as those of "Rückgabe" and "Rückgabefrist" do.
const minShared = 5

// Has reports whether a stem, or one that belongs with it, is in a set.
func Has(set map[string]bool, stem string) bool {
	if set[stem] {
		return true
	}
	if len(stem) < minShared {
		return false
	}
	for other := range set {
		if len(other) >= minShared && (strings.HasPrefix(other, stem[:minShared]) || len(stem) >= 8 && strings.Contains(stem, other) || len(other) >= 8 && strings.Contains(other, stem)) {
			return true
		}
	}
	return false
}

// Common counts the stems of a that are in b.
func Common(a, b map[string]bool) int {
	n := 0
	for s := range a {
		if Has(b, s) {
			n++
		}
	}
	return n
}

// Without gives the stems of a that are in none of the others.
func Without(a map[string]bool, others ...map[string]bool) map[string]bool {
	rest := map[string]bool{}
next:
	for s := range a {
		for _, other := range others {
			if Has(other, s) {
				continue next
			}
		}
		rest[s] = true
	}
	return rest
}
