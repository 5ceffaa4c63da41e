package attribute

// Sizes follow the developer guide, "DynamoDB item sizes and formats" (read
// 2026-11-20): names and texts count their UTF-8 bytes, null and Boolean one
// byte, lists and maps three and one more for each element.

// Size is what an item counts towards the 400 KB limit and capacity, in bytes.
func (m Map) Size() int {
	size := 0
	for name, v := range m {
		size += len(name) + v.size()
	}
	return size
}

// Size is a value's part of its item's size, without its name, in bytes.
func Size(v Value) int { return v.size() }

const (
	nestedSize  = 3 // a list or map itself
	elementSize = 1 // each of its elements
)

func (s String) size() int { return len(s) }
func (b Binary) size() int { return len(b) }
func (Bool) size() int     { return 1 }
func (Null) size() int     { return 1 }
func (m Map) size() int    { return nestedSize + elementSize*len(m) + m.Size() }

func (l List) size() int {
	size := nestedSize + elementSize*len(l)
	for _, v := range l {
		size += v.size()
	}
	return size
}

func (s Set) size() int {
	size := 0
	for _, v := range s.elements {
		size += v.size()
	}
	return size
}
