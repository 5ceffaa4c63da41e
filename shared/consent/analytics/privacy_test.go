package analytics

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAgents(t *testing.T) {
	for header, want := range map[string]Agent{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                            {Desktop, Chrome, Windows},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":              {Desktop, Edge, Windows},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15":                      {Desktop, Safari, MacOS},
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                     {Desktop, Firefox, Linux},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                             {Desktop, Chrome, ChromeOS},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1": {Phone, Chrome, IOS},
		"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1":             {Tablet, Safari, IOS},
		"Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":        {Phone, Samsung, Android},
		"Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                   {Tablet, Chrome, Android},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0":              {Desktop, Opera, Windows},
		"":           {Desktop, OtherBrowser, OtherSystem},
		"curl/8.5.0": {Desktop, OtherBrowser, OtherSystem},
	} {
		if got := AgentOf(header); got != want {
			t.Errorf("%q is %v, want %v", header, got, want)
		}
	}
}

// The law: whatever a browser says of itself, one of few classes is kept.
func FuzzAgentOf(f *testing.F) {
	f.Add("Mozilla/5.0 (iPhone) Safari/604.1")
	f.Add("Edg/ OPR/ Android Tablet")
	f.Fuzz(func(t *testing.T, header string) {
		a := AgentOf(header)
		for _, word := range []string{string(a.Device), string(a.Browser), string(a.System)} {
			if !strings.Contains(" phone tablet desktop chrome edge firefox opera safari samsung-internet other android chromeos ios linux macos windows ", " "+word+" ") {
				t.Errorf("%q became %q", header, word)
			}
		}
	})
}

// The law: what is kept of an address is its network, the same for every address
// in it, and nothing is kept of what is no address.
func FuzzShorten(f *testing.F) {
	for _, s := range []string{"203.0.113.77", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got := Shorten(address)
		a, err := netip.ParseAddr(address)
		if err != nil {
			if got != "" {
				t.Errorf("%q became %q", address, got)
			}
			return
		}
		network, err := netip.ParsePrefix(got)
		if err != nil || network != network.Masked() || !network.Contains(a.Unmap().WithZone("")) {
			t.Fatalf("%q became %q, %v", address, got, err)
		}
		if want := map[bool]int{true: 24, false: 48}[network.Addr().Is4()]; network.Bits() != want {
			t.Errorf("%q keeps %d bits", address, network.Bits())
		}
		if Shorten(network.Addr().String()) != got {
			t.Errorf("the network of %q is not its own", got)
		}
	})
}
