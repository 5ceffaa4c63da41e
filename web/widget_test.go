package web_test

import "testing"

func TestNothingBeforeTheClick(t *testing.T) {
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	b := visit(t, shop.URL, desktop)
	b.picture("closed")
	b.ask("How long do I have to return a kettle?")
	b.answered()
	b.picture("open")
	t.Log(b.text("dialog"), chat.requests())
}
