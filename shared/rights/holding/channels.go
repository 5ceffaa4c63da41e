package holding

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
)

// channels is the state of the threads on WhatsApp, Messenger and Instagram whose
// transcripts are a person's conversations.
type channels struct {
	threads *channel.Threads
	eraser  *erasure.Eraser
}

func (c channels) shelf() rights.Shelf {
	return rights.Shelf{Records: []string{"channel.thread", "channel.place", "channel.wish"}, Erase: c.erase, Copy: c.copy}
}

// of finds the thread of a conversation, if it came through a channel.
func (c channels) of(ctx context.Context, ref conversation.Ref) (channel.Thread, bool, error) {
	thread, err := c.threads.Of(ctx, ref.Tenant, ref.Conversation)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return thread, false, nil
	}
	return thread, err == nil, err
}

// erase empties the threads, so that what their people write next begins anew.
func (c channels) erase(ctx context.Context, p rights.Person) ([]rights.Effect, error) {
	n := 0
	for _, ref := range p.Chats {
		thread, found, err := c.of(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if err := c.eraser.Thread(ctx, p.Tenant, thread.Account, thread.ID); err != nil {
			return nil, err
		}
		n++
	}
	if n == 0 {
		return nil, nil
	}
	return []rights.Effect{{Store: "channel.thread", Outcome: rights.Erased, Count: n, Why: "The threads on a channel: whom they are with, and what was sent when."}}, nil
}

func (c channels) copy(ctx context.Context, p rights.Person, _ string) (rights.Sheet, string, error) {
	s := rights.Sheet{Name: "channel-threads", Title: "Your threads on channels",
		Columns: []string{"channel", "account", "you_there", "your_number", "language", "last_wrote_at", "opted_out_at", "no_templates", "held_by", "needs_a_person_because", "posts", "also_found_by"}}
	var listed []id.Conversation
	for _, ref := range p.Chats {
		thread, found, err := c.of(ctx, ref)
		if err != nil {
			return s, "", err
		}
		if !found || slices.Contains(listed, thread.ID) { // a thread may have several transcripts
			continue
		}
		listed = append(listed, thread.ID)
		whom, err := c.threads.Contact(ctx, p.Tenant, thread)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return s, "", errors.Join(err)
		}
		templates := "no"
		if thread.NoTemplates {
			templates = "yes"
		}
		posts := ""
		for _, post := range thread.Posts {
			posts += time.UnixMilli(post.At).UTC().Format(time.RFC3339) + " " + string(post.State) + "; "
		}
		s.Rows = append(s.Rows, []string{
			string(thread.Account.Kind), thread.Account.ID, whom.Person, whom.Phone, thread.Language, moment(thread.OpenedAt), moment(thread.OptedOutAt),
			templates, string(thread.HeldBy), string(thread.Flag), posts, foundBy(thread),
		})
	}
	return s, "", nil
}

// foundBy says by how many phone numbers a thread is found; they are stored as keyed
// hashes alone.
func foundBy(t channel.Thread) string {
	if len(t.Numbers) == 0 {
		return ""
	}
	return strconv.Itoa(len(t.Numbers)) + " phone number(s), stored as keyed hashes"
}

// moment is a time as a copy says it; nothing for one that never was.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
