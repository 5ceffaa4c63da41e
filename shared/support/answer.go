package support

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/processor"
	"omniops/shared/seal"
)

const (
	passagesShown  = 4               // given to the model
	passagesSought = 8               // looked at for the records of products
	recordsShown   = 2               // of products, when one asks for a price
	passagesQuote  = 2               // shown word for word when there is no model
	quoteLength    = 400             // characters of each
	historyTurns   = 6               // messages the model sees beside the question
	maxTokens      = 400             // of an answer
	statusAfter    = 2 * time.Second // a slower answer says what it is doing
	staleAfter     = 30 * 24 * time.Hour
	minForeign     = 0.1  // the same for one in another language, found by meaning
	minLoose       = 0.2  // the same for a long message, of which much is not the question
	longMessage    = 12   // words
	minConfidence  = 0.35 // of the best passage; below it the pages most likely do not say
)

// compose makes the answer to a turn, sending text as it comes.
func (e *Engine) compose(ctx context.Context, turn *Turn, text Text, out *listener) (conversation.Answer, error) {
	say := func(sentences ...string) conversation.Message {
		m := conversation.Message{Author: conversation.Assistant, Text: seal.Clear(strings.Join(sentences, " ")), State: conversation.Complete}
		out.send(Token{m.Text.Reveal()})
		return m
	}
	contact := fmt.Sprintf(text.Contact, turn.account.ContactEmail)
	if !turn.kept {
		out.send(Token{text.Unkept + " "})
	}
	if message, err := e.rightsTurn(ctx, turn, out); err != nil || message != nil {
		if err != nil {
			return conversation.Answer{}, err
		}
		return conversation.Answer{Message: *message}, nil
	}
	switch intentOf(turn.asked) {
	case greeting:
		return conversation.Answer{Message: say(text.Greeting)}, nil
	case thanks:
		return conversation.Answer{Message: say(text.Thanks)}, nil
	case human:
		m := say(fmt.Sprintf(text.Human, turn.account.ContactEmail))
		m.Handoff = true
		return conversation.Answer{Message: m}, nil
	case machine:
		return conversation.Answer{Message: say(text.Machine)}, nil
	case advice:
		m := say(fmt.Sprintf(text.Advice, turn.account.ContactEmail))
		m.Handoff = true
		return conversation.Answer{Message: m}, nil
	}
	var order *subject
	if e.Orders != nil && turn.kept && turn.about() != elsewhere {
		var message *conversation.Message
		if message, order = e.orderTurn(ctx, turn, text, contact, out); message != nil {
			return conversation.Answer{Message: *message}, nil
		}
	}
	hits, err := e.retrieve(ctx, turn)
	hits, read := readable(hits)
	read = e.offered(ctx, turn, read)
	if order != nil {
		hits, read = append([]index.Hit{order.hit}, hits...), append([]index.Hit{order.hit}, read...)
		err = nil
	}
	if err != nil || len(hits) == 0 {
		reason := text.NotFound
		if err != nil {
			reason = text.NoPages
		}
		unreadable := err != nil && turn.account.IndexVersion != ""
		if unreadable {
			e.Log.WarnContext(ctx, "retrieve passages", "tenant", turn.ask.Tenant, "error", err)
			reason = text.Unreadable
		}
		m := say(reason, contact)
		m.Handoff, m.Degraded = true, unreadable
		return conversation.Answer{Message: m}, nil
	}
	answer, err := e.generate(ctx, turn, text, contact, draft{hits: hits, read: read, order: order, tools: turn.tools(order)}, out)
	answer.Message.OwnOrder = order != nil && order.shown
	return answer, err
}

// draft is what an answer is made from.
type draft struct {
	hits, read []index.Hit // passages as they are, and as a model reads them
	order      *subject    // whose record is the first passage; nil without one
	tools      []llm.Tool
	again      bool // a model was asked before, and called for what there is not
}

// readable gives hits and, beside each, the same without what is addressed to a
// model. A passage that is nothing else is left out.
func readable(found []index.Hit) (hits, read []index.Hit) {
	for _, h := range found {
		clean := h
		clean.Passage.Text = withoutOrders(h.Passage.Text)
		if clean.Passage.Text != "" {
			hits, read = append(hits, h), append(read, clean)
		}
	}
	return hits, read
}

// titleOf names a passage to the model, and tells records of products from what
// a page says.
func titleOf(p passage.Passage) string {
	path := slices.DeleteFunc(slices.Clone(p.Path), ordersModel)
	title := strings.ReplaceAll(passage.Passage{Path: path}.Title(), recordMark, "")
	if p.Product != nil {
		title += recordMark
	}
	return title
}

// recordMark ends the title of a product's record, as the prompt says.
const recordMark = " (product record)"

