package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

func TestCutAnswerIsResumed(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		s.token("You may return a kettle ")
		if s.Try == 1 {
			s.cut()
			return
		}
		s.token("within 30 days.")
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText === "You may return a kettle within 30 days."`)
	b.answered()
	once(t, chat.sent(), 2)
}

func TestAnswerThatKeepsBreaking(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	cut := make(chan struct{})
	chat.script = func(s *stream) {
		s.token("You may ")
		if s.Try <= 3 {
			s.hold(cut)
			s.cut()
			return
		}
		s.token("return it.")
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText === "You may"`)
	close(cut)
	b.wait(`$(".assistant .reason")?.innerText === "The connection dropped before the answer was complete."`)
	if got := b.text(".assistant .text"); got != "You may" {
		t.Errorf("what had arrived is now %q", got)
	}
	b.click(".assistant .action")
	b.wait(`$(".assistant .text")?.innerText === "You may return it."`)
	b.answered()
	once(t, chat.sent(), 4)
}

// once fails unless the same message was sent n times under one key.
func once(t *testing.T, sent []message, n int) {
	t.Helper()
	if len(sent) != n || slices.ContainsFunc(sent, func(m message) bool { return m.Key != sent[0].Key || m.Message != sent[0].Message }) {
		t.Errorf("sent %+v, want one message %d times", sent, n)
	}
	if key := sent[0].Key; len(key) < 8 || len(key) > 64 || strings.Trim(key, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
		t.Errorf("the idempotency key %q is not what the contract allows", key)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	left := make(chan struct{})
	chat.script = func(s *stream) {
		if s.Try > 1 {
			s.token("A long answer that is complete.")
			s.done()
			return
		}
		s.token("A long ")
		<-s.r.Context().Done()
		close(left)
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText === "A long"`)
	b.click("#stop")
	<-left // the server knows
	b.wait(`$("#stop").hidden && !$("#send").hidden && $(".assistant .reason").innerText === "Stopped."`)
	if got := b.text(".assistant .text"); got != "A long" {
		t.Errorf("after the stop: %q", got)
	}
	b.click(".assistant .action")
	b.wait(`$(".assistant .text")?.innerText === "A long answer that is complete."`)
}

func TestTooManyMessages(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		if s.Try == 1 {
			s.w.Header().Set("Retry-After", "2")
			refuse(s.w, http.StatusTooManyRequests, "Too many messages.")
			return
		}
		answerReturns(s)
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .reason")?.innerText === "Many messages at once. Sends again in 2 s."`)
	b.wait(`$(".assistant .reason")?.innerText === "Many messages at once. Sends again in 1 s."`)
	b.answered()
	if got := b.text(".assistant .text"); !strings.Contains(got, "30 days") {
		t.Errorf("after the wait: %q", got)
	}
	once(t, chat.sent(), 2)
}

func TestExpiredSessionIsRenewed(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("One")
	b.answered()
	chat.set(func() { clear(chat.valid) })
	b.ask("Two")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	sent := chat.sent()
	if len(sent) != 2 || sent[1].Message != "Two" || sent[1].Token == sent[0].Token || !strings.HasSuffix(sent[1].Token, "-c1") {
		t.Errorf("sent %+v, want the second message once, in the same conversation under a new token", sent)
	}
	if got := b.text(".reason"); got != "" {
		t.Errorf("the shopper was told %q", got)
	}
}

func TestForgottenSession(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	get[bool](b, `localStorage.setItem("omniops", '{"token":"from-long-ago"}'), true`)
	b.ask("Hello")
	b.answered()
	if sent := chat.sent(); len(sent) != 1 || strings.HasPrefix(sent[0].Token, "from") {
		t.Errorf("sent %+v, want a new conversation", sent)
	}
}

func TestOffline(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.click("#launch")
	b.wait(`$(".suggestions button")`)
	network := func(offline bool) {
		_, err := chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1})
		b.must(err)
	}
	network(true)
	b.wait(`!$("#banner").hidden && $("#banner").innerText.startsWith("You are offline.")`)
	b.ask("How long?")
	if got := get[string](b, `$("#input").value`); got != "How long?" {
		t.Errorf("the unsent message is now %q", got)
	}
	network(false)
	b.wait(`$("#banner").hidden`)
	b.press("\r")
	b.answered()
	once(t, chat.sent(), 1)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		status     int
		reason     string
		again      bool
		kept       string
		inSequence int // how often the message is sent before the shopper is asked
	}{
		{"unknown page", http.StatusForbidden, "Chat is not available on this page.", false, "", 1},
		{"bad message", http.StatusBadRequest, "Refused by the test.", false, "How long?", 1},
		{"too large", http.StatusRequestEntityTooLarge, "Refused by the test.", false, "How long?", 1},
		{"overloaded", http.StatusServiceUnavailable, "Refused by the test.", true, "", 1},
		{"broken", http.StatusInternalServerError, "Refused by the test.", true, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
			b.click("#launch")
			b.wait(`$(".suggestions button")`)
			chat.set(func() { chat.refuse["POST /v1/chat"] = c.status })
			b.ask("How long?")
			b.wait(`$(".assistant .reason")?.innerText === ` + quote(c.reason))
			if again := get[bool](b, `!!$(".assistant .action")`); again != c.again {
				t.Errorf("offers to try again: %t, want %t", again, c.again)
			}
			if kept := get[string](b, `$("#input").value`); kept != c.kept {
				t.Errorf("the input holds %q, want %q", kept, c.kept)
			}
			if !c.again {
				return
			}
			chat.set(func() { delete(chat.refuse, "POST /v1/chat") })
			b.click(".assistant .action")
			b.wait(`$(".assistant .text").innerText.includes("30 days")`)
		})
	}
}

func TestErrorInTheStream(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		if s.Try == 1 {
			s.token("You may ")
			s.event("error", map[string]any{"type": "https://omniops.dev/problems/unavailable", "title": "Unavailable", "status": 503, "detail": "The answer could not be finished. A person can help."})
			return
		}
		answerReturns(s)
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .reason")?.innerText === "The answer could not be finished. A person can help."`)
	b.click(".assistant .action")
	b.wait(`$(".assistant .text").innerText.includes("30 days")`)
	once(t, chat.sent(), 2)
}

func TestSessionRefused(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.refuse["POST /v1/sessions"] = http.StatusForbidden
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.click("#launch")
	b.wait(`$(".note")?.innerText === "Chat is not available on this page."`)
}

func TestSessionUnavailable(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.refuse["POST /v1/sessions"] = http.StatusServiceUnavailable
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.click("#launch")
	b.wait(`$(".note .action")`)
	b.press("How long?\r") // sent as soon as it can be
	chat.set(func() { clear(chat.refuse) })
	b.click(".note .action")
	b.answered()
	once(t, chat.sent(), 1)
}
