package support

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"omniops/shared/commerce"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
)

// What one question finds doubtful in a passage, or about other countries, is so for
// that question alone.
func TestAReadingIsTheSameForEveryQuestion(t *testing.T) {
	praise := hit("en", "News", "The Harbour electric kettle is now £12. Delivery to Norway costs £9.")
	praise.Passage.ID = "news"
	harbour := harbour
	harbour.Passage.ID = "harbour"
	hits := []index.Hit{praise, harbour}
	var s shelf
	read := s.reader("shop", "v1")
	want := newEvidence(readPassage, "en", "What costs the Harbour?", "", hits[:1])
	doubtful := newEvidence(read, "en", "How much is delivery to France?", "", hits)
	if marked := doubtful.grounds[0].segments; !marked[1].doubt || !marked[2].other {
		t.Fatalf("nothing is doubtful: %+v", marked)
	}
	got := newEvidence(read, "en", "What costs the Harbour?", "", hits[:1])
	if !reflect.DeepEqual(got.grounds[0].segments, want.grounds[0].segments) {
		t.Errorf("%+v, want %+v", got.grounds[0].segments, want.grounds[0].segments)
	}
}

// A shopper's order is evidence too, and nothing of it outlives the answer.
func TestAShelfKeepsNoOrder(t *testing.T) {
	var s shelf
	order := orderHit(commerce.Order{Number: "#1042"})
	newEvidence(s.reader("shop", "v1"), "en", "Where is my order?", "", []index.Hit{order})
	if len(s.kept) != 0 {
		t.Errorf("%d readings are kept", len(s.kept))
	}
}

func TestAShelfKeepsReadingsApart(t *testing.T) {
	var s shelf
	p := passage.Passage{ID: "p", Text: "Returns within 30 days."}
	first := s.reader("shop", "v1")(p)
	if s.reader("shop", "v1")(p) != first {
		t.Error("the passage was read again")
	}
	if s.reader("other", "v1")(p) == first || s.reader("shop", "v2")(p) == first {
		t.Error("another shop or another index got this one's reading")
	}
	if less := s.reader("shop", "v1")(passage.Passage{ID: "p", Text: "Returns."}); less == first || len(less.figures()) > 0 {
		t.Error("what was cut from the passage is in its reading")
	}
	var all sync.WaitGroup
	for n := range 2 * shelfSize {
		all.Go(func() { s.reader("shop", "v1")(passage.Passage{ID: fmt.Sprint(n)}).content() })
	}
	all.Wait()
	if len(s.kept) > shelfSize {
		t.Errorf("%d readings are kept", len(s.kept))
	}
}
