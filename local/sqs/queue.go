package sqs

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// dedupWindow is how long a FIFO queue remembers a deduplication ID.
const dedupWindow = 5 * time.Minute

// message is one message as stored.
type message struct {
	ID         string                                       `json:"id"`
	Body       string                                       `json:"body"`
	Attributes map[string]types.MessageAttributeValue       `json:"attributes,omitempty"`
	System     map[string]types.MessageSystemAttributeValue `json:"system,omitempty"`
	Group      string                                       `json:"group,omitempty"`
	Dedup      string                                       `json:"dedup,omitempty"`
	Sequence   uint64                                       `json:"sequence"` // order of arrival over all queues
	Sent       time.Time                                    `json:"sent"`
	Source     string                                       `json:"source,omitempty"` // ARN of the queue it was moved from
	Seen       sighting                                     `json:"seen,omitzero"`
	lane       *lane
}

// sighting is what receiving a message changes about it.
type sighting struct {
	Receipt   string    `json:"receipt,omitempty"` // newest receipt handle; "" until received
	VisibleAt time.Time `json:"visible,omitzero"`  // zero: at once, whatever the clock says later
	Count     int       `json:"count,omitempty"`   // times received
	First     time.Time `json:"first,omitzero"`    // first time received
}

// inFlight says whether a receiver has the message at t.
func (m *message) inFlight(t time.Time) bool {
	return m.Seen.Receipt != "" && m.Seen.VisibleAt.After(t)
}

// lane is messages that leave in order: a message group of a FIFO queue, or a
// single message of a standard queue. While one of a lane's messages is in
// flight the others wait.
type lane struct {
	messages []*message
	index    int // in the queue's heap
}

// readyAt is when the lane's next message may be received.
func (l *lane) readyAt() time.Time {
	at := l.messages[0].Seen.VisibleAt
	for _, m := range l.messages {
		if m.Seen.Receipt == "" {
			break // those that were received come first
		}
		if m.Seen.VisibleAt.After(at) {
			at = m.Seen.VisibleAt
		}
	}
	return at
}

// remove takes m out. It is near the front, so that those before it move.
func (l *lane) remove(m *message) {
	i := slices.Index(l.messages, m)
	copy(l.messages[1:i+1], l.messages[:i])
	l.messages[0] = nil
	l.messages = l.messages[1:]
}

// lanes is a heap of lanes, the next to be ready on top.
type lanes []*lane

func (h lanes) Len() int { return len(h) }
func (h lanes) Less(i, j int) bool {
	return cmp.Or(h[i].readyAt().Compare(h[j].readyAt()),
		cmp.Compare(h[i].messages[0].Sequence, h[j].messages[0].Sequence)) < 0
}
func (h lanes) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *lanes) Push(x any) {
	l := x.(*lane)
	l.index = len(*h)
	*h = append(*h, l)
}
func (h *lanes) Pop() any {
	l := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return l
}

// sent is what a FIFO queue remembers of a message to recognise it again.
type sent struct {
	Key      string    `json:"key"` // deduplication ID, with the group if the scope is the group
	ID       string    `json:"id"`
	Sequence uint64    `json:"sequence"`
	At       time.Time `json:"at"`
}

// queue is one queue. Its owner's mutex guards it.
type queue struct {
	name       string
	attributes map[string]string // as set, with the two timestamps
	settings   settings          // the same, understood
	messages   map[string]*message
	groups     map[string]*lane // FIFO only
	heap       lanes
	dedup      map[string]sent
	dedupOrder []string // keys of dedup, oldest first
	purged     time.Time
	changed    chan struct{} // closed when a receiver should look again
}

func newQueue(name string) *queue {
	return &queue{name: name, messages: map[string]*message{}, groups: map[string]*lane{},
		dedup: map[string]sent{}, changed: make(chan struct{})}
}

// signal wakes everybody who waits for a message.
func (q *queue) signal() {
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *queue) put(m *message) {
	q.messages[m.ID] = m
	if q.settings.fifo {
		if l := q.groups[m.Group]; l != nil {
			m.lane = l
			l.messages = append(l.messages, m)
			heap.Fix(&q.heap, l.index)
			return
		}
	}
	m.lane = &lane{messages: []*message{m}}
	if q.settings.fifo {
		q.groups[m.Group] = m.lane
	}
	heap.Push(&q.heap, m.lane)
}

func (q *queue) remove(m *message) {
	delete(q.messages, m.ID)
	l := m.lane
	if len(l.messages) > 1 {
		l.remove(m)
		heap.Fix(&q.heap, l.index)
		return
	}
	heap.Remove(&q.heap, l.index)
	if q.settings.fifo {
		delete(q.groups, m.Group)
	}
}

func (q *queue) see(m *message, s sighting) {
	m.Seen = s
	heap.Fix(&q.heap, m.lane.index)
}

func (q *queue) purge() {
	q.messages, q.groups, q.heap = map[string]*message{}, map[string]*lane{}, nil
}

// remember notes a sent message and forgets those that are too old.
func (q *queue) remember(s sent) {
	for len(q.dedupOrder) > 0 && s.At.Sub(q.dedup[q.dedupOrder[0]].At) >= dedupWindow {
		delete(q.dedup, q.dedupOrder[0])
		q.dedupOrder = q.dedupOrder[1:]
	}
	if _, again := q.dedup[s.Key]; !again {
		q.dedupOrder = append(q.dedupOrder, s.Key)
	}
	q.dedup[s.Key] = s
}

// duplicateOf finds the message that the same deduplication key sent within
// the window. A clock that was set back does not stretch the window.
func (q *queue) duplicateOf(key string, now time.Time) (sent, bool) {
	s, ok := q.dedup[key]
	return s, ok && now.Sub(s.At).Abs() < dedupWindow
}

// expired says whether the queue has kept m as long as it keeps anything.
func (q *queue) expired(m *message, now time.Time) bool {
	return now.Sub(m.Sent) >= q.settings.retention
}

// nextReady is when a message may next be received, if there is one.
func (q *queue) nextReady() (time.Time, bool) {
	if len(q.heap) == 0 {
		return time.Time{}, false
	}
	return q.heap[0].readyAt(), true
}

// candidates calls yield with the messages that may be received now, in the
// order to receive them, until it says no.
func (q *queue) candidates(now time.Time, yield func(*message) bool) {
	var taken []*lane
	defer func() {
		for _, l := range taken {
			heap.Push(&q.heap, l)
		}
	}()
	for len(q.heap) > 0 && !q.heap[0].readyAt().After(now) {
		l := heap.Pop(&q.heap).(*lane)
		taken = append(taken, l)
		for _, m := range l.messages {
			if m.Seen.VisibleAt.After(now) {
				break // delayed, and so are those behind it
			}
			if !yield(m) {
				return
			}
		}
	}
}
