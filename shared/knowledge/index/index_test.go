package index

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

var crawled = time.Date(2026, 10, 3, 9, 0, 0, 0, time.UTC)

// say makes a passage of one English page.
func say(id, path, text string) passage.Passage {
	return passage.Passage{ID: id, URL: "https://shop.example/" + id, Path: strings.Split(path, " › "),
		Text: text, Language: "en", CrawledAt: crawled}
}

func open(t testing.TB, passages []passage.Passage, opts Options) *Index {
	t.Helper()
	blob, err := Build(t.Context(), passages, opts)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func ids(hits []Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Passage.ID)
	}
	return out
}

var shop = []passage.Passage{
	say("returns", "Returns › How long do I have?", "You can return a kettle within 30 days."),
	say("shipping", "Shipping", "We deliver to the UK in 3 days."),
	say("glass", "Glass Kettle GK-1700/B", "Holds 1.7 litres. Not for the dishwasher."),
	say("crème", "Crème brûlée set", "Six ramekins and a torch."),
	{ID: "de", URL: "https://shop.example/de", Path: []string{"Rückgabe"}, Text: "Rücksendungen sind 30 Tage lang möglich.", Language: "de", CrawledAt: crawled},
	{ID: "ja", URL: "https://shop.example/ja", Path: []string{"返品"}, Text: "商品到着後30日以内に返品できます。", Language: "ja", CrawledAt: crawled},
}

func TestSearch(t *testing.T) {
	ix := open(t, shop, Options{})
	cases := []struct{ name, text, language, want string }{
		{"plain", "return a kettle", "en", "returns"},
		{"stem", "returning kettles", "en", "returns"},
		{"heading counts more than body", "kettle glass", "en", "glass"},
		{"code as written", "GK-1700/B", "en", "glass"},
		{"code without signs", "gk1700b", "en", "glass"},
		{"code in parts", "gk 1700", "en", "glass"},
		{"decimal comma", "1,7 litre", "en", "glass"},
		{"unit stuck to the number", "1.7litres", "en", "glass"},
		{"letter missing", "ketle dishwasher", "en", "glass"},
		{"letters exchanged", "diswhasher", "en", "glass"},
		{"marks left out", "creme brulee", "en", "crème"},
		{"marks decomposed", "cre\u0300me bru\u0302le\u0301e", "en", "crème"},
		{"full width", "ｋｅｔｔｌｅ return", "en", "returns"},
		{"German", "Wie kann ich zurücksenden? Rücksendung", "de", "de"},
		{"no spaces", "返品できますか", "ja", "ja"},
		{"French about an English page", "kettle en verre 1700", "fr", "glass"},
		{"language not given", "deliver", "", "shipping"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ids(ix.Search(Query{Text: c.text, Language: c.language, Limit: 1}))
			if !cmp.Equal(got, []string{c.want}) {
				t.Errorf("%q finds %v, want %s", c.text, got, c.want)
			}
		})
	}
	for _, nothing := range []string{"", "the of and", "?!", "zzzzqqqq", strings.Repeat("x", 1<<16)} {
		if hits := ix.Search(Query{Text: nothing, Language: "en"}); len(hits) != 0 {
			t.Errorf("%.20q finds %v", nothing, ids(hits))
		}
	}
}

