package channel

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"omniops/shared/id"
)

// OrderStep is where the person of a thread is with an order of theirs: asked to
// name one, asked for the code, or asked to confirm a change. It holds ids only.
type OrderStep struct {
	Event        id.Message      `json:"e"`           // what led here
	Question     int             `json:"q"`           // the turn that is answered once an order is proved
	At           int64           `json:"t"`           // Unix seconds
	Verification id.Verification `json:"v,omitempty"` // whose code is awaited
	CodeEnds     int64           `json:"c,omitempty"` // Unix seconds; until when that code is good
	Action       id.Action       `json:"a,omitempty"` // whose yes or no is awaited; it knows itself until when
}

// Open reports whether a step is still to be heeded: for as long as one may answer
// freely. What comes too late for a code or a proposal is told so.
func (s OrderStep) Open(now time.Time) bool {
	return s != OrderStep{} && now.Before(time.Unix(s.At, 0).Add(Window))
}

// AwaitsCode reports whether a code that is still good is awaited.
func (s OrderStep) AwaitsCode(now time.Time) bool {
	return s.Verification != "" && now.Before(time.Unix(s.CodeEnds, 0))
}

// After is the step that follows another. A code that is on its way stays good,
// whatever is asked meanwhile.
func (s OrderStep) After(before OrderStep, now time.Time) OrderStep {
	if s.Verification == "" && before.AwaitsCode(now) {
		s.Verification, s.CodeEnds = before.Verification, before.CodeEnds
	}
	s.At = now.Unix()
	return s
}

// Proved is the step once the code has been taken.
func (s OrderStep) Proved() OrderStep {
	if s.Action == "" {
		return OrderStep{}
	}
	s.Verification, s.CodeEnds = "", 0
	return s
}

// OrderSpeech is what is said of orders in one language.
type OrderSpeech struct {
	Prove     string            `json:"prove"`      // asks for the number and a contact, in one message
	CodeSent  string            `json:"code_sent"`  // whether or not there is such an order
	CodeWrong string            `json:"code_wrong"` // or late, or used
	TooOften  string            `json:"too_often"`  // %s is where the shop is written to
	Proved    string            `json:"proved"`     // and nothing was asked about it
	Confirm   string            `json:"confirm"`    // how a proposal is answered
	ByPerson  string            `json:"by_person"`  // a change that takes more than a yes
	Underway  string            `json:"underway"`   // confirmed, and on its way
	Declined  string            `json:"declined"`
	Lapsed    string            `json:"lapsed"`  // the proposal
	Summary   string            `json:"summary"` // %s is the number
	Track     string            `json:"track"`   // %s is an address
	States    map[string]string `json:"states"`
	Yes       []string          `json:"yes"`
	No        []string          `json:"no"`
}

// yesAndNo finds what a phrase means in each language.
var yesAndNo = sync.OnceValue(func() map[string]map[string]bool {
	index := map[string]map[string]bool{}
	add := func(language string, phrases []string, yes bool) {
		for _, p := range phrases {
			p = bare(p)
			if index[p] == nil {
				index[p] = map[string]bool{}
			}
			index[p][language] = yes
		}
	}
	for _, language := range Languages() {
		add(language, SpeechIn(language).Order.Yes, true)
		add(language, SpeechIn(language).Order.No, false)
	}
	return index
})

// YesOrNo understands a message that says yes or no and nothing else: in the
// language it was asked in or, where nothing speaks against it, in another. A word
// that means something else in the language of the thread, such as the Danish for
// thanks, which is the Polish for yes, is neither.
func YesOrNo(message, language string) (yes, known bool) {
	if len(message) > 120 {
		return false, false
	}
	said := bare(message)
	meanings := yesAndNo()[said]
	if own, ok := meanings[Spoken(language)]; ok {
		return own, true
	}
	if len(meanings) == 0 || slices.Contains(polite, said) {
		return false, false
	}
	first := true
	for _, m := range meanings {
		if !first && m != yes {
			return false, false
		}
		yes, first = m, false
	}
	return yes, true
}

// bare is a message's words, in lower case, without marks.
func bare(message string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(message), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}
