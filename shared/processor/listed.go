package processor

import (
	"slices"

	"omniops/shared/inventory"
)

// All is the product's register. To use another processor, add its row here
// first: until then nothing can be sent to it, and the published list is
// complete by construction.
func All() Register {
	conversation := []inventory.Category{inventory.MessageContent, inventory.CommercialData, inventory.PublicContent}
	business := slices.Concat(conversation, []inventory.Category{inventory.BusinessData})
	return Register{
		{
			Name:       OpenAI,
			Company:    "OpenAI",
			Country:    UnitedStates,
			Purpose:    "Writes the replies that shoppers read in the chat, and turns text into vectors for search.",
			Hosts:      []string{"api.openai.com", "eu.api.openai.com"},
			Mechanisms: []Mechanism{SCC, IDTA},
			Uses: []Use{
				{CustomerChat, 1, conversation},
				{Embeddings, 1, []inventory.Category{inventory.PublicContent, inventory.MessageContent}},
			},
			Policy: "https://openai.com/policies/privacy-policy/",
		},
		{
			Name:       Anthropic,
			Company:    "Anthropic",
			Country:    UnitedStates,
			Purpose:    "Writes the replies of the merchants' business assistant, and those of the chat while OpenAI cannot be reached.",
			Hosts:      []string{"api.anthropic.com"},
			Mechanisms: []Mechanism{SCC, IDTA},
			Uses: []Use{
				{MerchantAssistant, 1, business},
				{CustomerChat, 2, conversation},
			},
			Policy: "https://www.anthropic.com/legal/privacy",
		},
		{
			Name:       Google,
			Company:    "Google",
			Country:    UnitedStates,
			Purpose:    "Writes replies (Gemini) while the providers before it cannot be reached.",
			Hosts:      []string{"generativelanguage.googleapis.com"},
			Mechanisms: []Mechanism{SCC, IDTA},
			Uses: []Use{
				{MerchantAssistant, 2, business},
				{CustomerChat, 3, conversation},
			},
			Policy: "https://policies.google.com/privacy",
		},
		{
			Name:       AWS,
			Company:    "Amazon Web Services",
			Country:    Britain, // region eu-west-2, London
			Purpose:    "Runs the service and stores its data, encrypted.",
			Hosts:      []string{"*.eu-west-2.amazonaws.com"},
			Mechanisms: []Mechanism{EUAdequacy, SCC},
			Uses: []Use{{Hosting, 1, []inventory.Category{
				inventory.Identifier, inventory.ContactDetail, inventory.MessageContent, inventory.DeviceData,
				inventory.CommercialData, inventory.ActivityData, inventory.BusinessData, inventory.PublicContent, inventory.SecretMaterial,
			}}},
			Policy: "https://aws.amazon.com/privacy/",
		},
		{
			Name:       Cloudflare,
			Company:    "Cloudflare",
			Country:    Global,
			Purpose:    "Delivers the chat widget and pages from places near the visitor, in Europe for European ones, and holds off floods of requests.",
			Mechanisms: []Mechanism{SCC, UKAddendum},
			Uses: []Use{{Delivery, 1, []inventory.Category{
				inventory.DeviceData, inventory.ActivityData, inventory.MessageContent, inventory.PublicContent,
			}}},
			Policy: "https://www.cloudflare.com/privacypolicy/",
		},
		{
			Name:       Sentry,
			Company:    "Sentry (Functional Software)",
			Country:    UnitedStates,
			Purpose:    "Collects reports of faults in our software, scrubbed of personal data.",
			Hosts:      []string{"*.ingest.sentry.io", "*.ingest.us.sentry.io"},
			Mechanisms: []Mechanism{SCC, IDTA},
			Uses:       []Use{{ErrorMonitoring, 1, []inventory.Category{inventory.Identifier}}},
			Policy:     "https://sentry.io/privacy/",
		},
		{
			Name:       Resend,
			Company:    "Resend",
			Country:    UnitedStates,
			Purpose:    "Sends the e-mails of the service: sign-in codes, notices, receipts.",
			Hosts:      []string{"api.resend.com"},
			Mechanisms: []Mechanism{SCC, IDTA},
			Uses: []Use{{Email, 1, []inventory.Category{
				inventory.ContactDetail, inventory.BusinessData, inventory.MessageContent,
			}}},
			Policy: "https://resend.com/legal/privacy-policy",
		},
	}
}
