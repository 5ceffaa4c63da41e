package evaluation

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"omniops/shared/knowledge/crawl"
)

// absent are beginnings of words that a page answering an unanswerable question
// would have. Questions about what pages do speak of, but not in this respect,
// are not among them.
var absent = map[string][]string{
	"kettle-092": {"grinder"},
	"kettle-093": {"student"},
	"kettle-094": {"matcha", "whisk"},
	"kettle-095": {"pink"},
	"kettle-096": {"hiring", "vacanc", "job", "career"},
	"kettle-097": {"lead-free", "lead free"},
	"kettle-098": {"windermere"},
	"kettle-099": {"rent out", "rental", "hire"},
	"kettle-100": {"loose leaf", "loose-leaf"},
	"kettle-101": {"loyalty"},
	"kettle-103": {"wifi", "wi-fi", "bluetooth"},
	"kettle-105": {"weather"},
	"kettle-106": {"toaster"},
	"kettle-145": {"student"},
	"kettle-148": {"pepper"},
	"kettle-183": {"student"},
	"kettle-184": {"loyalty"},
	"kettle-187": {"engrav", "monogram"},
	"kettle-188": {"john lewis", "competitor", "match the price"},
	"kettle-189": {"parking", "car park"},
	"kettle-190": {"refurb", "second-hand"},
	"kettle-191": {"newsletter", "unsubscribe"},
	"kettle-192": {"wedding"},
	"kettle-193": {"halal"},
	"kettle-194": {"birthday", "private event"},
	"kettle-195": {"engrav"},
	"kettle-196": {"refurb", "reconditioned"},
	"kettle-198": {"parking", "car park"},
	"wolle-093":  {"bitcoin", "krypto"},
	"wolle-095":  {"wassersäule"},
	"wolle-096":  {"student"},
	"wolle-097":  {"schaffell"},
	"wolle-098":  {"vegan"},
	"wolle-099":  {"black friday"},
	"wolle-102":  {"wanderschuh"},
	"wolle-103":  {"ratenzahlung", "raten"},
	"wolle-106":  {"firmenlogo", "bedruck"},
	"wolle-107":  {"verleih", "zelt"},
	"wolle-108":  {"student"},
	"wolle-109":  {"app store", "google play"},
	"wolle-110":  {"sur mesure", "maßanfertigung"},
	"wolle-111":  {"treueprogramm", "bonuspunkt", "fidélité"},
	"savon-098":  {"black friday"},
	"savon-103":  {"recrut", "emploi", "career"},
	"savon-104":  {"bougie", "candle"},
	"savon-105":  {"étudiant", "student"},
	"savon-108":  {"abonnement", "subscription"},
	"savon-109":  {"dermatolog"},
	"savon-110":  {"sunscreen", "spf"},
	"savon-111":  {"halal"},
	"savon-112":  {"iphone", "app store"},
	"savon-115":  {"strasbourg", "straßburg"},
}

// The questions are enough to measure by: three languages, shoppers who ask in
// another than the shop's, and a good part that no page answers.
func TestTheSetIsLargeAndVaried(t *testing.T) {
	all, unanswerable, foreign, codes := 0, 0, 0, 0
	language := map[string]int{}
	for site, own := range map[string]string{"kettle": "en", "wolle": "de", "savon": "fr"} {
		list := Questions(site)
		none := 0
		for _, q := range list {
			language[q.Language]++
			if q.Unanswerable {
				none++
			}
			if q.Language != own {
				foreign++
			}
			if strings.ContainsAny(q.Text, "0123456789") {
				codes++
			}
		}
		if 100*none < 15*len(list) {
			t.Errorf("%s does not say %d of %d, want 15 %%", site, none, len(list))
		}
		all, unanswerable = all+len(list), unanswerable+none
	}
	if all < 300 || 100*unanswerable < 15*all {
		t.Errorf("%d questions, %d of them unanswerable; want 300 and 15 %%", all, unanswerable)
	}
	for _, l := range []string{"en", "de", "fr"} {
		if language[l] < 100 {
			t.Errorf("%d questions in %s, want 100", language[l], l)
		}
	}
	if len(language) != 3 || foreign < 60 || codes < 10 {
		t.Errorf("languages %v, %d questions in another than the shop's, %d with a figure", language, foreign, codes)
	}
}

// What is labelled unanswerable is so: no page speaks of it, hidden parts and
// markup included.
func TestNoPageSpeaksOfWhatIsUnanswerable(t *testing.T) {
	checked := 0
	for _, site := range Sites() {
		pages := html(t, site)
		if len(pages) < 20 {
			t.Errorf("%s has %d pages, want 20", site, len(pages))
		}
		for _, q := range Questions(site) {
			words := absent[q.ID]
			if len(words) > 0 && !q.Unanswerable {
				t.Errorf("%s is answerable", q.ID)
			}
			for _, word := range words {
				checked++
				for path, text := range pages {
					if strings.Contains(text, word) {
						t.Errorf("%s %q: %s speaks of %q", q.ID, q.Text, path, word)
					}
				}
			}
		}
	}
	if checked == 0 || checked < len(absent) {
		t.Errorf("%d words were looked for, for %d questions", checked, len(absent))
	}
}

// html is the source of a shop's pages in lower case, by path.
func html(t *testing.T, site string) map[string]string {
	t.Helper()
	base, stop, err := Serve(site)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	c := crawl.Crawler{
		Client: crawl.NewClient([]string{strings.TrimPrefix(base, "http://")}, nil),
		Now:    func() time.Time { return crawled }, UserAgent: "OmniOps/1.0", Limits: crawl.Limits{Rate: 1e6},
	}
	pages := map[string]string{}
	if _, err := c.Crawl(t.Context(), base, nil, func(p crawl.Page) error {
		u, err := url.Parse(p.URL)
		if err != nil {
			return err
		}
		pages[u.Path] = strings.ToLower(string(p.HTML))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return pages
}
