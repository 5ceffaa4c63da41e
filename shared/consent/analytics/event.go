// Package analytics counts page views and chat interactions of those who agreed
// to it. What it keeps of a person is coarse by construction: classes of
// devices, shortened addresses, paths without their queries.
package analytics

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Kind is what happened.
type Kind string

// The kinds.
const (
	PageView    Kind = "page-view"
	ChatOpened  Kind = "chat-opened"
	ChatMessage Kind = "chat-message" // that one was sent, not what it says
	ChatClosed  Kind = "chat-closed"
)

// Event is one page view or chat interaction.
type Event struct {
	Visitor id.Visitor
	Visit   string // groups what was done in one go
	Kind    Kind
	Path    string // of the page, without query and fragment
	Agent   Agent
	Network string // the shortened address
	Receipt int    // the consent it rests on
	At      time.Time
}

// maxPath is the longest path that is kept, in bytes.
const maxPath = 256

// visits are the identifiers that a browser makes for a visit.
var visits = regexp.MustCompile(`^[a-z0-9]{16,32}$`)

// Seen is what a browser reports; everything else is read off its request.
type Seen struct {
	Kind  Kind
	Path  string
	Visit string
}

// Validate refuses, as Invalid, what a browser has no business to report.
func (s Seen) Validate() error {
	switch s.Kind {
	case PageView, ChatOpened, ChatMessage, ChatClosed:
	default:
		return fault.E(fault.Invalid, "An event is a page-view, chat-opened, chat-message or chat-closed.", nil)
	}
	if !strings.HasPrefix(s.Path, "/") || len(s.Path) > maxPath || strings.ContainsAny(s.Path, "?#") ||
		strings.ContainsFunc(s.Path, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return fault.E(fault.Invalid, fmt.Sprintf("A path begins with a slash, is escaped, and has neither query nor fragment, in %d bytes at the most.", maxPath), nil)
	}
	if !visits.MatchString(s.Visit) {
		return fault.E(fault.Invalid, "A visit has 16 to 32 characters of a-z and 0-9.", nil)
	}
	return nil
}
