package shopify

import "slices"

// Values that the service knows and that nobody has any business with. A test
// looks for them wherever data could end up.
const (
	CanaryToken     = "canary0checkout0token07f3a"
	CanaryStatusKey = "canary0status0key019c2"
	CanaryIP        = "203.0.113.222"
	CanaryAgent     = "Mozilla/5.0 (canary-user-agent-55e0)"
	CanaryPayment   = "canary-payment-id-83bd"
	CanaryApproval  = "canary-approval-4b1d"
	CanaryBIN       = "424242"
	CanaryCard      = "8311" // last four digits of every card
	CanarySession   = "canary0session0hash0a2"
)

// Canaries are those that mean nothing else.
func Canaries() []string {
	return slices.Clone([]string{CanaryToken, CanaryStatusKey, CanaryIP, CanaryAgent, CanaryPayment, CanaryApproval, CanarySession})
}
