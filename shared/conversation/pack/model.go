package pack

import "math/bits"

// model is what has been learned of what comes next. A packer and an unpacker
// go through the same changes of it.
type model struct {
	matched  [2]chance                  // whether a match comes, after a literal and after a match
	repeated chance                     // whether its distance is one of recent
	which    [recents]chance            // which one
	lengths  [2][1 << lengthBits]chance // how many bits a length has, of a match and of a repeated one
	longer   [2][32][1 << fine]chance   // the upper bits of a length, by how many it has
	reaches  [1 << reachBits]chance     // how many bits a distance has
	further  [32][1 << fine]chance      // its upper bits
	literals [contexts]followers
	weights  [contexts]int32 // of the contexts' opinions, in 1/65536

	recent [recents]int // distances, the last one first
	inRow  int          // 1 after a match

	stretch *[4096]int32 // squash backwards; the same for all
}

const (
	recents    = 4
	contexts   = 2  // the last byte, and the last two
	lengthBits = 5  // MaxText has 21 bits
	reachBits  = 5  // and so has a distance
	fine       = 3  // bits of a number that are learned, below the first one
	slotBits   = 14 // of a table of followers
	certain    = 4095
)

// chance is how likely a bit is 1, in 1/4096, and below that, in four bits, how
// often it was seen.
type chance uint16

const evenly chance = 1 << 15

// of is how likely the bit is 1, in 1/65536.
func (c chance) of() uint32 { return uint32(c)&^15 | 8 }

// followers are the chances of each bit of a byte after a context. Contexts may
// share a place, which costs a little and harms nothing.
type followers [1 << slotBits]chance

// begin makes everything as likely as not.
func (m *model) begin() {
	m.stretch = stretched()
	even := func(all []chance) {
		for i := range all {
			all[i] = evenly
		}
	}
	even(m.matched[:])
	m.repeated = evenly
	even(m.which[:])
	even(m.reaches[:])
	for i := range m.further {
		even(m.further[i][:])
	}
	for kind := range m.lengths {
		even(m.lengths[kind][:])
		for i := range m.longer[kind] {
			even(m.longer[kind][i][:])
		}
	}
	for i := range m.literals {
		even(m.literals[i][:])
		m.weights[i] = 1 << 15 // a half
	}
}

// learn moves a chance towards a bit that came: far at first, then less and less.
func (c *chance) learn(bit int) {
	seen := *c & 15
	p := int32(*c >> 4)
	p += (int32(-bit)&4095 - p) * paces[seen] >> 16
	*c = chance(p<<4) | min(seen+1, 15)
}

// paces is by how much a chance moves, in 1/65536, by how often it was seen.
var paces = func() (p [16]int32) {
	for i := range p {
		p[i] = 655360 / int32(10*i+16)
	}
	return p
}()

// flag codes one bit.
func (m *model) flag(c *coder, of *chance, bit int) int {
	bit = c.code(of.of(), bit)
	of.learn(bit)
	return bit
}

// tree codes a number of n bits, the highest first.
func (m *model) tree(c *coder, chances []chance, n, number int) int {
	node := 1
	for i := n - 1; i >= 0; i-- {
		node = node<<1 | m.flag(c, &chances[node], number>>i&1)
	}
	return node - 1<<n
}

// number codes a positive number: how many bits it has, then these.
func (m *model) number(c *coder, size []chance, sizeBits int, below [][1 << fine]chance, number int) int {
	n := m.tree(c, size, sizeBits, bits.Len(uint(number)))
	if n < 2 {
		return n // 0 is none that Pack writes
	}
	rest := n - 1
	learned := min(rest, fine)
	out := 1<<learned | m.tree(c, below[n][:], learned, number>>(rest-learned)&(1<<learned-1))
	for i := rest - learned - 1; i >= 0; i-- {
		out = out<<1 | c.code(1<<15, number>>i&1)
	}
	return out
}

