package consent

import (
	"net/http"
	"strings"
)

// Signal is what a browser says for its user, without being asked.
type Signal string

// The signals. Either of the latter two speaks against analytics, louder than a
// yes in a banner.
const (
	NoSignal             Signal = ""
	DoNotTrack           Signal = "dnt" // DNT: 1
	GlobalPrivacyControl Signal = "gpc" // Sec-GPC: 1; Global Privacy Control, W3C, section 3.2, read 2026-11
)

// SignalOf reads a request's signal.
func SignalOf(r *http.Request) Signal {
	switch {
	case strings.TrimSpace(r.Header.Get("Sec-GPC")) == "1":
		return GlobalPrivacyControl
	case strings.TrimSpace(r.Header.Get("DNT")) == "1":
		return DoNotTrack
	}
	return NoSignal
}
