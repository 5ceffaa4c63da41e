package conversation

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"omniops/shared/conversation/pack"
)

// A content comes back as it was, and without its ledger entry for whoever does not
// want that.
func TestContentIsReversible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.String(), func(s string) string { return strings.ToValidUTF8(s, "") })
		c := content{said: said{Text: strings.Repeat(text.Draw(t, "text"), rapid.IntRange(1, 200).Draw(t, "times")), Handoff: rapid.Bool().Draw(t, "handoff")}}
		if rapid.Bool().Draw(t, "from a model") {
			c.Ledger, _ = json.Marshal(text.Draw(t, "entry"))
		}
		kept, err := encodeContent(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeContent(string(kept), true); err != nil || !reflect.DeepEqual(got, c) {
			t.Fatalf("got %+v, %v; want %+v", got, err, c)
		}
		if got, err := decodeContent(string(kept), false); err != nil || !reflect.DeepEqual(got, content{said: c.said}) {
			t.Fatalf("without its entry it is %+v, %v", got, err)
		}
	})
}

// What an earlier version kept can be read.
func TestContentOfEarlierVersions(t *testing.T) {
	const message = `{"ledger":{"outbound":"Do you ship to Jersey?"},"text":"Yes [1].","handoff":true}`
	var deflated bytes.Buffer
	w, err := flate.NewWriterDict(&deflated, flate.DefaultCompression, []byte(dictionaryV1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(message)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := content{said{Text: "Yes [1].", Handoff: true}, json.RawMessage(`{"outbound":"Do you ship to Jersey?"}`)}
	for name, kept := range map[string]string{"plain": "\x00" + message, "deflated": "\x01" + deflated.String()} {
		t.Run(name, func(t *testing.T) {
			if got, err := decodeContent(kept, true); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// The frame and the prompt cost next to nothing; what is left are the passages.
func TestPromptsArePackedSmall(t *testing.T) {
	entry := strings.ReplaceAll(dictionaryV1, "the shop", "Fern & Co")
	kept, err := encodeContent(content{said{Text: "Yes."}, json.RawMessage(entry)})
	if err != nil || len(kept) > len(entry)/20 {
		t.Errorf("%d of %d bytes, %v", len(kept), len(entry), err)
	}
}

// An answer from passages as shops write them, with what the model was sent, fits
// into the one kilobyte that DynamoDB charges once, beside what else its item holds.
func TestAnswersAreOneWriteUnit(t *testing.T) {
	const beside = 250 // bytes: keys, names, numbers, the seal
	const passages = `[1] Shipping › How long it takes\nhttps://www.fern.example/shipping\n| We send orders from our warehouse in Leeds every weekday. Parcels within the UK arrive after 2 to 4 working days, larger plants by van within a week. You choose a day at the checkout and get a message the evening before.\n\n` +
		`[2] Shipping › What it costs\nhttps://www.fern.example/shipping\n| Shipping is £4.50 for pots and tools and £9 for plants taller than a metre. Orders above £75 ship free. We cannot deliver to the Channel Islands because of the plant health rules.\n\n` +
		`[3] Plant care › When your plant arrives\nhttps://www.fern.example/care\n| Unpack it the same day, water it lightly and give it a bright place out of direct sun. A few yellow leaves after the journey are normal. Write to us within 48 hours with a photo if it looks worse than that.\n\n`
	frame := strings.TrimSuffix(dictionaryV1, dictionaryV1[strings.Index(dictionaryV1, "[1] Returns"):])
	entry := frame + passages + `Language: en\nQuestion:\nWhen will my fern be here?"}],"provider":"openai","model":"gpt-4.1-mini","prompt_tokens":812,"completion_tokens":37,"cost_micro_usd":384,"attempts":[{"provider":"openai","model":"gpt-4.1-mini","sent":true}]}`
	answer := said{Text: "Parcels within the UK arrive after 2 to 4 working days, larger plants by van within a week [1].", Sources: []Source{
		{N: 1, Title: "Shipping › How long it takes", URL: "https://www.fern.example/shipping", Hash: "1f0c5dd6c1a1b46f0c3a2e9d7788aa10"},
	}}
	kept, err := encodeContent(content{answer, json.RawMessage(entry)})
	if err != nil || len(kept)+beside > 1024 {
		t.Errorf("%d bytes of %d, %v", len(kept), len(entry), err)
	}
	t.Logf("%d bytes of %d", len(kept), len(entry))
}

func FuzzDecodeContent(f *testing.F) {
	f.Add("")
	f.Add("\x00{}")
	f.Add("\x01\x00\x00\xff\xff")
	f.Add("\x02\x03\x05hello")
	f.Fuzz(func(t *testing.T, kept string) {
		if c, err := decodeContent(kept, true); err == nil && len(c.Text)+len(c.Ledger) > 8*pack.MaxText {
			t.Fatalf("%d bytes came out", len(c.Text)+len(c.Ledger))
		}
	})
}
