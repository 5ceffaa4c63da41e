package lambda

import (
	"bytes"
	"io"
	"sync"
)

// maxLine is where a log line is cut in two.
const maxLine = 256 * 1024

// lineLog writes whole lines of many processes to one writer.
type lineLog struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineLog) line(prefix string, line []byte) {
	out := make([]byte, 0, len(prefix)+len(line)+1)
	out = append(append(append(out, prefix...), line...), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.w.Write(out) // there is nowhere to report it
}

// lines is what one process writes to, and cuts it into lines.
type lines struct {
	log    *lineLog
	prefix string
	rest   []byte
}

// Write passes on the complete lines and keeps the rest.
func (l *lines) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 {
			break
		}
		l.log.line(l.prefix, l.rest[:end])
		l.rest = l.rest[end+1:]
	}
	if len(l.rest) > maxLine {
		l.flush()
	}
	return len(b), nil
}

// flush passes on an unfinished line.
func (l *lines) flush() {
	if len(l.rest) > 0 {
		l.log.line(l.prefix, l.rest)
		l.rest = nil
	}
}