func TestSpellings(t *testing.T) {
	ix := open(t, []passage.Passage{
		say("hyphen", "Kettle KT-100", "A kettle."),
		say("joined", "Toaster TS200", "A toaster."),
		say("apart", "Mixer MX 300", "A mixer."),
		{ID: "care", URL: "https://shop.example/care", Path: []string{"Pflege"}, Text: "Wolle nur mit der Hand waschen. Eine Mütze trocknet liegend.", Language: "de", CrawledAt: crawled},
		{ID: "article", URL: "https://shop.example/article", Path: []string{"Retours"}, Text: "Renvoyez l’article. L'échange est offert aujourd’hui.", Language: "fr", CrawledAt: crawled},
		{ID: "zh", URL: "https://shop.example/zh", Path: []string{"配送"}, Text: "我们在三天内发货。", Language: "zh", CrawledAt: crawled},
	}, Options{})
	for _, c := range []struct{ text, language, want string }{
		{"KT-100", "en", "hyphen"}, {"KT100", "en", "hyphen"}, {"kt 100", "en", "hyphen"},
		{"TS-200", "en", "joined"}, {"ts200", "en", "joined"}, {"ts 200", "en", "joined"},
		{"MX-300", "en", "apart"}, {"mx300", "en", "apart"}, {"MX 300", "en", "apart"},
		{"Wollmütze", "de", "care"}, {"Handwäsche", "de", "care"},
		{"article d’échange", "fr", "article"}, {"qu'est-ce qu'on renvoie, l’article ?", "fr", "article"},
		{"发货", "zh", "zh"}, {"三天发货", "zh", "zh"},
	} {
		hits := ix.Search(Query{Text: c.text, Language: c.language})
		if len(hits) == 0 || hits[0].Passage.ID != c.want || hits[0].Confidence < 0.4 {
			t.Errorf("%q finds %v, want %s", c.text, hits, c.want)
		}
	}
}

func TestSearchOfNothing(t *testing.T) {
	ix := open(t, nil, Options{})
	if hits := ix.Search(Query{Text: "kettle", Vector: []float32{1}}); len(hits) != 0 {
		t.Errorf("found %v", hits)
	}
	if got := ix.Suggestions(3); len(got) != 0 {
		t.Errorf("suggests %v", got)
	}
}

func TestConfidence(t *testing.T) {
	ix := open(t, shop, Options{})
	sure := ix.Search(Query{Text: "How long do I have to return a kettle?", Language: "en"})[0].Confidence
	unsure := ix.Search(Query{Text: "Can a kettle play the trombone at my wedding?", Language: "en"})[0].Confidence
	if sure < 0.9 || unsure > 0.3 {
		t.Errorf("confidence %.2f in what the site says, %.2f in what it does not", sure, unsure)
	}
}