// generate asks a model, and without one quotes the passages.
func (e *Engine) generate(ctx context.Context, turn *Turn, text Text, contact string, d draft, out *listener) (conversation.Answer, error) {
	hits, read := d.hits, d.read
	passages, urls := make([]llm.Passage, len(hits)), make([]string, len(hits))
	for i, h := range read {
		passages[i] = llm.Passage{N: i + 1, Title: titleOf(h.Passage), URL: h.Passage.URL, Text: h.Passage.Text}
		urls[i] = h.Passage.URL
	}
	language := LanguageOf(turn.asked, turn.account.Language)
	evidence := later(func() *evidence {
		return newEvidence(e.reader(turn), language, turn.asked, turn.account.ContactEmail, read)
	})
	var answer strings.Builder
	var once sync.Once
	slow := time.AfterFunc(statusAfter, func() { once.Do(func() { out.send(Status{text.Looking}) }) })
	defer slow.Stop()
	receipts := newReceipts(evidence, func(s string) error {
		once.Do(func() {}) // too late to say what it is doing
		answer.WriteString(s)
		out.send(Token{s})
		return nil
	})
	task := llm.Task{Version: promptVersion, System: prompt(turn.account.Name, turn.account.Language)}
	var known []string
	if d.order != nil {
		receipts.silent = 1
		task = llm.Task{Version: orderPromptVersion, System: task.System + orderPrompt}
		known = d.order.order.Personal
	}
	filter := newCitations(urls, receipts.Write)
	verdict := &verdict{pass: filter.Write}
	reply, err := e.Models.Stream(ctx, llm.Request{
		Tenant: turn.ask.Tenant, Region: processor.Region(turn.account.Region), Surface: processor.CustomerChat,
		Conversation: turn.ask.Conversation,
		Task:         task, Tools: d.tools, Known: known,
		Passages: passages, History: turn.history(), Question: turn.asked, MaxTokens: maxTokens,
		Language: LanguageOf(turn.asked, ""),
	}, verdict.Write)
	once.Do(func() {})
	if err != nil && answer.Len() == 0 {
		e.Log.WarnContext(ctx, "no model answers", "tenant", turn.ask.Tenant, "error", err)
		quoted := conversation.Answer{Message: e.quote(turn, text, contact, d, out)}
		if slices.ContainsFunc(reply.Ledger.Attempts, func(a llm.Attempt) bool { return a.Sent }) {
			quoted.Ledger = reply.Ledger // a model that fails has been sent the prompt all the same
		}
		return quoted, nil
	}
	if err := verdict.Close(); err != nil {
		return conversation.Answer{}, err
	}
	if err := filter.Close(); err != nil {
		return conversation.Answer{}, err
	}
	if reply.Interrupted || err != nil {
		receipts.Cut()
	}
	if err := receipts.Close(); err != nil {
		return conversation.Answer{}, err
	}
	for _, call := range reply.Calls[:min(1, len(reply.Calls))] { // one at a time
		if m := e.call(ctx, turn, text, contact, d.order, call, out); m != nil {
			m.Text = seal.Clear(strings.TrimLeft(answer.String()+"\n\n", "\n") + m.Text.Reveal())
			return conversation.Answer{Message: *m, Ledger: reply.Ledger}, nil
		}
		if strings.TrimSpace(answer.String()) == "" && !d.again { // what it called there is not; once more in words
			d.tools, d.again = nil, true
			again, err := e.generate(ctx, turn, text, contact, d, out)
			if entry, ok := again.Ledger.(llm.Entry); ok {
				entry.Before = append(entry.Before, reply.Ledger)
				again.Ledger = entry
			}
			return again, err
		}
	}
	m := conversation.Message{Author: conversation.Assistant, State: conversation.Complete}
	add := func(s string) { answer.WriteString(s); out.send(Token{s}) }
	unanswered := verdict.unanswered || len(reply.Calls) > 0 && strings.TrimSpace(answer.String()) == "" // it still called what it was not offered
	switch {
	case unanswered && d.order != nil && d.order.shown: // it is there to see
		add(fmt.Sprintf(text.OrderShown, d.order.order.Number))
	case unanswered:
		add(text.NotFound + " " + contact)
		m.Handoff = true
	case reply.Interrupted || err != nil:
		add("\n\n" + text.Interrupted + " " + contact)
		m.State, m.Handoff = conversation.Interrupted, true
	case receipts.withheld && strings.Trim(answer.String(), " \n") == "": // nothing is left
		add(text.NotFound + " " + contact)
		m.Handoff = true
	case receipts.withheld:
		add("\n\n" + text.Withheld + " " + contact)
		m.Handoff = true
	case len(receipts.cited) == 0 && !receipts.silently: // nothing on the pages backs it
		add("\n\n" + contact)
		m.Handoff = true
	}
	if receipts.silently {
		d.order.show(out)
	}
	for i, n := range receipts.cited {
		m.Sources = append(m.Sources, e.source(i+1, hits[n-1]))
	}
	m.Text = seal.Clear(answer.String())
	return conversation.Answer{Message: m, Ledger: reply.Ledger}, nil
}

