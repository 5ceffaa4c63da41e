package crawl

import (
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// The largest addresses that are followed. Beyond them lie calendars, filters
// and loops.
const (
	maxURL      = 2000 // bytes
	maxSegments = 12
	maxQuery    = 4  // parameters
	maxVariants = 20 // query strings per path
	maxRepeats  = 2  // times that a path segment may stand in a path
)

// noise are query parameters that do not change what a page shows.
var noise = set("gclid gbraid wbraid dclid fbclid msclkid yclid ttclid twclid igshid mc_cid mc_eid _ga _gl _ke _pos _sid _ss _psq _fid " +
	"srsltid ref referrer phpsessid jsessionid sid sessionid session_id aspsessionid cfid cftoken " +
	"pr_prod_strat pr_rec_id pr_rec_pid pr_ref_pid pr_seq currency add_to_wishlist share replytocom")

// unread are query parameters of addresses that do something, or show the same
// content in another order.
var unread = set("add-to-cart add_to_cart remove_item sort_by sort orderby order view preview_theme_id action logout print")

// unreadSegments are parts of paths that lead to a shopper's own pages.
var unreadSegments = set("cart basket checkout checkouts account my-account login logout signin sign-in register signup password wp-admin wp-login.php " +
	"wp-json admin cdn-cgi search recommendations challenge orders wishlist compare warenkorb kasse panier")

// doors are parts of paths that visitors are sent to who must sign in first.
var doors = set("account my-account login signin sign-in register password wp-login.php challenge")

// isDoor reports whether an address is where visitors sign in.
func isDoor(u *url.URL) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(u.Path), "/"), func(s string) bool { return doors[s] })
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// normalise gives an address the one spelling under which it is known: lower
// case host in ASCII, no default port, fragment or tracking parameter, sorted
// query.
func normalise(u *url.URL) *url.URL {
	n := *u
	n.Scheme, n.Fragment, n.RawFragment = strings.ToLower(u.Scheme), "", ""
	host := strings.TrimRight(strings.ToValidUTF8(strings.ToLower(u.Hostname()), "\uFFFD"), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil && net.ParseIP(host) == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && !(n.Scheme == "http" && port == "80" || n.Scheme == "https" && port == "443") {
		host += ":" + port
	}
	n.Host = host
	clean, _, _ := strings.Cut(strings.ToValidUTF8(u.Path, "\uFFFD"), ";jsessionid=")
	trailing := strings.HasSuffix(clean, "/")
	clean = path.Clean("/" + clean)
	if trailing && clean != "/" {
		clean += "/"
	}
	n.Path, n.RawPath = clean, ""
	n.RawQuery = normaliseQuery(u.RawQuery)
	n.ForceQuery = false
	return &n
}

// normaliseQuery drops noise and sorts what stays.
func normaliseQuery(raw string) string {
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(key); err == nil {
			key = strings.ToLower(name)
		}
		if pair == "" || noise[key] || strings.HasPrefix(key, "utm_") || strings.HasPrefix(key, "hsa_") {
			continue
		}
		kept = append(kept, pair)
	}
	slices.Sort(kept)
	return strings.Join(slices.Compact(kept), "&")
}

// scope is the site: one host, with and without www., on one port.
type scope struct{ host, port string }

func newScope(u *url.URL) scope { return scope{bareHost(u), portOf(u)} }

// has reports whether an address belongs to the site.
func (s scope) has(u *url.URL) bool { return bareHost(u) == s.host && portOf(u) == s.port }

func bareHost(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }

// portOf is the port, if it is not the usual one of its scheme.
func portOf(u *url.URL) string {
	switch port := u.Port(); port {
	case "80", "443":
		return ""
	default:
		return port
	}
}

// trap says why an address is not worth reading, or nothing.
func trap(u *url.URL) Reason {
	if len(u.String()) > maxURL {
		return TooLong
	}
	segments := strings.Split(strings.Trim(strings.ToLower(u.Path), "/"), "/")
	if len(segments) > maxSegments {
		return Trap
	}
	times := map[string]int{}
	for _, s := range segments {
		if times[s]++; times[s] > maxRepeats {
			return Trap
		}
		if unreadSegments[s] {
			return NotContent
		}
	}
	query := u.Query()
	if len(query) > maxQuery {
		return Trap
	}
	for key := range query {
		if unread[strings.ToLower(key)] || strings.HasPrefix(key, "filter") {
			return NotContent
		}
	}
	if ext := path.Ext(segments[len(segments)-1]); ext != "" && notHTML[ext] {
		return NotHTML
	}
	return ""
}

// notHTML are endings of files that are no pages.
var notHTML = set(".jpg .jpeg .png .gif .webp .avif .svg .ico .bmp .tif .tiff .mp4 .webm .mov .avi .mp3 .wav .ogg .pdf .zip .gz .rar .7z .tar " +
	".doc .docx .xls .xlsx .ppt .pptx .csv .css .js .mjs .json .xml .rss .atom .txt .woff .woff2 .ttf .eot .exe .dmg .apk .ics .vcf .epub")

// rank orders what is read first when not everything can be: help pages, then
// what is near the front door, then the rest; filtered lists come last.
func rank(u *url.URL, fromSitemap bool) int {
	lower := strings.ToLower(u.Path)
	for _, w := range helpWords {
		if strings.Contains(lower, w) && u.RawQuery == "" {
			return 0
		}
	}
	depth := strings.Count(strings.Trim(lower, "/"), "/")
	switch {
	case u.RawQuery != "":
		return 3
	case depth <= 1 || fromSitemap && depth <= 2:
		return 1
	}
	return 2
}

// helpWords stand in the addresses of pages that answer questions.
var helpWords = strings.Fields("faq help hilfe aide ayuda support kundenservice question fragen shipping delivery versand lieferung livraison envio spedizion verzend " +
	"return refund exchange retour rueckgabe ruckgabe widerruf remboursement devolucion reso polic about ueber-uns contact kontakt warranty garantie guarantee " +
	"size sizing guide care terms agb payment zahlung")
