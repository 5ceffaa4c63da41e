package channel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split cuts a text into messages that a channel takes: between paragraphs if it
// can, else between sentences, else between words. Nothing but white space at a
// cut is lost.
func Split(k Kind, text string) []string {
	limit, bytes := k.MaxText()
	var parts []string
	for text = strings.TrimSpace(text); text != ""; {
		end := fit(text, limit, bytes)
		if end < len(text) {
			end = cut(text, end)
		}
		if part := strings.TrimSpace(text[:end]); part != "" {
			parts = append(parts, part)
		}
		text = strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	}
	return parts
}

// fit is how many bytes of a text are within the limit, at a whole character.
func fit(text string, limit int, bytes bool) int {
	if len(text) <= limit {
		return len(text)
	}
	n := 0
	for at, r := range text {
		size := 1
		if bytes {
			size = max(utf8.RuneLen(r), 1)
		} else if r > 0xffff { // platforms count UTF-16 units: an emoji is two
			size = 2
		}
		if n+size > limit {
			return at
		}
		n += size
	}
	return len(text)
}

// cut looks back from end for the best place to cut: not in the first half, or
// messages would become tiny.
func cut(text string, end int) int {
	window := text[:end]
	for _, mark := range []string{"\n\n", "\n", ". ", "! ", "? ", "。", "; ", ", ", " "} {
		if at := strings.LastIndex(window, mark); at >= end/2 {
			return at + len(mark)
		}
	}
	if at := strings.LastIndexFunc(window, unicode.IsSpace); at > 0 {
		return at + 1
	}
	return end
}