// quote answers in the shop's own words, or with the order that was asked about.
func (e *Engine) quote(turn *Turn, text Text, contact string, d draft, out *listener) conversation.Message {
	m := conversation.Message{Author: conversation.Assistant, State: conversation.Complete, Degraded: true, Handoff: true}
	hits, read := d.hits, d.read
	if d.order != nil && d.order.shown {
		m.Text = seal.Clear(fmt.Sprintf(text.OrderShown, d.order.order.Number) + " " + contact)
		out.send(Token{m.Text.Reveal()})
		return m
	}
	if d.order != nil {
		hits, read = hits[1:], read[1:]
	}
	var b strings.Builder
	b.WriteString(text.Degraded)
	language := Spoken(LanguageOf(turn.asked, turn.ask.Language))
	for i, h := range hits[:min(passagesQuote, len(hits))] {
		b.WriteString("\n\n")
		if foreign(h.Passage, language) {
			b.WriteString(text.Foreign + " ")
		}
		fmt.Fprintf(&b, "“%s” [%d]", shorten(withoutAddresses(prose(read[i].Passage.Text), h.Passage.URL), quoteLength), i+1)
		m.Sources = append(m.Sources, e.source(i+1, h))
	}
	b.WriteString("\n\n" + contact)
	out.send(Token{b.String()})
	m.Text = seal.Clear(b.String())
	return m
}

// foreign reports whether a passage is in another language than its reader's.
func foreign(p passage.Passage, language string) bool {
	of, _, _ := strings.Cut(strings.ToLower(p.Language), "-")
	return of != "" && of != language
}

// withoutAddresses removes from a quotation what the shop did not mean to link.
func withoutAddresses(text, url string) string {
	var out strings.Builder
	c := newCitations([]string{url}, func(s string) error { out.WriteString(s); return nil })
	_ = c.Write(text) // a Builder does not fail
	_ = c.Close()
	return out.String()
}

func (e *Engine) source(n int, h index.Hit) conversation.Source {
	return conversation.Source{
		N: n, Title: h.Passage.Title(), URL: h.Passage.URL, Hash: h.Passage.Hash(), CrawledAt: h.Passage.CrawledAt,
		Stale: e.stale(h.Passage.CrawledAt),
	}
}

// citationMark is a citation in an answer.
var citationMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s?\[\d{1,2}\]`) })

// history is what was said before, oldest first.
func (t *Turn) history() []llm.Turn {
	var turns []llm.Turn
	for _, m := range t.thread.Messages {
		if m.Turn < t.Answers() {
			text := m.Text.Reveal()
			if m.Author != conversation.Shopper { // its numbers mean the passages of another turn
				text = citationMark().ReplaceAllString(text, "")
			}
			turns = append(turns, llm.Turn{Assistant: m.Author != conversation.Shopper, Text: text})
		}
	}
	return turns[max(0, len(turns)-historyTurns):]
}

// verdict holds the beginning of a model's text back until it is clear that it
// is not noAnswer.
type verdict struct {
	pass       func(string) error
	held       string
	decided    bool
	unanswered bool
}

// Write takes the next piece of text.
func (v *verdict) Write(piece string) error {
	if v.unanswered {
		return nil
	}
	if v.decided {
		return v.pass(piece)
	}
	v.held += piece
	begun := strings.TrimLeft(v.held, " \n*\"`")
	if strings.HasPrefix(begun, noAnswer) {
		v.unanswered = true
		return nil
	}
	if strings.HasPrefix(noAnswer, begun) {
		return nil // cannot tell yet
	}
	return v.release()
}

// Close takes the end of the text.
func (v *verdict) Close() error {
	if v.decided || v.unanswered {
		return nil
	}
	if begun := strings.TrimSpace(v.held); begun == "" || strings.HasPrefix(begun, "NO_") { // nothing at all, or noAnswer cut off
		v.unanswered = true
		return nil
	}
	return v.release()
}

func (v *verdict) release() error {
	v.decided = true
	held := v.held
	v.held = ""
	return v.pass(held)
}

// prose is a passage without the marks of its tables, lists and headings.
func prose(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.Trim(line, "|-: ") == "" {
			continue // between a table's head and its rows
		}
		if strings.HasPrefix(line, "|") {
			line = strings.ReplaceAll(strings.ReplaceAll(strings.Trim(line, "| "), "|", ","), " ,", ",") + ";"
		}
		lines = append(lines, strings.TrimLeft(line, "#*- "))
	}
	return strings.Join(lines, " ")
}

// shorten cuts text at a word's end, within n characters.
func shorten(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + "…"
}
