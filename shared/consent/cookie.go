package consent

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Place is where a browser keeps something.
type Place string

// The places. The law treats them alike (ePrivacy Directive, Art. 5(3)).
const (
	Cookie         Place = "cookie"
	LocalStorage   Place = "local storage"
	SessionStorage Place = "session storage"
)

// Use is what something in a browser is there for.
type Use string

// The uses. All but UseAnalytics are essential: what the person asked for cannot
// be done without them.
const (
	UseSession   Use = "session"   // signing in, and remembering the choice about cookies
	UseChat      Use = "chat"      // keeping the chat across pages and reloads
	UseSecurity  Use = "security"  // telling people from attacks
	UseDelivery  Use = "delivery"  // spreading and routing load
	UseAnalytics Use = "analytics" // only with consent
)

// Essential reports whether the use needs no consent.
func (u Use) Essential() bool { return u != UseAnalytics }

// Stored is one thing that the product, or who delivers it, may keep in a
// browser.
type Stored struct {
	Name  string
	Place Place
	Use   Use
	// Lifetime is how long the browser keeps it; 0 until the tab or the browser
	// is closed, Until otherwise says what ends it.
	Lifetime time.Duration
	Until    string // a key of the page's texts; empty where Lifetime says it
	SetBy    string // us, or the processor by its published name
	On       string // whose pages: "shop", "dashboard" or "both"
	About    string // a key of the page's texts
}

// The names of our own.
const (
	ChoiceCookie  = "omniops_consent"
	VisitCookie   = "omniops_visit"
	SessionCookie = "omniops_session"
	ChatStorage   = "omniops"
)

// visitLife is how long a visit goes on after its last page.
const visitLife = 30 * time.Minute

// Register lists everything that may be kept in a browser. The cookie page, the
// banner's server and the test that watches a real browser read this list; what
// is not on it is not set.
func Register() []Stored {
	return []Stored{
		{Name: ChoiceCookie, Place: Cookie, Use: UseSession, Lifetime: Life, SetBy: "OmniOps", On: "both", About: "choice"},
		{Name: SessionCookie, Place: Cookie, Use: UseSession, Lifetime: 12 * time.Hour, SetBy: "OmniOps", On: "dashboard", About: "session"},
		{Name: ChatStorage, Place: LocalStorage, Use: UseChat, Until: "cleared", SetBy: "OmniOps", On: "shop", About: "chat"},
		{Name: ChatStorage, Place: SessionStorage, Use: UseChat, Until: "tab", SetBy: "OmniOps", On: "shop", About: "tab"},
		{Name: "__cf_bm", Place: Cookie, Use: UseSecurity, Lifetime: 30 * time.Minute, SetBy: "Cloudflare", On: "both", About: "bots"},
		{Name: "__cflb", Place: Cookie, Use: UseDelivery, Lifetime: 24 * time.Hour, SetBy: "Cloudflare", On: "both", About: "load"},
		{Name: VisitCookie, Place: Cookie, Use: UseAnalytics, Lifetime: visitLife, SetBy: "OmniOps", On: "shop", About: "visit"},
	}
}

// AnalyticsCookies names every cookie that goes with the consent to analytics.
func AnalyticsCookies() []string {
	var names []string
	for _, s := range Register() {
		if s.Use == UseAnalytics && s.Place == Cookie {
			names = append(names, s.Name)
		}
	}
	return names
}

// ExpireAnalytics has the browser drop every analytics cookie, and returns their
// names for pages whose cookies a response of ours cannot reach.
func ExpireAnalytics(w http.ResponseWriter) []string {
	names := AnalyticsCookies()
	for _, name := range names {
		http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, Secure: true, SameSite: http.SameSiteLaxMode})
	}
	return names
}

// SetCookie sets one of our own cookies, for as long as the register says. A
// name that is not on it is an error: nothing is kept that the cookie page does
// not list.
func SetCookie(w http.ResponseWriter, name, value string) error {
	i := slices.IndexFunc(Register(), func(s Stored) bool { return s.Name == name && s.Place == Cookie && s.SetBy == "OmniOps" })
	if i < 0 || !plain(value) {
		return fmt.Errorf("cookie %q is not on the register, or its value is no cookie's", name)
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(Register()[i].Lifetime.Seconds()),
		HttpOnly: name == SessionCookie, Secure: true, SameSite: http.SameSiteLaxMode,
	})
	return nil
}

// plain reports whether a value fits into a cookie as it is (RFC 6265, section
// 4.1.1).
func plain(value string) bool {
	return len(value) < 4000 && !strings.ContainsFunc(value, func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune(`",;\`, c)
	})
}
