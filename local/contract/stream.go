package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// events names the schema of each event's data, as the description of
// sendMessage does in words.
var events = map[string]string{
	"disclosure": "Disclosure", "status": "Text", "token": "Text", "sources": "Sources", "verify": "Verify", "order": "Order", "action": "Action", "privacy": "PrivacyOffer", "done": "Done", "error": "Problem",
}

// stream checks the events of an answer while somebody reads them: numbered from
// 1, each matching its schema, the disclosure first, and done or error last.
type stream struct {
	io.ReadCloser
	t       testing.TB
	schemas openapi3.Schemas
	rest    []byte // of an event that is not complete
	count   int
	last    string
}

// Read passes on what has come.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.rest = append(s.rest, p[:n]...)
	for {
		frame, rest, complete := bytes.Cut(s.rest, []byte("\n\n"))
		if !complete {
			break
		}
		s.rest = rest
		if problem := s.check(string(frame)); problem != nil {
			s.t.Errorf("event %d of the answer: %v\n%s", s.count, problem, frame)
		}
	}
	if errors.Is(err, io.EOF) && s.last != "done" && s.last != "error" {
		s.t.Errorf("the answer ends with %q, want done or error", s.last)
	}
	return n, err
}

func (s *stream) check(frame string) error {
	fields := map[string]string{}
	for line := range strings.Lines(frame) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if _, twice := fields[name]; twice && name != "" {
			return fmt.Errorf("%q comes twice", name)
		}
		fields[name] = strings.TrimPrefix(value, " ")
	}
	if _, comment := fields[""]; comment && len(fields) == 1 {
		return nil // a heartbeat
	}
	s.count++
	name := fields["event"]
	before := s.last
	s.last = name
	schema, known := s.schemas[events[name]]
	switch {
	case !known:
		return fmt.Errorf("there is no event %q", name)
	case fields["id"] != strconv.Itoa(s.count):
		return fmt.Errorf("it has id %q", fields["id"])
	case (before == "") != (name == "disclosure"):
		return errors.New("the disclosure comes first, and once")
	case before == "done" || before == "error":
		return fmt.Errorf("it comes after %s", before)
	}
	var data any
	if err := json.Unmarshal([]byte(fields["data"]), &data); err != nil {
		return err
	}
	return schema.Value.VisitJSON(data, openapi3.EnableJSONSchema2020(), openapi3.VisitAsResponse())
}
