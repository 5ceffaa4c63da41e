// Run is `make eval`: it reads the demonstration shops, asks them their labelled
// questions and prints how well they are answered. It fails below the thresholds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"

	local "omniops/local/evaluation"
	"omniops/shared/knowledge/evaluation"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// row is one line of the table: a shop in one language, or in all.
type row struct {
	Site, Language string
	Words          evaluation.Summary // of search by words alone
	evaluation.Summary
}

// report is what is measured of a shop.
type report struct {
	rows     []row
	failures []evaluation.Result
	missed   []string
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "list the questions that fail")
	asJSON := flags.Bool("json", false, "print JSON")
	site := flags.String("site", strings.Join(local.Sites(), ","), "shops to ask")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	var all report
	for name := range strings.SplitSeq(*site, ",") {
		if !slices.Contains(local.Sites(), name) {
			return fmt.Errorf("there is no shop %q, only %s", name, strings.Join(local.Sites(), ", "))
		}
		r, err := measure(ctx, root, name)
		if err != nil {
			return fmt.Errorf("evaluate %s: %w", name, err)
		}
		all.rows, all.failures, all.missed = append(all.rows, r.rows...), append(all.failures, r.failures...), append(all.missed, r.missed...)
	}
	if *asJSON {
		err = writeJSON(out, all)
	} else {
		err = writeTable(out, all, *verbose)
	}
	if err != nil {
		return err
	}
	if len(all.missed) > 0 {
		return errors.New("below the threshold:\n  " + strings.Join(all.missed, "\n  "))
	}
	return nil
}

// measure asks a shop all its questions.
func measure(ctx context.Context, root, site string) (r report, err error) {
	shop, err := local.Open(ctx, root, site)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, shop.Close()) }()
	results, err := shop.Run(ctx, shop.Ask)
	if err != nil {
		return r, err
	}
	words, err := shop.Run(ctx, shop.FindByWords)
	if err != nil {
		return r, err
	}
	for _, language := range []string{"", "en", "de", "fr"} {
		other := func(r evaluation.Result) bool { return language != "" && r.Question.Language != language }
		s := evaluation.Summarise(slices.DeleteFunc(slices.Clone(results), other))
		if s.Questions > 0 {
			w := evaluation.Summarise(slices.DeleteFunc(slices.Clone(words), other))
			r.rows = append(r.rows, row{Site: site, Language: language, Words: w, Summary: s})
		}
	}
	for _, m := range local.Thresholds[site].Missed(r.rows[0].Summary) {
		r.missed = append(r.missed, site+": "+m)
	}
	r.failures = slices.DeleteFunc(results, func(r evaluation.Result) bool { return failure(r) == "" })
	return r, nil
}

// failure says what is wrong with a result; nothing if it is as it should be.
func failure(r evaluation.Result) string {
	switch {
	case !r.Answerable() && !r.Outcome.Abstained:
		return "answered, though the site does not say"
	case !r.Answerable():
		return ""
	case r.Outcome.Supported:
		return ""
	case r.Rank == 0:
		return "search: no right page among those found"
	case r.Rank > 3:
		return fmt.Sprintf("search: the right page comes only at %d", r.Rank)
	case r.Outcome.Abstained && !r.Outcome.Shown:
		return "passage: the page was found, but the model was not shown where it answers"
	case r.Outcome.Abstained:
		return "model: it was shown the answer and gave none"
	case r.Outcome.Shown:
		return "model: it was shown the answer and gave another"
	default:
		return "passage: the answer rests on another"
	}
}

func writeTable(out io.Writer, all report, verbose bool) error {
	if verbose {
		for _, r := range all.failures {
			fmt.Fprintf(out, "%s %s %q: %s\n", r.Question.ID, r.Question.Language, r.Question.Text, failure(r))
			fmt.Fprintf(out, "  right %v, found %v\n  %q\n", r.Question.Pages, r.Outcome.Pages[:min(4, len(r.Outcome.Pages))], r.Outcome.Text)
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "shop\tlanguage\tquestions\tnDCG@10\tby words\thit@3\tMRR\tshown\tsupported\tstated\tabstained rightly\twrongly\t")
	for _, r := range all.rows {
		language := r.Language
		if language == "" {
			language = "all"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.Site, language, r.Questions, number(r.NDCG), number(r.Words.NDCG),
			number(r.Hit3), number(r.MRR), number(r.Shown), number(r.Supported), number(r.Stated), number(r.Abstained), number(r.WronglyAbstained))
	}
	return w.Flush()
}

func number(f float64) string {
	if math.IsNaN(f) {
		return "-"
	}
	return fmt.Sprintf("%.3f", f)
}

// rowView and failureView are the report as JSON. A rate of no question is null.
type (
	rowView struct {
		Site         string   `json:"site"`
		Language     string   `json:"language"` // empty for all
		Questions    int      `json:"questions"`
		Unanswerable int      `json:"unanswerable"`
		NDCG         *float64 `json:"ndcg_10"`
		NDCGByWords  *float64 `json:"ndcg_10_by_words"`
		Hit3         *float64 `json:"hit_3"`
		MRR          *float64 `json:"mrr"`
		Shown        *float64 `json:"shown"`
		Supported    *float64 `json:"supported"`
		Stated       *float64 `json:"stated"`
		Abstained    *float64 `json:"abstained_rightly"`
		Wrongly      *float64 `json:"abstained_wrongly"`
	}
	failureView struct {
		ID       string   `json:"id"`
		Language string   `json:"language"`
		Question string   `json:"question"`
		Reason   string   `json:"reason"`
		Right    []string `json:"right"`
		Found    []string `json:"found"`
		Answer   string   `json:"answer"`
	}
)

func writeJSON(out io.Writer, all report) error {
	view := struct {
		Rows     []rowView     `json:"rows"`
		Failures []failureView `json:"failures"`
		Missed   []string      `json:"missed"`
	}{[]rowView{}, []failureView{}, append([]string{}, all.missed...)}
	rate := func(f float64) *float64 {
		if math.IsNaN(f) {
			return nil
		}
		return &f
	}
	for _, r := range all.rows {
		view.Rows = append(view.Rows, rowView{
			r.Site, r.Language, r.Questions, r.Unanswerable, rate(r.NDCG), rate(r.Words.NDCG), rate(r.Hit3), rate(r.MRR),
			rate(r.Shown), rate(r.Supported), rate(r.Stated), rate(r.Abstained), rate(r.WronglyAbstained),
		})
	}
	for _, r := range all.failures {
		view.Failures = append(view.Failures, failureView{
			r.Question.ID, r.Question.Language, r.Question.Text, failure(r), r.Question.Pages, r.Outcome.Pages, r.Outcome.Text,
		})
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(view)
}
