package crawl

import (
	"net/url"
	"testing"
)

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://Shop.Example:443/A/../b/./c/?#x":        "https://shop.example/b/c/",
		"http://shop.example:80":                         "http://shop.example/",
		"http://shop.example:8080/x":                     "http://shop.example:8080/x",
		"https://shop.example./a//b":                     "https://shop.example/a/b",
		"https://bücher.example/straße":                  "https://xn--bcher-kva.example/stra%C3%9Fe",
		"https://s.example/p?utm_source=a&UTM_Medium=b":  "https://s.example/p",
		"https://s.example/p?b=2&a=1&b=2&fbclid=9":       "https://s.example/p?a=1&b=2",
		"https://s.example/p;jsessionid=AB12?x=1":        "https://s.example/p?x=1",
		"https://s.example/p?":                           "https://s.example/p",
		"https://[2606:2800::1]:443/":                    "https://[2606:2800::1]/",
		"https://s.example/a%2fb%7Ec":                    "https://s.example/a/b~c",
		"https://s.example/p?variant=12&_pos=1&_sid=abc": "https://s.example/p?variant=12",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := normalise(u).String(); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

// An address that is normal stays as it is, and can be parsed.
func FuzzNormalise(f *testing.F) {
	f.Add("https://Shop.example/a/../b?utm_x=1&z=2&a=%zz#f")
	f.Add("http://[::1%25eth0]:80/;jsessionid=1/..//")
	f.Fuzz(func(t *testing.T, in string) {
		u, err := url.Parse(in)
		if err != nil || checkURL(u) != nil {
			return
		}
		once := normalise(u)
		again, err := url.Parse(once.String())
		if err != nil {
			return // a host that no request can be made for either
		}
		if twice := normalise(again); twice.String() != once.String() {
			t.Errorf("%q becomes %q, and that %q", in, once, twice)
		}
		trap(once)
		rank(once, true)
	})
}

func TestScope(t *testing.T) {
	seed, _ := url.Parse("https://www.shop.example/")
	s := newScope(seed)
	for address, in := range map[string]bool{
		"http://shop.example/x": true, "https://WWW.SHOP.example:443/": true, "https://blog.shop.example/": false,
		"https://shop.example:8443/": false, "https://shop.example.evil.example/": false, "https://xshop.example/": false,
	} {
		u, _ := url.Parse(address)
		if s.has(u) != in {
			t.Errorf("%s: in scope %v", address, !in)
		}
	}
}
