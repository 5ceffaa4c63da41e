package wish

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// said is a wording and what it asks for.
type said struct {
	wish    Wish
	words   string
	heldOut bool // not looked at when the tables were made
}

// wordings reads what people say in a language, by wish. Of each wish every second
// wording was held back when the tables were made.
func wordings(t *testing.T, language string) (all []said) {
	t.Helper()
	for _, line := range lines(t, "testdata/said/"+language+".txt") {
		wish, rest, _ := strings.Cut(line, ":")
		for n, words := range strings.Split(rest, " | ") {
			all = append(all, said{Wish(wish), strings.TrimSpace(words), n%2 == 1})
		}
	}
	return all
}

func lines(t *testing.T, path string) (all []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// leastRecall is the share of the wordings held back that has to be understood.
const leastRecall = .95

// Wordings that nobody had in mind when the tables were made are understood, in ten
// languages.
func TestWishesAreUnderstoodInWordsOfOnesOwn(t *testing.T) {
	if n := len(Languages()); n != 10 {
		t.Fatalf("there are %d languages", n)
	}
	for _, language := range Languages() {
		found, all := map[bool]int{}, map[bool]int{}
		wrong := 0
		for _, s := range wordings(t, language) {
			all[s.heldOut]++
			got, in := Of(s.words, language)
			switch {
			case got == s.wish && in == language:
				found[s.heldOut]++
				continue
			case got != None:
				wrong++
			}
			if !s.heldOut || os.Getenv("HELD") != "" {
				t.Logf("%s: %q is %q in %q, not %s", language, s.words, got, in, s.wish)
			}
		}
		understood := found[true] + found[false]
		recall := float64(found[true]) / float64(all[true])
		t.Logf("%s: of %d wordings held back %d (%.3f), of %d others %d; precision %.3f", language, all[true], found[true], recall, all[false], found[false],
			float64(understood)/float64(understood+wrong))
		if recall < leastRecall {
			t.Errorf("%s: recall %.3f", language, recall)
		}
		for _, wish := range tables().order {
			if !slices.ContainsFunc(wordings(t, language), func(s said) bool { return s.wish == wish }) {
				t.Errorf("%s: no wording of %s", language, wish)
			}
		}
	}
}

// A question about the shop is never taken for a wish.
func TestShopQuestionsAreNoWishes(t *testing.T) {
	files, err := filepath.Glob("testdata/asked/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		language := strings.TrimSuffix(filepath.Base(file), ".txt")
		n, alarms := 0, 0
		for _, question := range lines(t, file) {
			n++
			for _, preferred := range []string{language, "en"} {
				if got, in := Of(question, preferred); got != None {
					alarms++
					t.Errorf("%s: %q is taken for %s in %s", language, question, got, in)
				}
			}
		}
		t.Logf("%s: %d false alarms in %d questions", language, alarms, n)
	}
}

func FuzzOf(f *testing.F) {
	for _, language := range Languages() {
		f.Add("delete my data, please", language)
		f.Add(strings.Repeat("ich will nicht ", 300), language)
	}
	f.Fuzz(func(t *testing.T, message, preferred string) {
		got, in := Of(message, preferred)
		if (got == None) != (in == "") {
			t.Errorf("%q is %q in %q", message, got, in)
		}
		if again, then := Of(strings.ToUpper(message), preferred); strings.ToLower(strings.ToUpper(message)) == message && (again != got || then != in) {
			t.Errorf("%q is %q, but in capitals %q", message, got, again)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		Of("Can I delete an item from my cart after I have paid, and how long does the delivery to Ireland take then?", "en")
	}
}
