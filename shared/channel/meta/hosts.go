package meta

// Listed reports whether a host is one of Meta's that calls go to.
func Listed(host string) bool { return host == "graph.facebook.com" || host == "graph.instagram.com" }