func TestSuggestions(t *testing.T) {
	ix := open(t, []passage.Passage{
		say("a", "FAQ › How long do I have?", "Return a kettle in 30 days. Return it in its box."),
		say("b", "FAQ › Can I return a kettle?", "Yes, return it."),
		say("c", "FAQ › Where is my parcel?", "See the link."),
		say("d", "FAQ › Shipping", "Three days."),
		{ID: "e", Path: []string{"FAQ", "Wie lange habe ich Zeit?"}, Text: "30 Tage.", Language: "de", CrawledAt: crawled},
	}, Options{})
	want := []string{"Can I return a kettle?", "How long do I have?", "Where is my parcel?"}
	got := ix.Suggestions(3)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// anyPassage draws passages of any text, valid UTF-8 or not.
func anyPassage(t *rapid.T, n int) passage.Passage {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-zé]{1,6}[ ,.]{1,2}){0,40}`),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	return passage.Passage{
		ID:        fmt.Sprint("p", n),
		URL:       rapid.String().Draw(t, "url"),
		Path:      rapid.SliceOfN(text, 0, 4).Draw(t, "path"),
		Text:      text.Draw(t, "text"),
		Language:  rapid.SampledFrom([]string{"", "en", "de", "fr", "ja", "xx"}).Draw(t, "language"),
		CrawledAt: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC(),
		Product:   rapid.Ptr(anyProduct, true).Draw(t, "product"),
	}
}

// anyProduct draws records with any text in any field.
var anyProduct = rapid.Custom(func(t *rapid.T) passage.Product {
	field := func(name string) string { return rapid.String().Draw(t, name) }
	return passage.Product{From: rapid.Bool().Draw(t, "from"), Name: field("name"), SKU: field("sku"), Price: field("price"), Currency: field("currency"),
		Availability: field("availability"), URL: field("product url")}
})

// An index gives back exactly the passages it was built from, the same bytes for
// the same passages, and finds no passage but those.
func TestBuildLaw(t *testing.T) {
	claim.Proves(t, "C041")
	rapid.Check(t, func(r *rapid.T) {
		draw := func(from int) []passage.Passage {
			var ps []passage.Passage
			for i := range rapid.IntRange(0, 12).Draw(r, "n") {
				ps = append(ps, anyPassage(r, from+i))
			}
			return ps
		}
		ours, theirs := draw(0), draw(100)
		ix, other := open(t, ours, Options{}), open(t, theirs, Options{})
		if diff := cmp.Diff(ours, slices.Collect(ix.Passages), cmpopts.EquateEmpty()); diff != "" {
			r.Fatal(diff)
		}
		again, err := Build(t.Context(), ours, Options{})
		if err != nil {
			r.Fatal(err)
		}
		if twice, err := Open(again); err != nil || twice.Version() != ix.Version() {
			r.Fatal("the same passages give another index")
		}
		for _, p := range append(ours, theirs...) {
			for _, q := range []string{p.Text, strings.Join(p.Path, " ")} {
				for _, h := range ix.Search(Query{Text: q, Language: p.Language}) {
					if !slices.ContainsFunc(ours, func(p passage.Passage) bool { return p.ID == h.Passage.ID && p.Text == h.Passage.Text }) {
						r.Fatalf("found a passage of another site: %+v", h)
					}
					if h.Confidence < 0 || h.Confidence > 1.0001 || math.IsNaN(h.Score) {
						r.Fatalf("confidence %v, score %v", h.Confidence, h.Score)
					}
				}
			}
		}
		_ = other
	})
}

func TestBuildRefuses(t *testing.T) {
	long := say("a", "A", strings.Repeat("x", maxText))
	for name, ps := range map[string][]passage.Passage{
		"a text that is too long": {long},
		"an id twice":             {shop[0], shop[0]},
	} {
		if _, err := Build(t.Context(), ps, Options{}); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestProductsComeWithTheirPassages(t *testing.T) {
	record := say("kettle", "Kettle › Kettle KT-100", "Price: 39.00 GBP")
	record.Product = &passage.Product{Name: "Kettle KT-100", SKU: "KT-100", Price: "39.00", Currency: "GBP", Availability: "InStock", URL: record.URL, From: true}
	elsewhere := record
	elsewhere.ID, elsewhere.Product = "list", &passage.Product{Name: "Kettle KT-200", URL: "https://shop.example/other"}
	ix := open(t, []passage.Passage{record, elsewhere, shop[0]}, Options{})
	if diff := cmp.Diff([]passage.Passage{record, elsewhere, shop[0]}, slices.Collect(ix.Passages)); diff != "" {
		t.Error(diff)
	}
	hits := ix.Search(Query{Text: "KT-100", Language: "en", Limit: 1})
	if len(hits) != 1 || !cmp.Equal(hits[0].Passage, record) {
		t.Errorf("found %+v", hits)
	}
}

func TestUnsure(t *testing.T) {
	words, both := open(t, shop, Options{}), open(t, shop, Options{Embed: fakeEmbed, Model: "fake"})
	settled := both.Search(Query{Text: "How long do I have to return a kettle?", Language: "en"})
	open := both.Search(Query{Text: "Wie lange kann ich einen Wasserkocher kettle zurückbringen?", Language: "de"})
	for _, tc := range []struct {
		name string
		ix   *Index
		hits []Hit
		want bool
	}{
		{"words settle it", both, settled, false},
		{"words leave it open", both, open, true},
		{"words find nothing", both, nil, true},
		{"no vectors to compare with", words, nil, false},
	} {
		if got := tc.ix.Unsure(tc.hits); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestOpenAsksForAnIndexOfThisRelease(t *testing.T) {
	blob, err := Build(t.Context(), shop, Options{})
	if err != nil {
		t.Fatal(err)
	}
	copy(blob, "omni\x00ix1")
	if _, err := Open(blob); fault.KindOf(err) != fault.NotFound || !errors.Is(err, errOther) {
		t.Errorf("an index of the format before: %v", err)
	}
}

func TestOpenRefusesDamage(t *testing.T) {
	blob, err := Build(t.Context(), shop, Options{Embed: fakeEmbed, Model: "fake"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(blob) {
		if _, err := Open(blob[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes open", n, len(blob))
		}
		bad := slices.Clone(blob)
		bad[n] ^= 0x10
		if _, err := Open(bad); err == nil {
			t.Fatalf("a flipped bit at %d opens", n)
		}
	}
}

// A blob with a right checksum and any content is refused or searched; it never
// panics.
func FuzzOpen(f *testing.F) {
	for _, opts := range []Options{{}, {Embed: fakeEmbed, Model: "fake"}} {
		blob, err := Build(f.Context(), shop, opts)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(blob, "return a kettle 1700 ketle")
	}
	record := say("kettle", "Kettle", "Price: 39.00 GBP")
	for _, url := range []string{record.URL, "https://shop.example/other"} {
		record.Product = &passage.Product{Name: "Kettle", SKU: "KT-100", Price: "39.00", Currency: "GBP", URL: url}
		blob, err := Build(f.Context(), []passage.Passage{record}, Options{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(blob, "kettle price Wasserkocherdeckel")
	}
	f.Fuzz(func(t *testing.T, blob []byte, query string) {
		blob = slices.Clone(blob)
		if len(blob) > checkedFrom {
			copy(blob, magic)
			le.PutUint32(blob[8:], crc32.Checksum(blob[checkedFrom:], castagnoli))
		}
		ix, err := Open(blob)
		if err != nil {
			return
		}
		vector := make([]float32, ix.dimensions)
		for i := range vector {
			vector[i] = float32(i%7) - 3
		}
		ix.Search(Query{Text: query, Vector: vector})
		ix.Search(Query{Text: "kettle return ketle", Language: "en"})
		for range ix.Passages {
		}
		ix.Suggestions(3)
		ix.Stats()
		ix.numbers(Options{Embed: fakeEmbed, Model: ix.model})
		for i := range ix.vectors.n {
			ix.vectors.get(i)
		}
	})
}

func FuzzSearch(f *testing.F) {
	ix := open(f, shop, Options{})
	f.Add("GK-1700/B 1,7l", "en")
	f.Add("返品できますか", "ja")
	f.Fuzz(func(t *testing.T, text, language string) {
		for _, h := range ix.Search(Query{Text: text, Language: language}) {
			if h.Passage.ID == "" {
				t.Error("a hit without a passage")
			}
		}
	})
}

// fakeEmbed counts a text's letters: near enough for texts of equal words.
func fakeEmbed(_ context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, s := range texts {
		out[i] = make([]float32, 70)
		for _, r := range strings.ToLower(s) {
			out[i][int(r)%70]++
		}
	}
	return out, nil
}

// One index serves any number of searches at a time.
func TestConcurrentSearch(t *testing.T) {
	ix := open(t, shop, Options{Embed: fakeEmbed, Model: "fake"})
	vectors, _ := fakeEmbed(t.Context(), []string{"return a kettle"})
	q := Query{Text: "return a kettle", Language: "en", Vector: vectors[0]}
	want := ids(ix.Search(q))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := ids(ix.Search(q)); !cmp.Equal(want, got) {
					t.Errorf("found %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// A question that an FAQ asks word for word is answered there, however often the
// words stand elsewhere.
func TestAQuestionThatIsAHeading(t *testing.T) {
	at := func(id, text string, path ...string) passage.Passage {
		return passage.Passage{ID: id, URL: "https://shop.example/" + id, Path: path, Text: text, Language: "en"}
	}
	passages := []passage.Passage{
		at("faq", "£3.95 in the United Kingdom, free over £50. Express for the next working day is £6.95.", "Frequently asked questions", "Orders and delivery", "How much is delivery?"),
		at("world", "We do not deliver outside the European Union.", "Delivery", "The rest of the world"),
		at("vat", "A VAT invoice comes with the delivery.", "Delivery and invoices"),
	}
	for i := range 20 {
		passages = append(passages, at(fmt.Sprintf("other-%d", i), fmt.Sprintf("Kettle number %d boils water.", i), "Kettles"))
	}
	blob, err := Build(t.Context(), passages, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	if hits := ix.Search(Query{Text: "how much is delivery", Language: "en"}); len(hits) == 0 || hits[0].Passage.ID != "faq" {
		t.Errorf("found %+v", hits)
	}
}
