package apigw_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
	"omniops/shared/fault"
)

// line is a body as an endpoint might take it.
type line struct {
	Message string         `json:"message"`
	Page    map[string]any `json:"page,omitempty"`
}

func TestDecodeJSON(t *testing.T) {
	const ok = fault.Kind(-1)
	for name, c := range map[string]struct {
		body   string
		kind   fault.Kind
		detail string
		want   line
	}{
		"whole":             {`{"message":"hi"}`, ok, "", line{Message: "hi"}},
		"space around":      {" {\"message\":\"hi\"}\n", ok, "", line{Message: "hi"}},
		"brackets in text":  {`{"message":"` + strings.Repeat("[{", 20) + `\"["}`, ok, "", line{Message: strings.Repeat("[{", 20) + `"[`}},
		"empty":             {``, fault.Invalid, "The body is not the JSON that is expected here.", line{}},
		"cut":               {`{"message":"hi`, fault.Invalid, "The body is not the JSON that is expected here.", line{}},
		"unknown field":     {`{"message":"hi","admin":true}`, fault.Invalid, `The field "admin" is not known here.`, line{}},
		"null":              {` null `, fault.Invalid, "The body is null.", line{}},
		"wrong type":        {`{"message":1}`, fault.Invalid, `The field "message" has a value of the wrong type.`, line{}},
		"not an object":     {`[]`, fault.Invalid, "The body is not the JSON that is expected here.", line{}},
		"trailing value":    {`{"message":"hi"} {}`, fault.Invalid, "The body goes on after its JSON value.", line{}},
		"trailing bracket":  {`{"message":"hi"}}`, fault.Invalid, "The body goes on after its JSON value.", line{}},
		"not UTF-8":         {"{\"message\":\"\xff\"}", fault.Invalid, "The body is not UTF-8.", line{}},
		"too deep":          {`{"page":{"a":` + strings.Repeat("[", 10_000), fault.Invalid, "The body nests deeper than 16 levels.", line{}},
		"one byte too many": {`{"message":"` + strings.Repeat("a", 87) + `"}`, fault.TooLarge, "The body may have at most 100 bytes.", line{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, length := range []int64{int64(len(c.body)), -1} {
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
				r.ContentLength = length
				limit := 100
				if c.kind != fault.TooLarge {
					limit = 1 << 20
				}
				var got line
				err := apigw.DecodeJSON(r, limit, &got)
				if c.kind == ok {
					if err != nil || !cmp.Equal(got, c.want) {
						t.Errorf("got %+v, %v", got, err)
					}
				} else if err == nil || fault.KindOf(err) != c.kind || fault.Detail(err) != c.detail {
					t.Errorf("got %v (%v)", err, fault.KindOf(err))
				}
			}
		})
	}
}

// What is accepted decodes to the same value as encoding/json says; nothing
// makes it panic.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"message":"hi","page":{"a":[1]}}`))
	f.Add([]byte(`{"message":"\u0000\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want line
		if apigw.Unmarshal(body, &got) != nil {
			return
		}
		if err := json.Unmarshal(body, &want); err != nil || !cmp.Equal(got, want) || !utf8.Valid(body) {
			t.Errorf("%q: got %v, want %v, %v", body, got, want, err)
		}
	})
}

func TestWriteJSON(t *testing.T) {
	w := httptest.NewRecorder()
	if err := apigw.WriteJSON(w, http.StatusCreated, map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	want := http.Header{"Content-Type": {"application/json"}, "X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}}
	if w.Code != 201 || w.Body.String() != `{"a":1}` || !cmp.Equal(w.Header(), want) {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	w = httptest.NewRecorder()
	if err := apigw.WriteJSON(w, http.StatusOK, math.NaN()); err == nil || len(w.Header()) != 0 {
		t.Errorf("a value that is not JSON: %v, header %v", err, w.Header())
	}
}
