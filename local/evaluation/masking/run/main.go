// Run prints the masking report; -v also what went wrong.
package main

import (
	"flag"
	"fmt"
	"os"

	"omniops/local/evaluation/masking"
)

func main() {
	verbose := flag.Bool("v", false, "list the mistakes")
	flag.Parse()
	for _, set := range []struct {
		name      string
		sentences []masking.Sentence
	}{{"the grammar", masking.Sentences(masking.PerLocale)}, {"the second grammar", masking.Unseen(masking.UnseenPerLocale)}} {
		r := masking.Evaluate(set.sentences)
		fmt.Printf("%s: ", set.name)
		r.Print(os.Stdout)
		if *verbose {
			for _, m := range r.Mistakes {
				fmt.Println(m)
			}
		}
	}
}
