package meta

import "omniops/shared/channel"

// Scopes are the permissions that a channel needs, and all that are asked for: to
// read and answer messages, and to know whose the account is.
func Scopes(k channel.Kind) []string {
	switch k {
	case channel.Messenger:
		return []string{"pages_show_list", "pages_messaging", "pages_manage_metadata"}
	case channel.Instagram:
		return []string{"pages_show_list", "pages_manage_metadata", "instagram_basic", "instagram_manage_messages"}
	default:
		return []string{"whatsapp_business_management", "whatsapp_business_messaging"}
	}
}
