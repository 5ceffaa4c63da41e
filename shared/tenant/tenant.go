// Package tenant holds merchant accounts: who they are, the domains their widget
// runs on, and the settings that steer their agent.
package tenant

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
)

// Account is one merchant's account and settings.
type Account struct {
	Tenant       id.Tenant
	Name         string   // the shop's name, as shoppers see it
	Domains      []string // hosts (with a port, where it is unusual) that may run the widget
	SiteURL      string   // where the crawl begins
	Region       Region   // where the merchant's shoppers are protected
	Language     string   // BCP 47 base language of the shop
	ContactEmail string   // where a shopper reaches a person
	Accent       string   // colour of the widget, #rrggbb
	ChatDays     int      // how long chats are kept, 1 to 90 days
	DailyTurns   int      // how many turns a day the agent answers
	IndexVersion string   // the knowledge index in use; empty before the first crawl
	Suggestions  []string // questions that the site's own pages answer
	CreatedAt    time.Time
	ChatsFrom    time.Time // what was said until then is gone for good: a shorter setting has dropped it
	Terms        string    // version of the terms that the merchant agreed to; empty when an operator made the account
}

// Region names the data-protection regime a tenant's shoppers fall under.
type Region string

// The regions.
const (
	UK    Region = "UK"
	EEA   Region = "EEA"
	Other Region = "OTHER"
)

// MaxChatDays is the longest that chats are kept, in days. A merchant may choose
// less, never more.
const MaxChatDays = 90

// defaultDailyTurns keeps a runaway visitor from spending a merchant's month in
// a day.
const defaultDailyTurns = 5000

// ChatRetention is how long this merchant's chats are kept.
func (a Account) ChatRetention() time.Duration { return time.Duration(a.ChatDays) * inventory.Day }

// Shown is how far back chats may be read now: as long as they are kept, but never
// past what a shorter setting has dropped before.
func (a Account) Shown(now time.Time) time.Duration {
	kept := a.ChatRetention()
	if since := now.Sub(a.ChatsFrom); !a.ChatsFrom.IsZero() && since < kept {
		return max(since, 0)
	}
	return kept
}

// dropped is until when chats are gone once they are kept for so many days.
func (a Account) dropped(now time.Time, days int) time.Time {
	if days == a.ChatDays {
		return a.ChatsFrom
	}
	shorter := time.Duration(min(days, a.ChatDays)) * inventory.Day
	if from := now.Add(-shorter).UTC().Truncate(time.Second); from.After(a.ChatsFrom) {
		return from
	}
	return a.ChatsFrom
}

// WithDefaults fills what the merchant left open.
func (a Account) WithDefaults() Account {
	if a.Region == "" {
		a.Region = UK
	}
	if a.Language == "" {
		a.Language = "en"
	}
	if a.Accent == "" {
		a.Accent = "#1f5f5b"
	}
	if a.ChatDays == 0 {
		a.ChatDays = MaxChatDays
	}
	if a.DailyTurns == 0 {
		a.DailyTurns = defaultDailyTurns
	}
	return a
}

// Validate reports the first thing that is wrong with the account, as Invalid.
func (a Account) Validate() error {
	if err := a.validateBusiness(); err != nil {
		return err
	}
	if len(a.Domains) == 0 || len(a.Domains) > 20 {
		return invalid("A shop has 1 to 20 domains.")
	}
	for _, d := range a.Domains {
		if host, err := HostOf("https://" + d); err != nil || host != d {
			return invalid("%q is not a host name in lower case, such as shop.example.com.", d)
		}
	}
	site, err := url.Parse(a.SiteURL)
	if err != nil || (site.Scheme != "https" && site.Scheme != "http") || site.Host == "" || site.User != nil {
		return invalid("The site is an address that begins with https://.")
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fault.E(fault.Invalid, fmt.Sprintf(format, args...), nil)
}

// validateBusiness is Validate for an account that has no site yet.
func (a Account) validateBusiness() error {
	if _, err := id.Parse[id.Tenant](string(a.Tenant)); err != nil {
		return invalid("The tenant is not an identifier of a-z, 0-9, - and _.")
	}
	if n := utf8.RuneCountInString(a.Name); n > 80 || strings.TrimSpace(a.Name) == "" || !utf8.ValidString(a.Name) ||
		strings.ContainsFunc(a.Name, unicode.IsControl) {
		return invalid("The shop's name has 1 to 80 characters, in one line.")
	}
	switch a.Region {
	case UK, EEA, Other:
	default:
		return invalid("The region is UK, EEA or OTHER.")
	}
	if n := len(a.Language); n < 2 || n > 3 || strings.Trim(a.Language, "abcdefghijklmnopqrstuvwxyz") != "" {
		return invalid("The language is a code such as en or de.")
	}
	if addr, err := mail.ParseAddress(a.ContactEmail); err != nil || addr.Address != a.ContactEmail {
		return invalid("The contact address is an e-mail address.")
	}
	if len(a.Accent) != 7 || a.Accent[0] != '#' || strings.Trim(strings.ToLower(a.Accent[1:]), "0123456789abcdef") != "" {
		return invalid("The accent is a colour such as #1f5f5b.")
	}
	if a.ChatDays < 1 || a.ChatDays > MaxChatDays {
		return invalid("Chats are kept 1 to %d days.", MaxChatDays)
	}
	if a.DailyTurns < 1 || a.DailyTurns > 1_000_000 {
		return invalid("A day has 1 to 1,000,000 turns.")
	}
	return nil
}

// HostOf gives the host of an Origin or site address as domains are registered:
// in lower case, with the port unless it is the scheme's own. Anything that is
// no https origin, or http one of this machine, is Invalid, and so is a host that is not in ASCII, as
// browsers write it.
func HostOf(origin string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") ||
		strings.ContainsAny(origin, "?#") || (u.Path != "" && u.Path != "/") || len(u.Host) > 253+6 {
		return "", fault.E(fault.Invalid, "That is not the address of a site.", nil)
	}
	host, port := strings.Map(lower, u.Hostname()), u.Port()
	if host == "" || strings.ContainsFunc(host, func(c rune) bool { return !strings.ContainsRune(hostAlphabet, c) }) {
		return "", fault.E(fault.Invalid, "That is not the address of a site.", nil)
	}
	if u.Scheme == "http" && !loopback(host) { // anybody between could be the page
		return "", fault.E(fault.Invalid, "That site is not on https.", nil)
	}
	if strings.Contains(host, ":") { // IPv6
		host = "[" + host + "]"
	}
	if port == "" || (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		return host, nil
	}
	return host + ":" + port, nil
}

// hostAlphabet is what host names and addresses are made of.
const hostAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789-._:"

// lower is unicode.ToLower for ASCII: that would make a k of the Kelvin sign.
func lower(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// loopback reports whether a host is this machine, which needs no https.
func loopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
