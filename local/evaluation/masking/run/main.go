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
	r := masking.Evaluate(masking.Sentences(masking.PerLocale))
	r.Print(os.Stdout)
	if *verbose {
		for _, m := range r.Mistakes {
			fmt.Println(m)
		}
	}
}
