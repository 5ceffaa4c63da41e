package channel

import (
	"strings"
	"testing"
	"time"
)

func TestYesOrNo(t *testing.T) {
	for _, language := range Languages() {
		speech := SpeechIn(language).Order
		for want, phrases := range map[bool][]string{true: speech.Yes, false: speech.No} {
			for _, p := range phrases {
				if yes, known := YesOrNo(" "+strings.ToUpper(p)+"! ", language); !known || yes != want {
					t.Errorf("%s: %q is %v, %v", language, p, yes, known)
				}
				if word, in := WordOf(p, language); word != NoWord {
					t.Errorf("%s: %q is the word %s of %s too", language, p, word, in)
				}
			}
		}
		// What a person is told to write is understood.
		told := 0
		for _, w := range strings.Fields(speech.Confirm) {
			w = strings.Trim(w, ",.")
			if len(w) > 1 && w == strings.ToUpper(w) && strings.ToLower(w) != w {
				if yes, known := YesOrNo(w, language); !known || yes != (told == 0) {
					t.Errorf("%s: told to write %q, which is %v, %v", language, w, yes, known)
				}
				told++
			}
		}
		if told != 2 {
			t.Errorf("%s: %d words to write", language, told)
		}
		for name, sentence := range map[string]string{
			"prove": speech.Prove, "code_sent": speech.CodeSent, "code_wrong": speech.CodeWrong, "proved": speech.Proved, "by_person": speech.ByPerson,
			"underway": speech.Underway, "declined": speech.Declined, "lapsed": speech.Lapsed,
		} {
			if sentence == "" || strings.Contains(sentence, "%") {
				t.Errorf("%s: %s is %q", language, name, sentence)
			}
		}
		for name, sentence := range map[string]string{"too_often": speech.TooOften, "summary": speech.Summary, "track": speech.Track} {
			if strings.Count(sentence, "%") != 1 || strings.Count(sentence, "%s") != 1 {
				t.Errorf("%s: %s is %q", language, name, sentence)
			}
		}
		if len(speech.States) != len(SpeechIn("en").Order.States) {
			t.Errorf("%s: states %v", language, speech.States)
		}
	}
	for _, c := range []struct{ said, in string }{
		{"tak", "da"}, {"tack", "sv"}, {"ok", "en"}, {"yes but only the mug", "en"}, {"", "en"}, {"maybe", "en"}, {strings.Repeat("yes ", 50), "en"}, {"yes no", "en"},
	} {
		if yes, known := YesOrNo(c.said, c.in); known {
			t.Errorf("%s: %q is %v", c.in, c.said, yes)
		}
	}
	for said, want := range map[string]bool{"ja": true, "sí": true, "nee": false, "non": false, "no": false} { // in another language
		if yes, known := YesOrNo(said, "en"); !known || yes != want {
			t.Errorf("%q is %v, %v", said, yes, known)
		}
	}
}

func TestOrderStep(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	if (OrderStep{}).Open(now) {
		t.Error("no step is open")
	}
	asked := OrderStep{Event: "e1", Question: 1}.After(OrderStep{}, now)
	if !asked.Open(now.Add(Window-time.Second)) || asked.Open(now.Add(Window)) || asked.AwaitsCode(now) {
		t.Errorf("asked: %+v", asked)
	}
	code := OrderStep{Event: "e2", Question: 1, Verification: "v", CodeEnds: now.Unix() + 600}.After(asked, now)
	if !code.AwaitsCode(now.Add(599*time.Second)) || code.AwaitsCode(now.Add(600*time.Second)) || !code.Open(now.Add(time.Hour)) || code.Proved() != (OrderStep{}) {
		t.Errorf("the code: %+v", code)
	}
	proposed := OrderStep{Event: "e3", Question: 3, Action: "a"}
	if got := proposed.After(code, now); got.Verification != "v" || got.Action != "a" || got.Proved() != (OrderStep{Event: "e3", Question: 3, Action: "a", At: now.Unix()}) {
		t.Errorf("proposed while a code is on its way: %+v", got)
	}
	if got := proposed.After(code, now.Add(time.Hour)); got.Verification != "" {
		t.Errorf("proposed when it has lapsed: %+v", got)
	}
}
