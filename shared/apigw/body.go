package apigw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"omniops/shared/fault"
)

// maxDepth is how deep a JSON body may nest; ours need four.
const maxDepth = 16

// Body reads the whole body, of at most max bytes. A longer one is TooLarge.
func Body(r *http.Request, max int) ([]byte, error) {
	if r.ContentLength > int64(max) {
		return nil, tooLarge(max)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(max)+1))
	if err != nil {
		return nil, fault.E(fault.Invalid, "The body could not be read to its end.", err)
	}
	if len(body) > max {
		return nil, tooLarge(max)
	}
	return body, nil
}

// tooLarge is the error for a body of more than max bytes.
func tooLarge(max int) error {
	return fault.E(fault.TooLarge, fmt.Sprintf("The body may have at most %d bytes.", max), nil)
}

// DecodeJSON reads a JSON body of at most max bytes into v, which points to a
// struct. A longer body is TooLarge; one that is not JSON, is not UTF-8, nests
// too deep, has a field that v does not, or goes on after the value is Invalid.
func DecodeJSON(r *http.Request, max int, v any) error {
	body, err := Body(r, max)
	if err != nil {
		return err
	}
	return Unmarshal(body, v)
}

// Unmarshal is DecodeJSON for bytes that have already been read.
func Unmarshal(body []byte, v any) error {
	if !utf8.Valid(body) {
		return fault.E(fault.Invalid, "The body is not UTF-8.", nil)
	}
	if depth(body) > maxDepth {
		return fault.E(fault.Invalid, fmt.Sprintf("The body nests deeper than %d levels.", maxDepth), nil)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			return fault.E(fault.Invalid, fmt.Sprintf("The field %q has a value of the wrong type.", wrong.Field), err)
		}
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok && len(field) < 60 {
			return fault.E(fault.Invalid, "The field "+field+" is not known here.", nil) // not logged: it is the caller's text
		}
		return fault.E(fault.Invalid, "The body is not the JSON that is expected here.", nil)
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return fault.E(fault.Invalid, "The body is null.", nil)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.E(fault.Invalid, "The body goes on after its JSON value.", nil)
	}
	return nil
}

// depth counts how deep brackets nest, outside strings. It allocates nothing,
// so that a hostile body is refused before anything is built from it.
func depth(body []byte) (deepest int) {
	level, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// WriteJSON answers with v. Answers are for one caller, so no cache may keep
// them unless the handler said otherwise.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("send the answer: %w", err)
	}
	return nil
}