// match codes a match: its length and its distance.
func (m *model) match(c *coder, length, distance int) (int, int) {
	m.inRow = 1
	at := recents
	for i, d := range m.recent {
		if d == distance && distance > 0 {
			at = min(at, i)
		}
	}
	repeated := 0
	if at < recents {
		repeated = 1
	}
	repeated = m.flag(c, &m.repeated, repeated)
	if repeated == 1 {
		at = m.tree(c, m.which[:], 2, at)
		distance = m.recent[at]
		length = m.number(c, m.lengths[1][:], lengthBits, m.longer[1][:], length)
	} else {
		at = recents - 1
		length = m.number(c, m.lengths[0][:], lengthBits, m.longer[0][:], length)
		distance = m.number(c, m.reaches[:], reachBits, m.further[:], distance)
	}
	copy(m.recent[1:at+1], m.recent[:at])
	m.recent[0] = distance
	return length, distance
}

// literal codes a byte by the bytes before it.
func (m *model) literal(c *coder, before []byte, b byte) byte {
	var last, lastTwo uint32
	if n := len(before); n > 1 {
		last, lastTwo = uint32(before[n-1]), uint32(before[n-2])<<8|uint32(before[n-1])
	}
	last, lastTwo = last*0x9E3779B1, lastTwo*0x85EBCA6B
	node := uint32(1) // the bits so far
	for i := 7; i >= 0; i-- {
		one, two := &m.literals[0][place(last, node)], &m.literals[1][place(lastTwo, node)]
		sayOne, sayTwo := m.opinion(*one), m.opinion(*two)
		p := squash((sayOne*m.weights[0]>>8 + sayTwo*m.weights[1]>>8) >> 8)
		bit := c.code(uint32(p)<<4, int(b>>i&1))
		off := (int32(bit)<<12 - p) * 14
		m.weights[0] += (sayOne*off + 1<<15) >> 16
		m.weights[1] += (sayTwo*off + 1<<15) >> 16
		one.learn(bit)
		two.learn(bit)
		node = node<<1 | uint32(bit)
	}
	return byte(node)
}

// place gives the place of a bit after a context, by the bits before it in its byte.
func place(context, node uint32) uint32 {
	hash := context + node*0x2545F491
	return (hash ^ hash>>15) * 0x2C1B3C6D >> (32 - slotBits)
}

// opinion is what a context says of a bit, as squash takes it.
func (m *model) opinion(c chance) int32 { return m.stretch[c>>4] * trust[min(c&15, 7)] >> 8 }

// trust is what the opinion of a context is worth, in 1/256, by how often it was
// asked.
var trust = [8]int32{0, 170, 230, 260, 280, 290, 300, 310}

// squash turns an opinion, the logarithm of the odds in 1/256, into a chance in
// 1/4096 that is neither 0 nor 1.
func squash(x int32) int32 {
	x = max(-2047, min(2047, x)) + 2048
	at, part := x>>7, x&127
	return max(1, min(certain, (logistic[at]*(128-part)+logistic[at+1]*part+64)>>7))
}

// logistic is 4096/(1+exp(-x)) for x from -8 to 8 in steps of a half. It is
// written down because machines differ in the last bit of an exponential.
var logistic = [33]int32{
	1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 311, 488, 747, 1102, 1546, 2048,
	2550, 2994, 3349, 3608, 3785, 3902, 3976, 4022, 4051, 4069, 4079, 4086, 4090, 4092, 4094, 4095,
}

// stretched gives for each chance in 1/4096 the opinion that squash turns into it.
func stretched() *[4096]int32 {
	var s [4096]int32
	at := 0
	for x := int32(-2047); x <= 2047; x++ {
		for p := int(squash(x)); at <= p; at++ {
			s[at] = x
		}
	}
	for ; at < len(s); at++ {
		s[at] = 2047
	}
	return &s
}
