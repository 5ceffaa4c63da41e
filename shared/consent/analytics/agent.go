package analytics

import "strings"

// The coarse classes that are kept of a browser's description. The description
// itself is not.
type (
	// Device is what kind of machine it runs on.
	Device string
	// Browser is which browser it is.
	Browser string
	// System is the operating system.
	System string
)

// The classes.
const (
	Phone   Device = "phone"
	Tablet  Device = "tablet"
	Desktop Device = "desktop"

	Chrome       Browser = "chrome"
	Edge         Browser = "edge"
	Firefox      Browser = "firefox"
	Opera        Browser = "opera"
	Safari       Browser = "safari"
	Samsung      Browser = "samsung-internet"
	OtherBrowser Browser = "other"

	Android     System = "android"
	ChromeOS    System = "chromeos"
	IOS         System = "ios"
	Linux       System = "linux"
	MacOS       System = "macos"
	Windows     System = "windows"
	OtherSystem System = "other"
)

// Agent is what is kept of a User-Agent header.
type Agent struct {
	Device  Device
	Browser Browser
	System  System
}

// AgentOf reads a User-Agent header. Its order matters: most browsers claim to
// be others too.
func AgentOf(header string) Agent {
	has := func(word string) bool { return strings.Contains(header, word) }
	a := Agent{Desktop, OtherBrowser, OtherSystem}
	switch {
	case has("iPhone"), has("iPad"), has("iPod"):
		a.System = IOS
	case has("Android"):
		a.System = Android
	case has("CrOS"):
		a.System = ChromeOS
	case has("Windows"):
		a.System = Windows
	case has("Mac OS X"), has("Macintosh"):
		a.System = MacOS
	case has("Linux"):
		a.System = Linux
	}
	switch {
	case has("iPad"), has("Tablet"), a.System == Android && !has("Mobile"):
		a.Device = Tablet
	case has("iPhone"), has("iPod"), has("Mobile"):
		a.Device = Phone
	}
	switch {
	case has("Edg/"), has("EdgA/"), has("EdgiOS/"):
		a.Browser = Edge
	case has("OPR/"), has("Opera"):
		a.Browser = Opera
	case has("SamsungBrowser/"):
		a.Browser = Samsung
	case has("Firefox/"), has("FxiOS/"):
		a.Browser = Firefox
	case has("Chrome/"), has("CriOS/"), has("Chromium/"):
		a.Browser = Chrome
	case has("Safari/"):
		a.Browser = Safari
	}
	return a
}
