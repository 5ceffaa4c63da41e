package shopify

// dice gives the same throws every time, so that the stores are always the same.
type dice struct{ state uint64 }

// throw is a number from 0 to n-1 (SplitMix64).
func (d *dice) throw(n int) int {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return int(z % uint64(n))
}

// one picks from a list.
func one[T any](d *dice, from []T) T { return from[d.throw(len(from))] }
