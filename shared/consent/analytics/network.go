package analytics

import "net/netip"

// How much of an address is kept: a network of 256 addresses, or the part of an
// IPv6 address that a provider shares among its customers.
const (
	keepIPv4 = 24 // bits
	keepIPv6 = 48
)

// Shorten anonymises an address: it gives the network, such as 192.0.2.0/24, and
// nothing for what is no address.
func Shorten(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := keepIPv6
	if a.Is4() {
		bits = keepIPv4
	}
	network, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return network.String()
}
