package meta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// scanner reads JSON in one pass, as far as it is used, and copies nothing but the
// texts that are kept. Deliveries come by the thousand, and encoding/json looks at
// each byte of them five times.
//
// A syntax error ends everything; a value of another kind than is expected is
// passed over and noted.
type scanner struct {
	b      []byte
	i      int
	broken bool   // no JSON from here on
	field  string // the last one that was looked at
	wrong  string // the first one that is of another kind
}

// err says what is wrong with what was read, and names no value.
func (s *scanner) err() error {
	switch {
	case s.broken:
		return fmt.Errorf("no JSON at byte %d", s.i)
	case s.wrong != "":
		return fmt.Errorf("the field %q is of another kind", s.wrong)
	}
	return nil
}

// pass passes over a value and says where it is, so that it can be read later.
func (s *scanner) pass() (place int) {
	s.peek()
	place = s.i
	s.skip()
	return place
}

// at is a scanner at a value that was passed over, of a field of that name.
func (s *scanner) at(place int, field string) *scanner {
	return &scanner{b: s.b, i: place, field: field}
}

// peek gives the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// other passes over a value of another kind than is expected. null is none.
func (s *scanner) other() {
	if s.peek() != 'n' && s.wrong == "" {
		s.wrong = s.field
		if s.wrong == "" {
			s.wrong = "item"
		}
	}
	s.skip()
}

// object reads an object; value reads, or skips, the value of each key.
func (s *scanner) object(value func(key string)) {
	if s.peek() != '{' {
		s.other()
		return
	}
	s.i++
	if s.peek() == '}' {
		s.i++
		return
	}
	for !s.broken {
		if s.peek() != '"' {
			s.broken = true
			return
		}
		key := s.quoted()
		if s.peek() != ':' {
			s.broken = true
			return
		}
		s.i++
		s.field = key
		value(key)
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return
		default:
			s.broken = true
		}
	}
}

// array reads an array; item reads each item.
func (s *scanner) array(item func()) {
	if s.peek() != '[' {
		s.other()
		return
	}
	s.i++
	if s.peek() == ']' {
		s.i++
		return
	}
	for !s.broken {
		item()
		switch s.peek() {
		case ',':
			s.i++
		case ']':
			s.i++
			return
		default:
			s.broken = true
		}
	}
}

// each gives every item of an array as it stands, and a scanner that has read none
// of it.
func (s *scanner) each(item func(raw []byte, in *scanner)) {
	s.array(func() {
		s.peek()
		from := s.i
		s.skip()
		if !s.broken {
			item(s.b[from:s.i], s.at(from, s.field))
		}
	})
}

// quoted reads a string; the next byte is its quotation mark.
func (s *scanner) quoted() string {
	from := s.i
	s.skipString()
	if s.broken {
		return ""
	}
	inner := s.b[from+1 : s.i-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return known(inner)
	}
	var text string
	if json.Unmarshal(s.b[from:s.i], &text) != nil {
		s.broken = true
	}
	return text
}

// known is a text; of the names of fields that every delivery has there are copies
// already.
func known(b []byte) string {
	if name, ok := names[string(b)]; ok {
		return name
	}
	return string(b)
}

// names are the texts that known does not copy.
var names = map[string]string{}

func init() {
	for _, n := range []string{
		"object", "entry", "id", "time", "messaging", "standby", "changes", "field", "value", "metadata", "messages", "statuses", "contacts", "text", "body",
		"from", "from_user_id", "timestamp", "type", "phone_number_id", "display_phone_number", "messaging_product", "whatsapp", "profile", "name", "wa_id",
		"user_id", "sender", "recipient", "message", "mid", "page", "instagram", "whatsapp_business_account",
	} {
		names[n] = n
	}
}

// text is a JSON string, or a number as it is written.
type text string

// whole gives the text as a whole number, 0 if it is none.
func (t text) whole() int64 {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// UnmarshalJSON reads a string or a number, for what encoding/json decodes.
func (t *text) UnmarshalJSON(b []byte) error {
	s := &scanner{b: b}
	*t = s.number()
	return s.err()
}

// text reads a string.
func (s *scanner) text() string {
	if s.peek() != '"' {
		s.other()
		return ""
	}
	return s.quoted()
}

// number reads a number, or a string, as it is written.
func (s *scanner) number() text {
	c := s.peek()
	if c == '"' {
		return text(s.quoted())
	}
	if c != '-' && (c < '0' || c > '9') {
		s.other()
		return ""
	}
	from := s.i
	s.skip()
	return text(s.b[from:s.i])
}

// yes reads a boolean.
func (s *scanner) yes() bool {
	switch s.peek() {
	case 't':
		s.skip()
		return !s.broken
	case 'f':
		s.skip()
		return false
	}
	s.other()
	return false
}

// skip passes over a value.
func (s *scanner) skip() {
	for depth := 0; ; {
		switch c := s.peek(); {
		case c == 0:
			s.broken = true
		case c == '"':
			s.skipString()
		case c == '{' || c == '[':
			s.i++
			depth++
			continue
		case c == '}' || c == ']':
			s.i++
			depth--
			if depth < 0 {
				s.broken = true
			}
		case (c == ',' || c == ':') && depth > 0:
			s.i++
			continue
		default:
			s.skipWord()
		}
		if s.broken || depth == 0 {
			return
		}
	}
}

// skipString passes over a string.
func (s *scanner) skipString() {
	for from := s.i + 1; ; {
		end := bytes.IndexByte(s.b[min(from, len(s.b)):], '"')
		if end < 0 {
			s.i, s.broken = len(s.b), true
			return
		}
		end += from
		slashes := 0
		for end-1-slashes > s.i && s.b[end-1-slashes] == '\\' {
			slashes++
		}
		from = end + 1
		if slashes%2 == 0 {
			s.i = from
			return
		}
	}
}

// skipWord passes over a number or a literal.
func (s *scanner) skipWord() {
	from := s.i
	for s.i < len(s.b) {
		c := s.b[s.i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' && c != '+' && c != '.' && c != 'E' {
			break
		}
		s.i++
	}
	switch word := s.b[from:s.i]; string(word) {
	case "true", "false", "null":
	default:
		if len(word) == 0 || word[0] != '-' && (word[0] < '0' || word[0] > '9') {
			s.broken = true
		}
	}
}
