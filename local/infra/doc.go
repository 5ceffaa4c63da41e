// Package infra keeps what template.yaml promises. Its tests read the file as it
// is written, independently of the local cloud's own reader: everything is
// encrypted, the front door speaks TLS 1.3 only, no role has more than its
// function needs, data stays in Europe, and what the functions read from their
// environment is what the template sets. Its Roles decide, as IAM would, what a
// function may do, so that the local cloud can refuse the rest and tell which
// permissions nobody used.
package infra
