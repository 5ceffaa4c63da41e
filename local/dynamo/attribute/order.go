package attribute

// AppendOrdered appends bytes for a key value (S, N or B) that sort as the
// values of that kind do and end themselves, so that more may follow.
func AppendOrdered(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Number:
		return v.appendOrdered(dst)
	case String:
		return append(appendEscaped(dst, string(v)), 0, 0)
	case Binary:
		return append(appendEscaped(dst, string(v)), 0, 0)
	}
	panic("attribute: a " + string(v.Kind()) + " cannot be a key")
}

// AppendOrderedPrefix appends bytes with which AppendOrdered's bytes begin for
// exactly the strings or binaries that begin with v.
func AppendOrderedPrefix(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return appendEscaped(dst, string(v))
	case Binary:
		return appendEscaped(dst, string(v))
	}
	panic("attribute: a " + string(v.Kind()) + " has no prefix")
}

// appendEscaped writes 0 as 0,255, which leaves 0,0 as an end below all.
func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, s[i])
		if s[i] == 0 {
			dst = append(dst, 255)
		}
	}
	return dst
}
