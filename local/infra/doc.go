// Package infra holds what template.yaml promises, as tests: everything is
// encrypted, the front door speaks TLS 1.3 only, no role has more than its
// function needs, data stays in Europe, and what the functions read from their
// environment is what the template sets. The tests read the file as it is
// written, independently of the local cloud's own reader.
package infra
