package pack

// The range coder narrows an interval of 32-bit numbers bit by bit, in the
// proportion of each bit's chance, and writes the upper bytes as they become
// certain.

const top = 1<<32 - 1

// coder writes bits that it is given, or reads them and ignores what it is given,
// or does neither, where there is only to be learned.
type coder struct {
	mode      mode
	low, high uint32
	out       []byte // what is written

	in    []byte // what is left to read
	value uint32 // the next four bytes of it
	past  int    // bytes behind the end that were read
}

type mode uint8

const (
	learning mode = iota
	writing
	reading
)

func newReader(in []byte) *coder {
	c := &coder{mode: reading, high: top, in: in}
	for range 4 {
		c.value = c.value<<8 | c.next()
	}
	return c
}

// code writes or reads a bit whose chance to be 1 is given in 1/65536.
func (c *coder) code(chance uint32, bit int) int {
	if c.mode == learning {
		return bit
	}
	mid := c.low + uint32(uint64(c.high-c.low)*uint64(max(16, chance))>>16) // the last number that stands for 1
	if c.mode == reading {
		bit = 0
		if c.value <= mid {
			bit = 1
		}
	}
	if bit == 1 {
		c.high = mid
	} else {
		c.low = mid + 1
	}
	for (c.low^c.high)>>24 == 0 {
		if c.mode == reading {
			c.value = c.value<<8 | c.next()
		} else {
			c.out = append(c.out, byte(c.high>>24))
		}
		c.low, c.high = c.low<<8, c.high<<8|0xff
	}
	return bit
}

// end gives all that was written. A reader finds zeros behind it, so that one byte
// above the interval's lower end is enough.
func (c *coder) end() []byte {
	if c.low > 0 {
		c.out = append(c.out, byte(c.low>>24)+1) // there is one: the ends differ in the first byte
	}
	return c.out
}

func (c *coder) next() uint32 {
	if len(c.in) == 0 {
		c.past++
		return 0
	}
	b := c.in[0]
	c.in = c.in[1:]
	return uint32(b)
}

// exhausted reports whether more was read than a writer leaves out.
func (c *coder) exhausted() bool { return c.past > 4 }
