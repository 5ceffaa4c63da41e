package consent

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
)

// The uses of essential storage are those that the policy names, each with
// something that is kept for it, and nothing else is essential.
func TestEssentialStorageServesFourUses(t *testing.T) {
	claim.Proves(t, "C133")
	var essential, optional []string
	for _, s := range Register() {
		if s.Use.Essential() {
			essential = append(essential, string(s.Use))
		} else {
			optional = append(optional, string(s.Use))
		}
		if s.Name == "" || s.About == "" || s.SetBy == "" || s.On == "" || s.Lifetime == 0 && s.Until == "" || s.Lifetime > Life {
			t.Errorf("the register leaves %s open: %+v", s.Name, s)
		}
	}
	slices.Sort(essential)
	if got := slices.Compact(essential); !slices.Equal(got, []string{"chat", "delivery", "security", "session"}) {
		t.Errorf("essential storage serves %v", got)
	}
	if got := slices.Compact(optional); !slices.Equal(got, []string{"analytics"}) {
		t.Errorf("optional storage serves %v", got)
	}
	// A cookie that is on the register is set as it says, and no other can be.
	for _, s := range Register() {
		if s.Place != Cookie || s.SetBy != "OmniOps" {
			continue
		}
		w := httptest.NewRecorder()
		if err := SetCookie(w, s.Name, "value"); err != nil {
			t.Error(err)
		}
		c := w.Result().Cookies()
		if len(c) != 1 || c[0].Name != s.Name || time.Duration(c[0].MaxAge)*time.Second != s.Lifetime || !c[0].Secure || c[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("%s is set as %v", s.Name, c)
		}
	}
	for name, value := range map[string]string{"tracker": "x", "__cf_bm": "x", ChatStorage: "x", ChoiceCookie: "a;b", SessionCookie: strings.Repeat("x", 4000)} {
		w := httptest.NewRecorder()
		if err := SetCookie(w, name, value); err == nil || len(w.Header()) != 0 {
			t.Errorf("%s was set: %v", name, w.Header())
		}
	}
}

// The law: a signal is heard exactly when its header says 1, and privacy control
// before do not track.
func FuzzSignalOf(f *testing.F) {
	for _, s := range [][2]string{{"1", ""}, {"", "1"}, {"0", "1"}, {" 1 ", "1"}, {"11", "true"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, gpc, dnt string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Sec-Gpc"], r.Header["Dnt"] = []string{gpc}, []string{dnt}
		want := NoSignal
		if strings.TrimSpace(gpc) == "1" {
			want = GlobalPrivacyControl
		} else if strings.TrimSpace(dnt) == "1" {
			want = DoNotTrack
		}
		if got := SignalOf(r); got != want {
			t.Errorf("GPC %q and DNT %q make %q", gpc, dnt, got)
		}
	})
}
