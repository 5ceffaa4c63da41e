package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"omniops/shared/seal"
)

// holder has personal text in places where fmt may not call its methods.
type holder struct {
	Shown  seal.Personal
	hidden seal.Personal
	many   []seal.Personal
	byName map[string]*seal.Personal
}

func TestPersonalNeverPrintsItself(t *testing.T) {
	const text = "jane.doe@example.com"
	p := seal.Clear(text)
	h := holder{Shown: p, hidden: p, many: []seal.Personal{p}, byName: map[string]*seal.Personal{"p": &p}}
	printed := map[string]string{"String": p.String(), "GoString": p.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%p", "%w"} {
		for name, value := range map[string]any{"text": p, "pointer": &p, "holder": h, "holder's pointer": &h} {
			printed[verb+" of "+name] = fmt.Sprintf(verb, value)
		}
	}
	printed["error"] = fmt.Errorf("read %v: %w", h, errors.New("failed")).Error()
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("turn", "text", p, "pointer", &p, "holder", h, slog.Group("g", "text", p))
		printed[name] = b.String()
	}
	for name, value := range map[string]any{"text": p, "holder": h, "list": []seal.Personal{p}} {
		out, err := json.Marshal(value)
		if err == nil {
			t.Errorf("JSON of %s is %s, want an error", name, out)
		}
		printed["JSON of "+name] = string(out) + fmt.Sprint(err)
	}
	for how, out := range printed {
		for _, leak := range []string{text, "jane", fmt.Sprintf("%x", text), fmt.Sprintf("%X", text), strings.Trim(fmt.Sprint([]byte(text)), "[]")} {
			if strings.Contains(out, leak) {
				t.Errorf("%s shows the text: %s", how, out)
			}
		}
	}
	if p.Reveal() != text || (seal.Personal{}).Reveal() != "" {
		t.Error("Reveal does not give the text")
	}
}

func TestSealedTextHidesItsBytesFromLogs(t *testing.T) {
	sealed := seal.Text("0123456789abcdef")
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("turn", "body", sealed)
	for _, out := range []string{sealed.String(), fmt.Sprintf("%v %s", sealed, sealed), b.String()} {
		if strings.Contains(out, "0123") || strings.Contains(out, "48 49") {
			t.Errorf("it shows its bytes: %s", out)
		}
	}
}
