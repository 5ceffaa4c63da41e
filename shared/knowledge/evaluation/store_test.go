package evaluation

import (
	"testing"

	"omniops/shared/fault"
	"omniops/shared/table/tabletest"
)

func TestRecords(t *testing.T) { tabletest.Check(t, questionItem{}) }

func TestPathOf(t *testing.T) {
	for address, want := range map[string]string{
		"/returns": "/returns", "/returns/": "/returns", "/": "/", "http://shop.example": "/", "https://shop.example/a//": "/a",
		"https://shop.example/faq?topic=a#b": "/faq?topic=a", "/größe": "/gr%C3%B6%C3%9Fe", "/gr%C3%B6%C3%9Fe": "/gr%C3%B6%C3%9Fe",
		" /a ": "/a", "https://shop.example//evil.example": "/evil.example",
	} {
		if got, err := PathOf(address); got != want || err != nil {
			t.Errorf("%q is %q, %v, want %q", address, got, err, want)
		}
	}
	for _, address := range []string{"", "returns", "//evil.example", "javascript:alert(1)", "file:///etc/passwd", "https:///a", "/a\n", "mailto:a@b.c", "?a"} {
		if got, err := PathOf(address); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is %q, %v", address, got, err)
		}
	}
}

// A path that was taken names the same page when it is read again.
func FuzzPathOf(f *testing.F) {
	for _, s := range []string{"/returns", "https://shop.example/a//?b=c#d", "/%2F/ü", "//x", "/a b", "http://h//x//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		path, err := PathOf(address)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q fails with %v", address, err)
			}
			return
		}
		if again, err := PathOf(path); again != path || err != nil {
			t.Errorf("%q becomes %q, then %q, %v", address, path, again, err)
		}
	})
}
